package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/errs"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// highWater is a file that holds the newest checkpoint that may have left the node. It isn't part of a backup: after
// the database has been put back from one, the file is ahead and the node knows that it would contradict itself.
type highWater struct {
	path string
	key  note.Verifier
}

func (h highWater) write(msg []byte) error { return disk.WriteFile(h.path, msg, 0o600) }

// read returns the checkpoint in the file; no file is [errs.NotFound].
func (h highWater) read() (Checkpoint, error) {
	b, err := os.ReadFile(h.path)
	if err != nil {
		return Checkpoint{}, disk.Explain(err)
	}
	c, _, err := OpenCheckpoint(b, h.key)
	return c, err
}

// compareHighWater returns why the log may sign nothing, or "".
func (l *Log) compareHighWater(ctx context.Context) (string, error) {
	high, err := l.high.read()
	missing := errors.Is(err, errs.NotFound)
	if err != nil && !missing {
		return fmt.Sprintf("the high-water file %s can't be trusted: %v", l.high.path, err), nil
	}
	reason := ""
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		placed, signed, err := sizes(ctx, tx)
		if err != nil {
			return err
		}
		switch {
		case missing && signed > 0:
			reason = fmt.Sprintf("the log has signed checkpoints up to size %d and its high-water file %s is missing", signed, l.high.path)
		case high.Size > placed:
			reason = fmt.Sprintf("the log holds %d entries and has once shown %d: its database is older than what others have seen", placed, high.Size)
		case high.Size > 0:
			root, err := tlog.TreeHash(high.Size, hashReader(ctx, tx))
			if err != nil || root != high.Root {
				reason = fmt.Sprintf("the first %d entries aren't those that the log has shown before", high.Size)
			}
		}
		return nil
	})
	return reason, err
}
