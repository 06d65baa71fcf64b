package casefile

import (
	"context"
	"embed"
	"errors"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of cases.
func Pages() web.Pages { return web.Pages{Name: "casefile", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "casefile", FS: shown} }

// perPage is how many cases stand on one page.
const perPage = 25

// Routes registers the pages of cases.
func (q *Cases) Routes(m *web.Mux) {
	m.Get("/cases", "case.read", q.showMine)
	m.Get("/cases/new", "case.open", q.showNew)
	m.Post("/cases/new", "case.open", q.open)
	m.Get("/cases/office", "case.exclude", q.showOffice)
	m.Get("/cases/{id}", "case.read", q.showCase)
	m.Post("/cases/{id}", "case.edit", q.saveTitle)
	m.Get("/cases/{id}/members", "case.member.add", q.showMembers)
	m.Post("/cases/{id}/members", "case.member.add", q.addMember)
	m.Post("/cases/{id}/members/remove", "case.member.remove", q.removeMember)
	m.Post("/cases/{id}/members/exclude", "case.exclude", q.exclude)
	m.Post("/cases/{id}/members/readmit", "case.exclude", q.readmit)
}

// seen reads with the scope of the one who asks.
func (q *Cases) seen(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.View(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

func (q *Cases) showMine(r *web.Request) error {
	before := r.Query("before")
	var p struct {
		Table     web.Table
		Pager     web.Pager
		May, Head bool
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := List(ctx, tx, id.ID(before), perPage+1)
		if err != nil {
			return err
		}
		if len(list) > perPage {
			list = list[:perPage]
			p.Pager.Next = "/cases?before=" + string(list[perPage-1].ID)
		}
		p.Table = casesTable(r, list)
		return nil
	})
	if before != "" {
		p.Pager.Previous = "/cases"
	}
	p.May, p.Head = len(q.offices(r.Person, "case.open")) > 0, len(q.offices(r.Person, "case.exclude")) > 0
	if err != nil {
		return err
	}
	return r.Page("casefile/list", p)
}

func casesTable(r *web.Request, list []Case) web.Table {
	t := web.Table{
		Caption: r.T("Cases that you work on"), Empty: r.T("You are in no case now. Whoever has charge of one can let you in, or you open one."),
		Columns: []web.Column{{Label: r.T("Number of the case")}, {Label: r.T("Title of the case")}, {Label: r.T("Opened on")}},
	}
	for _, k := range list {
		t.Rows = append(t.Rows, []any{web.Link{Text: k.Number, Href: "/cases/" + string(k.ID)}, k.Title, string(r.Date(k.Opened))})
	}
	return t
}

// offices are those in which the person holds a role that may do the act.
func (q *Cases) offices(p access.Person, act access.Act) []id.ID {
	var found []id.ID
	for _, g := range p.Grants {
		one := p
		one.Grants = []access.Grant{g}
		if g.Office != "" && !slices.Contains(found, g.Office) && q.desk.Ever(one, act) {
			found = append(found, g.Office)
		}
	}
	return found
}

type newPage struct {
	Form    *web.Form
	Offices []web.Choice
	Only    id.ID // the one office, when there is no choice
	Open    web.Button
}

func (q *Cases) newPage(r *web.Request) (newPage, error) {
	p := newPage{Form: r.Form(), Open: web.Button{Text: r.T("Open the case")}}
	mine := q.offices(r.Person, "case.open")
	if len(mine) == 1 {
		p.Only = mine[0]
		return p, nil
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		for _, n := range mine {
			o, err := access.FindOffice(ctx, tx, n)
			if err != nil {
				return err
			}
			p.Offices = append(p.Offices, web.Choice{Value: string(n), Label: o.Name})
		}
		return nil
	})
	return p, err
}

func (q *Cases) showNew(r *web.Request) error {
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	return r.Page("casefile/new", p)
}

func (q *Cases) open(r *web.Request) error {
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	office := id.ID(r.Form().Get("office"))
	if !slices.Contains(q.offices(r.Person, "case.open"), office) {
		return r.Again("casefile/new", p, errs.WithFields(web.NotOffered("office")))
	}
	n, err := q.Open(r.Ctx(), r.Person, office, r.Form().Get("title"), q.exercise, entry)
	if err != nil {
		return r.Again("casefile/new", p, err)
	}
	return r.Done("/cases/"+string(n), language.M("The case was opened. You are its first member; let in whoever works on it."))
}

type casePage struct {
	Case     Case
	Office   string
	Form     *web.Form
	Summary  []web.Row
	Members  web.Table
	Inside   []insidePart
	MayEdit  bool
	MayAdmit bool
	Save     web.Button
}

func (q *Cases) casePage(r *web.Request, n id.ID) (casePage, error) {
	p := casePage{Form: r.Form(), Save: web.Button{Text: r.T("Save"), Kind: "secondary"}}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Case, err = Get(ctx, tx, n); err != nil {
			return err
		}
		o, err := access.FindOffice(ctx, tx, p.Case.Office)
		if err != nil {
			return err
		}
		p.Office = o.Name
		there, err := members(ctx, tx, n)
		if err != nil {
			return err
		}
		p.Members = membersTable(r, there)
		for _, s := range q.inside {
			part := insidePart{}
			if part.Table, err = insideTable(ctx, tx, r, n, s); err != nil {
				return err
			}
			if s.More != "" && q.desk.Ever(r.Person, s.Act) {
				part.More = web.Link{Text: r.T(s.More), Href: s.At(n)}
			}
			p.Inside = append(p.Inside, part)
		}
		if p.MayEdit, err = q.desk.Could(ctx, tx, r.Person, "case.edit", id.NewRef(Kind, n)); err != nil {
			return err
		}
		p.MayAdmit, err = q.desk.Could(ctx, tx, r.Person, "case.member.add", id.NewRef(Kind, n))
		return err
	})
	if !r.Form().Has("title") {
		p.Form = web.NewForm(map[string]string{"title": p.Case.Title, "version": strconv.FormatInt(p.Case.Version, 10)})
	}
	p.Summary = []web.Row{
		{Key: r.T("Number of the case"), Value: p.Case.Number},
		{Key: r.T("Office that has charge"), Value: p.Office},
		{Key: r.T("Opened on"), Value: string(r.Date(p.Case.Opened))},
	}
	return p, err
}

// insidePart is one section as the page shows it.
type insidePart struct {
	Table web.Table
	More  web.Link
}

func insideTable(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID, s Section) (web.Table, error) {
	t := web.Table{
		Caption: r.T(s.Heading), Empty: r.T("Nothing yet."),
		Columns: []web.Column{{Label: r.T("What it is")}, {Label: r.T("How it stands")}},
	}
	lines, err := s.List(ctx, tx, n)
	for _, l := range lines {
		state := ""
		if l.State != "" {
			state = r.T(l.State)
		}
		t.Rows = append(t.Rows, []any{web.Link{Text: l.Text, Href: l.Href}, state})
	}
	return t, err
}

// membersTable lists who is in the case. Those kept out by name are the business of who may keep out.
func membersTable(r *web.Request, there []member) web.Table {
	t := web.Table{
		Caption: r.T("People in the case"),
		Columns: []web.Column{{Label: r.T("Name of the person")}, {Label: r.T("Since")}},
	}
	for _, m := range there {
		if m.Excluded {
			continue
		}
		since := string(r.Date(m.Added))
		if !m.Until.IsZero() {
			since = r.T("In an emergency, until {time}", "time", r.When(m.Until))
		}
		t.Rows = append(t.Rows, []any{m.Name, since})
	}
	return t
}

func (q *Cases) showCase(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.casePage(r, n)
	if err != nil {
		return err
	}
	return r.Page("casefile/case", p)
}

func (q *Cases) saveTitle(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.Version(), 10, 64)
	if err != nil {
		return errs.Invalidf("form: version: %v", err)
	}
	title := r.Form().Get("title")
	err = q.Edit(r.Ctx(), r.Person, n, title, version, entry)
	if errors.Is(err, errs.NotFound) {
		return err // not to be read either
	}
	if err != nil {
		p, e := q.casePage(r, n)
		if e != nil {
			return e
		}
		if errors.Is(err, errs.Conflict) {
			return web.Differs(err, web.Difference{Label: r.T("Title of the case"), Yours: title, Theirs: p.Case.Title})
		}
		return r.Again("casefile/case", p, err)
	}
	return r.Done("/cases/"+string(n), language.M("The title was saved."))
}
