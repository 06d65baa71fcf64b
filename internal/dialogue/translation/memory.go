package translation

import (
	"context"
	"errors"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/store/db"
)

// remembered returns what the same words were translated to elsewhere, where the reader may know of it and it was freed
// for publishing: the newest. It is "" when there is nothing.
func remembered(ctx context.Context, tx *db.Tx, u Unit) (string, error) {
	where, args := visible(tx)
	var text string
	err := tx.Row(ctx, `
		SELECT u.text FROM translation_unit u JOIN translation_object o ON o.id = u.object_id
		WHERE u.of_hash = ? AND u.lang = ? AND u.state = ? AND u.id <> ? AND `+where+`
		ORDER BY u.changed_at DESC, u.id DESC LIMIT 1`, append([]any{u.Hash, u.Lang, Approved, u.ID}, args...)...).Scan(&text)
	if errors.Is(err, errs.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("what was translated elsewhere: %w", err)
	}
	return text, nil
}
