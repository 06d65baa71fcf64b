package workshop

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

// Travel is what a participant needs on the way and for their health.
type Travel struct{ Travel, Health string }

// EraseAfter is how many days after the end travel and health data are kept.
const EraseAfter = 90

// NeedsTravel keeps what the person needs. The ledger says only that something was entered.
func (q *Workshops) NeedsTravel(ctx context.Context, who access.Person, n id.ID, t Travel, entry id.ID) error {
	for path, s := range map[string]string{"travel": t.Travel, "health": t.Health} {
		if len([]rune(s)) > maxWhy {
			return errs.WithFields(errs.Field{Path: path, Code: language.M("Write at most 2,000 characters.")})
		}
	}
	return q.desk.Do(ctx, who, "travel.enter", id.NewRef(RefKind, n), func(c *desk.Change) error {
		w, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if w.ClosedOn != "" {
			return errs.Say(fmt.Errorf("workshop %s is over: %w", n, errs.Conflict), language.M("The workshop is over: nothing more is kept."), nil)
		}
		s, ok, err := SeatOf(ctx, c.Tx, n, c.Who().ID)
		if err != nil || !ok {
			return fmt.Errorf("seat of %s: %w", c.Who().ID, errs.NotFound)
		}
		_, err = c.Exec(ctx, `
			INSERT INTO workshop_travel (seat_id, workshop_id, travel, health, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (seat_id) DO UPDATE SET travel = excluded.travel, health = excluded.health, at = excluded.at`,
			s.ID, n, t.Travel, t.Health, c.Now())
		return err
	}, desk.Once(entry))
}

// TravelOf returns what was entered by seat.
func TravelOf(ctx context.Context, tx *db.Tx, n id.ID) (map[id.ID]Travel, error) {
	rows, err := tx.Query(ctx, `SELECT seat_id, travel, health FROM workshop_travel WHERE workshop_id = ?`, n)
	all := map[id.ID]Travel{}
	_, err = db.Collect(rows, err, func(scan db.Scan) (struct{}, error) {
		var seat id.ID
		var t Travel
		err := scan(&seat, &t.Travel, &t.Health)
		all[seat] = t
		return struct{}{}, err
	})
	return all, err
}
