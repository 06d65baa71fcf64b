package workshop

import (
	"context"
	"net/url"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/capacity/stats"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

func seriesAt(name string) string { return series + "/" + url.PathEscape(name) }

// gainSays prints a gain with its interval and the number of people who took both tests.
func gainSays(r *web.Request, g stats.Paired) string {
	return r.T("{mean} points [{low}, {high}], {n} people", "mean", r.Printer.Decimal(g.Mean, 2), "low", r.Printer.Decimal(g.CI.Low, 2), "high", r.Printer.Decimal(g.CI.High, 2), "n", g.N)
}

func (q *Workshops) showSeries(r *web.Request) error {
	p := struct {
		Name  string
		Table web.Table
	}{Name: r.Value("name")}
	p.Table = web.Table{Caption: r.T("Workshops of the series"), Columns: []web.Column{{Label: r.T("Name")}, {Label: r.T("First day")}, {Label: r.T("Last day")}, {Label: r.T("How it stands")},
		{Label: r.T("Seats"), Numeric: true}, {Label: r.T("Taken"), Numeric: true}, {Label: r.T("Were there"), Numeric: true}, {Label: r.T("Gain in the tests")}, {Label: r.T("Said how it was")}, {Label: r.T("Answered after 3 months")}}}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		all, err := q.Series(ctx, tx, r.Person, p.Name)
		rate := func(x Rate) string {
			if x.Asked == 0 {
				return "–"
			}
			return rateSays(r, x)
		}
		for _, s := range all {
			gain, w := "–", s.Workshop
			if s.Gained {
				gain = gainSays(r, s.Gain)
			}
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: w.Name, Href: address(w.ID)}, day(r, w.From), day(r, w.To), stageTag(r, w.Stage),
				r.Printer.Number(int64(s.Planned)), r.Printer.Number(int64(s.Taken)), r.Printer.Number(int64(s.Attended)), gain, rate(s.Evaluated), rate(s.Later)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("workshop/series", p)
}

// cohorts are the choices of a cohort: those that the person may see, and the one that is chosen.
func (q *Workshops) cohorts(ctx context.Context, tx *db.Tx, r *web.Request, w Workshop) ([]web.Choice, error) {
	all, err := q.tests.Cohorts(ctx, tx)
	list := []web.Choice{{Value: "", Label: r.T("None")}}
	for _, k := range all {
		list = append(list, web.Choice{Value: string(k.ID), Label: k.Title})
	}
	if w.Cohort != "" && !slices.ContainsFunc(all, func(k Cohort) bool { return k.ID == w.Cohort }) {
		list = append(list, web.Choice{Value: string(w.Cohort), Label: r.T("One that you don’t see")})
	}
	return list, err
}

// checkCohort wants one of the choices.
func (q *Workshops) checkCohort(r *web.Request, cohort, n id.ID) error {
	return q.look(r, func(ctx context.Context, tx *db.Tx) error {
		w, err := Get(ctx, tx, n)
		if err != nil {
			return err
		}
		list, err := q.cohorts(ctx, tx, r, w)
		if err == nil && !slices.ContainsFunc(list, func(c web.Choice) bool { return c.Value == string(cohort) }) {
			err = errs.WithFields(web.NotOffered("cohort"))
		}
		return err
	})
}
