package request

import (
	"context"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/casefile"
	"comity/internal/engine/access"
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

// coverPage is what the registry sees of a request.
type coverPage struct {
	Registered
	Name    string
	Summary []web.Row
	Do      []web.Link
	Read    bool // whether the one who looks may read the request itself
}

func (q *Requests) showCover(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var p coverPage
	err = q.about(r, "request.cover", func(ctx context.Context, tx *db.Tx, req Request) error {
		if p.Registered, err = cover(ctx, tx, n); err != nil {
			return err
		}
		given, err := q.names(ctx, tx, n, partAssignee)
		if err != nil {
			return err
		}
		p.Summary = q.coverRows(r, p.Registered, given)
		if p.Read, _, err = q.may(ctx, tx, r, "request.read", n); err != nil {
			return err
		}
		for _, f := range moveForms() {
			if f.registry && f.now(req) {
				ok, _, err := q.may(ctx, tx, r, f.act(), n)
				if err != nil {
					return err
				}
				if ok {
					p.Do = append(p.Do, web.Link{Text: r.T(f.title), Href: at(n, f.path)})
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Name = p.Reference
	return r.Page("request/cover", p)
}

func (q *Requests) coverRows(r *web.Request, c Registered, given string) []web.Row {
	if given == "" {
		given = r.T("Nobody")
	}
	rows := []web.Row{
		{Key: r.T("From"), Value: r.Country(c.TheirState)},
		{Key: r.T("Authority that asks"), Value: q.authority(c.TheirAuthority, r.Printer)},
		{Key: r.T("Their reference"), Value: c.Reference},
	}
	if c.OwnReference != "" {
		rows = append(rows, web.Row{Key: r.T("Our number"), Value: c.OwnReference})
	}
	return append(rows,
		web.Row{Key: r.T("What is asked"), Value: q.typeNames(strings.Fields(c.Types), r.Printer)},
		web.Row{Key: r.T("Came in on"), Value: c.received(r.Printer)},
		web.Row{Key: r.T("How it stands"), Value: r.T(c.State.Said())},
		web.Row{Key: r.T("Given to"), Value: given},
	)
}

// names joins the names of those who played a part in a request; "" when nobody did.
func (q *Requests) names(ctx context.Context, tx *db.Tx, n id.ID, part string) (string, error) {
	ids, err := parts(ctx, tx, n, part)
	if err != nil {
		return "", err
	}
	var all string
	for i, p := range ids {
		a, err := access.Find(ctx, tx, p)
		if err != nil {
			return "", err
		}
		if i > 0 {
			all += ", "
		}
		all += a.Name
	}
	return all, nil
}
