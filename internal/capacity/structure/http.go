package structure

import (
	"context"
	"embed"
	"errors"
	"strconv"

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

// Pages are the pages of structures and of reviews of law.
func Pages() web.Pages { return web.Pages{Name: "structure", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "structure", FS: shown} }

// Where the pages begin.
const (
	base        = "/capacity/structures"
	contacts    = "/capacity/contacts"
	commitments = "/capacity/commitments"
	legal       = "/capacity/legal"
	legalRows   = "/capacity/legal-rows"
)

// Routes registers the pages of structures and of reviews of law.
func (q *Structures) Routes(m *web.Mux) {
	m.Get(base, "structure.read", q.showList)
	m.Get(base+"/new", "structure.edit", q.showNew)
	m.Post(base+"/new", "structure.edit", q.propose)
	m.Get(base+"/{id}", "structure.read", q.show)
	m.Post(base+"/{id}/member", "structure.edit", q.addMember)
	m.Post(base+"/{id}/basis", "structure.edit", q.found)
	m.Post(base+"/{id}/commitment", "structure.edit", q.promise)
	m.Post(base+"/{id}/sign", "structure.live", q.showSign)
	m.Post(base+"/{id}/stage", "structure.live", q.move)
	m.Post(base+"/{id}/contact", "contact.apply", q.apply)
	m.Post(contacts+"/{id}", "contact.decide", q.decide)
	m.Get(commitments+"/{id}", "commitment.report", q.showReport)
	m.Post(commitments+"/{id}", "commitment.report", q.report)
	m.Get(legal, "legal.see", q.showReviews)
	m.Post(legal, "legal.open", q.openReview)
	m.Get(legal+"/{id}", "legal.see", q.showReview)
	m.Post(legal+"/{id}/provision", "legal.quote", q.quote)
	m.Get(legalRows+"/{id}", "legal.read", q.showRow)
	m.Post(legalRows+"/{id}", "legal.read", q.readRow)
	m.Post(legalRows+"/{id}/agree", "legal.agree", q.agreeRow)
}

func (q *Structures) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

func address(n id.ID) string { return base + "/" + string(n) }

// sent takes the id of the path and of the entry, runs the act and goes on to where it says; what is refused is shown by
// again with what was typed.
func (q *Structures) sent(r *web.Request, done string, act func(n, entry id.ID) (to string, err error), again func(err error) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	to, err := act(n, entry)
	if err == nil {
		return r.Done(to, done)
	}
	if errors.Is(err, errs.NotFound) {
		return err
	}
	return again(err)
}

type listPage struct {
	Table web.Table
	Due   web.Table
	May   bool
}

func (q *Structures) showList(r *web.Request) error {
	p := listPage{May: q.desk.Ever(r.Person, "structure.edit")}
	columns := []web.Column{{Label: r.T("Name")}, {Label: r.T("What it is")}, {Label: r.T("State")}, {Label: r.T("How it stands")}, {Label: r.T("Last sign of life")}}
	p.Table = web.Table{Caption: r.T("Structures"), Columns: columns, Empty: r.T("No structure has been proposed yet.")}
	p.Due = web.Table{Caption: r.T("Without a sign of life for too long"), Columns: columns}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := Stand(ctx, tx, r.Person, r.Now())
		for _, s := range list {
			last := r.T("None yet")
			if n := len(s.Signs); n > 0 {
				last = string(r.Date(s.Signs[n-1].On))
			}
			row := []any{
				web.Link{Text: s.Name, Href: address(s.ID)}, r.T(s.Kind.Name()), organisation.StateName(r.Printer, s.Lead.State), stageTag(r, s.Stage), last,
			}
			p.Table.Rows = append(p.Table.Rows, row)
			if s.Due {
				p.Due.Rows = append(p.Due.Rows, row)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("structure/list", p)
}

func stageTag(r *web.Request, s Stage) web.Tag {
	colour := map[Stage]string{Proposed: "grey", Agreed: "light-blue", Established: "blue", Operating: "green", Sustained: "turquoise", Dormant: "yellow", Dissolved: "grey"}
	return web.Tag{Text: r.T(s.Name()), Colour: colour[s]}
}

type newPage struct {
	Form    *web.Form
	Kinds   []web.Choice
	Leads   []web.Choice
	Propose web.Button
}

// leads are the public bodies for which the person can propose a structure.
func leads(ctx context.Context, tx *db.Tx, who access.Person) ([]organisation.Organisation, error) {
	mine, err := organisation.Mine(ctx, tx, who.ID)
	var all []organisation.Organisation
	for _, o := range mine {
		if !o.Kind.Public() {
			continue
		}
		same, err := organisation.List(ctx, tx, o.State)
		if err != nil {
			return nil, err
		}
		for _, s := range same {
			if s.Kind.Public() {
				all = append(all, s)
			}
		}
		break // the people of one State act for that State
	}
	return all, err
}

func (q *Structures) newPage(r *web.Request) (newPage, error) {
	p := newPage{Form: r.Form(), Propose: web.Button{Text: r.T("Propose the structure")}}
	for _, k := range Kinds() {
		p.Kinds = append(p.Kinds, web.Choice{Value: string(k), Label: r.T(k.Name())})
	}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := leads(ctx, tx, r.Person)
		for _, o := range list {
			p.Leads = append(p.Leads, web.Choice{Value: string(o.ID), Label: o.Name})
		}
		return err
	})
	return p, err
}

func (q *Structures) showNew(r *web.Request) error {
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	return r.Page("structure/new", p)
}

func (q *Structures) propose(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	f := r.Form()
	lead, err := id.Parse(f.Get("lead"))
	if err != nil {
		err = errs.WithFields(web.NotOffered("lead"))
	}
	var n id.ID
	if err == nil {
		every, _ := strconv.Atoi(f.Get("every"))
		n, err = q.Propose(r.Ctx(), r.Person, Structure{Kind: Kind(f.Get("kind")), Lead: organisation.Organisation{ID: lead}, Name: f.Get("name"), MeetsEvery: every}, entry)
	}
	if err != nil {
		p, failed := q.newPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("structure/new", p, err)
	}
	return r.Done(address(n), language.M("The structure was proposed. Enter who takes part and the document on which it rests."))
}
