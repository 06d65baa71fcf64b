package structure

import (
	"context"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// ContactPoint is who can be reached in a State by the others of a network. It stands in the network's directory only when
// its State's own people have accepted it and a card that people here trust names the authority: the card is what the
// State's node signs with its key, and this page never speaks for a State without it.
type ContactPoint struct {
	ID        id.ID
	Structure id.ID
	State     string
	Authority string // its code on the State's card
	Person    string
	Reach     string // telephone or address by which they are reached
	Applied   time.Time
	Accepted  time.Time
	Refused   time.Time
	Card      id.ID // node whose card vouches for the authority, "" while there is none
}

// Stands reports whether the contact point is in the directory.
func (c ContactPoint) Stands() bool {
	return !c.Accepted.IsZero() && c.Refused.IsZero() && c.Card != ""
}

func contactFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	p, err := contact(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	return stateFacts(ctx, tx, p.State, who)
}

const contactColumns = `id, structure_id, state, authority, person, reach, applied, accepted, refused`

func scanContact(s db.Scan) (p ContactPoint, err error) {
	err = s(&p.ID, &p.Structure, &p.State, &p.Authority, &p.Person, &p.Reach, &p.Applied, &p.Accepted, &p.Refused)
	return p, err
}

func contact(ctx context.Context, tx *db.Tx, n id.ID) (ContactPoint, error) {
	p, err := scanContact(tx.Row(ctx, `SELECT `+contactColumns+` FROM structure_contact WHERE id = ?`, n).Scan)
	if err != nil {
		return p, fmt.Errorf("contact point %s: %w", n, err)
	}
	return p, nil
}

// Contacts lists those who applied to be in a network's directory, each with the card that vouches for them.
func (q *Structures) Contacts(ctx context.Context, tx *db.Tx, n id.ID) ([]ContactPoint, error) {
	rows, err := tx.Query(ctx, `SELECT `+contactColumns+` FROM structure_contact WHERE structure_id = ? ORDER BY id`, n)
	all, err := db.Collect(rows, err, scanContact)
	for i := range all {
		if all[i].Card, err = q.cards(ctx, tx, all[i].State, all[i].Authority); err != nil {
			return nil, err
		}
	}
	return all, err
}

// Apply enters who wants to be in a network's directory for a State. Nothing shows it to others before the State accepts.
func (q *Structures) Apply(ctx context.Context, who access.Person, n id.ID, p ContactPoint, entry id.ID) error {
	return q.desk.Do(ctx, who, "contact.apply", id.NewRef(RefKind, n), func(c *desk.Change) error {
		return JoinContact(ctx, c, n, p, entry)
	}, desk.Once(entry))
}

// JoinContact enters the application as part of an act under way: a workshop's list of focal points.
func JoinContact(ctx context.Context, c *desk.Change, n id.ID, p ContactPoint, entry id.ID) error {
	p.Authority, p.Person, p.Reach = strings.TrimSpace(p.Authority), strings.TrimSpace(p.Person), strings.TrimSpace(p.Reach)
	wrong := append(checkText("authority", p.Authority, 64), checkText("person", p.Person, maxName)...)
	wrong = append(wrong, checkText("reach", p.Reach, maxName)...)
	if p.State == "" {
		wrong = append(wrong, errs.Field{Path: "state", Code: language.M("Choose a State.")})
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	s, err := Get(ctx, c.Tx, n)
	if err != nil {
		return err
	}
	if s.Kind != Network {
		return errs.Say(fmt.Errorf("structure %s is a %s: %w", n, s.Kind, errs.Conflict), language.M("Only a network has a directory of contact points."), nil)
	}
	c.Record(map[string]string{"state": p.State, "authority": p.Authority})
	_, err = c.Exec(ctx, `
		INSERT INTO structure_contact (id, structure_id, state, authority, person, reach, applied, accepted, refused) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)`,
		entry, n, p.State, p.Authority, p.Person, p.Reach, c.Now())
	return err
}

// Decide has the State's own people accept an application or refuse it. It is decided once; who was refused applies anew.
func (q *Structures) Decide(ctx context.Context, who access.Person, n id.ID, accept bool, entry id.ID) error {
	return q.desk.Do(ctx, who, "contact.decide", id.NewRef(RefContact, n), func(c *desk.Change) error {
		c.Record(map[string]bool{"accepted": accept})
		set := `refused = ?`
		if accept {
			set = `accepted = ?`
		}
		changed, err := c.Exec(ctx, `UPDATE structure_contact SET `+set+` WHERE id = ? AND accepted IS NULL AND refused IS NULL`, c.Now(), n)
		if err == nil && changed == 0 {
			err = errs.Say(fmt.Errorf("contact point %s: %w", n, errs.Conflict), language.M("This was decided already."), nil)
		}
		return err
	}, desk.Once(entry))
}
