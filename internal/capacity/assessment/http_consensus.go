package assessment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type agendaPage struct {
	At      string
	State   string
	Step    Step
	May     bool
	Agenda  web.Table
	Rest    web.Table
	Take    web.Button
	Waiting bool // no round is closed
}

// insideOf reads what an assessment says for whoever may read it.
func (q *Assessments) insideOf(r *web.Request, f func(ctx context.Context, tx *db.Tx, c content) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	return q.look(r, func(ctx context.Context, tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, r.Person, "assessment.report", id.NewRef(RefInside, n)); err != nil {
			return err
		}
		c, err := q.content(ctx, tx, n)
		if err != nil {
			return err
		}
		return f(ctx, tx, c)
	})
}

func (q *Assessments) showAgenda(r *web.Request) error {
	p, err := q.agendaPage(r)
	if err != nil {
		return err
	}
	return r.Page("assessment/agenda", p)
}

func (q *Assessments) agendaPage(r *web.Request) (p agendaPage, err error) {
	p.Take = web.Button{Text: r.T("Take over what nobody disputes"), Kind: "secondary"}
	err = q.insideOf(r, func(ctx context.Context, tx *db.Tx, c content) error {
		p.At, p.State, p.Step, p.Waiting = address(c.ID), organisation.StateName(r.Printer, c.State), c.Step, c.closed() == 0
		first := Agenda(c.Spreads)
		p.Agenda = q.agendaTable(r, c.Result, first, p.At)
		p.Agenda.Caption = r.T("Agenda: the widest spreads")
		rest := slices.DeleteFunc(slices.Clone(c.Spreads), func(s Spread) bool {
			return slices.ContainsFunc(first, func(x Spread) bool { return x.Indicator == s.Indicator })
		})
		p.Rest = q.agendaTable(r, c.Result, rest, p.At)
		p.Rest.Caption = r.T("The others")
		err := q.allowed(ctx, tx, r, id.NewRef(RefKind, c.ID), map[access.Act]*bool{"assessment.consensus": &p.May})
		p.May = p.May && c.Step == Consolidating
		return err
	})
	return p, err
}

func (q *Assessments) undisputed(r *web.Request) error {
	return q.sent(r, language.M("What nobody disputes was taken over."), "/consensus", func(n, entry id.ID) error {
		_, err := q.AgreeUndisputed(r.Ctx(), r.Person, n, entry)
		return err
	}, func(_ id.ID, err error) error { return err })
}

type consensusPage struct {
	At        string
	Indicator string
	Text      string
	Said      []saidRow
	Private   string
	Agreed    string
	Note      string
	Dissent   []dissentRow
	Form      *web.Form
	May       bool
	MayFault  bool
	Values    []web.Choice
	Bases     []web.Choice
	Groups    []web.Choice
	Faults    []web.Choice
	Button    map[string]web.Button
}

type dissentRow struct{ Who, Words string }

type saidRow struct {
	Said
	GroupName, ValueName, ProofName, FaultName string
	Hidden                                     bool
}

func (q *Assessments) consensusPage(r *web.Request) (p consensusPage, err error) {
	p.Indicator = r.Value("indicator")
	p.Button = map[string]web.Button{"agree": {Text: r.T("Enter what was agreed")}, "fault": {Text: r.T("Save what was found"), Kind: "secondary"}}
	err = q.insideOf(r, func(ctx context.Context, tx *db.Tx, c content) error {
		_, i, ok := c.Result.Model.indicator(p.Indicator)
		if !ok {
			return fmt.Errorf("indicator %s: %w", p.Indicator, errs.NotFound)
		}
		p.At, p.Text = address(c.ID), r.T(i.Text)
		if err := q.allowed(ctx, tx, r, id.NewRef(RefKind, c.ID), map[access.Act]*bool{"assessment.consensus": &p.MayFault}); err != nil {
			return err
		}
		p.May = p.MayFault && c.Step == Consolidating
		for _, s := range c.Spreads {
			if s.Indicator == p.Indicator {
				p.spread(r, s)
			}
		}
		g := c.Agreed[p.Indicator]
		p.Form = web.NewForm(map[string]string{"value": string(g.Value), "basis": string(g.Basis), "note": g.Note})
		for i, d := range g.Dissent[:min(2, len(g.Dissent))] {
			at := []string{"", "-2"}[i]
			p.Form.Values.Set("dissent-group"+at, string(d.Group))
			p.Form.Values.Set("dissent-value"+at, string(d.Value))
			p.Form.Values.Set("dissent-words"+at, d.Words)
		}
		if g.Value != "" {
			p.Agreed, p.Note = r.T(g.Value.Name())+" · "+g.say(r.Printer), g.Note
		}
		for _, d := range g.Dissent {
			who := r.T("{group} does not agree: {value}.", "group", language.Plain(r.T(d.Group.Name())), "value", language.Plain(r.T(d.Value.Name())))
			p.Dissent = append(p.Dissent, dissentRow{who, d.Words})
		}
		p.choices(r, c.Stakeholders)
		return nil
	})
	return p, err
}

func (p *consensusPage) spread(r *web.Request, s Spread) {
	p.Private = s.privately(r.Printer)
	for _, x := range s.Said {
		row := saidRow{Said: x, GroupName: r.T(x.Group.Name()), ValueName: r.T(x.Value.Name()), Hidden: x.Confidential && !p.MayFault}
		if x.Proof != "" {
			row.ProofName = r.T(x.Evidence.Name())
		}
		if x.Fault != "" {
			row.FaultName = r.T(faults()[x.Fault])
		}
		p.Said = append(p.Said, row)
	}
}

func (p *consensusPage) choices(r *web.Request, stakeholders []Stakeholder) {
	for _, v := range Values() {
		p.Values = append(p.Values, web.Choice{Value: string(v), Label: r.T(v.Name())})
	}
	for _, b := range Bases() {
		p.Bases = append(p.Bases, web.Choice{Value: string(b), Label: r.T(b.Name())})
	}
	p.Groups = []web.Choice{{Value: "", Label: r.T("Nobody")}}
	for _, k := range organisation.Kinds() {
		if slices.ContainsFunc(stakeholders, func(s Stakeholder) bool { return s.Organisation.Kind == k }) {
			p.Groups = append(p.Groups, web.Choice{Value: string(k), Label: r.T(k.Name())})
		}
	}
	for _, code := range []string{"", "gone", "differs"} {
		p.Faults = append(p.Faults, web.Choice{Value: code, Label: r.T(faults()[code])})
	}
}

func (q *Assessments) showConsensus(r *web.Request) error {
	p, err := q.consensusPage(r)
	if err != nil {
		return err
	}
	return r.Page("assessment/consensus", p)
}

func (q *Assessments) againConsensus(r *web.Request) func(id.ID, error) error {
	return func(_ id.ID, err error) error {
		p, failed := q.consensusPage(r)
		if failed != nil {
			return failed
		}
		p.Form = r.Form()
		return r.Again("assessment/consensus", p, err)
	}
}

func (q *Assessments) agreeOn(r *web.Request) error {
	return q.sent(r, language.M("What was agreed was entered."), "/consensus", func(n, entry id.ID) error {
		f := r.Form()
		g := Agreement{Indicator: r.Value("indicator"), Rating: Rating{Value(f.Get("value")), Basis(f.Get("basis"))}, Note: f.Get("note")}
		for _, d := range []string{"", "-2"} { // two groups at most on a page; the act takes more
			if group := f.Get("dissent-group" + d); group != "" {
				g.Dissent = append(g.Dissent, Dissent{organisation.Kind(group), Value(f.Get("dissent-value" + d)), strings.TrimSpace(f.Get("dissent-words" + d))})
			}
		}
		return q.Agree(r.Ctx(), r.Person, n, g, entry)
	}, q.againConsensus(r))
}

func (q *Assessments) faultOf(r *web.Request) error {
	return q.sent(r, language.M("What was found of the proof was entered."), "/consensus/"+r.Value("indicator"), func(n, entry id.ID) error {
		of, err := id.Parse(r.Form().Get("stakeholder"))
		if err != nil {
			return errs.WithFields(web.NotOffered("fault"))
		}
		return q.Fault(r.Ctx(), r.Person, n, of, r.Value("indicator"), r.Form().Get("fault-"+string(of)), entry)
	}, q.againConsensus(r))
}
