package request

import (
	"context"

	"comity/internal/base/language"
	"comity/internal/cooperation/rule"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// found is one finding as a page shows it.
type found struct {
	Text     string
	Weight   web.Tag
	Why      string
	Where    string // the question, in words
	Href     string // where it is answered
	Sample   string // what a good answer looks like
	Under    under  // what the request's programme says of the rule
	Stands   string // why somebody let it stand, "" when nobody did
	By       string
	Override string // where it can be let stand, "" when not
}

type foundSection struct {
	Title string
	List  []found
}

// checkPage answers whether the other State would send the request back.
type checkPage struct {
	Request  Request
	Name     string
	Sections []foundSection
	Errors   int
	Info     []found
}

func (q *Requests) showCheck(r *web.Request) error {
	var p checkPage
	err := q.about(r, "request.read", func(ctx context.Context, tx *db.Tx, req Request) error {
		p.Request, p.Name = req, req.name(r.Printer)
		all, over, err := q.Check(ctx, tx, req)
		if err != nil {
			return err
		}
		override := false
		if req.State == InReview {
			if override, _, err = q.may(ctx, tx, r, "request.override", req.ID); err != nil {
				return err
			}
		}
		return q.fillCheck(ctx, tx, r, &p, all, over, override)
	})
	if err != nil {
		return err
	}
	return r.Page("request/check", p)
}

func (q *Requests) fillCheck(ctx context.Context, tx *db.Tx, r *web.Request, p *checkPage, all []rule.Finding, over []Overridden, override bool) error {
	a, err := p.Request.answers()
	if err != nil {
		return err
	}
	bySection := map[string][]found{}
	for _, f := range all {
		one := q.shownFinding(r, p.Request, f)
		one.Under = q.under(r, a, "rule:"+f.Rule)
		for _, o := range over {
			if o.Rule == f.Rule && o.Path == f.Path {
				a, err := access.Find(ctx, tx, o.Person)
				if err != nil {
					return err
				}
				one.Stands, one.By = o.Reason, a.Name
			}
		}
		if f.Info {
			p.Info = append(p.Info, one)
			continue
		}
		if f.Severity == rule.Error && one.Stands == "" {
			p.Errors++
			if override {
				one.Override = at(p.Request.ID, "override") + "?" + overrideQuery(f)
			}
		}
		s := q.section(f.Path)
		bySection[s] = append(bySection[s], one)
	}
	p.Sections = q.sectionsInOrder(r, p.Request, bySection)
	return nil
}

// sectionsInOrder lists the sections with findings in the order of the form; what no section asks comes last.
func (q *Requests) sectionsInOrder(r *web.Request, req Request, by map[string][]found) []foundSection {
	var list []foundSection
	add := func(name, title string) {
		if len(by[name]) > 0 {
			list = append(list, foundSection{title, by[name]})
		}
	}
	for _, s := range q.law.Types.Form().Sections {
		if s.Name != "measures" {
			add(s.Name, r.T(s.Label))
			continue
		}
		for i, t := range req.Measures() {
			add(measureSection(i+1), r.T("What we ask, {n}: {kind}", "n", i+1, "kind", language.Plain(q.typeName(t, r.Printer))))
		}
	}
	add("", r.T("The request as a whole"))
	return list
}

func (q *Requests) shownFinding(r *web.Request, req Request, f rule.Finding) found {
	one := found{
		Text: q.law.Sentence(f, r.Printer), Weight: weight(f.Severity, r.Printer), Why: q.why(f, r.Printer),
		Where: q.place(f.Path, r.Printer), Href: q.field(req.ID, f.Path),
	}
	for _, m := range distinct(req.Measures()) {
		if t, ok := q.law.Types.Get(m); ok && one.Sample == "" {
			one.Sample = t.Sample(f.Path)
		}
	}
	return one
}

func weight(s rule.Severity, p *language.Printer) web.Tag {
	switch s {
	case rule.Error:
		return web.Tag{Text: p.T("Has to be mended"), Colour: "red"}
	case rule.Warning:
		return web.Tag{Text: p.T("Likely to be asked back"), Colour: "orange"}
	}
	return web.Tag{Text: p.T("Advice"), Colour: "blue"}
}
