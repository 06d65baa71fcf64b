package ledger

import (
	"context"
	"fmt"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

// Found is an entry as it stands in the log, without what only a key can tell.
type Found struct {
	ID      id.ID
	Act     string
	On      id.Ref
	Message canonical.Hash
	JSON    []byte // the leaf's bytes
}

// Find returns an entry by its id, waiting or placed; [errs.NotFound] when there is none.
func Find(ctx context.Context, tx *db.Tx, entry id.ID) (Found, error) {
	f := Found{ID: entry}
	if err := tx.Row(ctx, `SELECT entry FROM ledger_entry WHERE id = ?`, entry).Scan(&f.JSON); err != nil {
		return Found{}, fmt.Errorf("ledger entry %s: %w", entry, err)
	}
	return ReadEntry(f.JSON)
}

// ReadEntry reads the bytes of an entry that came from elsewhere, in a proof for instance.
func ReadEntry(b []byte) (Found, error) {
	l, err := parseLeaf(b)
	if err != nil {
		return Found{}, fmt.Errorf("ledger entry: %w", err)
	}
	f := Found{ID: l.ID, Act: l.Act, On: l.On, JSON: b}
	if l.Message != nil {
		f.Message = *l.Message
	}
	return f, nil
}

// Tells reports whether the entry is of the act that sent this message.json.
func (f Found) Tells(message []byte) bool {
	return f.Message != "" && f.Message == canonical.Sum(message)
}
