package ledger

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// TestVerifyAgainst has two things that one signed export can't show by itself: that its end is the log's end, and that
// the log has shown others the same history.
func TestVerifyAgainst(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t, "sqlite", []db.Schema{Schema()}, dbtest.Options{})
	l := testLog(t, d, nil)
	enter(t, d, 2, nil)
	placeAndSign(t, l)
	_, early, err := l.Newest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cut := dump(t, l)
	enter(t, d, 2, nil)
	placeAndSign(t, l)
	_, late, err := l.Newest(ctx)
	if err != nil {
		t.Fatal(err)
	}

	other := dbtest.Open(t, "sqlite", []db.Schema{Schema()}, dbtest.Options{})
	fork := openLog(t, other, Config{Signer: l.signer, HighWater: filepath.Join(t.TempDir(), "highwater")})
	enter(t, other, 2, nil)
	placeAndSign(t, fork)
	_, forked, err := fork.Newest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		export []byte
		held   [][]byte
		want   string // "" for a yes
	}{
		{"grown out of both", dump(t, l), [][]byte{late, early}, ""},
		{"cut before a checkpoint", cut, [][]byte{early, late}, "the end was cut off"},
		{"two histories", dump(t, l), [][]byte{forked}, "another history of its first 2 entries"},
		{"no checkpoint at all", dump(t, l), [][]byte{[]byte("anything\n")}, "checkpoint 1 to compare with"},
	} {
		_, err := VerifyAgainst(bytes.NewReader(c.export), l.VerifierKey(), Against{Held: c.held})
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v, want a yes", c.name, err)
			}
			continue
		}
		if !errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestExportEndsSigned: an entry that no checkpoint covers could be anybody's, and isn't handed out.
func TestExportEndsSigned(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t, "sqlite", []db.Schema{Schema()}, dbtest.Options{})
	l := testLog(t, d, nil)
	enter(t, d, 2, nil)
	placeAndSign(t, l)
	enter(t, d, 3, nil)
	if err := l.step(ctx, false); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := l.Export(ctx, dir); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "ledger.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := Verify(bytes.NewReader(b), l.VerifierKey())
	if err != nil || report.Entries != 2 || report.Unsigned != 0 {
		t.Errorf("Verify of an export = %+v, %v, want two entries, all signed", report, err)
	}
	if report, err = Verify(bytes.NewReader(dump(t, l)), l.VerifierKey()); err != nil || report.Unsigned != 3 {
		t.Errorf("Verify of a dump = %+v, %v, want three unsigned", report, err)
	}
}
