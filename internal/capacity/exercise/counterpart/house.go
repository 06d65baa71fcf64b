package counterpart

import (
	"context"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// logins of the house persons. They have no means of signing in: nobody acts in their name but this package.
var logins = [2]string{"practice-state-1", "practice-state-2"}

// house returns the two house persons, whom it makes on the first day, with a factor shown just now: they are the house's
// own hand and sit at their desks. A node without an office yet is [errs.Unavailable].
func (s *Counterpart) house(ctx context.Context) (two [2]access.Person, err error) {
	there := 0
	err = s.Read.Read(ctx, db.House("counterpart"), func(tx *db.Tx) error {
		two, there, err = read(ctx, tx)
		return err
	})
	if err == nil && there < len(logins) {
		err = s.Desk.Do(ctx, access.HouseItself(), "node.found", id.NewRef("node", s.Node), func(c *desk.Change) error {
			if err := s.found(ctx, c); err != nil {
				return err
			}
			two, _, err = read(ctx, c.Tx)
			return err
		})
	}
	for i := range two {
		two[i].Confirmed = s.Now()
	}
	return two, err
}

// read finds those of the two who are there, in order.
func read(ctx context.Context, tx *db.Tx) (two [2]access.Person, there int, err error) {
	all, err := access.People(ctx, tx)
	if err != nil {
		return two, 0, err
	}
	for _, a := range all {
		for i, login := range logins {
			if a.Login == login && a.Holds(Role) && !a.Disabled {
				two[i] = a.Person
				there++
			}
		}
	}
	return two, there, nil
}

// found makes the two in the first office, where requests come in.
func (s *Counterpart) found(ctx context.Context, c *desk.Change) error {
	if err := c.Lock(ctx, "practice-state"); err != nil {
		return err
	}
	_, there, err := read(ctx, c.Tx)
	if err != nil || there == len(logins) {
		return err
	}
	offices, err := access.Offices(ctx, c.Tx)
	if err != nil {
		return err
	}
	if len(offices) == 0 {
		return fmt.Errorf("practice: this node has no office yet: %w", errs.Unavailable)
	}
	for i, login := range logins {
		p, err := access.CreatePerson(ctx, c.Tx, access.NewPerson{
			Login: login, Name: fmt.Sprintf("Practice State %d (exercise)", i+1), Lang: language.English, Authority: s.Authority})
		if err != nil {
			return err
		}
		if err := s.Policy.Give(ctx, c.Tx, p, access.Grant{Role: Role, Office: offices[0].ID}, ""); err != nil {
			return err
		}
	}
	return nil
}
