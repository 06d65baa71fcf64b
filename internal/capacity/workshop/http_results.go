package workshop

import (
	"context"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type resultsPage struct {
	head
	Rates web.Table
	Said  []web.Table // by month
}

func (q *Workshops) showResults(r *web.Request) error {
	var p resultsPage
	var err error
	p.head, err = q.on(r, "workshop.follow", func(ctx context.Context, tx *db.Tx, w Workshop) error {
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
				says = r.T("{answered} of {asked}: {share} % [{low}, {high}]", "answered", rate.Answered, "asked", rate.Asked,
					"share", r.Printer.Decimal(100*float64(rate.Answered)/float64(rate.Asked), 0), "low", r.Printer.Decimal(100*rate.Interval.Low, 0), "high", r.Printer.Decimal(100*rate.Interval.High, 0))
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
			list, err := SaidAfter(ctx, tx, w.ID, m)
			if err != nil {
				return err
			}
			t := web.Table{Caption: r.T("What people do, {n} months after the end", "n", m), Columns: []web.Column{{Label: r.T("Question")},
				{Label: r.T("Always or mostly"), Numeric: true}, {Label: r.T("Seldom or never"), Numeric: true}, {Label: r.T("There was no case for it"), Numeric: true}}}
			for _, s := range list {
				t.Rows = append(t.Rows, []any{r.T(s.Behaviour.Question), s.Often, s.Rarely, s.NoCase})
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

type question struct {
	Code, Text string
	Choices    []web.Choice
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
	for _, b := range Behaviours() {
		item := question{Code: b.Code, Text: r.T(b.Question)}
		for _, a := range AnswerChoices() {
			item.Choices = append(item.Choices, web.Choice{Value: a.Code, Label: r.T(a.Label)})
		}
		p.Questions = append(p.Questions, item)
	}
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
		answers := map[string]string{}
		for _, b := range Behaviours() {
			answers[b.Code] = r.Form().Get(b.Code)
		}
		return q.AnswerFollowUp(r.Ctx(), r.Person, n, answers, entry)
	}, func(err error) error {
		p, failed := q.followUpPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("workshop/followup", p, err)
	})
}
