package workshop

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type evaluationPage struct {
	head
	Questions []question
	Open      bool
	Send      web.Button
}

func (q *Workshops) evaluationPage(r *web.Request) (p evaluationPage, err error) {
	p.Send = web.Button{Text: r.T("Send")}
	p.head, err = q.on(r, "evaluation.answer", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		s, ok, err := SeatOf(ctx, tx, w.ID, r.Person.ID)
		if err != nil || !ok {
			return errors.Join(err, fmt.Errorf("seat of %s: %w", r.Person.ID, errs.NotFound))
		}
		p.Open, err = open(ctx, tx, w, s)
		return err
	})
	p.Questions = questions(r, q.evaluation)
	return p, err
}

// open reports whether the seat's person can say how the workshop was.
func open(ctx context.Context, tx *db.Tx, w Workshop, s Seat) (bool, error) {
	if w.Stage != Closed || s.Status != Attended {
		return false, nil
	}
	done, err := HasEvaluated(ctx, tx, s.ID)
	return !done, err
}

func (q *Workshops) showEvaluation(r *web.Request) error {
	p, err := q.evaluationPage(r)
	if err != nil {
		return err
	}
	return r.Page("workshop/evaluation", p)
}

func (q *Workshops) evaluate(r *web.Request) error {
	return q.sent(r, address, language.M("Thank you: your answers are counted, and nobody sees who gave them."), func(n, entry id.ID) error {
		return q.Evaluate(r.Ctx(), r.Person, n, answersIn(r), entry)
	}, func(err error) error {
		p, failed := q.evaluationPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("workshop/evaluation", p, err)
	})
}

// opinion is what was said to one question, as the results show it.
type opinion struct {
	Table web.Table
	Words string // the question that takes words
	Texts []string
}

// rateSays prints a rate with its interval.
func rateSays(r *web.Request, rate Rate) string {
	return r.T("{answered} of {asked}: {share} % [{low}, {high}]", "answered", rate.Answered, "asked", rate.Asked,
		"share", r.Printer.Decimal(100*float64(rate.Answered)/float64(rate.Asked), 0), "low", r.Printer.Decimal(100*rate.Interval.Low, 0), "high", r.Printer.Decimal(100*rate.Interval.High, 0))
}

// opinions fills in the part of the results that tells how the workshop was.
func (q *Workshops) opinions(ctx context.Context, tx *db.Tx, r *web.Request, w Workshop, p *resultsPage) error {
	rate, known, err := EvaluationRate(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	if known && w.ClosedOn != "" {
		p.Evaluated = rateSays(r, rate)
	}
	all, err := q.Opinions(ctx, tx, w)
	for _, o := range all {
		label := own(r, q.evaluation, o.Question.Label)
		if o.Question.Type == instrument.TextType {
			p.Opinions = append(p.Opinions, opinion{Words: label, Texts: o.Texts})
			continue
		}
		t := web.Table{Caption: label, Columns: []web.Column{{Label: r.T("How many answered"), Numeric: true}}}
		row := []any{strconv.Itoa(rate.Answered)}
		for i, c := range q.evaluation.Lists[o.Question.List] {
			t.Columns, row = append(t.Columns, web.Column{Label: own(r, q.evaluation, c.Label), Numeric: true}), append(row, o.Counts[i])
		}
		t.Rows = [][]any{row}
		p.Opinions = append(p.Opinions, opinion{Table: t})
	}
	return err
}
