package organisation

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/store/db"
)

// Person is one person's part in an organisation.
type Person struct {
	ID           id.ID // of the part
	Organisation id.ID
	Person       id.ID
	Name         string
	Role         access.Role
	Since        time.Time
}

// People lists who belongs to the organisation now, in the order in which they came.
func People(ctx context.Context, tx *db.Tx, n id.ID) ([]Person, error) {
	rows, err := tx.Query(ctx, `SELECT id, organisation_id, person_id, role, since FROM organisation_person WHERE organisation_id = ? AND ended IS NULL ORDER BY id`, n)
	all, err := db.Collect(rows, err, func(scan db.Scan) (p Person, err error) {
		err = scan(&p.ID, &p.Organisation, &p.Person, &p.Role, &p.Since)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("people of organisation %s: %w", n, err)
	}
	for i := range all {
		a, err := access.Find(ctx, tx, all[i].Person)
		if err != nil {
			return nil, err
		}
		all[i].Name = a.Name
	}
	return all, nil
}

// acting are the ids of who acts and of those they stand in for.
func acting(who access.Person) (marks string, args []any) {
	args = append(args, who.ID)
	for _, n := range who.DeputyOf {
		args = append(args, n)
	}
	return strings.TrimSuffix(strings.Repeat("?, ", len(args)), ", "), args
}

// Stands reports whether the person, or someone they stand in for, is of the organisation now.
func Stands(ctx context.Context, tx *db.Tx, who access.Person, n id.ID) (bool, error) {
	marks, args := acting(who)
	var found int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM organisation_person WHERE organisation_id = ? AND ended IS NULL AND person_id IN (`+marks+`)`,
		append([]any{n}, args...)...).Scan(&found)
	return found > 0, err
}

// ForState reports whether the person acts for the State: is now, or stands in for someone, of one of its public bodies.
func ForState(ctx context.Context, tx *db.Tx, who access.Person, state string) (bool, error) {
	if state == "" || who.ID == "" {
		return false, nil
	}
	mine, err := Mine(ctx, tx, who.ID)
	for _, n := range who.DeputyOf {
		lent, e := Mine(ctx, tx, n)
		mine, err = append(mine, lent...), errors.Join(err, e)
	}
	return slices.ContainsFunc(mine, func(o Organisation) bool { return o.State == state && o.Kind.Public() }), err
}

// Someone is who is invited for an organisation.
type Someone struct {
	Name  string
	Email string // with which they sign in
	Lang  language.Tag
	Role  access.Role
}

// Link is what someone takes up their account with, shown once.
type Link struct {
	Person id.ID
	Name   string
	Email  string
	Token  string // "" for someone who can sign in already
}

// LinkFor is how long an invitation can be taken up; inviting the person again renews it.
const LinkFor = 30 * 24 * time.Hour

// RolesOf are the roles that people of a kind of organisation can have.
func RolesOf(k Kind) []access.Role {
	switch {
	case k.Public():
		return []access.Role{"focal-point", "contributor", "clearing-officer", "learner", "supervisor", "structure-lead"}
	case k == IGO:
		return []access.Role{"donor", "partner", "contributor", "learner"}
	}
	return []access.Role{"partner", "contributor", "learner", "supervisor"}
}

func checkSomeone(p Someone, k Kind) error {
	var wrong []errs.Field
	if n := len([]rune(p.Name)); n == 0 || n > maxName {
		wrong = append(wrong, errs.Field{Path: "name", Code: language.M("Write the name, in at most 200 characters.")})
	}
	if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email || len(p.Email) > 64 {
		wrong = append(wrong, errs.Field{Path: "email", Code: language.M("Write an e-mail address like name@example.org, at most 64 characters.")})
	}
	if !slices.Contains(RolesOf(k), p.Role) {
		wrong = append(wrong, errs.Field{Path: "role", Code: language.M("Choose what the person does.")})
	}
	return errs.WithFields(wrong...)
}

// Invite lets someone into the organisation in a role, and returns the link with which they take up their account. The
// same person again in another role has both.
func (q *Organisations) Invite(ctx context.Context, who access.Person, n id.ID, p Someone, entry id.ID) (link Link, err error) {
	err = q.desk.Do(ctx, who, "organisation.invite", id.NewRef(RefKind, n), func(c *desk.Change) (err error) {
		c.Record(map[string]string{"role": string(p.Role)})
		link, err = q.Join(ctx, c, n, p)
		return err
	}, desk.Once(entry))
	return link, err
}

// Join lets someone into the organisation as part of an act under way: a nomination, a roster.
func (q *Organisations) Join(ctx context.Context, c *desk.Change, n id.ID, p Someone) (Link, error) {
	p.Name, p.Email = strings.TrimSpace(p.Name), strings.ToLower(strings.TrimSpace(p.Email))
	o, err := Get(ctx, c.Tx, n)
	if err != nil {
		return Link{}, err
	}
	if p.Lang == "" {
		p.Lang = language.English
	}
	if err := checkSomeone(p, o.Kind); err != nil {
		return Link{}, err
	}
	link, err := q.account(ctx, c, o, p)
	if err != nil {
		return link, err
	}
	_, err = c.Exec(ctx, `
		INSERT INTO organisation_person (id, organisation_id, person_id, role, since, ended) VALUES (?, ?, ?, ?, ?, NULL)
		ON CONFLICT (organisation_id, person_id, role) WHERE ended IS NULL DO NOTHING`, id.New(c.Now()), n, link.Person, p.Role, c.Now())
	if err != nil {
		return link, err
	}
	if err := access.AddMember(ctx, c.Tx, n, link.Person, c.Who().ID); err != nil {
		return link, err
	}
	return link, q.policy.Give(ctx, c.Tx, link.Person, access.Grant{Role: p.Role}, c.Who().ID)
}

// account finds or makes the account of the person. Someone who works in this house can't be of another organisation: they
// would act on both sides.
func (q *Organisations) account(ctx context.Context, c *desk.Change, o Organisation, p Someone) (link Link, err error) {
	link = Link{Name: p.Name, Email: p.Email}
	a, err := access.FindLogin(ctx, c.Tx, p.Email)
	switch {
	case errors.Is(err, errs.NotFound):
		of := o.State
		if of == "" {
			of = string(o.Kind)
		}
		if link.Person, err = access.CreatePerson(ctx, c.Tx, access.NewPerson{Login: p.Email, Name: p.Name, Lang: p.Lang, Authority: of}); err == nil {
			link.Token, err = signin.InviteFor(ctx, c.Tx, link.Person, signin.ToJoin, c.Who().ID, LinkFor)
		}
		return link, err
	case err != nil:
		return link, err
	case a.Disabled, len(a.Offices()) > 0:
		return link, errs.Say(fmt.Errorf("the account %s is closed, or of the house: %w", a.ID, errs.Conflict),
			language.M("This account is closed, or belongs to someone of this house. Choose another person."), nil)
	}
	link.Person = a.ID
	ours, err := oursAlone(ctx, c.Tx, a, o.ID)
	if err != nil || !ours {
		return link, err
	}
	f, err := signin.FactorsOf(ctx, c.Tx, a.ID)
	if err == nil && !f.Any() {
		link.Token, err = signin.InviteFor(ctx, c.Tx, a.ID, signin.ToJoin, c.Who().ID, LinkFor)
	}
	return link, err
}

// oursAlone reports whether an account was made for this organisation and has no part elsewhere. Only then is a link to it
// given out again: otherwise someone could ask for a link to the account of another organisation's people.
func oursAlone(ctx context.Context, tx *db.Tx, a access.Account, n id.ID) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT id, organisation_id, person_id, role, since FROM organisation_person WHERE person_id = ? AND ended IS NULL ORDER BY id`, a.ID)
	parts, err := db.Collect(rows, err, func(scan db.Scan) (p Person, err error) {
		err = scan(&p.ID, &p.Organisation, &p.Person, &p.Role, &p.Since)
		return p, err
	})
	if err != nil || len(parts) == 0 {
		return false, err
	}
	elsewhere := slices.ContainsFunc(parts, func(p Person) bool { return p.Organisation != n })
	more := slices.ContainsFunc(a.Grants, func(g access.Grant) bool {
		return !slices.ContainsFunc(parts, func(p Person) bool { return p.Role == g.Role })
	})
	return !elsewhere && !more, nil
}

// Dismiss ends a person's part. Their last one takes them out of the compartment; a role that no other part of theirs
// needs is taken.
func (q *Organisations) Dismiss(ctx context.Context, who access.Person, n, part, entry id.ID) error {
	return q.desk.Do(ctx, who, "organisation.dismiss", id.NewRef(RefKind, n), func(c *desk.Change) error {
		people, err := People(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(p Person) bool { return p.ID == part })
		if i < 0 {
			return fmt.Errorf("part %s in organisation %s: %w", part, n, errs.NotFound)
		}
		gone := people[i]
		if _, err := c.Exec(ctx, `UPDATE organisation_person SET ended = ? WHERE id = ? AND ended IS NULL`, c.Now(), part); err != nil {
			return err
		}
		if !slices.ContainsFunc(people, func(p Person) bool { return p.ID != part && p.Person == gone.Person }) {
			if err := access.RemoveMember(ctx, c.Tx, n, gone.Person); err != nil {
				return err
			}
		}
		return takeRole(ctx, c, gone)
	}, desk.Once(entry))
}

func takeRole(ctx context.Context, c *desk.Change, gone Person) error {
	var left int
	err := c.Row(ctx, `SELECT COUNT(*) FROM organisation_person WHERE person_id = ? AND role = ? AND ended IS NULL`, gone.Person, gone.Role).Scan(&left)
	if err != nil || left > 0 {
		return err
	}
	err = access.Take(ctx, c.Tx, gone.Person, access.Grant{Role: gone.Role})
	if errors.Is(err, errs.NotFound) { // taken otherwise already
		return nil
	}
	return err
}
