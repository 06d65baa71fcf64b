package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument/xpath"
)

// row is a rule as it stands in a file.
type row struct {
	ID, Sev, Origin, Side                       string
	Rev                                         int
	Types, Except, Basis                        []string
	Replaced                                    struct{ Types, Basis []string }
	SevBy                                       map[string]string `toml:"sev-by"`
	Soften, Context, When, Assert, Message, Fix string
	Args                                        map[string]string
	Missing                                     []struct{ Unless, Word string }
	Cite                                        []string
	Unchecked                                   bool
}

func (l *loader) rule(in row) (*Rule, error) {
	r := &Rule{ID: in.ID, Rev: in.Rev, Sev: Severity(in.Sev), Origin: Origin(in.Origin), Side: Side(in.Side), Types: in.Types,
		Except: in.Except, Soften: in.Soften, Context: in.Context, When: in.When, Assert: in.Assert, Message: in.Message,
		Fix: in.Fix, Unchecked: in.Unchecked, SevBy: map[treaty.Code]Severity{}}
	if r.Side == "" {
		r.Side = OfRequest
	}
	switch {
	case r.ID == "" || r.Rev < 1:
		return nil, errs.Invalidf("a rule has an id and a revision from 1")
	case r.Sev.weight() == 0:
		return nil, errs.Invalidf("sev %q: want error, warn or advice", in.Sev)
	case r.Origin != FromTreaty && r.Origin != FromOverlay && r.Origin != FromHouse:
		return nil, errs.Invalidf("origin %q: want treaty, overlay or house", in.Origin)
	case r.Message == "" || r.Assert == "" || len(in.Cite) == 0:
		return nil, errs.Invalidf("a rule has a message, an assert and a cite")
	case !strings.HasPrefix(r.Context, "/") || r.Side != OfRequest && r.Side != OfResponse && r.Side != OfClock:
		return nil, errs.Invalidf("context %q, side %q: a context begins with /, a side is request, response or clock", r.Context, r.Side)
	}
	r.Replaced.Types = in.Replaced.Types
	for _, p := range slices.Concat(in.Types, in.Except, in.Replaced.Types) {
		if !l.set.catalogue.Known(p) {
			return nil, errs.Invalidf("no type of request is called %q", p)
		}
	}
	if err := l.law(r, in); err != nil {
		return nil, err
	}
	return r, l.compile(r, in)
}

// law reads what the rule rests on. "TOC 18(15)(a)" is an article of a treaty we have; anything else is told in words.
func (l *loader) law(r *Rule, in row) error {
	codes := func(in []string) (out []treaty.Code, err error) {
		for _, c := range in {
			if _, ok := l.ts.Get(treaty.Code(c)); !ok {
				return nil, errs.Invalidf("no treaty is called %q", c)
			}
			out = append(out, treaty.Code(c))
		}
		return out, nil
	}
	var err error
	if r.Basis, err = codes(in.Basis); err != nil {
		return err
	}
	if r.Replaced.Basis, err = codes(in.Replaced.Basis); err != nil {
		return err
	}
	if _, err = codes(slices.Sorted(maps.Keys(in.SevBy))); err != nil {
		return err
	}
	for c, s := range in.SevBy {
		if Severity(s).weight() == 0 {
			return errs.Invalidf("sev-by %s: %q", c, s)
		}
		r.SevBy[treaty.Code(c)] = Severity(s)
	}
	for _, s := range in.Cite {
		code, article, _ := strings.Cut(s, " ")
		t, ok := l.ts.Get(treaty.Code(code))
		if !ok {
			r.Cites = append(r.Cites, Cite{Source: s, Checked: !in.Unchecked})
			continue
		}
		a, ok := t.Article(article)
		if !ok {
			return errs.Invalidf("%s has no article %q", code, article)
		}
		r.Cites = append(r.Cites, Cite{Treaty: t.Code, Article: article, Checked: a.Checked && !in.Unchecked})
	}
	for _, c := range r.Basis {
		if !slices.ContainsFunc(r.Cites, func(x Cite) bool { return x.Treaty == c }) {
			return errs.Invalidf("basis %s: no article of it is cited", c)
		}
	}
	return nil
}

func (l *loader) compile(r *Rule, in row) error {
	var err error
	expr := func(what, src string) *xpath.Expr {
		if src == "" || err != nil {
			return nil
		}
		e, failed := xpath.Compile(src, l.functions)
		if failed != nil {
			err = fmt.Errorf("%s: %w", what, failed)
		}
		return e
	}
	r.context, r.when, r.assert = expr("context", r.Context), expr("when", r.When), expr("assert", r.Assert)
	r.soften = expr("soften", r.Soften)
	for _, name := range slices.Sorted(maps.Keys(in.Args)) {
		kind, src, ok := strings.Cut(in.Args[name], ": ")
		if !ok || !slices.Contains([]string{KindState, KindTreaty, KindDate, KindWord, KindText}, kind) {
			return errs.Invalidf("args.%s: want \"state: …\", \"treaty: …\", \"date: …\", \"word: …\" or \"text: …\"", name)
		}
		r.Args = append(r.Args, Arg{Name: name, Kind: kind, expr: expr("args."+name, src)})
	}
	for _, w := range in.Missing {
		r.Missing = append(r.Missing, Word{w.Unless, w.Word, expr("missing "+w.Word, w.Unless)})
	}
	if err != nil {
		return err
	}
	return r.places()
}

// places refuses a message that names what no argument fills.
func (r *Rule) places() error {
	rest := r.Message
	for {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return nil
		}
		name, tail, closed := strings.Cut(after, "}")
		known := name == "missing" && len(r.Missing) > 0 || slices.ContainsFunc(r.Args, func(a Arg) bool { return a.Name == name })
		if !closed || !known {
			return errs.Invalidf("message: nothing fills {%s}", name)
		}
		rest = tail
	}
}
