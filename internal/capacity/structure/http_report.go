package structure

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

func sortChoices(c []web.Choice) {
	slices.SortFunc(c, func(a, b web.Choice) int { return cmp.Compare(a.Value, b.Value) })
}

type reportPage struct {
	Commitment Commitment
	Form       *web.Form
	Send       web.Button
}

func (q *Structures) reportPage(r *web.Request) (p reportPage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	p.Form, p.Send = r.Form(), web.Button{Text: r.T("Send the report")}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, r.Person, "commitment.report", id.NewRef(RefCommitment, n)); err != nil {
			return err
		}
		p.Commitment, err = commitment(ctx, tx, n)
		return err
	})
	return p, err
}

func (q *Structures) showReport(r *web.Request) error {
	p, err := q.reportPage(r)
	if err != nil {
		return err
	}
	return r.Page("structure/report", p)
}

func (q *Structures) report(r *web.Request) error {
	p, err := q.reportPage(r)
	if err != nil {
		return err
	}
	return q.sent(r, language.M("The report was entered."), func(n, entry id.ID) (string, error) {
		f := r.Form()
		kept, failed := strconv.Atoi(f.Get("kept"))
		if failed != nil {
			kept = -1
		}
		of, _ := strconv.Atoi(f.Get("of"))
		from, _ := f.Day("from")
		to, _ := f.Day("to")
		return address(p.Commitment.Structure), q.Report(r.Ctx(), r.Person, n, Figure{Kept: kept, Of: of, From: from, To: to, Proof: f.Get("proof")}, entry)
	}, func(err error) error { return r.Again("structure/report", p, err) })
}
