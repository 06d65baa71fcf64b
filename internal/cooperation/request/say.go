package request

import (
	"strings"
	"time"

	"comity/internal/base/language"
	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
)

// Sentence is what a finding says, in the printer's language, with its values as the language shows them.
func (l *Law) Sentence(f rule.Finding, p *language.Printer) string {
	var kv []any
	for _, a := range f.Args {
		kv = append(kv, a.Name, l.value(a, p))
	}
	if len(f.Missing) > 0 {
		var words []string
		for _, w := range f.Missing {
			words = append(words, p.T(w))
		}
		kv = append(kv, "missing", p.And(words))
	}
	return p.T(f.Message, kv...)
}

func (l *Law) value(a rule.Arg, p *language.Printer) any {
	switch a.Kind {
	case rule.KindState:
		return p.Country(a.Value)
	case rule.KindTreaty:
		if t, ok := l.Treaties.Get(treaty.Code(a.Value)); ok {
			return t.Name(p.Tag())
		}
	case rule.KindDate:
		if d, err := time.Parse(time.DateOnly, a.Value); err == nil {
			return p.Date(d)
		}
	case rule.KindWord:
		return language.Plain(p.T(a.Value))
	}
	return a.Value
}

// Cited is what a finding rests on, in the printer's language: "TOC 18(15)(b)", treaties by their codes.
func Cited(f rule.Finding, p *language.Printer) string {
	var all []string
	for _, c := range f.Cites {
		if c.Treaty == "" {
			all = append(all, p.T(c.Source))
			continue
		}
		all = append(all, string(c.Treaty)+" "+c.Article)
	}
	return strings.Join(all, "; ")
}
