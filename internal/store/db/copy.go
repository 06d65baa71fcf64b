package db

import (
	"context"
	"fmt"
	"os"

	"comity/internal/base/errs"
)

// Copy writes a consistent copy of a SQLite database to a new file while it is in use. PostgreSQL has tools of its own
// for that: [errs.Invalid].
func (d *DB) Copy(ctx context.Context, path string) error {
	if d.postgres {
		return errs.Invalidf("copy database: use PostgreSQL's own tools (pg_dump, base backup)")
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	if _, err := d.write.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return fmt.Errorf("copy database: %w", kind(err))
	}
	return nil
}
