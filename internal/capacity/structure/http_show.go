package structure

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type commitmentRow struct {
	Commitment Commitment
	How, Kept  string
	MayReport  bool
}

type contactRow struct {
	Contact   ContactPoint
	State     string
	Stands    web.Tag
	MayDecide bool
	Accept    web.Button
	Refuse    web.Button
}

type showPage struct {
	Structure   Structure
	Kind, State string
	Stage       web.Tag
	Due         string // why it stands on the due list, "" when it doesn't
	Summary     []web.Row
	Signs       web.Table
	Commitments []commitmentRow
	Contacts    []contactRow
	IsNetwork   bool
	MayEdit     bool
	MayLive     bool
	MayApply    bool
	Next        []nextStage
	Form        *web.Form
	Others      []web.Choice // organisations that could take part
	Members     []web.Choice
	SignKinds   []web.Choice
	Measures    []web.Choice
	States      []web.Choice
	Budget      []web.Choice
	Button      map[string]web.Button
}

// nextStage is a stage to which the structure can be taken, with what it lacks for it.
type nextStage struct {
	Name   string
	Lacks  []string
	Button web.Button
}

func (q *Structures) page(r *web.Request, n id.ID) (p showPage, err error) {
	p.Form = r.Form()
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		on := id.NewRef(RefKind, n)
		if err := q.desk.See(ctx, tx, r.Person, "structure.read", on); err != nil {
			return err
		}
		if p.Structure, err = Get(ctx, tx, n); err != nil {
			return err
		}
		for may, act := range map[*bool]access.Act{&p.MayEdit: "structure.edit", &p.MayLive: "structure.live", &p.MayApply: "contact.apply"} {
			if *may, err = q.desk.Could(ctx, tx, r.Person, act, on); err != nil {
				return err
			}
		}
		if err := q.life(ctx, tx, r, &p); err != nil {
			return err
		}
		if err := q.members(ctx, tx, r, &p); err != nil {
			return err
		}
		if err := q.promised(ctx, tx, r, &p); err != nil {
			return err
		}
		return q.contacts(ctx, tx, r, &p)
	})
	s := p.Structure
	p.Kind, p.State, p.Stage, p.IsNetwork = r.T(s.Kind.Name()), organisation.StateName(r.Printer, s.Lead.State), stageTag(r, s.Stage), s.Kind == Network
	p.MayApply = p.MayApply && p.IsNetwork
	p.Button = map[string]web.Button{
		"member": {Text: r.T("Add the organisation"), Kind: "secondary"}, "basis": {Text: r.T("Save what it rests on"), Kind: "secondary"},
		"sign": {Text: r.T("Enter the sign of life")}, "commitment": {Text: r.T("Enter the commitment"), Kind: "secondary"}, "apply": {Text: r.T("Apply")},
	}
	return p, err
}

// life fills in the signs, whether it is due, and where it can go.
func (q *Structures) life(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage) error {
	s := p.Structure
	signs, err := Signs(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	p.Signs = web.Table{
		Caption: r.T("Signs of life"), Empty: r.T("None yet"),
		Columns: []web.Column{{Label: r.T("Day")}, {Label: r.T("What it is")}, {Label: r.T("What it shows")}, {Label: r.T("Proof")}},
	}
	for _, g := range signs {
		p.Signs.Rows = append(p.Signs.Rows, []any{string(r.Date(g.On)), r.T(g.Kind.Name()), g.Note, short(g.Proof)})
	}
	if Due(s, signs, r.Now()) {
		p.Due = r.T("It has shown no sign of life for twice the time in which it is to show one. Somebody has to say whether it sleeps, has ended, or lives.")
	}
	for _, to := range s.Stage.Moves() {
		next := nextStage{Name: r.T(to.Name()), Button: web.Button{Text: r.T("Take it to: {stage}", "stage", language.Plain(r.T(to.Name()))), Kind: "secondary", Name: "to", Value: string(to)}}
		for _, l := range Lacks(s, signs, to, r.Now()) {
			next.Lacks = append(next.Lacks, r.T(l))
		}
		p.Next = append(p.Next, next)
	}
	for _, k := range SignKinds() {
		p.SignKinds = append(p.SignKinds, web.Choice{Value: string(k), Label: r.T(k.Name())})
	}
	p.Budget = []web.Choice{{Value: "yes", Label: r.T("It has a budget of its own.")}}
	p.Summary = []web.Row{
		{Key: r.T("Led by"), Value: s.Lead.Name},
		{Key: r.T("Shows a sign of life every so many months"), Value: strconv.Itoa(s.MeetsEvery)},
		{Key: r.T("Rests on"), Value: orNone(r, s.Basis)},
	}
	return nil
}

func orNone(r *web.Request, s string) string {
	if s == "" {
		return r.T("Not entered yet")
	}
	return s
}

// short shows the beginning of a digest; an address stands whole.
func short(proof string) string {
	if strings.HasPrefix(proof, "https://") || len(proof) < 12 {
		return proof
	}
	return "SHA-256 " + proof[:12] + "…"
}

func (q *Structures) members(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage) error {
	members, err := Members(ctx, tx, p.Structure.ID)
	if err != nil {
		return err
	}
	var names []string
	in := map[id.ID]bool{}
	for _, o := range members {
		names = append(names, o.Name)
		in[o.ID] = true
		p.Members = append(p.Members, web.Choice{Value: string(o.ID), Label: o.Name})
	}
	p.Summary = append(p.Summary, web.Row{Key: r.T("Take part"), Value: string(r.Printer.And(names))})
	if !p.MayEdit {
		return nil
	}
	state := p.Structure.Lead.State
	if p.Structure.Kind == Network {
		state = "" // a network reaches beyond one State
	}
	all, err := organisation.List(ctx, tx, state)
	for _, o := range all {
		if !in[o.ID] {
			p.Others = append(p.Others, web.Choice{Value: string(o.ID), Label: o.Name})
		}
	}
	return err
}

func (q *Structures) promised(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage) error {
	list, err := Commitments(ctx, tx, p.Structure.ID)
	if err != nil {
		return err
	}
	p.Measures = []web.Choice{{Value: "", Label: r.T("The partner reports it")}}
	for code, say := range Measured() {
		p.Measures = append(p.Measures, web.Choice{Value: code, Label: r.T(say)})
	}
	sortChoices(p.Measures[1:])
	for _, m := range list {
		row := commitmentRow{Commitment: m, How: r.T("The partner reports it"), Kept: r.T("Nothing is known yet.")}
		if m.Measure != "" {
			row.How = r.T(Measured()[m.Measure])
		}
		f, ok, err := q.Kept(ctx, tx, m, r.Now())
		if err != nil {
			return err
		}
		if share, any := f.Share(); ok && any {
			row.Kept = r.T("Kept in {kept} of {of} ({share} %), {from} to {to}; promised {target} %.", "kept", f.Kept, "of", f.Of,
				"share", strconv.Itoa(share), "from", r.Date(f.From), "to", r.Date(f.To), "target", strconv.Itoa(m.Target))
		}
		may, err := q.desk.Could(ctx, tx, r.Person, "commitment.report", id.NewRef(RefCommitment, m.ID))
		if err != nil {
			return err
		}
		row.MayReport = may && m.Measure == ""
		p.Commitments = append(p.Commitments, row)
	}
	return nil
}

func (q *Structures) contacts(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage) error {
	if p.Structure.Kind != Network {
		return nil
	}
	list, err := q.Contacts(ctx, tx, p.Structure.ID)
	if err != nil {
		return err
	}
	states := map[string]bool{}
	members, err := Members(ctx, tx, p.Structure.ID)
	if err != nil {
		return err
	}
	for _, o := range members {
		if o.State != "" && !states[o.State] {
			states[o.State] = true
			p.States = append(p.States, web.Choice{Value: o.State, Label: organisation.StateName(r.Printer, o.State)})
		}
	}
	for _, c := range list {
		row := contactRow{
			Contact: c, State: organisation.StateName(r.Printer, c.State), Stands: contactTag(r, c),
			Accept: web.Button{Text: r.T("Accept"), Name: "accept", Value: "yes"}, Refuse: web.Button{Text: r.T("Refuse"), Kind: "secondary", Name: "accept", Value: "no"},
		}
		if c.Accepted.IsZero() && c.Refused.IsZero() {
			if row.MayDecide, err = q.desk.Could(ctx, tx, r.Person, "contact.decide", id.NewRef(RefContact, c.ID)); err != nil {
				return err
			}
		}
		p.Contacts = append(p.Contacts, row)
	}
	return nil
}

func contactTag(r *web.Request, c ContactPoint) web.Tag {
	switch {
	case !c.Refused.IsZero():
		return web.Tag{Text: r.T("Refused by the State"), Colour: "red"}
	case c.Accepted.IsZero():
		return web.Tag{Text: r.T("Waits for the State"), Colour: "yellow"}
	case c.Card == "":
		return web.Tag{Text: r.T("Accepted; waits for the State’s signed card"), Colour: "yellow"}
	}
	return web.Tag{Text: r.T("In the directory"), Colour: "green"}
}

func (q *Structures) show(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.page(r, n)
	if err != nil {
		return err
	}
	return r.Page("structure/show", p)
}

// posted runs one of the forms of a structure's page.
func (q *Structures) posted(r *web.Request, done string, act func(n, entry id.ID) error) error {
	return q.sent(r, done, func(n, entry id.ID) (string, error) { return address(n), act(n, entry) }, func(err error) error {
		n, failed := r.PathID("id")
		if failed != nil {
			return failed
		}
		p, failed := q.page(r, n)
		if failed != nil {
			return failed
		}
		return r.Again("structure/show", p, err)
	})
}

func (q *Structures) addMember(r *web.Request) error {
	return q.posted(r, language.M("The organisation takes part now."), func(n, entry id.ID) error {
		o, err := id.Parse(r.Form().Get("organisation-add"))
		if err != nil {
			return errs.WithFields(web.NotOffered("organisation-add"))
		}
		return q.AddMember(r.Ctx(), r.Person, n, o, entry)
	})
}

func (q *Structures) found(r *web.Request) error {
	return q.posted(r, language.M("What it rests on was saved."), func(n, entry id.ID) error {
		f := r.Form()
		return q.Found(r.Ctx(), r.Person, n, f.Get("basis"), f.Get("basis-proof"), f.Get("budget") == "yes", entry)
	})
}

func (q *Structures) showSign(r *web.Request) error {
	return q.posted(r, language.M("The sign of life was entered."), func(n, entry id.ID) error {
		f := r.Form()
		day, _ := f.Day("on")
		return q.Show(r.Ctx(), r.Person, n, Sign{Kind: SignKind(f.Get("sign")), On: day, Note: f.Get("note"), Proof: f.Get("proof")}, entry)
	})
}

func (q *Structures) move(r *web.Request) error {
	return q.posted(r, language.M("The structure stands at its new stage."), func(n, entry id.ID) error {
		return q.Move(r.Ctx(), r.Person, n, Stage(r.Form().Get("to")), r.Form().Get("why"), entry)
	})
}

func (q *Structures) promise(r *web.Request) error {
	return q.posted(r, language.M("The commitment was entered."), func(n, entry id.ID) error {
		f := r.Form()
		o, err := id.Parse(f.Get("organisation"))
		if err != nil {
			return errs.WithFields(web.NotOffered("organisation"))
		}
		target, _ := strconv.Atoi(f.Get("target"))
		return q.Promise(r.Ctx(), r.Person, n, Commitment{Organisation: organisation.Organisation{ID: o}, Says: f.Get("says"), Measure: f.Get("measure"), Target: target}, entry)
	})
}

func (q *Structures) apply(r *web.Request) error {
	return q.posted(r, language.M("The application waits for the State."), func(n, entry id.ID) error {
		f := r.Form()
		return q.Apply(r.Ctx(), r.Person, n, ContactPoint{State: f.Get("state"), Authority: f.Get("authority"), Person: f.Get("person"), Reach: f.Get("reach")}, entry)
	})
}

func (q *Structures) decide(r *web.Request) error {
	var of id.ID
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	if err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		c, err := contact(ctx, tx, n)
		of = c.Structure
		return err
	}); err != nil {
		return err
	}
	return q.sent(r, language.M("The State’s decision was entered."), func(n, entry id.ID) (string, error) {
		return address(of), q.Decide(r.Ctx(), r.Person, n, r.Form().Get("accept") == "yes", entry)
	}, func(err error) error { return fmt.Errorf("decide on a contact point: %w", err) })
}
