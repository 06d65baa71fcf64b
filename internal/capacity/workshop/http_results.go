package workshop

import (
	"cmp"
	"context"
	"maps"
	"net/url"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type resultsPage struct {
	head
	Rates web.Table
	Said  []web.Table // by month

	Gain      string // in the tests; "" when there is none to show
	Evaluated string // how many have said how it was; "" before the end
	Opinions  []opinion
}

func (q *Workshops) showResults(r *web.Request) error {
	var p resultsPage
	var err error
	p.head, err = q.on(r, "workshop.follow", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		if w.Cohort != "" {
			g, shown, err := q.tests.Gain(ctx, tx, w.Cohort)
			if err != nil {
				return err
			}
			if shown {
				p.Gain = gainSays(r, g)
			}
		}
		if err := q.opinions(ctx, tx, r, w, &p); err != nil {
			return err
		}
		all, err := FollowUps(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		p.Rates = web.Table{Caption: r.T("Who has answered"), Empty: r.T("Questions are asked 3, 6 and 12 months after the end."),
			Columns: []web.Column{{Label: r.T("Months after the end"), Numeric: true}, {Label: r.T("Due")}, {Label: r.T("Answered")}}}
		for _, m := range Months() {
			rate, known, err := RateOf(all, m)
			if err != nil {
				return err
			}
			says := r.T("Not asked yet")
			if known {
				says = rateSays(r, rate)
			}
			due := ""
			for _, f := range all {
				if f.Month == m {
					due = day(r, f.Due)
				}
			}
			if due != "" {
				p.Rates.Rows = append(p.Rates.Rows, []any{r.Printer.Number(int64(m)), due, says})
			}
			list, err := q.SaidAfter(ctx, tx, w.ID, m)
			if err != nil {
				return err
			}
			t := web.Table{Caption: r.T("What people do, {n} months after the end", "n", m), Columns: []web.Column{{Label: r.T("Question")},
				{Label: r.T("Always or mostly"), Numeric: true}, {Label: r.T("Seldom or never"), Numeric: true}, {Label: r.T("There was no case for it"), Numeric: true}}}
			for _, s := range list {
				t.Rows = append(t.Rows, []any{own(r, q.followUp, s.Question.Label), s.Often, s.Rarely, s.NoCase})
			}
			if len(list) > 0 {
				p.Said = append(p.Said, t)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("workshop/results", p)
}

// answersIn is what was sent without what belongs to the page.
func answersIn(r *web.Request) url.Values {
	said := maps.Clone(r.Form().Values)
	delete(said, "entry")
	return said
}

// own is a text of a form in the reader's language.
func own(r *web.Request, in *instrument.Instrument, english string) string {
	return cmp.Or(in.In(r.Lang(), english), english)
}

// question is one of a form; its field is made where the page is written, which knows what is wrong with it.
type question struct {
	Kind              web.Kind
	Name, Label, Hint string
	Required          bool
	Choices           []web.Choice
}

func questions(r *web.Request, in *instrument.Instrument) (all []question) {
	for _, it := range questionsOf(in) {
		x := question{Name: it.Name, Label: own(r, in, it.Label), Kind: web.Radios, Required: it.Type != instrument.TextType}
		if it.Type == instrument.TextType {
			x.Kind = web.TextArea
		}
		if it.Hint != "" {
			x.Hint = own(r, in, it.Hint)
		}
		for _, c := range in.Lists[it.List] {
			x.Choices = append(x.Choices, web.Choice{Value: c.Name, Label: own(r, in, c.Label)})
		}
		all = append(all, x)
	}
	return all
}

type followUpPage struct {
	FollowUp  FollowUp
	Workshop  Workshop
	Form      *web.Form
	Questions []question
	Open      bool
	Send      web.Button
}

func (q *Workshops) followUpPage(r *web.Request) (p followUpPage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	p.Form, p.Send = r.Form(), web.Button{Text: r.T("Send")}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if err = q.desk.See(ctx, tx, r.Person, "followup.answer", id.NewRef(RefFollowUp, n)); err != nil {
			return err
		}
		if p.FollowUp, err = GetFollowUp(ctx, tx, n); err != nil {
			return err
		}
		p.Workshop, err = Get(ctx, tx, p.FollowUp.Workshop)
		return err
	})
	p.Open = p.FollowUp.Status == IsSent
	p.Questions = questions(r, q.followUp)
	return p, err
}

func (q *Workshops) showFollowUp(r *web.Request) error {
	p, err := q.followUpPage(r)
	if err != nil {
		return err
	}
	return r.Page("workshop/followup", p)
}

func (q *Workshops) answer(r *web.Request) error {
	return q.sent(r, func(id.ID) string { return base }, language.M("Thank you: your answers are kept."), func(n, entry id.ID) error {
		return q.AnswerFollowUp(r.Ctx(), r.Person, n, answersIn(r), entry)
	}, func(err error) error {
		p, failed := q.followUpPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("workshop/followup", p, err)
	})
}
