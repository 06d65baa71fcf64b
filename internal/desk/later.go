package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"comity/internal/store/db"
	"comity/internal/store/job"
	"comity/internal/store/ledger"
)

// Later asks for work that begins when the act's entry has its place in the ledger: nothing is lost between the two,
// and nothing runs before. args hold ids only; they outlive an erasure.
func Later[T any](c *Change, k job.Kind[T], args T, opt ...job.Option) error {
	r, err := job.Ask(k, args, opt...)
	if err != nil {
		return fmt.Errorf("later: %w", err)
	}
	c.later = append(c.later, r)
	return nil
}

// Hurry has the entry placed within 50 ms instead of a second: an envelope or a receipt waits for it.
func (c *Change) Hurry() { c.urgent = true }

func encode(w []job.Request) ([]byte, error) {
	if len(w) == 0 {
		return nil, nil
	}
	return json.Marshal(w)
}

// Placed turns the work on entries into jobs, in the transaction that gives the entries their places. It is what a node
// gives to the ledger as [ledger.Config.Placed].
func Placed(ctx context.Context, tx *db.Tx, work []ledger.Work) error {
	var all []job.Request
	for _, w := range work {
		var later []job.Request
		if err := json.Unmarshal(w.Later, &later); err != nil {
			return fmt.Errorf("work for later of entry %s: %w", w.Entry, err)
		}
		all = append(all, later...)
	}
	return job.AddRequests(ctx, tx, all...)
}
