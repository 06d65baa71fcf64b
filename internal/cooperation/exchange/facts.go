package exchange

import (
	"context"
	"errors"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// envelopeFacts: an envelope lies in no case; what it carries is decided where it is given to.
func envelopeFacts(ctx context.Context, tx *db.Tx, on id.Ref, _ access.Person) (access.Facts, error) {
	f := access.Facts{Now: tx.Now(), Standing: access.Open}
	var at string
	err := tx.Row(ctx, `SELECT at FROM message WHERE id = ?`, on.ID()).Scan(&at)
	if errors.Is(err, errs.NotFound) {
		return f, nil // one that is coming in
	}
	return f, err
}
