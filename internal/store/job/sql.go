package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/store/db"
)

// take claims the job that is due first, among the kinds that this runner handles; nil when there is none. A job
// whose worker has gone silent is due again when that worker's lease ends.
func (r *Runner) take(ctx context.Context) (*taken, error) {
	kinds := r.handled()
	if len(kinds) == 0 {
		return nil, nil
	}
	if due, err := r.anyDue(ctx, kinds); err != nil || !due {
		return nil, err
	}
	var t *taken
	err := r.db.Writer.Write(ctx, func(tx *db.Tx) error {
		t = nil
		var got taken
		now := tx.Now()
		args := append([]any{now.Add(r.lease), now}, kinds...)
		err := tx.Row(ctx, `
			UPDATE job SET lease = lease + 1, tries = tries + 1, once = NULL, due = ?
			WHERE id = (SELECT id FROM job WHERE dead_at IS NULL AND due <= ? AND kind IN (`+marks(len(kinds))+`)
				ORDER BY due, id LIMIT 1`+tx.SkipLocked()+`)
			RETURNING id, kind, args, lease, tries, added_at`, args...).
			Scan(&got.id, &got.kind, &got.args, &got.lease, &got.tries, &got.addedAt)
		if errors.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		t = &got
		if got.tries == 1 {
			return nil
		}
		// A job that ended its process is due again when the lease ends: that pause grows like any other.
		t.pause = wait(got.tries - 1)
		_, err = tx.Exec(ctx, `UPDATE job SET due = ? WHERE id = ?`, now.Add(r.lease+t.pause), got.id)
		return err
	})
	return t, err
}

// anyDue looks without disturbing writers.
func (r *Runner) anyDue(ctx context.Context, kinds []any) (due bool, err error) {
	err = r.db.Reader.Read(ctx, db.House("jobs"), func(tx *db.Tx) error {
		args := append([]any{tx.Now()}, kinds...)
		return tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM job WHERE dead_at IS NULL AND due <= ? AND kind IN (`+marks(len(kinds))+`))`, args...).Scan(&due)
	})
	return due, err
}

// handled lists the kinds in a fixed order, so that the statement is the same text each time.
func (r *Runner) handled() []any {
	var names []string
	for k := range r.kinds {
		names = append(names, k)
	}
	slices.Sort(names)
	var out []any
	for _, n := range names {
		out = append(out, n)
	}
	return out
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// note writes how a try has ended. A worker whose lease number is old changes nothing: another has the job.
func (r *Runner) note(ctx context.Context, t taken, h handler, cause error) error {
	return r.db.Writer.Write(ctx, func(tx *db.Tx) error {
		o := h.outcome(t, cause, tx.Now())
		if o.done {
			_, err := tx.Exec(ctx, `DELETE FROM job WHERE id = ? AND lease = ?`, t.id, t.lease)
			return err
		}
		var deadAt time.Time
		if o.dead {
			deadAt = tx.Now()
		}
		_, err := tx.Exec(ctx, `UPDATE job SET tries = ?, due = ?, error = ?, dead_at = ? WHERE id = ? AND lease = ?`,
			o.tries, o.due, o.message, deadAt, t.id, t.lease)
		return err
	})
}

type period struct {
	kind  string
	every time.Duration
	add   Request
}

// Every has a job of the kind added once per interval, however many runners there are. After a standstill it is done
// once, not once for each interval that was missed.
func Every[T any](r *Runner, k Kind[T], every time.Duration, args T) error {
	if every < time.Second {
		return fmt.Errorf("job %s every %v: at least a second: %w", k.Name, every, errs.Invalid)
	}
	req, err := Ask(k, args, Unique("period"))
	if err != nil {
		return err
	}
	r.periods = append(r.periods, period{k.Name, every, req})
	return nil
}

// startPeriods adds the periodic jobs whose time has come. Moving next_at is the claim: one runner moves it.
func (r *Runner) startPeriods(ctx context.Context) error {
	for _, p := range r.periods {
		due, err := r.periodDue(ctx, p)
		if err != nil {
			return err
		}
		if !due {
			continue
		}
		err = r.db.Writer.Write(ctx, func(tx *db.Tx) error {
			now := tx.Now()
			n, err := tx.Exec(ctx, `
				INSERT INTO job_period (kind, next_at) VALUES (?, ?)
				ON CONFLICT (kind) DO UPDATE SET next_at = excluded.next_at WHERE job_period.next_at <= ?`, p.kind, now.Add(p.every), now)
			if err != nil || n == 0 {
				return err
			}
			return AddRequests(ctx, tx, p.add)
		})
		if err != nil {
			return fmt.Errorf("add periodic job %s: %w", p.kind, err)
		}
	}
	return nil
}

func (r *Runner) periodDue(ctx context.Context, p period) (due bool, err error) {
	err = r.db.Reader.Read(ctx, db.House("jobs"), func(tx *db.Tx) error {
		var next time.Time
		err := tx.Row(ctx, `SELECT next_at FROM job_period WHERE kind = ?`, p.kind).Scan(&next)
		due = errors.Is(err, errs.NotFound) || err == nil && !next.After(tx.Now())
		if due {
			return nil
		}
		return err
	})
	return due, err
}
