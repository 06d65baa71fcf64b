package assessment

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// move is a step to which the reader can take the assessment.
type move struct {
	At     string // the last part of the address of the form
	Button web.Button
}

type showPage struct {
	Assessment
	At          string
	StateName   string
	Tag         web.Tag
	Summary     []web.Row
	Moves       []move
	Form        *web.Form
	MayAsk      bool
	MayAppoint  bool
	MayComment  bool
	Inside      bool // what it says may be read
	HasReport   bool
	Asked       web.Table
	Others      []web.Choice
	Staff       []web.Choice
	Standings   web.Table
	Differ      web.Table
	Comments    []commentRow
	Factors     []web.Choice
	Button      map[string]web.Button
	OpenGapsNow int
}

type commentRow struct{ About, Words string }

// allowed fills each flag with whether the reader could do the act now.
func (q *Assessments) allowed(ctx context.Context, tx *db.Tx, r *web.Request, on id.Ref, flags map[access.Act]*bool) (err error) {
	for act, may := range flags {
		if *may, err = q.desk.Could(ctx, tx, r.Person, act, on); err != nil {
			return err
		}
	}
	return nil
}

func (q *Assessments) page(r *web.Request, n id.ID) (p showPage, err error) {
	p.Form, p.At = r.Form(), address(n)
	p.Button = map[string]web.Button{
		"ask": {Text: r.T("Ask this organisation"), Kind: "secondary"}, "team": {Text: r.T("Put on the team"), Kind: "secondary"}, "comment": {Text: r.T("Enter the comment")},
	}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		on, in := id.NewRef(RefKind, n), id.NewRef(RefInside, n)
		if err := q.desk.See(ctx, tx, r.Person, "assessment.read", on); err != nil {
			return err
		}
		if p.Assessment, err = Get(ctx, tx, n); err != nil {
			return err
		}
		if err := q.allowed(ctx, tx, r, on, map[access.Act]*bool{"assessment.round": &p.MayAsk, "assessment.team": &p.MayAppoint, "assessment.comment": &p.MayComment}); err != nil {
			return err
		}
		if err := q.allowed(ctx, tx, r, in, map[access.Act]*bool{"assessment.report": &p.Inside}); err != nil {
			return err
		}
		if err := q.people(ctx, tx, r, &p); err != nil {
			return err
		}
		if err := q.moves(ctx, tx, r, &p); err != nil || !p.Inside {
			return err
		}
		return q.stands(ctx, tx, r, &p)
	})
	p.StateName, p.Tag = organisation.StateName(r.Printer, p.State), stepTag(r, p.Step)
	p.MayAsk = p.MayAsk && p.Step.in(Agreed, Collecting, Consolidating)
	p.MayComment = p.MayComment && p.Step.in(Draft, Commented)
	p.HasReport = p.Inside && !p.Step.in(Requested, Agreed, Collecting, Consolidating)
	p.Summary = append([]web.Row{{Key: r.T("Model"), Value: p.Model}, {Key: r.T("What is assessed, and what for"), Value: p.Scope}}, p.Summary...)
	return p, err
}

// places are the last parts of the addresses at which an act of moving is done.
func places() map[string]string {
	return map[string]string{
		"assessment.agree": "agree", "assessment.round": "round", "assessment.comment": "commented", "assessment.clear": "clear", "assessment.publish": "publish",
	}
}

func (q *Assessments) moves(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage) error {
	for i, to := range p.Step.Moves() {
		may, err := q.desk.Could(ctx, tx, r.Person, access.Act(to.act()), id.NewRef(RefKind, p.ID))
		if err != nil {
			return err
		}
		if may {
			b := web.Button{Text: r.T(to.Button()), Name: "to", Value: string(to)}
			if i > 0 {
				b.Kind = "secondary"
			}
			p.Moves = append(p.Moves, move{places()[to.act()], b})
		}
	}
	return nil
}

// people fills in who is asked, who assesses, and who could be.
func (q *Assessments) people(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage) error {
	list, err := Stakeholders(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	p.Asked = web.Table{
		Caption: r.T("Who is asked"), Empty: r.T("Nobody is asked yet."),
		Columns: []web.Column{{Label: r.T("Organisation")}, {Label: r.T("Group")}, {Label: r.T("Ratings")}},
	}
	in := map[id.ID]bool{}
	for _, s := range list {
		in[s.Organisation.ID] = true
		own, err := organisation.Stands(ctx, tx, r.Person, s.Organisation.ID)
		if err != nil {
			return err
		}
		var rate any = ""
		if own {
			rate = web.Link{Text: r.T("Rate for this organisation"), Href: ratings + "/" + string(s.ID)}
		}
		if own || p.Inside || p.MayAsk {
			p.Asked.Rows = append(p.Asked.Rows, []any{s.Organisation.Name, r.T(s.Organisation.Kind.Name()), rate})
		}
	}
	team, err := Team(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	var names []string
	for _, n := range team {
		a, err := access.Find(ctx, tx, n)
		if err != nil {
			return err
		}
		names = append(names, a.Name)
	}
	if len(names) > 0 {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Team"), Value: string(r.And(names))})
	}
	if p.MayAppoint {
		all, err := access.People(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range all {
			if len(a.Offices()) > 0 && !a.Disabled {
				p.Staff = append(p.Staff, web.Choice{Value: string(a.ID), Label: a.Name})
			}
		}
	}
	if !p.MayAsk {
		return nil
	}
	all, err := organisation.List(ctx, tx, p.State)
	for _, o := range all {
		if !in[o.ID] {
			p.Others = append(p.Others, web.Choice{Value: string(o.ID), Label: o.Name})
		}
	}
	return err
}

// stands fills in how the factors stand, by what, and where the answers differ.
func (q *Assessments) stands(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage) error {
	c, err := q.content(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	m := c.Result.Model
	p.Standings = web.Table{
		Caption: r.T("What is shown by what"),
		Columns: []web.Column{{Label: r.T("Factor")}, {Label: r.T("Stage")}, {Label: r.T("At least and at most")}, {Label: r.T("For the next stage")}, {Label: r.T("Shown by")}},
	}
	p.Factors = []web.Choice{{Value: "", Label: r.T("The whole")}}
	for i, f := range m.Factors {
		s := c.Standings[i]
		next := r.T("It stands at the highest stage.")
		if s.Next > 0 {
			next = r.T("{met} of {all} met", "met", s.Met, "all", s.Next)
		}
		if len(s.Vacuous) > 0 {
			next += " " + r.T("Stages of which nothing applies: {list}.", "list", strings.Trim(fmt.Sprint(s.Vacuous), "[]"))
		}
		p.Standings.Rows = append(p.Standings.Rows, []any{r.T(f.Name), m.stage(r.Printer, s.Stage), fmt.Sprintf("%d – %d", s.Lower, s.Upper), next, shownBy(r.Printer, f, c.Agreed)})
		p.Factors = append(p.Factors, web.Choice{Value: f.Code, Label: r.T(f.Name)})
	}
	p.Differ = q.agendaTable(r, c.Result, Agenda(c.Spreads), p.At)
	for _, k := range c.Comments {
		about := r.T("The whole")
		if f, ok := m.factor(k.Factor); ok {
			about = r.T(f.Name)
		}
		p.Comments = append(p.Comments, commentRow{about, k.Words})
	}
	for _, g := range c.Gaps {
		if g.Open() {
			p.OpenGapsNow++
		}
	}
	return nil
}

// shownBy counts on what the agreements about a factor rest.
func shownBy(p *language.Printer, f Factor, agreed map[string]Agreement) string {
	count := map[Basis]int{}
	for _, i := range f.Indicators {
		if g, ok := agreed[i.Code]; ok && g.Basis != "" {
			count[g.Basis]++
		}
	}
	var parts []string
	for _, b := range Bases() {
		if count[b] > 0 {
			parts = append(parts, p.T("{value}: {n}", "value", language.Plain(p.T(b.Name())), "n", count[b]))
		}
	}
	if len(parts) == 0 {
		return p.T("Nothing was agreed yet.")
	}
	return strings.Join(parts, " · ")
}

func (q *Assessments) agendaTable(r *web.Request, res Result, list []Spread, at string) web.Table {
	t := web.Table{
		Caption: r.T("Where we differ most"), Empty: r.T("No answers differ, or no round is closed yet."),
		Columns: []web.Column{{Label: r.T("Indicator")}, {Label: r.T("What is said")}, {Label: r.T("Agreed")}},
	}
	for _, s := range list {
		_, i, _ := res.Model.indicator(s.Indicator)
		agreed := r.T("Not yet")
		if g, ok := res.Agreed[s.Indicator]; ok {
			agreed = r.T(g.Value.Name())
		}
		t.Rows = append(t.Rows, []any{web.Link{Text: r.T(i.Text), Href: at + "/consensus/" + s.Indicator}, s.line(r.Printer), agreed})
	}
	return t
}

// line says a spread in one line.
func (s Spread) line(p *language.Printer) string {
	count := map[Value]int{}
	for _, v := range s.values() {
		count[v]++
	}
	var parts []string
	for _, v := range Values() {
		if count[v] > 0 {
			parts = append(parts, p.T("{value}: {n}", "value", language.Plain(p.T(v.Name())), "n", count[v]))
		}
	}
	return strings.Join(parts, " · ")
}

func (q *Assessments) show(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.page(r, n)
	if err != nil {
		return err
	}
	return r.Page("assessment/show", p)
}

// posted runs one of the forms of an assessment's page.
func (q *Assessments) posted(r *web.Request, done string, act func(n, entry id.ID) error) error {
	return q.sent(r, done, "", act, func(n id.ID, err error) error {
		p, failed := q.page(r, n)
		if failed != nil {
			return failed
		}
		return r.Again("assessment/show", p, err)
	})
}

// step takes the assessment to the step that the button names; the route names the act, and the step must be of it.
func (q *Assessments) step(r *web.Request) error {
	to := Step(r.Form().Get("to"))
	if !strings.HasSuffix(r.HTTP.URL.Path, "/"+places()[to.act()]) {
		return fmt.Errorf("step %q at %s: %w", to, r.HTTP.URL.Path, errs.NotFound)
	}
	return q.posted(r, language.M("The assessment stands at its next step."), func(n, entry id.ID) error {
		return q.Move(r.Ctx(), r.Person, n, to, entry)
	})
}

func (q *Assessments) appoint(r *web.Request) error {
	return q.posted(r, language.M("The person is on the team."), func(n, entry id.ID) error {
		person, err := id.Parse(r.Form().Get("person"))
		if err != nil {
			return errs.WithFields(web.NotOffered("person"))
		}
		return q.Appoint(r.Ctx(), r.Person, n, person, entry)
	})
}

func (q *Assessments) ask(r *web.Request) error {
	return q.posted(r, language.M("The organisation is asked."), func(n, entry id.ID) error {
		org, err := id.Parse(r.Form().Get("organisation"))
		if err != nil {
			return errs.WithFields(web.NotOffered("organisation"))
		}
		return q.Ask(r.Ctx(), r.Person, n, org, entry)
	})
}

func (q *Assessments) comment(r *web.Request) error {
	return q.posted(r, language.M("The comment was entered."), func(n, entry id.ID) error {
		return q.Comment(r.Ctx(), r.Person, n, r.Form().Get("factor"), r.Form().Get("comment"), entry)
	})
}

func (q *Assessments) reportFile(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	media := map[string]string{"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
	format, ok := strings.CutPrefix(r.Value("file"), "report.")
	if !ok || media[format] == "" {
		return fmt.Errorf("file %s of an assessment: %w", r.Value("file"), errs.NotFound)
	}
	b, err := q.Report(r.Ctx(), r.Person, n, r.Lang(), format)
	if err != nil {
		return err
	}
	return r.Attachment("report."+format, media[format], bytes.NewReader(b))
}
