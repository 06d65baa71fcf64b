package language

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
)

// Printer says things in one language. It may be used by many at once.
type Printer struct {
	catalog *Catalog
	tongue  *tongue
}

// Tag returns the printer's language.
func (p *Printer) Tag() Tag { return p.tongue.tag }

// Direction returns how the printer's language runs.
func (p *Printer) Direction() Direction { return p.Tag().Direction() }

// Plain is a value that needs no isolation in the sentence it goes into, because it is a word or a sentence of the same
// language: a printed date, the translated name of a state of things.
type Plain string

// Part is a piece of a sentence: either words of it, or the value of one of its named places.
type Part struct {
	Text  string // what to show, not yet isolated
	Place string // the name of the place, "" for words of the sentence
	Value any    // the value as it was given, nil for words
}

// T returns the sentence msg in the printer's language, with the named places {name} filled from pairs of name and value.
//
// A sentence that has no translation is shown in English. Values are isolated from the sentence where it could change how
// they are read: always in a sentence that runs from right to left, and in one that runs from left to right when the value
// has a character of the other direction. [Plain] values are never isolated. Whole numbers are grouped as the language has
// it; a year, a number of a document or anything else that isn't a quantity is given as a string.
// T gives plain text; a page or a document asks for [Printer.Parts].
func (p *Printer) T(msg string, kv ...any) string {
	tag, parts := p.Parts(msg, kv...)
	return join(tag, parts)
}

// N returns the sentence that counts n things: one and many are the English singular and plural, of which one identifies
// the message. {n} is n; the other places are filled as in [Printer.T].
func (p *Printer) N(one, many string, n int, kv ...any) string {
	tag, parts := p.PartsN(one, many, n, kv...)
	return join(tag, parts)
}

// Say returns the sentence of an error, as errs.Field and errs.Said carry it: a sentence or a code of the catalogue and
// the values it names. One that counts takes its form from the value "n".
func (p *Printer) Say(msg string, args map[string]string) string {
	kv := make([]any, 0, 2*len(args))
	for name, v := range args {
		kv = append(kv, name, v)
	}
	n, err := strconv.Atoi(args["n"])
	if many := p.plural(msg); err == nil && many != "" {
		return p.N(msg, many, n, append(kv, "n", n)...)
	}
	return p.T(msg, kv...)
}

// plural returns the English plural of a message that counts, "" of any other.
func (p *Printer) plural(one string) string {
	for _, t := range []*tongue{p.tongue, p.catalog.tongues[English]} {
		if m, ok := t.messages[one]; ok {
			return m.Plural
		}
	}
	return ""
}

// Knows says whether the catalogue has the sentence in any language: whether it is one of ours.
func (p *Printer) Knows(msg string) bool {
	for _, t := range p.catalog.tongues {
		if _, ok := t.messages[msg]; ok {
			return true
		}
	}
	return false
}

// Parts returns the translated sentence in pieces, and the language it is really in: English where the translation is
// missing.
func (p *Printer) Parts(msg string, kv ...any) (Tag, []Part) {
	if m, ok := p.tongue.messages[msg]; ok && !m.Fuzzy && m.Text[0] != "" {
		return p.Tag(), p.fill(m.Text[0], kv)
	}
	if m, ok := p.catalog.tongues[English].messages[msg]; ok && m.Text[0] != "" {
		return English, p.fill(m.Text[0], kv)
	}
	return English, p.fill(msg, kv)
}

// PartsN is to [Printer.N] what [Printer.Parts] is to [Printer.T].
func (p *Printer) PartsN(one, many string, n int, kv ...any) (Tag, []Part) {
	kv = append([]any{"n", n}, kv...)
	m, ok := p.tongue.messages[one]
	if ok && !m.Fuzzy && m.Plural == many {
		if text := m.Text[p.tongue.form(n)]; text != "" {
			return p.Tag(), p.fill(text, kv)
		}
	}
	if n == 1 {
		return English, p.fill(one, kv)
	}
	return English, p.fill(many, kv)
}

// form returns the index of the plural form for n. A negative number takes the form of its size.
func (t *tongue) form(n int) int {
	if n < 0 {
		n = -n
	}
	// The rules look at the last digits only, but for "a million of": the table takes numbers below 10,000,000.
	if n >= 10_000_000 {
		n = 1_000_000 + n%1_000_000
	}
	want := plural.Cardinal.MatchPlural(t.x, n, 0, 0, 0, 0)
	for i, f := range t.forms {
		if f == want {
			return i
		}
	}
	return len(t.forms) - 1
}

func (p *Printer) fill(text string, kv []any) []Part {
	values := map[string]any{}
	for i := 0; i+1 < len(kv); i += 2 {
		if name, ok := kv[i].(string); ok {
			values[name] = kv[i+1]
		}
	}
	var parts []Part
	last := 0
	for _, at := range place.FindAllStringIndex(text, -1) {
		name := text[at[0]+1 : at[1]-1]
		v, ok := values[name]
		if !ok {
			continue // stays visible as {name}; the lint names the call that forgot it
		}
		if at[0] > last {
			parts = append(parts, Part{Text: text[last:at[0]]})
		}
		parts = append(parts, Part{Text: p.show(v), Place: name, Value: v})
		last = at[1]
	}
	if last < len(text) {
		parts = append(parts, Part{Text: text[last:]})
	}
	return parts
}

func (p *Printer) show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case Plain:
		return string(v)
	case int:
		return p.Number(int64(v))
	case int64:
		return p.Number(v)
	}
	return fmt.Sprint(v)
}

func join(tag Tag, parts []Part) string {
	var b strings.Builder
	for _, part := range parts {
		_, plain := part.Value.(Plain)
		switch {
		case part.Place == "" || plain:
			b.WriteString(part.Text)
		case tag.Direction() == RightToLeft || mixes(part.Text):
			b.WriteString(Isolate(part.Text))
		default:
			b.WriteString(part.Text)
		}
	}
	return b.String()
}
