package ledger

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// page is how many entries an export reads at once.
const page = 1000

// Dump writes all placed entries, one a line, each signed checkpoint behind the last entry that it covers, in the
// form that [Verify] reads. Entries placed meanwhile may be missing from the end.
func (l *Log) Dump(ctx context.Context, w io.Writer) error { return l.dump(ctx, w, math.MaxInt64) }

// dump is [Log.Dump] of the first end entries.
func (l *Log) dump(ctx context.Context, w io.Writer, end int64) error {
	b := bufio.NewWriter(w)
	var from int64
	for {
		n, err := l.dumpPage(ctx, b, from, int(min(page, end-from)))
		if err != nil {
			return fmt.Errorf("dump ledger: %w", err)
		}
		if n == 0 {
			break
		}
		from += n
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("dump ledger: %w", err)
	}
	return nil
}

type signedNote struct {
	size int64
	note []byte
}

func (l *Log) dumpPage(ctx context.Context, w io.Writer, from int64, limit int) (n int64, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		entries, err := entriesFrom(ctx, tx, from, limit)
		if err != nil {
			return err
		}
		n = int64(len(entries))
		notes, err := notesBetween(ctx, tx, from, from+n)
		if err != nil {
			return err
		}
		return writeLines(w, from, entries, notes)
	})
	return n, err
}

func entriesFrom(ctx context.Context, tx *db.Tx, from int64, limit int) ([][]byte, error) {
	rows, err := tx.Query(ctx, `SELECT entry FROM ledger_entry WHERE pos >= ? ORDER BY pos LIMIT ?`, from, limit)
	return db.Collect(rows, err, func(scan db.Scan) ([]byte, error) {
		var b []byte
		return b, scan(&b)
	})
}

func notesBetween(ctx context.Context, tx *db.Tx, after, to int64) ([]signedNote, error) {
	rows, err := tx.Query(ctx, `SELECT size, note FROM ledger_checkpoint WHERE size > ? AND size <= ? ORDER BY size`, after, to)
	return db.Collect(rows, err, func(scan db.Scan) (signedNote, error) {
		var s signedNote
		return s, scan(&s.size, &s.note)
	})
}

func writeLines(w io.Writer, from int64, entries [][]byte, notes []signedNote) error {
	for i, e := range entries {
		if _, err := w.Write(append(e, '\n')); err != nil {
			return err
		}
		if len(notes) == 0 || notes[0].size != from+int64(i)+1 {
			continue
		}
		line, err := canonical.Marshal(string(notes[0].note))
		if err != nil {
			return err
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
		notes = notes[1:]
	}
	return nil
}

// Check re-computes the tree from the node's own entries and compares it with every checkpoint that was signed, with
// the tiles and with the high-water file. What doesn't fit is [errs.Invalid].
func (l *Log) Check(ctx context.Context, witnesses ...string) (Report, error) {
	// The log grows while it is read: what was signed before must be found, what is found must have been placed after.
	_, signed, err := l.Size(ctx)
	if err != nil {
		return Report{}, err
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(l.Dump(ctx, w)) }()
	report, err := Verify(r, l.VerifierKey(), witnesses...)
	r.CloseWithError(err) // ends the dump when the verification has ended early
	if err != nil {
		return report, err
	}
	placed, _, err := l.Size(ctx)
	if err != nil {
		return report, err
	}
	if signed > report.Size || placed < report.Entries {
		return report, fmt.Errorf("verify ledger %s: it has signed %d and placed %d entries, and holds %d: %w", l.Origin(), signed, placed, report.Entries, errs.Invalid)
	}
	if err := l.checkTiles(ctx, report.Checkpoint); err != nil {
		return report, fmt.Errorf("verify ledger %s: %w", l.Origin(), err)
	}
	why, err := l.compareHighWater(ctx)
	if err != nil {
		return report, err
	}
	if why != "" {
		return report, fmt.Errorf("verify ledger %s: %s: %w", l.Origin(), why, errs.Invalid)
	}
	return report, nil
}

func (l *Log) checkTiles(ctx context.Context, c Checkpoint) error {
	return l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		root, err := tlog.TreeHash(c.Size, hashReader(ctx, tx))
		if err != nil {
			return err
		}
		if c.Size > 0 && root != c.Root {
			return fmt.Errorf("the tiles give another root than the entries: %w", errs.Invalid)
		}
		return nil
	})
}

// VerifierKey returns the log's verifier key as text.
func (l *Log) VerifierKey() string { return l.verifiers[0].(*key).String() }

// Export writes to dir what an outsider needs: ledger.jsonl for [Verify]; checkpoint, tile/… and tile/entries/… as
// C2SP tlog-tiles has them, for the tools of others; verifier-key. All of them end with the newest checkpoint, so that
// nothing in the folder is without a signature. The folder is made when missing.
func (l *Log) Export(ctx context.Context, dir string) error {
	if err := l.export(ctx, dir); err != nil {
		return fmt.Errorf("export ledger to %s: %w", dir, err)
	}
	return nil
}

func (l *Log) export(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	size, msg, err := l.Newest(ctx)
	if err != nil {
		return err
	}
	for _, t := range tlog.NewTiles(tileHeight, 0, size) {
		if err := l.exportTile(ctx, dir, t); err != nil {
			return err
		}
	}
	f, err := os.Create(filepath.Join(dir, "ledger.jsonl"))
	if err != nil {
		return err
	}
	err = l.dump(ctx, f, size)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return disk.Explain(err)
	}
	if err := writeAll(filepath.Join(dir, "verifier-key"), []byte(l.VerifierKey()+"\n")); err != nil || size == 0 {
		return err
	}
	return writeAll(filepath.Join(dir, "checkpoint"), msg)
}

// exportTile writes one tile, and the bundle of its entries when it is of the lowest level.
func (l *Log) exportTile(ctx context.Context, dir string, t tlog.Tile) error {
	data, err := l.Tile(ctx, t.L, t.N, t.W)
	if err != nil {
		return err
	}
	if err := writeAll(filepath.Join(dir, filepath.FromSlash(tilePath(fmt.Sprint(t.L), t))), data); err != nil || t.L > 0 {
		return err
	}
	bundle, err := l.Bundle(ctx, t.N, t.W)
	if err != nil {
		return err
	}
	return writeAll(filepath.Join(dir, filepath.FromSlash(tilePath("entries", t))), bundle)
}

// tilePath is the path of tlog-tiles: tile/<level or entries>/x001/x234/067, with .p/<width> while it is filling.
func tilePath(level string, t tlog.Tile) string {
	p := fmt.Sprintf("%03d", t.N%1000)
	for n := t.N / 1000; n > 0; n /= 1000 {
		p = fmt.Sprintf("x%03d/%s", n%1000, p)
	}
	if t.W < tileWidth {
		p += fmt.Sprintf(".p/%d", t.W)
	}
	return "tile/" + level + "/" + p
}

func writeAll(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return disk.Explain(err)
	}
	return disk.Explain(os.WriteFile(path, data, 0o600))
}

// Newest returns the newest checkpoint with the cosignatures that have come so far; size 0 when nothing was signed.
func (l *Log) Newest(ctx context.Context) (size int64, msg []byte, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		size, msg, err = newest(ctx, tx, 0)
		return err
	})
	return size, msg, err
}

// Tile returns width hashes of the tile n of a level, as tlog-tiles serves them. A tile that the tree doesn't have is
// [errs.NotFound].
func (l *Log) Tile(ctx context.Context, level int, n int64, width int) (data []byte, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT data FROM ledger_tile WHERE level = ? AND n = ?`, level, n).Scan(&data)
	})
	if err == nil && (width < 1 || len(data) < width*tlog.HashSize) {
		err = errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("tile %d/%d of width %d: %w", level, n, width, err)
	}
	return data[:width*tlog.HashSize], nil
}

// Bundle returns the first width entries of the lowest tile n, each behind its length in two bytes.
func (l *Log) Bundle(ctx context.Context, n int64, width int) ([]byte, error) {
	var entries [][]byte
	err := l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		var err error
		entries, err = entriesFrom(ctx, tx, n*tileWidth, width)
		return err
	})
	if err == nil && len(entries) < width {
		err = errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("entries of tile %d: %w", n, err)
	}
	var b []byte
	for _, e := range entries {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(e))), e...)
	}
	return b, nil
}

// Entry returns the bytes of an entry, which a proof of it needs beside it, and its place (-1 while it waits).
func (l *Log) Entry(ctx context.Context, entry id.ID) (leaf []byte, pos int64, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT entry, COALESCE(pos, -1) FROM ledger_entry WHERE id = ?`, entry).Scan(&leaf, &pos)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("ledger entry %s: %w", entry, err)
	}
	return leaf, pos, nil
}
