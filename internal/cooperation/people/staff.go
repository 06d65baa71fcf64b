package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// listPage lists who works here.
type listPage struct {
	Table  web.Table
	Invite bool
}

func (q *People) list(r *web.Request) error {
	p := listPage{Invite: q.Policy.Ever(r.Person, "account.invite"), Table: web.Table{
		Caption: r.T("People"),
		Columns: []web.Column{{Label: r.T("Name")}, {Label: r.T("Roles")}, {Label: r.T("Account")}},
	}}
	err := q.view(r, func(ctx context.Context, tx *db.Tx) error {
		all, err := access.People(ctx, tx)
		if err != nil {
			return err
		}
		language.Sort(r.Printer, all, func(a access.Account) string { return a.Name })
		for _, a := range all {
			roles, err := q.words(ctx, tx, r.Printer, a.Grants)
			if err != nil {
				return err
			}
			var names []string
			for _, w := range roles {
				names = append(names, w.Name)
			}
			state := web.Tag{Text: r.T("Open"), Colour: "green"}
			if a.Disabled {
				state = web.Tag{Text: r.T("Closed"), Colour: "grey"}
			}
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: a.Name, Href: address(a.ID)}, string(r.And(names)), state})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("people/list", p)
}

func address(n id.ID) string { return "/people/" + string(n) }

// personPage is one person as others see them, with what the reader may change.
type personPage struct {
	Form     *web.Form
	ID       id.ID
	Name     string
	Login    string
	Closed   bool
	Roles    []role
	Deputies []deputy
	Reissue  *signin.Reissue
	AskedBy  string

	Grant, Disable, Invite, Deputise, Ask, Agree bool // which forms stand on the page
	AllRoles, AllOffices, Others                 []web.Choice
}

// deputy is a period in words.
type deputy struct {
	ID           id.ID
	Name         string
	Begins, Ends time.Time
}

func (q *People) show(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.person(r, n)
	if err != nil {
		return err
	}
	return r.Page("people/person", p)
}

// person reads the page of a person.
func (q *People) person(r *web.Request, n id.ID) (personPage, error) {
	p := personPage{Form: r.Form(), ID: n}
	other := n != r.Person.ID
	for act, shown := range map[access.Act]*bool{
		"role.grant": &p.Grant, "account.disable": &p.Disable, "account.invite": &p.Invite, "deputy.name": &p.Deputise,
		"factor.reissue.ask": &p.Ask, "factor.reissue.agree": &p.Agree,
	} {
		*shown = other && q.Policy.Ever(r.Person, act)
	}
	err := q.view(r, func(ctx context.Context, tx *db.Tx) error {
		a, err := access.Find(ctx, tx, n)
		if err != nil {
			return err
		}
		p.Name, p.Login, p.Closed = a.Name, a.Login, a.Disabled
		if p.Roles, err = q.words(ctx, tx, r.Printer, a.Grants); err != nil {
			return err
		}
		if err := q.readDeputies(ctx, tx, &p); err != nil {
			return err
		}
		if err := q.readReissue(ctx, tx, r, &p); err != nil {
			return err
		}
		f, err := signin.FactorsOf(ctx, tx, n)
		if err != nil {
			return err
		}
		p.Invite = p.Invite && !f.Any()
		return q.readChoices(ctx, tx, r, &p)
	})
	return p, err
}

func (q *People) readDeputies(ctx context.Context, tx *db.Tx, p *personPage) error {
	periods, err := access.Deputies(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, d := range periods {
		by, err := access.Find(ctx, tx, d.By)
		if err != nil {
			return err
		}
		p.Deputies = append(p.Deputies, deputy{ID: d.ID, Name: by.Name, Begins: d.Begins, Ends: d.Ends})
	}
	return nil
}

// readReissue reads whether someone asked for new means of signing in: then the second person agrees instead of asking.
func (q *People) readReissue(ctx context.Context, tx *db.Tx, r *web.Request, p *personPage) error {
	open, err := signin.OpenReissue(ctx, tx, p.ID)
	if errors.Is(err, errs.NotFound) {
		p.Agree = false
		return nil
	}
	if err != nil {
		return err
	}
	by, err := access.Find(ctx, tx, open.By)
	if err != nil {
		return err
	}
	p.Reissue, p.AskedBy, p.Ask = &open, by.Name, false
	p.Agree = p.Agree && open.By != r.Person.ID
	return nil
}

func (q *People) readChoices(ctx context.Context, tx *db.Tx, r *web.Request, p *personPage) error {
	for _, code := range q.Policy.Roles() {
		name, _ := q.Policy.Describe(code)
		p.AllRoles = append(p.AllRoles, web.Choice{Value: string(code), Label: r.T(name)})
	}
	offices, err := access.Offices(ctx, tx)
	if err != nil {
		return err
	}
	for _, o := range offices {
		p.AllOffices = append(p.AllOffices, web.Choice{Value: string(o.ID), Label: o.Name})
	}
	all, err := access.People(ctx, tx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.ID != p.ID && !a.Disabled {
			p.Others = append(p.Others, web.Choice{Value: string(a.ID), Label: a.Name})
		}
	}
	return nil
}

// change does an act on the person of the address and leads back to their page.
func (q *People) change(r *web.Request, act access.Act, done string, f func(context.Context, *desk.Change, id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	err = q.act(r, act, id.NewRef(kindPerson, n), func(ctx context.Context, c *desk.Change) error { return f(ctx, c, n) })
	if err == nil {
		return r.Done(address(n), done)
	}
	if len(errs.Fields(err)) == 0 {
		return orConfirm(r, address(n), err)
	}
	p, failed := q.person(r, n)
	if failed != nil {
		return failed
	}
	return r.Again("people/person", p, err)
}

func (q *People) grant(r *web.Request) error {
	return q.change(r, "role.grant", language.M("The role was given."), func(ctx context.Context, c *desk.Change, n id.ID) error {
		g := q.formGrant(r)
		if g.Role == "" || g.Office == "" && q.Policy.Held(g.Role) == access.InAnOffice {
			return errs.WithFields(errs.Field{Path: "role", Code: "Choose a role and the office in which it is held."})
		}
		c.Record(map[string]string{"role": string(g.Role), "office": string(g.Office)})
		return q.Policy.Give(ctx, c.Tx, n, g, r.Person.ID)
	})
}

func (q *People) take(r *web.Request) error {
	return q.change(r, "role.grant", language.M("The role was taken away."), func(ctx context.Context, c *desk.Change, n id.ID) error {
		g := q.formGrant(r)
		c.Record(map[string]string{"role": string(g.Role), "office": string(g.Office), "taken": "yes"})
		return access.Take(ctx, c.Tx, n, g)
	})
}

func (q *People) formGrant(r *web.Request) access.Grant {
	g := access.Grant{Role: access.Role(r.Form().Get("role")), Office: id.ID(r.Form().Get("office"))}
	if q.Policy.Held(g.Role) == access.OutsideOffices {
		g.Office = ""
	}
	return g
}

// disable closes an account and ends its sessions, or opens it again.
func (q *People) disable(r *web.Request) error {
	closed := r.Form().Get("closed") == "yes"
	done := language.M("The account was opened again.")
	if closed {
		done = language.M("The account was closed and its sessions were ended.")
	}
	return q.change(r, "account.disable", done, func(ctx context.Context, c *desk.Change, n id.ID) error {
		c.Record(map[string]bool{"closed": closed})
		if err := access.Disable(ctx, c.Tx, n, closed); err != nil || !closed {
			return err
		}
		return signin.EndSessions(ctx, c.Tx, n, "")
	})
}

func (q *People) askReissue(r *web.Request) error {
	return q.change(r, "factor.reissue.ask", language.M("A second person now has to agree."), func(ctx context.Context, c *desk.Change, n id.ID) error {
		_, err := signin.AskReissue(ctx, c.Tx, n, r.Person.ID, r.Form().Get("why"))
		return err
	})
}

func (q *People) nameDeputy(r *web.Request) error {
	return q.change(r, "deputy.name", language.M("The deputy was named."), func(ctx context.Context, c *desk.Change, n id.ID) error {
		begins, ok := r.Form().Day("begins")
		ends, also := r.Form().Day("ends")
		by, err := id.Parse(r.Form().Get("deputy"))
		switch {
		case err != nil:
			return errs.WithFields(errs.Field{Path: "deputy", Code: "Choose who stands in."})
		case !ok:
			return errs.WithFields(errs.Field{Path: "begins", Code: "Write the first day."})
		case !also:
			return errs.WithFields(errs.Field{Path: "ends", Code: "Write the last day."})
		}
		if _, err := access.Find(ctx, c.Tx, by); err != nil {
			return err
		}
		// Days are those of UTC; the last one counts.
		_, err = access.NameDeputy(ctx, c.Tx, access.Deputy{For: n, By: by, Begins: begins, Ends: ends.AddDate(0, 0, 1)}, r.Person.ID)
		return err
	})
}

func (q *People) endDeputy(r *web.Request) error {
	return q.change(r, "deputy.name", language.M("The period was ended."), func(ctx context.Context, c *desk.Change, n id.ID) error {
		period, err := r.PathID("period")
		if err != nil {
			return err
		}
		theirs, err := access.Deputies(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		for _, d := range theirs {
			if d.ID == period {
				return access.EndDeputy(ctx, c.Tx, period)
			}
		}
		return fmt.Errorf("period %s of %s: %w", period, n, errs.NotFound)
	})
}
