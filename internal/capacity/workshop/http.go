package workshop

import (
	"context"
	"embed"
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

//go:embed page po
var shown embed.FS

// Pages are the pages of workshops.
func Pages() web.Pages { return web.Pages{Name: "workshop", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "workshop", FS: shown} }

// Where the pages begin.
const (
	base   = "/capacity/workshops"
	asked  = "/capacity/followups"
	byLink = "/followup"
	series = "/capacity/workshop-series"
	member = base + "/{id}"
)

// Routes registers the pages of workshops.
func (q *Workshops) Routes(m *web.Mux) {
	m.Get(base, "workshop.read", q.showList)
	m.Get(series+"/{name}", "workshop.follow", q.showSeries)
	m.Get(base+"/new", "workshop.plan", q.showNew)
	m.Post(base+"/new", "workshop.plan", q.open)
	m.Get(member, "workshop.read", q.show)
	m.Post(member+"/stage", "workshop.select", q.move)
	m.Post(member+"/announce", "workshop.announce", q.move)
	m.Post(member+"/close", "workshop.close", q.move)
	m.Post(member+"/accept", "seat.accept", q.accept)
	m.Post(member+"/withdraw", "seat.withdraw", q.withdraw)
	m.Post(member+"/travel", "travel.enter", q.needs)
	m.Post(member+"/supervisor", "seat.accept", q.agree)
	m.Get(member+"/plan", "workshop.plan", q.showPlan)
	m.Post(member+"/plan", "workshop.plan", q.plan)
	m.Post(member+"/prepare", "workshop.plan", q.prepare)
	m.Get(member+"/materials", "workshop.read", q.showMaterials)
	m.Post(member+"/materials", "agenda.edit", q.material, web.MaxBody(materialForm))
	m.Get(member+"/materials/{file}", "workshop.read", q.fetchMaterial)
	m.Get(member+"/seats", "workshop.follow", q.showSeats)
	m.Post(member+"/replace", "seat.replace", q.replace)
	m.Post("/capacity/workshop-seats/{id}/offer", "seat.offer", q.offer)
	m.Post("/capacity/workshop-seats/{id}/approve", "seat.approve", q.approve)
	m.Get(member+"/names", "seat.nominate", q.showNames)
	m.Post(member+"/names", "seat.nominate", q.nominate)
	m.Get(member+"/letter", "seat.type", q.showLetter)
	m.Post(member+"/letter", "seat.type", q.typeLetter)
	m.Get(member+"/names/list", "seat.nominate", q.showRoster)
	m.Post(member+"/names/list", "seat.nominate", q.roster, web.MaxBody(maxRosterForm))
	m.Get(member+"/letter/list", "seat.type", q.showLetterRoster)
	m.Post(member+"/letter/list", "seat.type", q.letterRoster, web.MaxBody(maxRosterForm))
	m.Get(member+"/agenda", "workshop.read", q.showAgenda)
	m.Post(member+"/agenda", "agenda.edit", q.saveSession)
	m.Get(member+"/agenda.ics", "workshop.read", q.calendar)
	m.Get(member+"/agenda/{session}", "agenda.edit", q.showSession)
	m.Get(member+"/attendance/{session}", "attendance.mark", q.showAttendance)
	m.Post(member+"/attendance/{session}", "attendance.mark", q.attend)
	m.Get(member+"/papers", "workshop.follow", q.showPapers)
	m.Get(member+"/papers/agenda/{lang}", "workshop.read", q.agendaPaper)
	m.Get(member+"/papers/badges/{lang}", "workshop.follow", q.badgePaper)
	m.Get(member+"/papers/sheets/{lang}", "workshop.follow", q.sheetPaper)
	m.Get(member+"/results", "workshop.follow", q.showResults)
	m.Get(member+"/evaluation", "evaluation.answer", q.showEvaluation)
	m.Post(member+"/evaluation", "evaluation.answer", q.evaluate)
	m.Get(member+"/followups", "followup.link", q.showAsked)
	m.Post(member+"/followups", "followup.link", q.makeLinks)
	m.Get(byLink+"/{token}", web.Public, q.showByLink)
	m.Post(byLink+"/{token}", web.Public, q.answerByLink)
	m.Get(asked+"/{id}", "followup.answer", q.showFollowUp)
	m.Post(asked+"/{id}", "followup.answer", q.answer)
}

func (q *Workshops) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

func address(n id.ID) string { return base + "/" + string(n) }

// head is what every page of one workshop begins with.
type head struct {
	Workshop Workshop
	At       string // the address of the workshop's page
	Stage    web.Tag
	Form     *web.Form
	Save     web.Button
}

// on reads the workshop of the path for someone who may do the act on it.
func (q *Workshops) on(r *web.Request, act access.Act, then func(ctx context.Context, tx *db.Tx, w Workshop) error) (h head, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return h, err
	}
	h = head{At: address(n), Form: r.Form(), Save: web.Button{Text: r.T("Save")}}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if err = q.desk.See(ctx, tx, r.Person, act, id.NewRef(RefKind, n)); err != nil {
			return err
		}
		if h.Workshop, err = Get(ctx, tx, n); err != nil {
			return err
		}
		h.Stage = stageTag(r, h.Workshop.Stage)
		return then(ctx, tx, h.Workshop)
	})
	return h, err
}

// sent takes the ids of the path and of the entry, runs the act and goes on; what is refused with fields is shown again.
func (q *Workshops) sent(r *web.Request, to func(n id.ID) string, done string, act func(n, entry id.ID) error, again func(err error) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err = act(n, entry); err == nil {
		return r.Done(to(n), done)
	}
	if len(errs.Fields(err)) == 0 {
		return err
	}
	return again(err)
}

func stageTag(r *web.Request, s Stage) web.Tag {
	colour := map[Stage]string{Planned: "grey", Announced: "light-blue", Selecting: "blue", Ready: "turquoise", Running: "green", Closed: "yellow", Evaluated: "grey", Cancelled: "grey"}
	return web.Tag{Text: r.T(s.Name()), Colour: colour[s]}
}

func stateName(r *web.Request, code string) string {
	if code == "" {
		return r.T("Partners")
	}
	return organisation.StateName(r.Printer, code)
}

func (q *Workshops) showList(r *web.Request) error {
	var p struct {
		Table    web.Table
		Evaluate []web.Link
		Waiting  []web.Link
		May      bool
	}
	p.May = q.desk.Ever(r.Person, "workshop.plan")
	p.Table = web.Table{Caption: r.T("Workshops"), Empty: r.T("You take part in no workshop yet."),
		Columns: []web.Column{{Label: r.T("Name")}, {Label: r.T("First day")}, {Label: r.T("Where")}, {Label: r.T("How it stands")}}}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := List(ctx, tx, r.Person)
		if err != nil {
			return err
		}
		for _, w := range list {
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: w.Name, Href: address(w.ID)}, day(r, w.From), w.Place, stageTag(r, w.Stage)})
			s, ok, err := SeatOf(ctx, tx, w.ID, r.Person.ID)
			if err != nil {
				return err
			}
			if ok {
				if ok, err = open(ctx, tx, w, s); err != nil {
					return err
				}
			}
			if ok {
				p.Evaluate = append(p.Evaluate, web.Link{Text: w.Name, Href: address(w.ID) + "/evaluation"})
			}
		}
		waiting, err := Waiting(ctx, tx, r.Person.ID)
		if err != nil {
			return err
		}
		for _, f := range waiting {
			w, err := Get(ctx, tx, f.Workshop)
			if err != nil {
				return err
			}
			p.Waiting = append(p.Waiting, web.Link{Text: w.Name, Href: asked + "/" + string(f.ID)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("workshop/list", p)
}

type newPage struct {
	Form      *web.Form
	Languages []web.Choice
	Open      web.Button
}

func newForm(r *web.Request) newPage {
	p := newPage{Form: r.Form(), Open: web.Button{Text: r.T("Plan the workshop")}}
	for _, tag := range language.Official() {
		p.Languages = append(p.Languages, web.Choice{Value: string(tag), Label: tag.Name()})
	}
	return p
}

func (q *Workshops) showNew(r *web.Request) error { return r.Page("workshop/new", newForm(r)) }

func (q *Workshops) open(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	f := r.Form()
	capacity, _ := strconv.Atoi(language.Digits(f.Get("capacity"))) // what is no number is 0, which is refused
	w := Workshop{Name: f.Get("name"), Place: f.Get("place"), Zone: f.Get("zone"), From: f.Read("from", web.Date), To: f.Read("to", web.Date),
		Capacity: capacity, Competencies: strings.Fields(f.Get("competencies")), Series: strings.TrimSpace(f.Get("series"))}
	for _, l := range language.Official() { // the order of the official list, the first ticked is the one that is interpreted
		for _, ticked := range f.All("languages") {
			if ticked == string(l) {
				w.Languages = append(w.Languages, l)
			}
		}
	}
	n, err := q.Open(r.Ctx(), r.Person, w, entry)
	if err != nil {
		return r.Again("workshop/new", newForm(r), err)
	}
	return r.Done(address(n)+"/plan", language.M("The workshop is planned. Enter its seats next."))
}
