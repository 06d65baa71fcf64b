package structure

import (
	"context"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type rowPage struct {
	Row        Row
	Article    string
	Text       string
	Rests      string
	Checked    bool
	Form       *web.Form
	Verdicts   []web.Choice
	Provisions []web.Choice
	Quotes     []Provision
	Save       web.Button
}

func (q *Structures) rowPage(r *web.Request) (p rowPage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	p.Form, p.Save = r.Form(), web.Button{Text: r.T("Save what you found")}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, r.Person, "legal.read", id.NewRef(RefRow, n)); err != nil {
			return err
		}
		row, v, err := row(ctx, tx, n)
		if err != nil {
			return err
		}
		row.blind(r.Person.ID)
		p.Row = row
		a, e, ok := q.law.element(v.Treaty, row.Article, row.Element)
		if !ok {
			return fmt.Errorf("element %s of article %s: %w", row.Element, row.Article, errs.NotFound)
		}
		p.Article, p.Text, p.Rests, p.Checked = r.T(a.Title), r.T(e.Text), e.Rests, e.Checked
		list, err := Provisions(ctx, tx, v.ID)
		for _, l := range list {
			if !l.Replaced {
				p.Quotes = append(p.Quotes, l)
				p.Provisions = append(p.Provisions, web.Choice{Value: string(l.ID), Label: l.Cite})
			}
		}
		return err
	})
	for _, v := range Verdicts() {
		p.Verdicts = append(p.Verdicts, web.Choice{Value: string(v), Label: r.T(v.Name())})
	}
	return p, err
}

func (q *Structures) showRow(r *web.Request) error {
	p, err := q.rowPage(r)
	if err != nil {
		return err
	}
	return r.Page("structure/row", p)
}

func (q *Structures) readRow(r *web.Request) error {
	p, err := q.rowPage(r)
	if err != nil {
		return err
	}
	return q.sent(r, language.M("Your reading was saved."), func(n, entry id.ID) (string, error) {
		f := r.Form()
		g := Reading{Verdict: Verdict(f.Get("verdict")), Why: f.Get("why")}
		if s := f.Get("provision"); s != "" {
			if g.Provision, err = id.Parse(s); err != nil {
				return "", errs.WithFields(web.NotOffered("provision"))
			}
		}
		return legal + "/" + string(p.Row.Review), q.Read(r.Ctx(), r.Person, n, g, entry)
	}, func(err error) error { return r.Again("structure/row", p, err) })
}

func (q *Structures) agreeRow(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var of id.ID
	if err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		_, v, err := row(ctx, tx, n)
		of = v.ID
		return err
	}); err != nil {
		return err
	}
	return q.sent(r, language.M("The row is agreed."), func(n, entry id.ID) (string, error) {
		return legal + "/" + string(of), q.Agree(r.Ctx(), r.Person, n, entry)
	}, func(err error) error { return fmt.Errorf("agree with a row: %w", err) })
}
