package ledger

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// Whoever changes the record is found out, wherever and however.
func TestTampering(t *testing.T) {
	d := dbtest.Open(t, "sqlite", []db.Schema{Schema()}, dbtest.Options{})
	l := testLog(t, d, nil)
	for range 4 {
		enter(t, d, 3, nil)
		placeAndSign(t, l)
	}
	whole := dump(t, l)
	report, err := Verify(bytes.NewReader(whole), l.VerifierKey())
	if err != nil || report.Entries != 12 || report.Checkpoints != 4 || report.Unsigned != 0 {
		t.Fatalf("Verify = %+v, %v", report, err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	lines = lines[:len(lines)-1]
	join := func(l [][]byte) []byte { return bytes.Join(l, nil) }
	bad := map[string][]byte{
		"an entry dropped":             join(append(append([][]byte{}, lines[:4]...), lines[5:]...)),
		"an entry twice":               join(append(append([][]byte{}, lines[:5]...), lines[4:]...)),
		"two entries exchanged":        join(append(append([][]byte{}, lines[1], lines[0]), lines[2:]...)),
		"a checkpoint moved":           join(append(append(append([][]byte{}, lines[:2]...), lines[3], lines[2]), lines[4:]...)),
		"the end cut inside a line":    whole[:len(whole)-2],
		"an entry that isn't JSON":     append([]byte("x\n"), whole...),
		"a member in other characters": bytes.Replace(whole, []byte(`"who"`), []byte(`"WHO"`), 1),
	}
	for name, b := range bad {
		if _, err := Verify(bytes.NewReader(b), l.VerifierKey()); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: Verify = %v, want errs.Invalid", name, err)
		}
	}
	for i := range whole {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 7)
		if _, err := Verify(bytes.NewReader(flipped), l.VerifierKey()); !errors.Is(err, errs.Invalid) {
			t.Fatalf("byte %d flipped (%q): Verify = %v, want errs.Invalid", i, flipped[max(0, i-20):min(len(whole), i+20)], err)
		}
	}
}

// The same in the database itself, against the node's own check.
func TestCheckFindsChangedRows(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		l := testLog(t, d, nil)
		ids := enter(t, d, 5, nil)
		placeAndSign(t, l)
		change := func(query string, args ...any) {
			t.Helper()
			if err := d.Writer.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, query, args...); return err }); err != nil {
				t.Fatal(err)
			}
		}
		leaf, _, err := l.Entry(ctx, ids[2])
		if err != nil {
			t.Fatal(err)
		}
		change(`UPDATE ledger_entry SET entry = ? WHERE id = ?`, bytes.Replace(leaf, []byte("drafter"), []byte("drafted"), 1), ids[2])
		if _, err := l.Check(ctx); !errors.Is(err, errs.Invalid) {
			t.Errorf("Check after a changed entry = %v, want errs.Invalid", err)
		}
		change(`UPDATE ledger_entry SET entry = ? WHERE id = ?`, leaf, ids[2])
		if _, err := l.Check(ctx); err != nil {
			t.Errorf("Check after putting it back = %v", err)
		}
		change(`DELETE FROM ledger_entry WHERE id = ?`, ids[4])
		if _, err := l.Check(ctx); !errors.Is(err, errs.Invalid) {
			t.Errorf("Check after a dropped entry = %v, want errs.Invalid", err)
		}
	})
}
