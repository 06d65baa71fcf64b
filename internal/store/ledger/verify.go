package ledger

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// Report is what a verification has seen.
type Report struct {
	Checkpoint         // the last one; its tree covers Size entries
	Checkpoints int    // checkpoints whose signature and root were right
	Entries     int64  // entries read
	Unsigned    int64  // entries after the last checkpoint: nothing speaks for them yet
	Cosigned    int    // cosignatures that were right
	FirstID     string // of the entries read
	LastID      string
}

// Against is what the reader of an exported ledger has to compare it with, beside the log's key.
type Against struct {
	Witnesses []string // verifier keys whose cosignatures are checked too
	// Held are signed checkpoints of the log that came another way: a peer's copy, the checkpoint of a proof. The export
	// has to have grown out of each: one that was cut before it, or that has another history, is refused.
	Held [][]byte
	// Entry is called with each entry and its place, before it is known whether a checkpoint covers it.
	Entry func(place int64, entry []byte)
}

// Verify reads an exported ledger (docs/formats/ledger.md §6) and checks each entry's form and each checkpoint
// against the entries before it, in memory that grows with the logarithm of their number. vkey is the log's verifier
// key; the cosignatures of the given witnesses are checked too. The first thing that is wrong ends it as
// [errs.Invalid], with a Report of what was sound up to there. An export without a checkpoint is no error: its Report
// says that nothing speaks for its entries.
func Verify(r io.Reader, vkey string, witnesses ...string) (Report, error) {
	return VerifyAgainst(r, vkey, Against{Witnesses: witnesses})
}

// VerifyAgainst is [Verify] for a reader who has more to compare with.
func VerifyAgainst(r io.Reader, vkey string, a Against) (Report, error) {
	keys, err := parseVerifiers(append([]string{vkey}, a.Witnesses...))
	if err != nil {
		return Report{}, fmt.Errorf("verify ledger: %w", err)
	}
	v := verification{keys: keys, seen: a.Entry}
	v.report.Origin = keys[0].Name()
	if v.held, err = openHeld(a.Held, keys); err != nil {
		return v.report, fmt.Errorf("verify ledger: %w", err)
	}
	lines := bufio.NewReaderSize(r, 2*maxNote)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		if err != nil {
			return v.report, fmt.Errorf("verify ledger: line %d is cut or too long: %w: %w", v.line+1, err, errs.Invalid)
		}
		v.line++
		if err := v.read(line[:len(line)-1]); err != nil {
			return v.report, fmt.Errorf("verify ledger %s: line %d: %w", v.report.Origin, v.line, err)
		}
	}
	v.report.Unsigned = v.report.Entries - v.report.Size
	if len(v.held) > 0 {
		return v.report, fmt.Errorf("verify ledger %s: it ends after %d entries, and the log has signed a checkpoint of %d: the end was cut off: %w",
			v.report.Origin, v.report.Entries, v.held[0].Size, errs.Invalid)
	}
	return v.report, nil
}

type verification struct {
	keys   []note.Verifier
	held   []Checkpoint // still to come, the smallest first
	seen   func(int64, []byte)
	tree   roots
	line   int
	report Report
}

// openHeld checks that the log signed each of the checkpoints, and sorts them.
func openHeld(notes [][]byte, keys []note.Verifier) ([]Checkpoint, error) {
	var held []Checkpoint
	for i, msg := range notes {
		c, _, err := OpenCheckpoint(msg, keys...)
		if err != nil {
			return nil, fmt.Errorf("checkpoint %d to compare with: %w", i+1, err)
		}
		if c.Origin != keys[0].Name() {
			return nil, fmt.Errorf("checkpoint %d to compare with is of log %s: %w", i+1, c.Origin, errs.Invalid)
		}
		if c.Size > 0 {
			held = append(held, c)
		}
	}
	slices.SortFunc(held, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	return held, nil
}

// compareHeld compares the tree with the checkpoints of its size that came another way.
func (v *verification) compareHeld() error {
	for len(v.held) > 0 && v.held[0].Size == v.report.Entries {
		if v.held[0].Root != v.tree.root() {
			return fmt.Errorf("the log has signed another history of its first %d entries: %w", v.report.Entries, errs.Invalid)
		}
		v.held = v.held[1:]
	}
	return nil
}

func (v *verification) read(line []byte) error {
	if len(line) > 0 && line[0] == '"' {
		return v.checkpoint(line)
	}
	l, err := parseLeaf(line)
	if err != nil {
		return fmt.Errorf("entry %d: %w", v.report.Entries, err)
	}
	if v.report.Entries == 0 {
		v.report.FirstID = string(l.ID)
	}
	v.report.LastID = string(l.ID)
	if v.seen != nil {
		v.seen(v.report.Entries, line)
	}
	v.tree.append(tlog.RecordHash(line))
	v.report.Entries++
	return v.compareHeld()
}

// checkpoint compares a signed checkpoint, which stands behind the last entry that it covers, with those entries.
func (v *verification) checkpoint(line []byte) error {
	var msg string
	if err := json.Unmarshal(line, &msg); err != nil {
		return fmt.Errorf("checkpoint: %w: %w", err, errs.Invalid)
	}
	if want, err := canonical.Marshal(msg); err != nil || !bytes.Equal(line, want) {
		return fmt.Errorf("checkpoint isn't written in canonical form: %w", errs.Invalid)
	}
	c, by, err := OpenCheckpoint([]byte(msg), v.keys...)
	switch {
	case err != nil:
		return err
	case c.Origin != v.report.Origin:
		return fmt.Errorf("checkpoint is of log %s: %w", c.Origin, errs.Invalid)
	case c.Size != v.report.Entries:
		return fmt.Errorf("checkpoint covers %d entries and stands behind %d: entries were dropped or added: %w", c.Size, v.report.Entries, errs.Invalid)
	case c.Root != v.tree.root():
		return fmt.Errorf("checkpoint of size %d has another root: an entry at or before place %d was changed, moved or exchanged: %w", c.Size, c.Size-1, errs.Invalid)
	}
	v.report.Checkpoint = c
	v.report.Checkpoints++
	v.report.Cosigned += len(by)
	return nil
}

// roots holds the roots of the full subtrees that make up a tree, largest first: all that a growing tree needs.
type roots struct {
	size  int64
	peaks []tlog.Hash
}

func (t *roots) append(h tlog.Hash) {
	for n := t.size; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(t.peaks[len(t.peaks)-1], h)
		t.peaks = t.peaks[:len(t.peaks)-1]
	}
	t.peaks = append(t.peaks, h)
	t.size++
}

func (t *roots) root() tlog.Hash {
	if t.size == 0 {
		h, _ := tlog.TreeHash(0, nil) // the hash of nothing, which reads nothing and can't fail
		return h
	}
	h := t.peaks[len(t.peaks)-1]
	for i := len(t.peaks) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.peaks[i], h)
	}
	return h
}
