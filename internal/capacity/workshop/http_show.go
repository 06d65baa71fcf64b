package workshop

import (
	"context"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

func day(r *web.Request, s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return string(r.Date(t))
}

type moveForm struct {
	To     string // where the form goes: the acts have routes of their own
	Button web.Button
}

type mySeat struct {
	Status      web.Tag
	Place       int
	MayAccept   bool
	MayWithdraw bool
	MayTravel   bool
	Agreed      bool
	MayEvaluate bool
	Supervisors []web.Choice
	Accept      web.Button
	Withdraw    web.Button
}

type showPage struct {
	head
	Summary []web.Row
	Plan    web.Table
	Lacks   []string
	Moves   []moveForm
	Mine    *mySeat
	Links   []web.Link
}

func (q *Workshops) page(r *web.Request) (p showPage, err error) {
	p.head, err = q.on(r, "workshop.read", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		var langs []string
		for _, l := range w.Languages {
			langs = append(langs, l.Name())
		}
		p.Summary = []web.Row{{Key: r.T("Where"), Value: w.Place}, {Key: r.T("First day"), Value: day(r, w.From)}, {Key: r.T("Last day"), Value: day(r, w.To)},
			{Key: r.T("Time zone"), Value: w.Zone}, {Key: r.T("Working languages"), Value: string(r.Printer.And(langs))}}
		plan, err := Plans(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		seats, err := Seats(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		p.Plan = planTable(r, plan, seats)
		if err := q.links(ctx, tx, r, &p, w); err != nil {
			return err
		}
		if w.Stage == Selecting {
			materials, err := Materials(ctx, tx, w.ID)
			if err != nil {
				return err
			}
			for _, l := range Lacks(w, plan, seats, materials) {
				p.Lacks = append(p.Lacks, r.T(l))
			}
		}
		return q.mine(ctx, tx, r, &p, w)
	})
	return p, err
}

func planTable(r *web.Request, plan []Plan, seats []Seat) web.Table {
	t := web.Table{Caption: r.T("Seats by State and role"), Empty: r.T("No seat is planned yet."), Columns: []web.Column{
		{Label: r.T("State")}, {Label: r.T("Role")}, {Label: r.T("Seats"), Numeric: true}, {Label: r.T("Taken"), Numeric: true}, {Label: r.T("On the reserve"), Numeric: true}}}
	for _, p := range plan {
		var taken, waits int64
		for _, s := range seats {
			if s.State == p.State && s.Role == p.Role && s.Status.taken() {
				taken++
			}
			if s.State == p.State && s.Role == p.Role && s.Status == Reserve {
				waits++
			}
		}
		t.Rows = append(t.Rows, []any{stateName(r, p.State), r.T(p.Role.Name()), r.Printer.Number(int64(p.Seats)), r.Printer.Number(taken), r.Printer.Number(waits)})
	}
	return t
}

// links are the pages that the person can go on to, and the stages to which they can take the workshop.
func (q *Workshops) links(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage, w Workshop) error {
	on := id.NewRef(RefKind, w.ID)
	for _, l := range []struct {
		act  access.Act
		text string
		to   string
	}{
		{"workshop.read", language.M("Agenda"), "/agenda"}, {"workshop.read", language.M("Materials"), "/materials"}, {"workshop.plan", language.M("Plan and preparation"), "/plan"},
		{"seat.nominate", language.M("Name people of your State"), "/names"}, {"seat.type", language.M("Name people from a letter"), "/letter"},
		{"workshop.follow", language.M("Who takes part"), "/seats"}, {"workshop.follow", language.M("Papers to print"), "/papers"}, {"workshop.follow", language.M("What has come of it"), "/results"}, {"followup.link", language.M("Who is asked months later"), "/followups"},
	} {
		may, err := q.desk.Could(ctx, tx, r.Person, l.act, on)
		if err != nil {
			return err
		}
		if may {
			p.Links = append(p.Links, web.Link{Text: r.T(l.text), Href: address(w.ID) + l.to})
		}
	}
	follows, err := q.desk.Could(ctx, tx, r.Person, "workshop.follow", on)
	if err != nil {
		return err
	}
	if w.Series != "" && follows {
		p.Links = append(p.Links, web.Link{Text: r.T("Series: {name}", "name", w.Series), Href: seriesAt(w.Series)})
	}
	for _, to := range w.Stage.Moves() {
		may, err := q.desk.Could(ctx, tx, r.Person, to.act(), on)
		if err != nil {
			return err
		}
		if may {
			path := map[access.Act]string{"workshop.announce": "/announce", "workshop.close": "/close"}[to.act()]
			if path == "" {
				path = "/stage"
			}
			p.Moves = append(p.Moves, moveForm{path, web.Button{Text: r.T("Take it to: {stage}", "stage", language.Plain(r.T(to.Name()))), Kind: "secondary", Name: "to", Value: string(to)}})
		}
	}
	return nil
}

// mine fills in the reader's own seat.
func (q *Workshops) mine(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage, w Workshop) error {
	s, ok, err := SeatOf(ctx, tx, w.ID, r.Person.ID)
	if err != nil || !ok {
		return err
	}
	m := &mySeat{Status: statusTag(r, s.Status), Place: s.Place, Agreed: s.Supervisor != ""}
	m.MayAccept, m.MayWithdraw, m.MayTravel = s.Status == Offered, s.Status != Attended, w.ClosedOn == ""
	m.Accept, m.Withdraw = web.Button{Text: r.T("Take the seat")}, web.Button{Text: r.T("Give the seat back"), Kind: "secondary"}
	if m.MayEvaluate, err = open(ctx, tx, w, s); err != nil {
		return err
	}
	people, err := supervisors(ctx, tx, s)
	m.Supervisors = append([]web.Choice{{Value: "", Label: r.T("Nobody")}}, people...)
	p.Mine = m
	return err
}

func statusTag(r *web.Request, s Status) web.Tag {
	colour := map[Status]string{Accepted: "green", Attended: "green", Offered: "blue", Reserve: "yellow", Passed: "grey", Withdrawn: "grey", NoShow: "red"}
	return web.Tag{Text: r.T(s.Name()), Colour: colour[s]}
}

func (q *Workshops) show(r *web.Request) error {
	p, err := q.page(r)
	if err != nil {
		return err
	}
	return r.Page("workshop/show", p)
}

// again shows the workshop's page once more with what was typed.
func (q *Workshops) again(r *web.Request) func(err error) error {
	return func(err error) error {
		p, failed := q.page(r)
		if failed != nil {
			return failed
		}
		return r.Again("workshop/show", p, err)
	}
}

func (q *Workshops) move(r *web.Request) error {
	return q.sent(r, address, language.M("The workshop is at its next stage."), func(n, entry id.ID) error {
		return q.Move(r.Ctx(), r.Person, n, Stage(r.Form().Get("to")), r.Form().Get("why"), entry)
	}, q.again(r))
}

func (q *Workshops) accept(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	out, err := q.Accept(r.Ctx(), r.Person, n, entry)
	if err != nil {
		return err
	}
	a := out.Args()
	return r.Done(address(n), out.Sentence(), "state", stateName(r, a["state"]), "role", r.T(out.Role.Name()), "time", a["time"], "n", a["n"])
}

func (q *Workshops) withdraw(r *web.Request) error {
	return q.sent(r, func(id.ID) string { return base }, language.M("You have given the seat back."), func(n, entry id.ID) error {
		return q.Withdraw(r.Ctx(), r.Person, n, entry)
	}, q.again(r))
}

func (q *Workshops) needs(r *web.Request) error {
	return q.sent(r, address, language.M("Saved. It is erased 90 days after the workshop."), func(n, entry id.ID) error {
		return q.NeedsTravel(r.Ctx(), r.Person, n, Travel{r.Form().Get("travel"), r.Form().Get("health")}, entry)
	}, q.again(r))
}

func (q *Workshops) agree(r *web.Request) error {
	return q.sent(r, address, language.M("Saved. You can change this at any time."), func(n, entry id.ID) error {
		to := id.ID(r.Form().Get("supervisor"))
		if to != "" {
			if _, err := id.Parse(string(to)); err != nil {
				return errs.WithFields(web.NotOffered("supervisor"))
			}
		}
		return q.AgreeSupervisor(r.Ctx(), r.Person, n, to, entry)
	}, q.again(r))
}
