package language

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/collate"
)

// And joins names into one phrase: "a, b and c". Each is isolated where the language runs from right to left.
func (p *Printer) And(items []string) Plain {
	switch p.Tag() {
	case Arabic:
		return p.list(items, "، و", " و")
	case Chinese:
		return p.list(items, "、", "和")
	case French:
		return p.list(items, ", ", " et ")
	case Russian:
		return p.list(items, ", ", " и ")
	case Spanish:
		return p.list(items, ", ", spanishWord(items, " y ", " e ", "i", "hi"))
	}
	return p.list(items, ", ", " and ")
}

// Or joins names of which one is meant: "a, b or c".
func (p *Printer) Or(items []string) Plain {
	switch p.Tag() {
	case Arabic:
		return p.list(items, "، أو ", " أو ")
	case Chinese:
		return p.list(items, "、", "或")
	case French:
		return p.list(items, ", ", " ou ")
	case Russian:
		return p.list(items, ", ", " или ")
	case Spanish:
		return p.list(items, ", ", spanishWord(items, " o ", " u ", "o", "ho"))
	}
	return p.list(items, ", ", " or ")
}

// spanishWord picks the word before the last item: y becomes e before the sound i, o becomes u before the sound o.
// Before a diphthong (hielo, hiato) the y stays.
func spanishWord(items []string, usual, changed string, sounds ...string) string {
	if len(items) == 0 {
		return usual
	}
	last := strings.NewReplacer("í", "i", "ó", "o").Replace(strings.ToLower(items[len(items)-1]))
	if strings.HasPrefix(last, "hie") || strings.HasPrefix(last, "hia") {
		return usual
	}
	for _, s := range sounds {
		if strings.HasPrefix(last, s) {
			return changed
		}
	}
	return usual
}

func (p *Printer) list(items []string, between, last string) Plain {
	shown := make([]string, len(items))
	for i, s := range items {
		shown[i] = s
		if p.Direction() == RightToLeft || mixes(s) {
			shown[i] = Isolate(s)
		}
	}
	if len(shown) < 2 {
		return Plain(strings.Join(shown, ""))
	}
	n := len(shown) - 1
	return Plain(strings.Join(shown[:n], between) + last + shown[n])
}

// Sort puts items in the order in which a reader of the printer's language looks for them, by what key returns.
func Sort[T any](p *Printer, items []T, key func(T) string) {
	c := collate.New(p.tongue.x)
	var buf collate.Buffer
	type keyed struct {
		item T
		key  []byte
	}
	all := make([]keyed, len(items))
	for i, it := range items {
		all[i] = keyed{it, c.KeyFromString(&buf, key(it))}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return cmp.Compare(string(a.key), string(b.key)) })
	for i := range all {
		items[i] = all[i].item
	}
}
