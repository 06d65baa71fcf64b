package desk

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/ledger"
)

// perMinute is how many refusals of one actor are entered in a minute; the rest are counted, so that a stranger
// can't fill the ledger.
const perMinute = 5

// refusals counts the refusals of each actor in the running minute.
type refusals struct {
	mu    sync.Mutex
	since time.Time
	count map[id.ID]int
}

// add counts one more refusal and returns how many the actor has had in this minute.
func (r *refusals) add(who id.ID, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.since) >= minute || r.count == nil {
		r.since, r.count = now, map[id.ID]int{}
	}
	r.count[who]++
	return r.count[who]
}

// note enters a refused attempt, in a transaction of its own: the act's own was rolled back.
func (d *Desk) note(ctx context.Context, who access.Person, act access.Act, on id.Ref, err error) {
	if !errors.Is(err, errs.Forbidden) {
		return
	}
	e := d.writer.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if d.refused.add(who.ID, tx.Now()) > perMinute {
			return nil
		}
		entry := ledger.Entry{ID: id.New(tx.Now()), At: tx.Now(), Act: "refused", On: on, Facts: map[string]string{"act": string(act)}}
		if who.Kind == access.Node {
			entry.Node = who.ID
		} else {
			entry.Person = who.ID
		}
		return ledger.Append(ctx, tx, entry, nil)
	})
	if e != nil {
		slog.Error("a refused attempt could not be entered", "act", act, "err", e)
		return
	}
	d.wake(false)
}
