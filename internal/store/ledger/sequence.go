package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/id"
	"comity/internal/store/db"
)

// perTurn is how many entries get their places in one transaction. More would hold SQLite's single writer too long.
const perTurn = 200

// Place gives every waiting entry its place, a turn at a time, in the order of their ids; an entry whose transaction
// ended late comes after those that were placed before it. Two processes take turns.
func (l *Log) Place(ctx context.Context) error {
	for {
		n, err := l.turn(ctx)
		if err != nil {
			return fmt.Errorf("place ledger entries: %w", err)
		}
		if n < perTurn {
			return nil
		}
	}
}

type placedEntry struct {
	id           id.ID
	pos          int64
	entry, later []byte
}

func (l *Log) turn(ctx context.Context) (int, error) {
	if waiting, err := l.anyWaiting(ctx); err != nil || !waiting {
		return 0, err
	}
	n := 0
	err := l.db.Writer.Write(ctx, func(tx *db.Tx) error {
		// Changing the one row of the head is the turn: whoever else sequences waits here for our commit.
		var size int64
		if err := tx.Row(ctx, `UPDATE ledger_head SET size = size WHERE one = 1 RETURNING size`).Scan(&size); err != nil {
			return fmt.Errorf("head: %w", err)
		}
		entries, err := number(ctx, tx, size)
		if err != nil {
			return err
		}
		n = len(entries)
		if n == 0 {
			return nil
		}
		if err := grow(ctx, tx, size, entries); err != nil {
			return err
		}
		return l.handOver(ctx, tx, entries)
	})
	return n, err
}

// handOver gives the work of all entries of a turn away at once.
func (l *Log) handOver(ctx context.Context, tx *db.Tx, entries []placedEntry) error {
	var work []Work
	for _, e := range entries {
		if len(e.later) > 0 {
			work = append(work, Work{e.id, e.later})
		}
	}
	if len(work) == 0 {
		return nil
	}
	if err := l.placed(ctx, tx, work); err != nil {
		return fmt.Errorf("work of %d entries: %w", len(work), err)
	}
	return nil
}

// anyWaiting looks without disturbing writers.
func (l *Log) anyWaiting(ctx context.Context) (waiting bool, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM ledger_entry WHERE pos IS NULL)`).Scan(&waiting)
	})
	return waiting, err
}

// number gives the next places to the first waiting entries and returns those, in order. It is one statement: what
// it numbers and what it returns are the same entries, whatever else commits meanwhile.
func number(ctx context.Context, tx *db.Tx, size int64) ([]placedEntry, error) {
	rows, err := tx.Query(ctx, `
		WITH turn AS (
			SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n
			FROM (SELECT id FROM ledger_entry WHERE pos IS NULL ORDER BY id LIMIT ?) AS first)
		UPDATE ledger_entry SET pos = CAST(? AS BIGINT) + turn.n - 1 FROM turn
		WHERE ledger_entry.id = turn.id
		RETURNING ledger_entry.id, ledger_entry.pos, ledger_entry.entry, ledger_entry.later`, perTurn, size)
	entries, err := db.Collect(rows, err, func(scan db.Scan) (placedEntry, error) {
		var e placedEntry
		return e, scan(&e.id, &e.pos, &e.entry, &e.later)
	})
	if err != nil {
		return nil, fmt.Errorf("number entries: %w", err)
	}
	slices.SortFunc(entries, func(a, b placedEntry) int { return cmp.Compare(a.pos, b.pos) })
	return entries, nil
}

func grow(ctx context.Context, tx *db.Tx, size int64, entries []placedEntry) error {
	tree, err := loadEdge(ctx, tx, size)
	if err != nil {
		return err
	}
	for _, e := range entries {
		tree.append(tlog.RecordHash(e.entry))
	}
	if err := tree.store(ctx, tx); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE ledger_head SET size = ? WHERE one = 1`, tree.size)
	return err
}

// Sign signs a checkpoint of all placed entries when the newest one doesn't cover them. The tree is durable by then;
// the size goes to the high-water file before the checkpoint can be seen by anyone.
func (l *Log) Sign(ctx context.Context) error {
	c, due, err := l.unsigned(ctx)
	if err != nil || !due {
		return err
	}
	msg, err := note.Sign(&note.Note{Text: c.text()}, l.signer)
	if err != nil {
		return fmt.Errorf("sign checkpoint %d: %w", c.Size, err)
	}
	if err := l.high.write(msg); err != nil {
		return fmt.Errorf("checkpoint %d: high-water file: %w", c.Size, err)
	}
	err = l.db.Writer.Write(ctx, func(tx *db.Tx) error {
		// Another process may have signed the same tree: its note is the same to the byte.
		_, err := tx.Exec(ctx, `
			INSERT INTO ledger_checkpoint (size, at, note, witnesses) VALUES (?, ?, ?, 0)
			ON CONFLICT (size) DO NOTHING`, c.Size, tx.Now(), msg)
		return err
	})
	if err != nil {
		return fmt.Errorf("store checkpoint %d: %w", c.Size, err)
	}
	l.announce()
	return nil
}

// unsigned returns the tree as it stands, and whether no checkpoint covers it.
func (l *Log) unsigned(ctx context.Context) (c Checkpoint, due bool, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		placed, signed, err := sizes(ctx, tx)
		if err != nil || placed <= signed {
			return err
		}
		root, err := tlog.TreeHash(placed, hashReader(ctx, tx))
		if err != nil {
			return fmt.Errorf("root of %d entries: %w", placed, err)
		}
		c, due = Checkpoint{l.Origin(), placed, root}, true
		return nil
	})
	return c, due, err
}

// announce wakes everyone who waits for a checkpoint.
func (l *Log) announce() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.signed)
	l.signed = make(chan struct{})
}

func (l *Log) nextSigned() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.signed
}
