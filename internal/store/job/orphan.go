package job

import (
	"context"
	"fmt"

	"comity/internal/store/db"
)

// spared is how often a job may have been taken and still be freed: one that ends its process again and again waits,
// longer each time, instead of ending it at every start.
const spared = 2

// Free gives back jobs that a worker had when its process ended, so that they needn't wait until its lease ends. Call it
// before [Runner.Run], and only where no other process works on the database.
func (r *Runner) Free(ctx context.Context) error {
	err := r.db.Writer.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE job SET due = ?
			WHERE dead_at IS NULL AND due > ? AND lease > 0 AND tries <= ? AND error IS NULL`, tx.Now(), tx.Now(), spared)
		return err
	})
	if err != nil {
		return fmt.Errorf("free jobs of an ended process: %w", err)
	}
	return nil
}
