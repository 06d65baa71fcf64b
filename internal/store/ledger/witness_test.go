package ledger

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/errs"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

func testWitness(t testing.TB, d *db.DB, logs ...*Log) (*Witness, string) {
	t.Helper()
	skey, vkey, err := NewWitnessKey("witness.example/exercise")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseCosigner(skey, func() time.Time { return time.Unix(1_790_000_000, 0) })
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWitness(d, s, func(_ context.Context, origin string) (keys []string, _ error) {
		for _, l := range logs {
			if l.Origin() == origin {
				keys = append(keys, l.VerifierKey())
			}
		}
		return keys, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, vkey
}

func mustRequest(t testing.TB, l *Log, old int64) ([]byte, int64) {
	t.Helper()
	body, size, err := l.WitnessRequest(context.Background(), old)
	if err != nil {
		t.Fatal(err)
	}
	return body, size
}

// A log grows, its witness follows, and the proof of an entry shows who has cosigned.
func TestCosignatures(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		l := testLog(t, d, nil)
		w, vkey := testWitness(t, d, l)
		var old int64
		for _, n := range []int{3, 1, 300} {
			ids := enter(t, d, n, nil)
			placeAndSign(t, l)
			body, size := mustRequest(t, l, old)
			line, err := w.AddCheckpoint(ctx, body)
			if err != nil {
				t.Fatal(err)
			}
			if _, placed, err := l.ProveWitnessed(ctx, ids[n-1], 1); placed || err != nil {
				t.Errorf("ProveWitnessed before the cosignature came: placed %v, %v", placed, err)
			}
			for range 2 { // the second time nothing is new
				if _, err := l.AddCosignatures(ctx, size, line, vkey); err != nil {
					t.Fatal(err)
				}
			}
			proof, placed, err := l.ProveWitnessed(ctx, ids[n-1], 1)
			if err != nil || !placed {
				t.Fatalf("ProveWitnessed = placed %v, %v", placed, err)
			}
			leaf, _, err := l.Entry(ctx, ids[n-1])
			if err != nil {
				t.Fatal(err)
			}
			got, err := VerifyProof(proof, leaf, l.VerifierKey(), vkey)
			if err != nil || len(got.By) != 1 || got.By[0].Witness != "witness.example/exercise" || got.By[0].At.Unix() != 1_790_000_000 {
				t.Errorf("VerifyProof = %+v, %v, want one cosignature", got, err)
			}
			old = size
		}
		report, err := l.Check(ctx, vkey)
		if err != nil || report.Cosigned != 3 || report.Checkpoints != 3 {
			t.Errorf("Check = %+v, %v, want 3 checkpoints, each cosigned", report, err)
		}
	})
}

func TestWitnessRefuses(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		l := testLog(t, d, nil)
		w, _ := testWitness(t, d, l)
		stranger, _ := testWitness(t, d)
		enter(t, d, 5, nil)
		placeAndSign(t, l)
		first, size := mustRequest(t, l, 0)
		if _, err := w.AddCheckpoint(ctx, first); err != nil {
			t.Fatal(err)
		}
		enter(t, d, 5, nil)
		placeAndSign(t, l)
		good, _ := mustRequest(t, l, size)
		head, checkpoint, _ := strings.Cut(string(good), "\n\n")
		lines := strings.Split(head, "\n")
		sign := func(size int64, root tlog.Hash, by note.Signer) string {
			t.Helper()
			msg, err := note.Sign(&note.Note{Text: Checkpoint{l.Origin(), size, root}.text()}, by)
			if err != nil {
				t.Fatal(err)
			}
			return string(msg)
		}
		skey, _, err := NewLogKey(l.Origin())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name   string
			w      *Witness
			body   string
			status int
			kind   error
		}{
			{"an unknown log", stranger, string(good), http.StatusNotFound, errs.NotFound},
			{"another key of the same name", w, "old 5\n\n" + sign(10, tlog.Hash{1}, signer(t, skey)), http.StatusForbidden, errs.Forbidden},
			{"an old size that isn't ours", w, "old 4\n\n" + checkpoint, http.StatusConflict, errs.Conflict},
			{"an old size beyond the checkpoint", w, "old 11\n\n" + checkpoint, http.StatusBadRequest, errs.Invalid},
			{"no proof", w, "old 5\n\n" + checkpoint, http.StatusUnprocessableEntity, errs.Invalid},
			{"a hash dropped", w, strings.Join(lines[:len(lines)-1], "\n") + "\n\n" + checkpoint, http.StatusUnprocessableEntity, errs.Invalid},
			{"another history, larger", w, head + "\n\n" + sign(10, tlog.Hash{1}, l.signer), http.StatusUnprocessableEntity, errs.Invalid},
			{"another history, same size", w, "old 5\n\n" + sign(5, tlog.Hash{1}, l.signer), http.StatusConflict, errs.Conflict},
			{"a size with a zero in front", w, "old 05\n\n" + checkpoint, http.StatusBadRequest, errs.Invalid},
			{"64 hashes", w, "old 5\n" + strings.Repeat(tlog.Hash{}.String()+"\n", 64) + "\n" + checkpoint, http.StatusBadRequest, errs.Invalid},
			{"no note", w, "old 5\n\nx", http.StatusBadRequest, errs.Invalid},
			{"nothing", w, "", http.StatusBadRequest, errs.Invalid},
			{"too much", w, "old 5\n\n" + strings.Repeat("x", 3*maxNote), http.StatusBadRequest, errs.Invalid},
		} {
			_, err := c.w.AddCheckpoint(ctx, []byte(c.body))
			var no *Refusal
			if !errors.As(err, &no) || no.Status != c.status || !errors.Is(err, c.kind) {
				t.Errorf("%s: %v, want a refusal with %d", c.name, err, c.status)
			}
			if errors.As(err, &no) && no.Status == http.StatusConflict && no.Size != 5 {
				t.Errorf("%s: size %d is told, want 5", c.name, no.Size)
			}
		}
		splits, err := w.Splits(ctx)
		if err != nil || len(splits) != 1 || bytes.Equal(splits[0].Ours, splits[0].Theirs) {
			t.Errorf("Splits = %d, %v, want the two notes of one size", len(splits), err)
		}
		if err := w.Compare(ctx, []byte(sign(5, tlog.Hash{2}, l.signer))); !errors.Is(err, errs.Conflict) {
			t.Errorf("Compare with another history = %v, want errs.Conflict", err)
		}
		if err := w.Compare(ctx, []byte(checkpoint)); err != nil {
			t.Errorf("Compare with a larger tree = %v", err)
		}
		// It is remembered: another history of that size is found although neither was cosigned here.
		for range 2 {
			if err := w.Compare(ctx, []byte(sign(10, tlog.Hash{3}, l.signer))); !errors.Is(err, errs.Conflict) {
				t.Errorf("Compare with another history of a size that came before = %v, want errs.Conflict", err)
			}
		}
		if splits, err := w.Splits(ctx); err != nil || len(splits) != 3 {
			t.Errorf("Splits = %d, %v, want three, none twice", len(splits), err)
		}
		if _, err := w.AddCheckpoint(ctx, good); err != nil {
			t.Errorf("the sound request after all that = %v", err)
		}
		if _, _, err := l.WitnessRequest(ctx, 11); !errors.Is(err, errs.Conflict) {
			t.Errorf("WitnessRequest to one who has seen more = %v, want errs.Conflict", err)
		}
	})
}

func TestAddCosignaturesRefuses(t *testing.T) {
	d := dbtest.Open(t, "sqlite", []db.Schema{Schema()}, dbtest.Options{})
	ctx := context.Background()
	l := testLog(t, d, nil)
	w, vkey := testWitness(t, d, l)
	_, other := testWitness(t, d, l)
	enter(t, d, 1, nil)
	placeAndSign(t, l)
	body, size := mustRequest(t, l, 0)
	line, err := w.AddCheckpoint(ctx, body)
	if err != nil {
		t.Fatal(err)
	}
	_, msg, err := l.Newest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, own, _ := bytes.Cut(msg, []byte("\n\n"))
	for name, c := range map[string]struct {
		answer []byte
		key    string
		kind   error
		size   int64
	}{
		"of another witness":  {line, other, errs.Invalid, size},
		"of another size":     {line, vkey, errs.NotFound, size + 1},
		"a log's signature":   {own, l.VerifierKey(), errs.Invalid, size},
		"damaged":             {bytes.Replace(line, []byte("A"), []byte("B"), 1), vkey, errs.Invalid, size},
		"an empty answer":     {nil, vkey, errs.Invalid, size},
		"too much":            {bytes.Repeat([]byte("x"), 2*maxNote), vkey, errs.Invalid, size},
		"with a key for logs": {line, l.VerifierKey(), errs.Invalid, size},
	} {
		if _, err := l.AddCosignatures(ctx, c.size, c.answer, c.key); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want %v", name, err, c.kind)
		}
	}
}
