package organisation

import (
	"context"
	"embed"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of organisations.
func Pages() web.Pages { return web.Pages{Name: "organisation", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "organisation", FS: shown} }

// base is where the pages of organisations begin.
const base = "/capacity/organisations"

// Routes registers the pages of organisations.
func (q *Organisations) Routes(m *web.Mux) {
	m.Get(base, "organisation.read", q.showList)
	m.Get(base+"/new", "organisation.enter", q.showNew)
	m.Post(base+"/new", "organisation.enter", q.enter)
	m.Get(base+"/{id}", "organisation.read", q.show)
	m.Post(base+"/{id}/people", "organisation.invite", q.invite)
	m.Post(base+"/{id}/people/end", "organisation.dismiss", q.dismiss)
}

func (q *Organisations) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

func (q *Organisations) showList(r *web.Request) error {
	var p struct {
		Table web.Table
		May   bool
	}
	p.May = q.desk.Ever(r.Person, "organisation.enter")
	p.Table = web.Table{
		Caption: r.T("Organisations that take part"), Empty: r.T("No organisation has been entered yet."),
		Columns: []web.Column{{Label: r.T("Name")}, {Label: r.T("What it is")}, {Label: r.T("State")}},
	}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := List(ctx, tx, "")
		if r.Person.Guest() {
			list, err = Mine(ctx, tx, r.Person.ID)
		}
		for _, o := range list {
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: o.Name, Href: address(o.ID)}, r.T(o.Kind.Name()), StateName(r.Printer, o.State)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("organisation/list", p)
}

func address(n id.ID) string { return base + "/" + string(n) }

type newPage struct {
	Form   *web.Form
	Kinds  []web.Choice
	States []web.Choice
	Enter  web.Button
}

func (q *Organisations) newPage(r *web.Request) newPage {
	p := newPage{Form: r.Form(), Enter: web.Button{Text: r.T("Enter the organisation")}}
	for _, k := range Kinds() {
		p.Kinds = append(p.Kinds, web.Choice{Value: string(k), Label: r.T(k.Name())})
	}
	for _, s := range q.States() {
		p.States = append(p.States, web.Choice{Value: s, Label: StateName(r.Printer, s)})
	}
	return p
}

func (q *Organisations) showNew(r *web.Request) error {
	return r.Page("organisation/new", q.newPage(r))
}

func (q *Organisations) enter(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	f := r.Form()
	n, err := q.Enter(r.Ctx(), r.Person, Organisation{Kind: Kind(f.Get("kind")), State: f.Get("state"), Name: f.Get("name")}, entry)
	if err != nil {
		return r.Again("organisation/new", q.newPage(r), err)
	}
	return r.Done(address(n), language.M("The organisation was entered. Invite its people next."))
}

type personRow struct {
	Part  id.ID
	Name  string
	Role  string
	Since string
	End   web.Button
}

type showPage struct {
	Organisation Organisation
	Kind, State  string
	People       []personRow
	Form         *web.Form
	Roles        []web.Choice
	Languages    []web.Choice
	MayInvite    bool
	MayEnd       bool
	Invite       web.Button
}

func (q *Organisations) page(r *web.Request) (p showPage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	p.Form, p.Invite = r.Form(), web.Button{Text: r.T("Invite")}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		on := id.NewRef(RefKind, n)
		if err := q.desk.See(ctx, tx, r.Person, "organisation.read", on); err != nil {
			return err
		}
		if p.Organisation, err = Get(ctx, tx, n); err != nil {
			return err
		}
		people, err := People(ctx, tx, n)
		if err != nil {
			return err
		}
		for _, o := range people {
			p.People = append(p.People, personRow{o.ID, o.Name, q.roleName(r, o.Role), string(r.Date(o.Since)), web.Button{Text: r.T("End this part"), Kind: "secondary"}})
		}
		if p.MayEnd, err = q.desk.Could(ctx, tx, r.Person, "organisation.dismiss", on); err != nil {
			return err
		}
		p.MayInvite, err = q.desk.Could(ctx, tx, r.Person, "organisation.invite", on)
		return err
	})
	p.Kind, p.State = r.T(p.Organisation.Kind.Name()), StateName(r.Printer, p.Organisation.State)
	for _, role := range RolesOf(p.Organisation.Kind) {
		p.Roles = append(p.Roles, web.Choice{Value: string(role), Label: q.roleName(r, role)})
	}
	for _, tag := range language.Official() {
		p.Languages = append(p.Languages, web.Choice{Value: string(tag), Label: tag.Name()})
	}
	return p, err
}

func (q *Organisations) roleName(r *web.Request, role access.Role) string {
	name, _ := q.policy.Describe(role)
	return r.T(name)
}

func (q *Organisations) show(r *web.Request) error {
	p, err := q.page(r)
	if err != nil {
		return err
	}
	return r.Page("organisation/show", p)
}

func (q *Organisations) invite(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	f := r.Form()
	link, err := q.Invite(r.Ctx(), r.Person, n, Someone{
		Name: f.Get("name"), Email: f.Get("email"), Lang: language.Tag(f.Get("lang")), Role: access.Role(f.Get("role")),
	}, entry)
	if err != nil {
		p, failed := q.page(r)
		if failed != nil {
			return failed
		}
		return r.Again("organisation/show", p, err)
	}
	if link.Token == "" {
		return r.Done(address(n), language.M("The person belongs to the organisation now."))
	}
	return r.Page("organisation/link", struct {
		Back, Name, Email, Address string
		Until                      time.Time
	}{address(n), link.Name, link.Email, q.public + "/invitation/" + link.Token, r.Now().Add(LinkFor)})
}

func (q *Organisations) dismiss(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	part, err := id.Parse(r.Form().Get("part"))
	if err != nil {
		return err
	}
	if err := q.Dismiss(r.Ctx(), r.Person, n, part, entry); err != nil {
		return err
	}
	return r.Done(address(n), language.M("The person has no part in the organisation any more."))
}
