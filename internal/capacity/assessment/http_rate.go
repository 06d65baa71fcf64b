package assessment

import (
	"context"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// ratePage is one factor of a stakeholder's form.
type ratePage struct {
	Stakeholder Stakeholder
	Assessment  Assessment
	At          string
	Factor      string
	Indicators  []indicatorRow
	Form        *web.Form
	Values      []web.Choice
	Secret      []web.Choice
	Closed      bool
	Save        web.Button
}

type indicatorRow struct {
	Code     string
	Text     string
	Rests    string // an article, "" for none
	Checked  bool
	Evidence []web.Choice
}

// stakeholding reads a stakeholder whose people ask, with the assessment and the factors of its group.
func (q *Assessments) stakeholding(r *web.Request, f func(ctx context.Context, tx *db.Tx, s Stakeholder, a Assessment, asked []Factor) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	return q.look(r, func(ctx context.Context, tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, r.Person, "assessment.rate", id.NewRef(RefStakeholder, n)); err != nil {
			return err
		}
		s, err := Stakeholding(ctx, tx, n)
		if err != nil {
			return err
		}
		a, err := Get(ctx, tx, s.Assessment)
		if err != nil {
			return err
		}
		m, err := q.ModelOf(a)
		if err != nil {
			return err
		}
		return f(ctx, tx, s, a, m.Asked(s.Organisation.Kind))
	})
}

type factorsPage struct {
	Stakeholder Stakeholder
	At          string
	Tasks       []web.Task
	Closed      bool
}

// showFactors lists the factors that a stakeholder is asked about, with how much of each is answered.
func (q *Assessments) showFactors(r *web.Request) error {
	var p factorsPage
	err := q.stakeholding(r, func(ctx context.Context, tx *db.Tx, s Stakeholder, a Assessment, asked []Factor) error {
		p.Stakeholder, p.At, p.Closed = s, address(a.ID), a.Step != Collecting
		own, err := Own(ctx, tx, s.ID)
		for _, f := range asked {
			done := 0
			for _, i := range f.Indicators {
				if _, ok := own[i.Code]; ok {
					done++
				}
			}
			state := web.Tag{Text: r.T("{n} of {all} answered", "n", done, "all", len(f.Indicators)), Colour: "blue"}
			if done == len(f.Indicators) {
				state.Colour = ""
			}
			p.Tasks = append(p.Tasks, web.Task{Title: r.T(f.Name), Href: ratings + "/" + string(s.ID) + "/" + f.Code, State: state})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("assessment/factors", p)
}

// ratePage returns the page of a factor, the next factor's code and the indicators that are asked.
func (q *Assessments) ratePage(r *web.Request) (p ratePage, next string, asked []Indicator, err error) {
	err = q.stakeholding(r, func(ctx context.Context, tx *db.Tx, s Stakeholder, a Assessment, factors []Factor) error {
		at := slices.IndexFunc(factors, func(f Factor) bool { return f.Code == r.Value("factor") })
		if at < 0 {
			return fmt.Errorf("factor %s: %w", r.Value("factor"), errs.NotFound)
		}
		f := factors[at]
		asked = f.Indicators
		if at+1 < len(factors) {
			next = factors[at+1].Code
		}
		p = ratePage{
			Stakeholder: s, Assessment: a, At: ratings + "/" + string(s.ID), Factor: r.T(f.Name), Closed: a.Step != Collecting, Save: web.Button{Text: r.T("Save and go on")},
			Secret: []web.Choice{{Value: "yes", Label: r.T("Only the team may see the proof and the explanation.")}},
		}
		for _, v := range Values() {
			p.Values = append(p.Values, web.Choice{Value: string(v), Label: r.T(v.Name())})
		}
		own, err := Own(ctx, tx, s.ID)
		values := map[string]string{}
		for _, i := range asked {
			row := indicatorRow{Code: i.Code, Text: r.T(i.Text), Checked: i.Checked}
			if i.Treaty != "" {
				row.Rests = i.Treaty + " " + i.Article
			}
			for _, e := range i.Evidence {
				row.Evidence = append(row.Evidence, web.Choice{Value: string(e), Label: r.T(e.Name())})
			}
			p.Indicators = append(p.Indicators, row)
			if x, ok := own[i.Code]; ok {
				values[i.Code+"-value"], values[i.Code+"-evidence"], values[i.Code+"-proof"] = string(x.Value), string(x.Evidence), x.Proof
				values[i.Code+"-locator"], values[i.Code+"-note"] = x.Locator, x.Note
				if x.Confidential {
					values[i.Code+"-secret"] = "yes"
				}
			}
		}
		p.Form = web.NewForm(values)
		return err
	})
	return p, next, asked, err
}

func (q *Assessments) showRate(r *web.Request) error {
	p, _, _, err := q.ratePage(r)
	if err != nil {
		return err
	}
	return r.Page("assessment/rate", p)
}

func (q *Assessments) rate(r *web.Request) error {
	p, next, asked, err := q.ratePage(r)
	if err != nil {
		return err
	}
	f := r.Form()
	entry, err := f.Entry()
	if err != nil {
		return err
	}
	var list []Rated
	for _, i := range asked {
		get := func(part string) string { return f.Get(i.Code + "-" + part) }
		list = append(list, Rated{
			Indicator: i.Code, Value: Value(get("value")), Evidence: Evidence(get("evidence")), Proof: get("proof"), Locator: get("locator"),
			Note: get("note"), Confidential: get("secret") == "yes",
		})
	}
	if err := q.Rate(r.Ctx(), r.Person, p.Stakeholder.ID, list, entry); err != nil {
		p.Form = f
		return r.Again("assessment/rate", p, err)
	}
	to := p.At
	if next != "" {
		to += "/" + next
	}
	return r.Done(to, language.M("Your answers were saved. You can change them until the round is closed."))
}
