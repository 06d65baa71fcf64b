package learning

import (
	"context"
	"slices"
	"strconv"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/stats"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type needsPage struct {
	Table     web.Table
	Threshold string
	Least     int
	Months    int
}

type needPage struct {
	Need       Need
	Competency string
	Sort       string
	State      web.Tag
	Summary    []web.Row
	Form       *web.Form
	MayConfirm bool
	MayPlan    bool
	MayDismiss bool
	Button     map[string]web.Button
}

func needState(r *web.Request, s string) web.Tag {
	switch s {
	case Signalled:
		return web.Tag{Text: r.T("Signalled by the requests"), Colour: "yellow"}
	case Confirmed:
		return web.Tag{Text: r.T("Confirmed by the authority"), Colour: "blue"}
	case Planned:
		return web.Tag{Text: r.T("Something is done about it"), Colour: "purple"}
	case Met:
		return web.Tag{Text: r.T("The rate has fallen"), Colour: "green"}
	case Persisting:
		return web.Tag{Text: r.T("It is not clear that the rate has fallen"), Colour: "orange"}
	}
	return web.Tag{Text: r.T("No need"), Colour: "grey"}
}

func sortName(s string) string {
	switch s {
	case "skill":
		return language.M("A skill: training")
	case "law":
		return language.M("A matter of the law: the review of law")
	}
	return language.M("A matter of people and means: structures")
}

func (q *Learning) showNeeds(r *web.Request) error {
	w := q.Library.Needs
	p := needsPage{Threshold: r.Printer.Percent(w.Threshold, 0), Least: w.Least, Months: w.Months}
	p.Table = web.Table{Caption: r.T("Needs"), Empty: r.T("Nothing is signalled."), Columns: []web.Column{
		{Label: r.T("Reason")}, {Label: r.T("Competency")}, {Label: r.T("Came back")}, {Label: r.T("How it stands")}}}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := Needs(ctx, tx)
		for _, x := range list {
			k, _ := q.Library.Competency(x.Competency)
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: x.Code, Href: "/capacity/needs/" + string(x.ID)}, r.T(k.Name), rate(r, x.K1, x.N1), needState(r, x.State)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("learning/needs", p)
}

func rate(r *web.Request, k, n int) string {
	return r.T("{k} of {n} requests", "k", strconv.Itoa(k), "n", strconv.Itoa(n))
}

func (q *Learning) needPage(r *web.Request) (p needPage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	p.Form = r.Form()
	p.Button = map[string]web.Button{
		"confirm": {Text: r.T("It is a need"), Name: "to", Value: Confirmed}, "plan": {Text: r.T("Save what is done about it"), Name: "to", Value: Planned},
		"dismiss": {Text: r.T("It is no need"), Kind: "secondary", Name: "to", Value: Dismissed},
	}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		if p.Need, err = need(ctx, tx, n); err != nil {
			return err
		}
		for may, x := range map[*bool]struct {
			act  access.Act
			from []string
		}{&p.MayConfirm: {"need.confirm", []string{Signalled}}, &p.MayPlan: {"need.plan", []string{Confirmed, Persisting}}, &p.MayDismiss: {"need.dismiss", []string{Signalled, Confirmed}}} {
			if *may, err = q.Desk.Could(ctx, tx, r.Person, x.act, id.NewRef(RefNeed, n)); err != nil {
				return err
			}
			*may = *may && slices.Contains(x.from, p.Need.State)
		}
		return nil
	})
	x := p.Need
	k, _ := q.Library.Competency(x.Competency)
	p.Competency, p.Sort, p.State = r.T(k.Name), r.T(sortName(x.Sort)), needState(r, x.State)
	p.Summary = []web.Row{{Key: r.T("Came back"), Value: rate(r, x.K1, x.N1)}, {Key: r.T("In the days"), Value: r.T("{from} to {to}", "from", r.Date(x.From), "to", r.Date(x.To))}}
	if !x.Remeasured.IsZero() {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Measured again"), Value: rate(r, x.K2, x.N2)}, web.Row{Key: r.T("Before and after"), Value: q.change(r, x)})
	}
	return p, err
}

func (q *Learning) showNeed(r *web.Request) error {
	p, err := q.needPage(r)
	if err != nil {
		return err
	}
	return r.Page("learning/need", p)
}

func (q *Learning) decideNeed(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := q.Decide(r.Ctx(), r.Person, n, r.Form().Get("to"), r.Form().Get("plan"), entry); err != nil {
		p, failed := q.needPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("learning/need", p, err)
	}
	return r.Done("/capacity/needs/"+string(n), language.M("Your decision was entered."))
}

// change says how the rate stands to the one before, without saying why.
func (q *Learning) change(r *web.Request, x Need) string {
	_, ratio, err := After(x.K1, x.N1, x.K2, x.N2)
	d := r.Printer.Decimal
	switch {
	case err != nil:
		return r.T("No ratio: {why}.", "why", err.Error())
	case ratio.Open:
		return r.T("It came back no more; before ÷ after at least {low}.", "low", d(ratio.CI.Low, 2))
	case ratio.Change == stats.Unclear:
		return r.T("Before ÷ after {value}, 95 % interval {low} to {high}: unclear.", "value", d(ratio.Value, 2), "low", d(ratio.CI.Low, 2), "high", d(ratio.CI.High, 2))
	}
	return r.T("Before ÷ after {value}, 95 % interval {low} to {high}.", "value", d(ratio.Value, 2), "low", d(ratio.CI.Low, 2), "high", d(ratio.CI.High, 2))
}
