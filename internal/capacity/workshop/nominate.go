package workshop

import (
	"context"
	"errors"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
)

// Nominee is whom a State names.
type Nominee struct {
	Organisation id.ID
	Name         string
	Email        string
	Language     language.Tag
	Role         Role
	Task         string // of a partner
}

const maxNominees = 500

// Nominate names people for seats, as their State's own word. The State is that of each person's body, for which the one
// who names must act. It returns the links with which the people take up their accounts, "" for those who have one.
func (q *Workshops) Nominate(ctx context.Context, who access.Person, n id.ID, all []Nominee, entry id.ID) (links []organisation.Link, err error) {
	if err := checkNominees(all); err != nil {
		return nil, err
	}
	err = q.desk.Do(ctx, who, "seat.nominate", id.NewRef(RefKind, n), func(c *desk.Change) (err error) {
		for _, p := range all {
			o, err := organisation.Get(ctx, c.Tx, p.Organisation)
			if err != nil {
				return err
			}
			own, err := organisation.ForState(ctx, c.Tx, c.Who(), o.State)
			if err != nil {
				return err
			}
			if !own {
				return fmt.Errorf("nominate for organisation %s: %w", o.ID, errs.NotFound)
			}
		}
		c.Record(map[string]int{"count": len(all)})
		links, err = q.enter(ctx, c, n, all, Nominated, "")
		return err
	}, desk.Once(entry))
	return links, err
}

// Type names people from a letter that came on paper, whose SHA-256 stays with them. A second person approves each.
func (q *Workshops) Type(ctx context.Context, who access.Person, n id.ID, letter string, all []Nominee, entry id.ID) (links []organisation.Link, err error) {
	if err := errs.WithFields(checkSum("letter", letter)...); err != nil {
		return nil, err
	}
	if err := checkNominees(all); err != nil {
		return nil, err
	}
	err = q.desk.Do(ctx, who, "seat.type", id.NewRef(RefKind, n), func(c *desk.Change) (err error) {
		c.Record(map[string]any{"count": len(all), "letter": letter})
		links, err = q.enter(ctx, c, n, all, Typed, letter)
		return err
	}, desk.Once(entry))
	return links, err
}

func checkNominees(all []Nominee) error {
	if len(all) == 0 || len(all) > maxNominees {
		return errs.WithFields(errs.Field{Path: "name", Code: language.M("Name at least one and at most 500 people.")})
	}
	for _, p := range all {
		if len([]rune(p.Task)) > maxName {
			return errs.WithFields(errs.Field{Path: "task", Code: language.M("Write the name, in at most 200 characters.")})
		}
	}
	return nil
}

func (q *Workshops) enter(ctx context.Context, c *desk.Change, n id.ID, all []Nominee, as Status, letter string) (links []organisation.Link, err error) {
	w, err := Get(ctx, c.Tx, n)
	if err != nil {
		return nil, err
	}
	if err := mayName(w); err != nil {
		return nil, err
	}
	plan, err := Plans(ctx, c.Tx, n)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		o, err := organisation.Get(ctx, c.Tx, p.Organisation)
		if err != nil {
			return nil, err
		}
		row, ok := planned(plan, o, p.Role)
		if !ok {
			return nil, errs.WithFields(errs.Field{Path: "role", Code: language.M("No seat is planned for this State and role.")})
		}
		l, err := q.orgs.Join(ctx, c, o.ID, organisation.Someone{Name: p.Name, Email: p.Email, Lang: p.Language, Role: "learner"})
		if err != nil {
			return nil, err
		}
		links = append(links, l)
		if err := put(ctx, c, Seat{ID: id.New(c.Now()), Workshop: n, Person: l.Person, Organisation: o.ID, State: row.State, Role: p.Role,
			Status: as, Task: p.Task, Letter: letter, TypedBy: c.Who().ID}); err != nil {
			return nil, err
		}
	}
	return links, nil
}

// put enters a seat and lets its person into the workshop. A second live seat is [errs.Conflict].
func put(ctx context.Context, c *desk.Change, s Seat) error {
	_, err := c.Exec(ctx, `
		INSERT INTO workshop_seat (id, workshop_id, person_id, organisation_id, state, role, status, place, why, task, letter, typed_by, replaces, supervisor_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?, ?, ?, '', ?)`,
		s.ID, s.Workshop, s.Person, s.Organisation, s.State, s.Role, s.Status, s.Task, s.Letter, s.TypedBy, s.Replaces, c.Now())
	if errors.Is(err, errs.Conflict) {
		return errs.Say(err, language.M("This person has a seat in this workshop already."), nil)
	}
	if err != nil {
		return err
	}
	return access.AddMember(ctx, c.Tx, s.Workshop, s.Person, c.Who().ID)
}

// Approve is the second person's word on a seat that was typed from a letter.
func (q *Workshops) Approve(ctx context.Context, who access.Person, seat, entry id.ID) error {
	return q.desk.Do(ctx, who, "seat.approve", id.NewRef(RefSeat, seat), func(c *desk.Change) error {
		return turn(ctx, c, seat, Typed, Nominated, "")
	}, desk.Once(entry))
}

// Offer offers a seat to someone who was nominated. More may be offered than there are seats: who accepts first has one.
func (q *Workshops) Offer(ctx context.Context, who access.Person, seat, entry id.ID) error {
	return q.desk.Do(ctx, who, "seat.offer", id.NewRef(RefSeat, seat), func(c *desk.Change) error {
		return turn(ctx, c, seat, Nominated, Offered, "")
	}, desk.Once(entry))
}

// PassOver says why someone who was nominated has no seat. The reason stands where the State sees it.
func (q *Workshops) PassOver(ctx context.Context, who access.Person, seat id.ID, why string, entry id.ID) error {
	if n := len([]rune(why)); n == 0 || n > maxWhy {
		return errs.WithFields(errs.Field{Path: "why", Code: language.M("Write the reason, in at most 2,000 characters.")})
	}
	return q.desk.Do(ctx, who, "seat.offer", id.NewRef(RefSeat, seat), func(c *desk.Change) error {
		return turn(ctx, c, seat, Nominated, Passed, why)
	}, desk.Once(entry))
}

// turn changes the status of a seat that still has the one before.
func turn(ctx context.Context, c *desk.Change, seat id.ID, from, to Status, why string) error {
	c.Record(map[string]string{"status": string(to)})
	n, err := c.Exec(ctx, `UPDATE workshop_seat SET status = ?, why = ?, at = ? WHERE id = ? AND status = ?`, to, why, c.Now(), seat, from)
	if err == nil && n == 0 {
		err = errs.Say(fmt.Errorf("seat %s is not %s: %w", seat, from, errs.Conflict), language.M("The seat stands otherwise by now. Look at it again."), nil)
	}
	return err
}
