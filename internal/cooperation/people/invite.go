package people

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/web"
)

// invitePage asks for what a new account needs.
type invitePage struct {
	Form      *web.Form
	Languages []web.Choice
}

func (q *People) invitePage(r *web.Request) invitePage {
	p := invitePage{Form: r.Form()}
	for _, tag := range q.Languages {
		p.Languages = append(p.Languages, web.Choice{Value: string(tag), Label: tag.Name()})
	}
	return p
}

func (q *People) showInvite(r *web.Request) error {
	if !r.Person.Fresh(r.Now()) {
		return r.SeeOther(confirmFor("/people/invite"))
	}
	return r.Page("people/invite", q.invitePage(r))
}

// invitedPage shows the link of an invitation, once.
type invitedPage struct {
	Name, Link string
	ID         id.ID
}

// invite makes an account and its invitation. The account gets the entry's id, so that sending the form twice makes one.
func (q *People) invite(r *web.Request) error {
	n, err := r.Form().Entry()
	if err != nil {
		return err
	}
	lang := language.Tag(r.Form().Get("lang"))
	if !slices.Contains(q.Languages, lang) {
		lang = ""
	}
	name := r.Form().Get("name")
	var token string
	err = q.act(r, "account.invite", id.NewRef(kindPerson, n), func(ctx context.Context, c *desk.Change) error {
		_, err := access.CreatePerson(ctx, c.Tx, access.NewPerson{ID: n, Login: r.Form().Get("login"), Name: name, Lang: lang, Authority: q.Authority})
		if err != nil {
			return err
		}
		token, err = signin.Invite(ctx, c.Tx, n, signin.ToJoin, r.Person.ID)
		return err
	})
	if err != nil {
		return orConfirm(r, "/people/invite", r.Again("people/invite", q.invitePage(r), loginTaken(err)))
	}
	return q.invited(r, n, name, token)
}

// inviteAgain makes a new invitation for an account that has no means of signing in yet; the earlier one ends.
func (q *People) inviteAgain(r *web.Request) error {
	return q.link(r, "account.invite", func(ctx context.Context, c *desk.Change, n id.ID) (string, error) {
		f, err := signin.FactorsOf(ctx, c.Tx, n)
		if err != nil {
			return "", err
		}
		if f.Any() {
			return "", errAlreadyIn()
		}
		return signin.Invite(ctx, c.Tx, n, signin.ToJoin, r.Person.ID)
	})
}

func (q *People) agreeReissue(r *web.Request) error {
	return q.link(r, "factor.reissue.agree", func(ctx context.Context, c *desk.Change, n id.ID) (string, error) {
		return signin.AgreeReissue(ctx, c.Tx, n, r.Person.ID)
	})
}

// link does an act on the person of the address that ends in a link for them.
func (q *People) link(r *web.Request, act access.Act, f func(context.Context, *desk.Change, id.ID) (string, error)) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var token, name string
	err = q.act(r, act, id.NewRef(kindPerson, n), func(ctx context.Context, c *desk.Change) error {
		a, err := access.Find(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		name = a.Name
		token, err = f(ctx, c, n)
		return err
	})
	if err != nil {
		return orConfirm(r, address(n), err)
	}
	return q.invited(r, n, name, token)
}

func (q *People) invited(r *web.Request, n id.ID, name, token string) error {
	if token == "" { // the form was sent twice: the link was on the first answer
		return r.SeeOther(address(n))
	}
	return r.Page("people/invited", invitedPage{name, q.Public + "/invitation/" + token, n})
}

// loginTaken says at the field that a login is in use.
func loginTaken(err error) error {
	if errors.Is(err, errs.Conflict) {
		return errs.WithFields(errs.Field{Path: "login", Code: "Someone has this name for signing in already. Choose another."})
	}
	return err
}

func errAlreadyIn() error {
	return errs.Say(fmt.Errorf("invite: %w", errs.Conflict), "This person can sign in already. If the means were lost, ask for new ones.", nil)
}
