package letter

import (
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/cooperation/selector"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/document"
	"comity/internal/engine/instrument/xpath"
)

// place is a named hole in a sentence: "kind: expression", or "kind list: expression". Kinds:
//
//	own                words of a person, in their language
//	name               of a person, a body, a place
//	id                 an identifier, always from left to right
//	amount             a number with its unit
//	date               a day, spelled
//	instant            "local|offset": as written, and in UTC
//	state, treaty      a code, shown as a name
//	language(s)        tags, shown as names
//	type               a type of request, by its name
//	selector           "kind|value": in its canonical form
//	choice(s) LIST     codes of a list, shown by their labels
type place struct {
	name, kind, list string
	expr             *xpath.Expr
}

// filled is a place with what stands in it.
type filled struct {
	name string
	text document.Text
}

func (c *compiler) place(name, src string) (place, error) {
	kind, expr, ok := strings.Cut(src, ": ")
	if !ok {
		return place{}, errs.Invalidf("place %s: want \"kind: expression\"", name)
	}
	p := place{name: name}
	p.kind, p.list, _ = strings.Cut(kind, " ")
	listed := p.kind == "choice" || p.kind == "choices"
	known := []string{"own", "name", "id", "amount", "date", "instant", "state", "treaty", "language", "languages", "type", "selector"}
	switch {
	case listed && c.letters.lists[p.list] == nil:
		return p, errs.Invalidf("place %s: the form has no list %q", name, p.list)
	case !listed && !slices.Contains(known, p.kind):
		return p, errs.Invalidf("place %s: there is no kind %q", name, p.kind)
	}
	p.expr = c.answer(expr)
	return p, nil
}

// none stands for an empty answer in a sentence whose other places are filled.
const none = "–"

// values fills the places at a node; some reports whether at least one has something in it.
func (w *writing) values(places []place, n *xpath.Node) (out []filled, some bool, err error) {
	for _, p := range places {
		t, err := w.value(p, n)
		if err != nil {
			return nil, false, err
		}
		some = some || len(t) > 0
		if len(t) == 0 {
			t = document.T(none)
		}
		out = append(out, filled{p.name, t})
	}
	return out, some, nil
}

func (w *writing) value(p place, n *xpath.Node) (document.Text, error) {
	if p.kind == "own" {
		return w.ownText(p.expr, n)
	}
	raw, err := p.expr.EvalString(w.at(n))
	if err != nil {
		return nil, err
	}
	return w.show(p, strings.TrimSpace(raw)), nil
}

// show turns a raw answer into typed spans; an empty answer into none.
func (w *writing) show(p place, raw string) document.Text {
	if raw == "" || raw == "|" {
		return nil
	}
	span := func(k document.Kind, s string, lang language.Tag) document.Text {
		return document.Text{{Kind: k, Text: s, Lang: lang}}
	}
	switch p.kind {
	case "name":
		return span(document.Name, raw, "")
	case "amount":
		return span(document.Amount, raw, "")
	case "date":
		return w.date(raw)
	case "instant":
		return span(document.Identifier, instant(raw), "")
	case "state":
		return span(document.Name, w.p.Country(raw), "")
	case "treaty":
		if t, ok := w.letters.treaty.Get(treaty.Code(raw)); ok {
			return span(document.Name, t.Name(w.p.Tag()), "")
		}
	case "language", "languages":
		var names []string
		for _, tag := range strings.FieldsFunc(raw, func(r rune) bool { return r == ' ' || r == ',' }) {
			names = append(names, language.Tag(tag).Name())
		}
		return span(document.Name, string(w.p.And(names)), "")
	case "type":
		return w.say(w.letters.names[raw])
	case "selector":
		return span(document.Identifier, w.selector(raw), "")
	case "choice":
		return w.say(w.label(p.list, raw))
	case "choices":
		var labels []string
		for _, code := range strings.Fields(raw) {
			labels = append(labels, w.say(w.label(p.list, code)).String())
		}
		// The labels are in the letter's own language: nothing in the list has to be set apart.
		return document.T(withoutIsolates.Replace(string(w.p.And(labels))))
	}
	return span(document.Identifier, raw, "")
}

var withoutIsolates = strings.NewReplacer("\u2068", "", "\u2069", "")

func (w *writing) date(raw string) document.Text {
	t, err := time.Parse(time.DateOnly, raw)
	if err != nil {
		return document.Text{{Kind: document.Date, Text: raw}} // as it was typed: the rules say that it is wrong
	}
	return document.Text{{Kind: document.Date, Text: string(w.p.Date(t))}}
}

// instant shows a moment as the log has it and in UTC; one without a zone as it was typed.
func instant(raw string) string {
	local, offset, _ := strings.Cut(raw, "|")
	i, code := selector.ParseInstant(local, offset)
	if code != "" {
		return strings.TrimSpace(local + " " + offset)
	}
	s := i.String()
	if i.Offset == "Z" {
		return s
	}
	return s + " (" + i.UTC.Format("2006-01-02T15:04:05Z") + ")"
}

// selector shows a right value in its canonical form and a wrong one as it was typed.
func (w *writing) selector(raw string) string {
	kind, value, _ := strings.Cut(raw, "|")
	if r := selector.Check(kind, value, w.o.Exercise); r.OK {
		return r.Canonical
	}
	return value
}

func (w *writing) label(list, code string) string {
	for _, c := range w.letters.lists[list] {
		if c.Name == code {
			return c.Label
		}
	}
	return code
}

// say gives a fixed sentence without places in the letter's language.
func (w *writing) say(msg string) document.Text { return w.fill(msg, nil) }

// fill gives a fixed sentence with its places filled.
func (w *writing) fill(msg string, values []filled) document.Text {
	if msg == "" {
		return nil
	}
	if onlyPlace(msg) && len(values) == 1 {
		return values[0].text
	}
	var kv []any
	for _, v := range values {
		kv = append(kv, v.name, v.text)
	}
	tag, parts := w.p.Parts(msg, kv...)
	lang := language.Tag("")
	if tag != w.p.Tag() {
		lang = tag
		w.out.Untranslated = append(w.out.Untranslated, msg)
	}
	var out document.Text
	for _, p := range parts {
		if t, ok := p.Value.(document.Text); ok {
			out = append(out, t...)
		} else if p.Text != "" {
			out = append(out, document.Span{Text: p.Text, Lang: lang})
		}
	}
	return out
}
