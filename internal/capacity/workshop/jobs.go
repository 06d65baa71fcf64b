package workshop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/job"
)

// The jobs look at the clock and may be done again: each changes only what has come due.
var (
	sendKind  = job.Kind[struct{}]{Name: "followup.send"}
	lapseKind = job.Kind[struct{}]{Name: "followup.lapse"}
	eraseKind = job.Kind[struct{}]{Name: "travel.erase"}
	sweepKind = job.Kind[struct{}]{Name: "material.sweep"}
)

// Jobs registers what happens by the calendar.
func (q *Workshops) Jobs(r *job.Runner) error {
	return errors.Join(daily(r, sendKind, q.Send), daily(r, lapseKind, q.Lapse), daily(r, eraseKind, q.Erase), daily(r, sweepKind, q.Sweep))
}

// daily looks four times a day, so that a day in any zone has begun everywhere soon after.
func daily(r *job.Runner, k job.Kind[struct{}], do func(context.Context) error) error {
	job.Handle(r, k, func(ctx context.Context, _ struct{}) error { return do(ctx) })
	return job.Every(r, k, 6*time.Hour, struct{}{})
}

// each does an act of the house on every workshop that the query, which takes day, finds.
func (q *Workshops) each(ctx context.Context, act access.Act, days int, query string, change func(c *desk.Change, n id.ID, day string) error) error {
	var due []id.ID
	var day string
	err := q.read.Read(ctx, db.House(string(act)), func(tx *db.Tx) error {
		day = tx.Now().AddDate(0, 0, -days).Format(time.DateOnly)
		rows, err := tx.Query(ctx, query, day)
		due, err = db.Collect(rows, err, func(scan db.Scan) (n id.ID, err error) {
			err = scan(&n)
			return n, err
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	for _, n := range due {
		if err := q.desk.Do(ctx, access.HouseItself(), act, id.NewRef(RefKind, n), func(c *desk.Change) error { return change(c, n, day) }); err != nil {
			return err
		}
	}
	return nil
}

// Send asks those whose day has come.
func (q *Workshops) Send(ctx context.Context) error {
	return q.each(ctx, "followup.send", 0, `SELECT DISTINCT workshop_id FROM workshop_followup WHERE status = 'due' AND due <= ?`,
		func(c *desk.Change, n id.ID, day string) error {
			count, err := c.Exec(ctx, `UPDATE workshop_followup SET status = 'sent', at = ? WHERE workshop_id = ? AND status = 'due' AND due <= ?`, c.Now(), n, day)
			c.Record(map[string]int64{"count": count})
			return err
		})
}

// Lapse ends what nobody answered for [LapseAfter] days.
func (q *Workshops) Lapse(ctx context.Context) error {
	return q.each(ctx, "followup.lapse", LapseAfter, `SELECT DISTINCT workshop_id FROM workshop_followup WHERE status = 'sent' AND due < ?`,
		func(c *desk.Change, n id.ID, day string) error {
			count, err := c.Exec(ctx, `UPDATE workshop_followup SET status = 'lapsed', link = '', at = ? WHERE workshop_id = ? AND status = 'sent' AND due < ?`, c.Now(), n, day)
			c.Record(map[string]int64{"count": count})
			return err
		})
}

// Erase removes travel and health data on the [EraseAfter]th day after the end; no other table, no entry of the ledger and
// no index for search ever had what they say.
func (q *Workshops) Erase(ctx context.Context) error {
	return q.each(ctx, "travel.erase", EraseAfter, `
		SELECT DISTINCT workshop_travel.workshop_id FROM workshop_travel JOIN workshop ON workshop.id = workshop_travel.workshop_id
		WHERE workshop.closed_on <> '' AND workshop.closed_on <= ?`,
		func(c *desk.Change, n id.ID, _ string) error {
			count, err := c.Exec(ctx, `DELETE FROM workshop_travel WHERE workshop_id = ?`, n)
			c.Record(map[string]int64{"count": count})
			return err
		})
}
