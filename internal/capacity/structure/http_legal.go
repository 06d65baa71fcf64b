package structure

import (
	"context"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type reviewsPage struct {
	Table    web.Table
	Form     *web.Form
	Treaties []web.Choice
	MayOpen  bool
	Open     web.Button
}

func (q *Structures) reviewsPage(r *web.Request) (reviewsPage, error) {
	p := reviewsPage{Form: r.Form(), Open: web.Button{Text: r.T("Open the review")}}
	p.Table = web.Table{
		Caption: r.T("Reviews of law"), Empty: r.T("No review of law has been opened yet."),
		Columns: []web.Column{{Label: r.T("State")}, {Label: r.T("Treaty")}, {Label: r.T("Opened on")}},
	}
	for _, t := range q.law.Treaties() {
		p.Treaties = append(p.Treaties, web.Choice{Value: string(t.Code), Label: t.Name(r.Lang())})
	}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		mine, err := leads(ctx, tx, r.Person)
		if err != nil {
			return err
		}
		p.MayOpen = len(mine) > 0 && q.desk.Ever(r.Person, "legal.open")
		list, err := Reviews(ctx, tx, "")
		for _, v := range list {
			f, err := stateFacts(ctx, tx, v.State, r.Person)
			if err != nil {
				return err
			}
			if f.Standing == access.Stranger {
				continue
			}
			p.Table.Rows = append(p.Table.Rows, []any{
				web.Link{Text: organisation.StateName(r.Printer, v.State), Href: legal + "/" + string(v.ID)}, q.treatyName(r, v.Treaty), string(r.Date(v.Opened)),
			})
		}
		return err
	})
	return p, err
}

func (q *Structures) treatyName(r *web.Request, code treaty.Code) string {
	if t, ok := q.law.treaties.Get(code); ok {
		return t.Name(r.Lang())
	}
	return string(code)
}

func (q *Structures) showReviews(r *web.Request) error {
	p, err := q.reviewsPage(r)
	if err != nil {
		return err
	}
	return r.Page("structure/reviews", p)
}

func (q *Structures) openReview(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	var mine []organisation.Organisation
	err = q.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		mine, err = leads(ctx, tx, r.Person)
		return err
	})
	if err != nil {
		return err
	}
	if len(mine) == 0 {
		return fmt.Errorf("open a review of law for no State: %w", errs.Forbidden)
	}
	if err := q.OpenReview(r.Ctx(), r.Person, mine[0].State, treaty.Code(r.Form().Get("treaty")), mine[0].ID, entry); err != nil {
		p, failed := q.reviewsPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("structure/reviews", p, err)
	}
	return r.Done(legal+"/"+string(entry), language.M("The review was opened. Quote the law first, then read it row by row."))
}

type legalRow struct {
	Row      Row
	Text     string
	Rests    string
	Required bool
	Checked  bool
	State    web.Tag
	Verdict  string
	Both     []string // both readers' findings where they differ
	MayRead  bool
	MayAgree bool
	Agree    web.Button
}

type legalArticle struct {
	ID, Title string
	Verdict   string
	Rows      []legalRow
}

type reviewPage struct {
	Review        Review
	State, Treaty string
	Articles      []legalArticle
	Provisions    []Provision
	Form          *web.Form
	Standing      []web.Choice
	MayQuote      bool
	Quote         web.Button
}

func (q *Structures) reviewPage(r *web.Request, n id.ID) (p reviewPage, err error) {
	p.Form, p.Quote = r.Form(), web.Button{Text: r.T("Enter the provision"), Kind: "secondary"}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, r.Person, "legal.see", id.NewRef(RefReview, n)); err != nil {
			return err
		}
		if p.Review, err = review(ctx, tx, n); err != nil {
			return err
		}
		if p.MayQuote, err = q.desk.Could(ctx, tx, r.Person, "legal.quote", id.NewRef(RefReview, n)); err != nil {
			return err
		}
		if p.Provisions, err = Provisions(ctx, tx, n); err != nil {
			return err
		}
		rows, err := Rows(ctx, tx, n, r.Person.ID)
		if err != nil {
			return err
		}
		p.Articles, err = q.articles(ctx, tx, r, p.Review, rows)
		return err
	})
	p.State, p.Treaty = organisation.StateName(r.Printer, p.Review.State), q.treatyName(r, p.Review.Treaty)
	p.Standing = []web.Choice{{Value: "", Label: r.T("A new text")}}
	for _, v := range p.Provisions {
		if !v.Replaced {
			p.Standing = append(p.Standing, web.Choice{Value: string(v.ID), Label: r.T("In place of {text}", "text", v.Cite)})
		}
	}
	return p, err
}

func (q *Structures) articles(ctx context.Context, tx *db.Tx, r *web.Request, v Review, rows []Row) ([]legalArticle, error) {
	var all []legalArticle
	for _, a := range q.law.Of(v.Treaty) {
		out := legalArticle{ID: a.ID, Title: r.T(a.Title), Verdict: r.T("Not read yet")}
		if verdict, read := OfArticle(a, rows); read {
			out.Verdict = r.T(verdict.Name())
		}
		for _, row := range rows {
			_, e, ok := q.law.element(v.Treaty, row.Article, row.Element)
			if !ok || row.Article != a.ID {
				continue
			}
			line, err := q.legalRow(ctx, tx, r, row, e)
			if err != nil {
				return nil, err
			}
			out.Rows = append(out.Rows, line)
		}
		all = append(all, out)
	}
	return all, nil
}

func (q *Structures) legalRow(ctx context.Context, tx *db.Tx, r *web.Request, row Row, e Element) (legalRow, error) {
	line := legalRow{Row: row, Text: r.T(e.Text), Rests: e.Rests, Required: e.Required, Checked: e.Checked, State: rowTag(r, row), Agree: web.Button{Text: r.T("Agree"), Kind: "secondary"}}
	if v, ok := row.Verdict(); ok {
		line.Verdict = r.T(v.Name())
	}
	if row.Differ() {
		for _, g := range row.Readings {
			line.Both = append(line.Both, r.T("Reader {n}: {verdict}. {why}", "n", strconv.Itoa(g.Reader), "verdict", language.Plain(r.T(g.Verdict.Name())), "why", g.Why))
		}
	}
	on := id.NewRef(RefRow, row.ID)
	var err error
	if line.MayRead, err = q.desk.Could(ctx, tx, r.Person, "legal.read", on); err != nil {
		return line, err
	}
	line.MayAgree, err = q.desk.Could(ctx, tx, r.Person, "legal.agree", on)
	line.MayAgree = line.MayAgree && len(row.Readings) == 2 && !row.Stale && row.Agreed.IsZero()
	return line, err
}

func rowTag(r *web.Request, row Row) web.Tag {
	switch row.State() {
	case "read":
		return web.Tag{Text: r.T("Read, not agreed yet"), Colour: "blue"}
	case "agreed":
		return web.Tag{Text: r.T("Agreed upon"), Colour: "green"}
	case "stale":
		return web.Tag{Text: r.T("The law has changed since"), Colour: "yellow"}
	}
	return web.Tag{Text: r.T("Nobody has read it yet"), Colour: "grey"}
}

func (q *Structures) showReview(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.reviewPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("structure/review", p)
}

func (q *Structures) quote(r *web.Request) error {
	return q.sent(r, language.M("The provision was entered."), func(n, entry id.ID) (string, error) {
		f := r.Form()
		var replaces id.ID
		if s := f.Get("replaces"); s != "" {
			old, err := id.Parse(s)
			if err != nil {
				return "", errs.WithFields(web.NotOffered("replaces"))
			}
			replaces = old
		}
		return legal + "/" + string(n), q.Quote(r.Ctx(), r.Person, n, Provision{Cite: f.Get("cite"), Quote: f.Get("quote")}, replaces, entry)
	}, func(err error) error {
		n, failed := r.PathID("id")
		if failed != nil {
			return failed
		}
		p, failed := q.reviewPage(r, n)
		if failed != nil {
			return failed
		}
		return r.Again("structure/review", p, err)
	})
}
