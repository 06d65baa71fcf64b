package request

import (
	"context"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/casefile"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// manyCases is how many cases are offered for a new request; whoever works on more begins at the case's own page.
const manyCases = 50

type newPage struct {
	Form   *web.Form
	Case   string // the title of the case that the address names, "" to choose one
	Cases  []web.Choice
	Types  []web.Choice
	States []web.Choice
	Button web.Button
}

func (q *Requests) newPage(r *web.Request) (newPage, error) {
	p := newPage{Form: r.Form(), States: q.stateChoices(r.Printer, ""), Button: web.Button{Text: r.T("Begin the draft")}}
	for _, t := range q.law.Types.All() {
		p.Types = append(p.Types, web.Choice{Value: t.Code, Label: r.T(t.Name), Hint: r.T(t.About)})
	}
	named := id.ID(r.Query("case"))
	if named == "" {
		named = id.ID(r.Form().Get("case.named"))
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		if named != "" {
			k, err := casefile.Get(ctx, tx, named)
			if err != nil {
				return err
			}
			p.Case = k.Title
			return nil
		}
		list, err := casefile.List(ctx, tx, "", manyCases)
		for _, k := range list {
			p.Cases = append(p.Cases, web.Choice{Value: string(k.ID), Label: k.Number + " · " + k.Title})
		}
		return err
	})
	if p.Case != "" {
		p.Form.Values.Set("case.named", string(named))
		p.Form.Values.Set("case", string(named))
	}
	return p, err
}

func (q *Requests) showNew(r *web.Request) error {
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	return r.Page("request/new", p)
}

func (q *Requests) begin(r *web.Request) error {
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	d := NewDraft{Case: id.ID(r.Form().Get("case")), Types: r.Form().All("types"), State: r.Form().Get("state"), Lang: r.Lang()}
	if _, err := id.Parse(string(d.Case)); err != nil {
		return r.Again("request/new", p, errs.WithFields(web.NotOffered("case")))
	}
	n, err := q.Draft(r.Ctx(), r.Person, d, entry)
	if err != nil {
		return r.Again("request/new", p, err)
	}
	return r.Done(at(n, "draft"), language.M("The draft was begun. What this node knows is filled in already."))
}
