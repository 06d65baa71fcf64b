package ledger

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

const proofHeader = "c2sp.org/tlog-proof@v1"

// Prove returns a proof (C2SP tlog-proof) that the entry stands in the log, under the newest checkpoint. placed is
// false, without an error, while no checkpoint covers the entry: "waiting" is an answer. An entry that doesn't exist
// is [errs.NotFound].
func (l *Log) Prove(ctx context.Context, entry id.ID) (proof []byte, placed bool, err error) {
	return l.prove(ctx, entry, 0)
}

// ProveWitnessed is [Log.Prove] under the newest checkpoint that at least n witnesses have cosigned.
func (l *Log) ProveWitnessed(ctx context.Context, entry id.ID, n int) (proof []byte, placed bool, err error) {
	return l.prove(ctx, entry, n)
}

func (l *Log) prove(ctx context.Context, entry id.ID, witnesses int) (proof []byte, placed bool, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		pos, err := position(ctx, tx, entry)
		if err != nil || pos < 0 {
			return err
		}
		size, msg, err := newest(ctx, tx, witnesses)
		if err != nil || pos >= size {
			return err
		}
		hashes, err := tlog.ProveRecord(size, pos, hashReader(ctx, tx))
		if err != nil {
			return err
		}
		proof, placed = formatProof(pos, hashes, msg), true
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("prove ledger entry %s: %w", entry, err)
	}
	return proof, placed, nil
}

// position returns the entry's place, -1 while it waits.
func position(ctx context.Context, tx *db.Tx, entry id.ID) (pos int64, err error) {
	err = tx.Row(ctx, `SELECT COALESCE(pos, -1) FROM ledger_entry WHERE id = ?`, entry).Scan(&pos)
	return pos, err
}

// newest returns the newest checkpoint with so many cosignatures, size 0 when there is none.
func newest(ctx context.Context, tx *db.Tx, witnesses int) (size int64, msg []byte, err error) {
	query := `SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1`
	args := []any{}
	if witnesses > 0 {
		query = `SELECT size, note FROM ledger_checkpoint WHERE witnesses >= ? ORDER BY size DESC LIMIT 1`
		args = append(args, witnesses)
	}
	err = tx.Row(ctx, query, args...).Scan(&size, &msg)
	if errors.Is(err, errs.NotFound) {
		return 0, nil, nil
	}
	return size, msg, err
}

// Wait returns the entry's proof as soon as a checkpoint covers it; it asks the sequencer to hurry, and ends with ctx.
// In recovery it returns [errs.Unavailable].
func (l *Log) Wait(ctx context.Context, entry id.ID) ([]byte, error) {
	for {
		if why := l.Recovery(); why != "" {
			return nil, fmt.Errorf("prove ledger entry %s: the log is in recovery: %s: %w", entry, why, errs.Unavailable)
		}
		signed := l.nextSigned()
		proof, placed, err := l.Prove(ctx, entry)
		if err != nil || placed {
			return proof, err
		}
		l.Hurry()
		// The timer is for checkpoints that another process signs.
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("prove ledger entry %s: %w", entry, ctx.Err())
		case <-signed:
		case <-time.After(250 * time.Millisecond):
		}
	}
}

func formatProof(index int64, hashes tlog.RecordProof, checkpoint []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nindex %d\n", proofHeader, index)
	for _, h := range hashes {
		b.WriteString(h.String() + "\n")
	}
	b.WriteByte('\n')
	b.Write(checkpoint)
	return b.Bytes()
}

// Proof is a proof as it was read; nothing in it has been checked.
type Proof struct {
	Index      int64
	Hashes     tlog.RecordProof
	Checkpoint []byte
	Extra      []byte // not authenticated, for its makers' own use; nil in ours
}

// ParseProof reads a tlog-proof. What isn't one is [errs.Invalid].
func ParseProof(b []byte) (Proof, error) {
	p, err := parseProof(b)
	if err != nil {
		return Proof{}, fmt.Errorf("ledger proof: %w", err)
	}
	return p, nil
}

func parseProof(b []byte) (Proof, error) {
	var p Proof
	if len(b) > 2*maxNote {
		return p, fmt.Errorf("%d bytes, at most %d are allowed: %w", len(b), 2*maxNote, errs.Invalid)
	}
	head, checkpoint, ok := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || lines[0] != proofHeader || len(lines) < 2 {
		return p, fmt.Errorf("first line isn't %q or a part is missing: %w", proofHeader, errs.Invalid)
	}
	lines = lines[1:]
	if text, ok := strings.CutPrefix(lines[0], "extra "); ok && len(lines) > 1 {
		extra, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return p, fmt.Errorf("extra data: %w: %w", err, errs.Invalid)
		}
		p.Extra, lines = extra, lines[1:]
	}
	number, ok := strings.CutPrefix(lines[0], "index ")
	if !ok {
		return p, fmt.Errorf("line %q isn't the index: %w", lines[0], errs.Invalid)
	}
	var err error
	if p.Index, err = parseDecimal(number); err != nil {
		return p, fmt.Errorf("index: %w", err)
	}
	if len(lines)-1 > 63 {
		return p, fmt.Errorf("%d hashes, no tree needs more than 63: %w", len(lines)-1, errs.Invalid)
	}
	for i, line := range lines[1:] {
		h, err := parseHash(line)
		if err != nil {
			return p, fmt.Errorf("hash %d: %w", i+1, err)
		}
		p.Hashes = append(p.Hashes, h)
	}
	p.Checkpoint = []byte(checkpoint)
	return p, nil
}

// Proven is what a checked proof shows: that the entry stands at Index in the log's tree of the checkpoint's size.
type Proven struct {
	Checkpoint
	Index int64
	By    []Cosigned // cosignatures of those witnesses whose keys were given
}

// VerifyProof checks that entry, byte for byte, stands in the log whose verifier key is vkey. witnesses are the
// verifier keys of those whose cosignatures shall be looked at. A proof that shows anything else is [errs.Invalid].
func VerifyProof(proof, entry []byte, vkey string, witnesses ...string) (Proven, error) {
	p, err := ParseProof(proof)
	if err != nil {
		return Proven{}, err
	}
	keys, err := parseVerifiers(append([]string{vkey}, witnesses...))
	if err != nil {
		return Proven{}, fmt.Errorf("ledger proof: %w", err)
	}
	c, by, err := OpenCheckpoint(p.Checkpoint, keys...)
	if err != nil {
		return Proven{}, fmt.Errorf("ledger proof: %w", err)
	}
	if c.Origin != keys[0].Name() {
		return Proven{}, fmt.Errorf("ledger proof is of log %s, want %s: %w", c.Origin, keys[0].Name(), errs.Invalid)
	}
	if err := checkRecord(p, c, entry); err != nil {
		return Proven{}, fmt.Errorf("ledger proof of place %s in %s: %w", strconv.FormatInt(p.Index, 10), c.Origin, err)
	}
	return Proven{c, p.Index, by}, nil
}

func checkRecord(p Proof, c Checkpoint, entry []byte) error {
	if p.Index >= c.Size {
		return fmt.Errorf("the checkpoint's tree ends at %d: %w", c.Size, errs.Invalid)
	}
	if err := tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Index, tlog.RecordHash(entry)); err != nil {
		return fmt.Errorf("these bytes don't stand there: %w: %w", err, errs.Invalid)
	}
	return nil
}

func parseVerifiers(vkeys []string) ([]note.Verifier, error) {
	var all []note.Verifier
	for _, k := range vkeys {
		v, err := ParseVerifier(k)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
