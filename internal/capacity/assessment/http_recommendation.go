package assessment

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type recommendationRow struct {
	Recommendation
	About, Waits, ReplyName string
}

type recommendationsPage struct {
	Editing int // the number of the one that is changed; 0 for a new one
	At      string
	State   string
	List    []recommendationRow
	Gaps    web.Table
	Form    *web.Form
	May     bool
	MayTell bool // answer for the State
	Factors []web.Choice
	Owners  []web.Choice
	Before  []web.Choice // recommendations that can come before
	Replies []web.Choice
	Button  map[string]web.Button
}

func (q *Assessments) recommendationsPage(r *web.Request) (p recommendationsPage, err error) {
	p.Form = r.Form()
	p.Button = map[string]web.Button{
		"save": {Text: r.T("Save the recommendation")}, "none": {Text: r.T("Enter the reason"), Kind: "secondary"}, "reply": {Text: r.T("Enter the reply"), Kind: "secondary"},
	}
	p.Replies = []web.Choice{{Value: string(Accepted), Label: r.T(Accepted.Name())}, {Value: string(Declined), Label: r.T(Declined.Name())}}
	err = q.insideOf(r, func(ctx context.Context, tx *db.Tx, c content) error {
		p.At, p.State = address(c.ID), organisation.StateName(r.Printer, c.State)
		if err := q.allowed(ctx, tx, r, id.NewRef(RefKind, c.ID), map[access.Act]*bool{"recommendation.edit": &p.May, "recommendation.reply": &p.MayTell}); err != nil {
			return err
		}
		p.May = p.May && c.Step.in(Consolidating, Draft, Commented)
		p.MayTell = p.MayTell && !c.Step.in(Requested, Agreed, Collecting, Consolidating)
		for _, x := range c.Recommendations {
			p.edit(r, x)
			p.List = append(p.List, recommendationRow{
				x, string(r.And(factorNames(c.Result.Model, r.Printer, x.Factors))), string(r.And(numbers(c.Recommendations, x.DependsOn))), r.T(x.Reply.Name()),
			})
			p.Before = append(p.Before, web.Choice{Value: string(x.ID), Label: fmt.Sprintf("R%d", x.N)})
		}
		p.gaps(r, c)
		all, err := organisation.List(ctx, tx, c.State)
		for _, o := range all {
			p.Owners = append(p.Owners, web.Choice{Value: string(o.ID), Label: o.Name})
		}
		return err
	})
	return p, err
}

// edit puts a recommendation into the form when the address or the form asks for it.
func (p *recommendationsPage) edit(r *web.Request, x Recommendation) {
	if of := cmp.Or(r.Form().Get("change"), r.Query("change")); of != string(x.ID) || !p.May {
		return
	}
	p.Editing = x.N
	if r.Form().Has("change") {
		return // what was typed stands
	}
	p.Form = web.NewForm(map[string]string{
		"change": string(x.ID), "version": strconv.FormatInt(x.Version, 10), "words": x.Words, "owner": string(x.Owner.ID), "months": strconv.Itoa(x.Months),
	})
	p.Form.Values["factors"] = x.Factors
	for _, on := range x.DependsOn {
		p.Form.Values.Add("depends", string(on))
	}
}

func (p *recommendationsPage) gaps(r *web.Request, c content) {
	p.Gaps = web.Table{
		Caption: r.T("Gaps: factors below the highest stage"), Empty: r.T("There is no gap."),
		Columns: []web.Column{{Label: r.T("Factor")}, {Label: r.T("Stage")}, {Label: r.T("What is said about it")}},
	}
	for _, g := range c.Gaps {
		f, _ := c.Result.Model.factor(g.Factor)
		var ids []id.ID
		for _, x := range g.Recommendations {
			ids = append(ids, x.ID)
		}
		var said any = string(r.And(numbers(c.Recommendations, ids)))
		switch {
		case g.Open():
			said = web.Tag{Text: r.T("Nothing yet: this keeps the report from clearance"), Colour: "red"}
		case g.None != "" && len(ids) == 0:
			said = r.T("Nothing is recommended, because: {reason}", "reason", g.None)
		}
		p.Gaps.Rows = append(p.Gaps.Rows, []any{r.T(f.Name), c.Result.Model.stage(r.Printer, g.Stage), said})
		p.Factors = append(p.Factors, web.Choice{Value: g.Factor, Label: r.T(f.Name)})
	}
}

func (q *Assessments) showRecommendations(r *web.Request) error {
	p, err := q.recommendationsPage(r)
	if err != nil {
		return err
	}
	return r.Page("assessment/recommendations", p)
}

func (q *Assessments) againRecommendations(r *web.Request) func(id.ID, error) error {
	return func(_ id.ID, err error) error {
		p, failed := q.recommendationsPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("assessment/recommendations", p, err)
	}
}

func (q *Assessments) recommend(r *web.Request) error {
	return q.sent(r, language.M("The recommendation was saved."), "/recommendations", func(n, entry id.ID) error {
		f := r.Form()
		x := Recommendation{Words: f.Get("words"), Factors: f.All("factors"), Owner: organisation.Organisation{ID: id.ID(f.Get("owner"))}}
		if months, err := strconv.Atoi(f.Get("months")); err == nil {
			x.Months = months
		}
		if of := f.Get("change"); of != "" {
			version, err := strconv.ParseInt(f.Get("version"), 10, 64)
			if err != nil {
				return errs.WithFields(web.NotOffered("words"))
			}
			x.ID, x.Version = id.ID(of), version
		}
		for _, on := range f.All("depends") {
			x.DependsOn = append(x.DependsOn, id.ID(on))
		}
		return q.Recommend(r.Ctx(), r.Person, n, x, entry)
	}, q.againRecommendations(r))
}

func (q *Assessments) recommendNone(r *web.Request) error {
	return q.sent(r, language.M("The reason was entered."), "/recommendations", func(n, entry id.ID) error {
		return q.RecommendNone(r.Ctx(), r.Person, n, r.Form().Get("factor"), r.Form().Get("because"), entry)
	}, q.againRecommendations(r))
}

func (q *Assessments) reply(r *web.Request) error {
	return q.sent(r, language.M("The reply was entered."), "/recommendations", func(n, entry id.ID) error {
		f := r.Form()
		return q.Answer(r.Ctx(), r.Person, n, id.ID(f.Get("recommendation")), Reply(f.Get("reply")), f.Get("reply-words"), entry)
	}, q.againRecommendations(r))
}

type milestoneRow struct {
	Milestone
	BecomesName, StateName string
	Due                    string
	Open                   bool
}

type roadmapPage struct {
	At              string
	State           string
	Table           web.Table
	Open            []milestoneRow
	Any             bool
	Form            *web.Form
	May, MayEnd     bool
	Recommendations []web.Choice
	Becoming        []web.Choice
	Owners          []web.Choice
	Button          map[string]web.Button
}

func (q *Assessments) roadmapPage(r *web.Request) (p roadmapPage, err error) {
	p.Form = r.Form()
	p.Button = map[string]web.Button{
		"plan": {Text: r.T("Plan the milestone")}, "done": {Text: r.T("It is reached"), Name: "end", Value: "done"}, "drop": {Text: r.T("Give it up"), Name: "end", Value: "dropped", Kind: "secondary"},
	}
	for _, b := range Becoming() {
		p.Becoming = append(p.Becoming, web.Choice{Value: string(b), Label: r.T(b.Name())})
	}
	p.Table = web.Table{
		Caption: r.T("Milestones"), Empty: r.T("No milestone is planned yet."),
		Columns: []web.Column{{Label: r.T("Milestone")}, {Label: r.T("Becomes")}, {Label: r.T("In charge")}, {Label: r.T("Due")}, {Label: r.T("Measured by")}, {Label: r.T("How it stands")}},
	}
	err = q.insideOf(r, func(ctx context.Context, tx *db.Tx, c content) error {
		p.At, p.State, p.Any = address(c.ID), organisation.StateName(r.Printer, c.State), len(c.Milestones) > 0
		if err := q.allowed(ctx, tx, r, id.NewRef(RefKind, c.ID), map[access.Act]*bool{"milestone.edit": &p.May, "milestone.done": &p.MayEnd}); err != nil {
			return err
		}
		p.May = p.May && c.Step.in(Commented, Cleared, Published, Kept)
		for _, m := range c.Milestones {
			row := milestoneRow{Milestone: m, BecomesName: r.T(m.Becomes.Name()), StateName: r.T(m.stateName()), Due: string(r.Date(m.Due))}
			colour := map[string]string{"open": "blue", "done": "green", "dropped": "grey"}[m.State]
			if m.State == "open" && m.Due.Before(r.Now()) {
				row.StateName, colour = r.T("Overdue"), "red"
			}
			p.Table.Rows = append(p.Table.Rows, []any{m.Words, row.BecomesName, m.Owner.Name, row.Due, m.Measure, web.Tag{Text: row.StateName, Colour: colour}})
			if m.State == "open" {
				p.Open = append(p.Open, row)
			}
		}
		for _, x := range c.Recommendations {
			if x.Reply == Accepted {
				p.Recommendations = append(p.Recommendations, web.Choice{Value: string(x.ID), Label: fmt.Sprintf("R%d: %s", x.N, clip(x.Words))})
			}
		}
		all, err := organisation.List(ctx, tx, c.State)
		for _, o := range all {
			p.Owners = append(p.Owners, web.Choice{Value: string(o.ID), Label: o.Name})
		}
		return err
	})
	return p, err
}

// clip shortens a text for a list of choices.
func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

func (q *Assessments) showRoadmap(r *web.Request) error {
	p, err := q.roadmapPage(r)
	if err != nil {
		return err
	}
	return r.Page("assessment/roadmap", p)
}

func (q *Assessments) roadmapFile(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	name := r.Value("file")
	if name != "roadmap.svg" && name != "narrow.svg" {
		return fmt.Errorf("file %s of a roadmap: %w", name, errs.NotFound)
	}
	b, err := q.Roadmap(r.Ctx(), r.Person, n, r.Lang(), name == "narrow.svg")
	if err == nil && b == nil {
		err = fmt.Errorf("roadmap of assessment %s has no milestone: %w", n, errs.NotFound)
	}
	if err != nil {
		return err
	}
	return r.Attachment(name, "image/svg+xml", bytes.NewReader(b))
}

func (q *Assessments) againRoadmap(r *web.Request) func(id.ID, error) error {
	return func(_ id.ID, err error) error {
		p, failed := q.roadmapPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("assessment/roadmap", p, err)
	}
}

func (q *Assessments) plan(r *web.Request) error {
	return q.sent(r, language.M("The milestone was planned."), "/roadmap", func(n, entry id.ID) error {
		f := r.Form()
		begins, _ := f.Day("begins")
		due, _ := f.Day("due")
		return q.Plan(r.Ctx(), r.Person, n, Milestone{
			Recommendation: id.ID(f.Get("recommendation")), Words: f.Get("words"), Becomes: Becomes(f.Get("becomes")), Owner: organisation.Organisation{ID: id.ID(f.Get("owner"))},
			Begins: begins, Due: due, Measure: f.Get("measure"),
		}, entry)
	}, q.againRoadmap(r))
}

func (q *Assessments) endMilestone(r *web.Request) error {
	return q.sent(r, language.M("The milestone was ended."), "/roadmap", func(n, entry id.ID) error {
		f := r.Form()
		of, err := id.Parse(f.Get("milestone"))
		if err != nil {
			return errs.WithFields(web.NotOffered("milestone"))
		}
		if f.Get("end") == "dropped" {
			return q.Drop(r.Ctx(), r.Person, n, of, f.Get("why-"+string(of)), entry)
		}
		return q.Finish(r.Ctx(), r.Person, n, of, f.Get("proof-"+string(of)), entry)
	}, q.againRoadmap(r))
}
