package exchange

import (
	"context"
	"fmt"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// HandOut enters that a person takes a message of ours away as a file, and returns the file: the envelope, encrypted to
// its recipient. It may be taken as often as needed; the other side takes it in once. The same entry enters it once.
func (x *Exchange) HandOut(ctx context.Context, who access.Person, n, entry id.ID) (path string, err error) {
	if err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		return x.desk.May(ctx, tx, who, "envelope.export", id.NewRef(KindEnvelope, n))
	}); err != nil {
		return "", fmt.Errorf("hand out envelope %s: %w", n, err)
	}
	if path, err = x.File(ctx, n); err != nil {
		return "", fmt.Errorf("hand out: %w", err)
	}
	return path, x.enterExport(ctx, who, n, desk.Once(entry))
}

func (x *Exchange) enterExport(ctx context.Context, who access.Person, n id.ID, o ...desk.Option) error {
	return x.desk.Do(ctx, who, "envelope.export", id.NewRef(KindEnvelope, n), func(c *desk.Change) error {
		_, err := c.Exec(ctx, `UPDATE message SET attempts = attempts + 1, state = CASE WHEN kind = 'receipt' THEN 'receipted' ELSE state END WHERE id = ?`, n)
		return err
	}, o...)
}
