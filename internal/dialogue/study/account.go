package study

import (
	"context"
	"errors"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/store/db"
)

// Link is the link with which someone takes up their account, shown once.
type Link struct {
	Name, Email string
	Token       string // "" for someone who can sign in already
}

// seat gives someone a part at this node: an account without an office when they have none, the role, the compartment,
// and a link when they cannot sign in yet. Someone of the house keeps the role they hold in their office.
func (s *Studies) seat(ctx context.Context, c *desk.Change, r Respondent, p Someone, sections []string, nomination id.ID) (Link, error) {
	a, link, err := s.account(ctx, c, r, p)
	if err != nil {
		return Link{}, err
	}
	if err := s.admit(ctx, c, r, a.ID, p, sections, nomination); err != nil {
		return Link{}, err
	}
	if len(a.Offices()) > 0 {
		return link, nil
	}
	return link, s.Policy.Give(ctx, c.Tx, a.ID, access.Grant{Role: p.Part.role()}, c.Who().ID)
}

// account finds or makes the account of the person. A guest's address is the name with which they sign in.
func (s *Studies) account(ctx context.Context, c *desk.Change, r Respondent, p Someone) (access.Person, Link, error) {
	link := Link{Name: p.Name, Email: p.Email}
	a, err := find(ctx, c.Tx, p)
	switch {
	case errors.Is(err, errs.NotFound):
		n, err := access.CreatePerson(ctx, c.Tx, access.NewPerson{Login: p.Email, Name: p.Name, Lang: r.Lang, Authority: r.authority()})
		if err != nil {
			return access.Person{}, link, err
		}
		link.Token, err = signin.InviteFor(ctx, c.Tx, n, signin.ToJoin, c.Who().ID, LinkFor)
		return access.Person{ID: n}, link, err
	case err != nil:
		return access.Person{}, link, err
	case a.Disabled, len(a.Offices()) > 0 && !a.Holds(p.Part.role()):
		return access.Person{}, link, errs.Say(fmt.Errorf("the account %s cannot be %s: %w", a.ID, p.Part, errs.Conflict),
			language.M("This account is closed, or belongs to someone of the house who doesn’t hold the role. Choose another person."), nil)
	}
	if ours, err := oursAlone(ctx, c.Tx, r.ID, a.ID); err != nil || !ours {
		return a.Person, link, err
	}
	f, err := signin.FactorsOf(ctx, c.Tx, a.ID)
	if err == nil && !f.Any() && len(a.Offices()) == 0 {
		link.Token, err = signin.InviteFor(ctx, c.Tx, a.ID, signin.ToJoin, c.Who().ID, LinkFor)
	}
	return a.Person, link, err
}

// oursAlone reports whether an account that exists was made for this respondent and has no part elsewhere. Only then is a
// link to it given out again: otherwise a focal point could ask for a link to the account of another State's people.
func oursAlone(ctx context.Context, tx *db.Tx, respondent, person id.ID) (bool, error) {
	var here, elsewhere int
	err := tx.Row(ctx, `SELECT COUNT(CASE WHEN respondent_id = ? THEN 1 END), COUNT(CASE WHEN respondent_id <> ? THEN 1 END)
		FROM study_seat WHERE person_id = ?`, respondent, respondent, person).Scan(&here, &elsewhere)
	return here > 0 && elsewhere == 0, err
}

func find(ctx context.Context, tx *db.Tx, p Someone) (access.Account, error) {
	if p.Colleague != "" {
		return access.Find(ctx, tx, p.Colleague)
	}
	return access.FindLogin(ctx, tx, p.Email)
}

// authority is what an account of the respondent's people belongs to: the State's code, or the kind of organisation.
func (r Respondent) authority() string {
	if r.State != "" {
		return r.State
	}
	return string(r.Audience)
}
