package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

func each(t *testing.T, f func(*testing.T, *db.DB)) {
	t.Helper()
	dbtest.Each(t, []db.Schema{Schema()}, f)
}

// testLog opens a log with a fresh key on d, its high-water file in a folder of the test's own.
func testLog(t testing.TB, d *db.DB, placed func(context.Context, *db.Tx, []Work) error) *Log {
	t.Helper()
	skey, _, err := NewLogKey("ledger.example/exercise")
	if err != nil {
		t.Fatal(err)
	}
	return openLog(t, d, Config{Signer: signer(t, skey), HighWater: filepath.Join(t.TempDir(), "highwater"), Placed: placed})
}

func signer(t testing.TB, skey string) note.Signer {
	t.Helper()
	s, err := ParseSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openLog(t testing.TB, d *db.DB, c Config) *Log {
	t.Helper()
	l, err := Open(context.Background(), d, c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// enter appends n entries, each in a transaction of its own, and returns their ids.
func enter(t testing.TB, d *db.DB, n int, later []byte) []id.ID {
	t.Helper()
	var ids []id.ID
	start := time.Now()
	for i := range n {
		e := entry(fmt.Sprintf("exercise.%d", i))
		// Ids of one millisecond sort by chance; the tests speak of the first and the second.
		e.ID = id.New(start.Add(time.Duration(i) * time.Millisecond))
		ids = append(ids, e.ID)
		if err := appendOne(d, e, later); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

func entry(act string) Entry {
	now := time.Now()
	return Entry{
		ID: id.New(now), At: now, Act: act, On: id.NewRef("request", id.New(now)),
		Person: id.New(now), Role: "drafter", Facts: map[string]string{"digest": strings.Repeat("0", 64)},
	}
}

func appendOne(d *db.DB, e Entry, later []byte) error {
	ctx := context.Background()
	return d.Writer.Write(ctx, func(tx *db.Tx) error { return Append(ctx, tx, e, later) })
}

func placeAndSign(t testing.TB, l *Log) {
	t.Helper()
	if err := l.step(context.Background(), true); err != nil {
		t.Fatal(err)
	}
}

func dump(t testing.TB, l *Log) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.Dump(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAppendPlaceProve(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		l := testLog(t, d, nil)
		ids := enter(t, d, 3, nil)
		if _, placed, err := l.Prove(ctx, ids[0]); placed || err != nil {
			t.Errorf("Prove before the sequencer ran: placed %v, %v, want waiting", placed, err)
		}
		placeAndSign(t, l)
		for i, n := range ids {
			proof, placed, err := l.Prove(ctx, n)
			if !placed || err != nil {
				t.Fatalf("Prove(%s) = placed %v, %v", n, placed, err)
			}
			leaf, pos, err := l.Entry(ctx, n)
			if err != nil || pos != int64(i) {
				t.Fatalf("Entry = place %d, %v, want %d", pos, err, i)
			}
			got, err := VerifyProof(proof, leaf, l.VerifierKey())
			if err != nil || got.Index != int64(i) || got.Size != 3 {
				t.Errorf("VerifyProof = %+v, %v", got, err)
			}
			if _, err := VerifyProof(proof, append(leaf, ' '), l.VerifierKey()); !errors.Is(err, errs.Invalid) {
				t.Errorf("VerifyProof of other bytes = %v, want errs.Invalid", err)
			}
		}
		if _, _, err := l.Prove(ctx, id.New(time.Now())); !errors.Is(err, errs.NotFound) {
			t.Errorf("Prove of nothing = %v, want errs.NotFound", err)
		}
	})
}

// The tree kept as tiles is the tree that tlog computes hash by hash, at every size around the tiles' edges.
func TestTilesAreTheTree(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		l := testLog(t, d, nil)
		var stored []tlog.Hash
		reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			var out []tlog.Hash
			for _, i := range indexes {
				out = append(out, stored[i])
			}
			return out, nil
		})
		total := int64(0)
		for _, n := range []int{1, 1, 253, 1, 1, 300} {
			for range n {
				e := entry("exercise")
				if err := appendOne(d, e, nil); err != nil {
					t.Fatal(err)
				}
			}
			placeAndSign(t, l)
			entries := readEntries(t, d, total)
			for _, b := range entries {
				h, err := tlog.StoredHashes(total, b, reader)
				if err != nil {
					t.Fatal(err)
				}
				stored = append(stored, h...)
				total++
			}
			want, err := tlog.TreeHash(total, reader)
			if err != nil {
				t.Fatal(err)
			}
			_, msg, err := l.Newest(ctx)
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := OpenCheckpoint(msg, l.verifiers...)
			if err != nil || got.Size != total || got.Root != want {
				t.Fatalf("checkpoint = %+v, %v, want size %d and root %v", got, err, total, want)
			}
		}
		if _, err := l.Check(ctx); err != nil {
			t.Error(err)
		}
	})
}

func readEntries(t testing.TB, d *db.DB, from int64) (out [][]byte) {
	t.Helper()
	ctx := context.Background()
	err := d.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) (err error) {
		out, err = entriesFrom(ctx, tx, from, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAppendRefuses(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		twice := entry("exercise")
		if err := appendOne(d, twice, nil); err != nil {
			t.Fatal(err)
		}
		if err := appendOne(d, twice, nil); !errors.Is(err, errs.Conflict) {
			t.Errorf("the same entry again: %v, want errs.Conflict", err)
		}
		for name, spoil := range map[string]func(*Entry){
			"no id":        func(e *Entry) { e.ID = "x" },
			"no act":       func(e *Entry) { e.Act = "" },
			"no time":      func(e *Entry) { e.At = time.Time{} },
			"a short key":  func(e *Entry) { e.Key = []byte("short") },
			"a large fact": func(e *Entry) { e.Facts = map[string]string{"x": strings.Repeat("x", MaxEntry)} },
			"a fraction":   func(e *Entry) { e.Facts = map[string]float64{"x": 0.5} },
		} {
			e := entry("exercise")
			spoil(&e)
			if err := appendOne(d, e, nil); !errors.Is(err, errs.Invalid) {
				t.Errorf("%s: %v, want errs.Invalid", name, err)
			}
		}
	})
}

func TestErase(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		l := testLog(t, d, nil)
		e := entry("exercise")
		if err := appendOne(d, e, nil); err != nil {
			t.Fatal(err)
		}
		placeAndSign(t, l)
		who := func() id.ID {
			t.Helper()
			var n id.ID
			err := d.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) (err error) {
				n, err = Who(ctx, tx, e.ID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if got := who(); got != e.Person {
			t.Errorf("Who = %s, want %s", got, e.Person)
		}
		if err := d.Writer.Write(ctx, func(tx *db.Tx) error { return Erase(ctx, tx, e.Person) }); err != nil {
			t.Fatal(err)
		}
		if got := who(); got != "" {
			t.Errorf("Who after Erase = %s, want nobody", got)
		}
		if _, err := l.Check(ctx); err != nil {
			t.Errorf("the log doesn't hold after an erasure: %v", err)
		}
	})
}

// Work for later begins once, in the transaction that places the entry, and again after that transaction failed.
func TestPlacedHandsOverOnce(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		got := map[id.ID]string{}
		fail := true
		l := testLog(t, d, func(_ context.Context, _ *db.Tx, work []Work) error {
			if fail {
				return errs.Unavailable
			}
			for _, w := range work {
				if old, twice := got[w.Entry]; twice {
					t.Errorf("work of %s came twice (%s)", w.Entry, old)
				}
				got[w.Entry] = string(w.Later)
			}
			return nil
		})
		ids := enter(t, d, 2, []byte("seal"))
		enter(t, d, 2, nil)
		if err := l.Place(context.Background()); !errors.Is(err, errs.Unavailable) {
			t.Fatalf("Place = %v, want the callback's error", err)
		}
		if n, err := l.Waiting(context.Background()); n != 4 || err != nil {
			t.Errorf("Waiting = %d, %v, want all 4 after the failed turn", n, err)
		}
		fail = false
		placeAndSign(t, l)
		placeAndSign(t, l)
		if len(got) != 2 || got[ids[0]] != "seal" || got[ids[1]] != "seal" {
			t.Errorf("handed over %v, want the work of %v", got, ids)
		}
	})
}

// Two processes sequence one log while others enter: every entry gets one place and its work begins once.
func TestTwoSequencersTakeTurns(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var handed atomic.Int64
		count := func(_ context.Context, tx *db.Tx, work []Work) error {
			tx.OnCommit(func() { handed.Add(int64(len(work))) })
			return nil
		}
		one := testLog(t, d, count)
		two := openLog(t, d, Config{Signer: one.signer, HighWater: one.high.path, Placed: count})
		const writers, each = 4, 40
		var work sync.WaitGroup
		ctx, stop := context.WithCancel(context.Background())
		for _, l := range []*Log{one, two} {
			work.Go(func() { l.Run(ctx) })
		}
		var entering sync.WaitGroup
		for range writers {
			entering.Go(func() {
				for range each {
					if err := appendOne(d, entry("exercise"), []byte("work")); err != nil {
						t.Error(err)
						return
					}
					one.Wake()
					two.Hurry()
				}
			})
		}
		entering.Wait()
		for end := time.Now().Add(5 * time.Second); handed.Load() < writers*each && time.Now().Before(end); time.Sleep(time.Millisecond) {
			one.Wake()
		}
		stop()
		work.Wait()
		placeAndSign(t, two)
		report, err := one.Check(context.Background())
		if err != nil || report.Size != writers*each || handed.Load() != writers*each {
			t.Errorf("Check = %+v, %v, with %d hand-overs, want %d entries and as many hand-overs", report, err, handed.Load(), writers*each)
		}
	})
}

func TestRunSignsAtOnceWhenHurried(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithCancel(context.Background())
		l := testLog(t, d, nil)
		done := make(chan struct{})
		go func() { defer close(done); l.Run(ctx) }()
		defer func() { stop(); <-done }()
		enter(t, d, 1, nil)
		var best time.Duration = time.Hour
		for range 5 {
			n := enter(t, d, 1, nil)[0]
			start := time.Now()
			l.Wake()
			if _, err := l.Wait(ctx, n); err != nil {
				t.Fatal(err)
			}
			best = min(best, time.Since(start))
		}
		if best > 50*time.Millisecond {
			t.Errorf("a hurried checkpoint took at best %v, want at most 50ms", best)
		}
	})
}

// A database put back from a backup is older than the high-water file: the log signs nothing.
func TestRecovery(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		skey, _, err := NewLogKey("ledger.example/exercise")
		if err != nil {
			t.Fatal(err)
		}
		c := Config{Signer: signer(t, skey), HighWater: filepath.Join(t.TempDir(), "highwater")}
		l := openLog(t, d, c)
		ids := enter(t, d, 5, nil)
		placeAndSign(t, l)
		if why := openLog(t, d, c).Recovery(); why != "" {
			t.Fatalf("Recovery = %q on an unchanged log", why)
		}
		high, err := os.ReadFile(c.HighWater)
		if err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(t *testing.T){
			"the file is missing": func(t *testing.T) {
				if err := os.Remove(c.HighWater); err != nil {
					t.Fatal(err)
				}
			},
			"the file is damaged": func(t *testing.T) {
				if err := os.WriteFile(c.HighWater, high[:len(high)-9], 0o600); err != nil {
					t.Fatal(err)
				}
			},
			"the file is of a longer log": func(t *testing.T) {
				writeHigh(t, c, 6, tlog.Hash{1})
			},
			"the file is of another history": func(t *testing.T) {
				writeHigh(t, c, 5, tlog.Hash{1})
			},
		} {
			change(t)
			l := openLog(t, d, c)
			if l.Recovery() == "" {
				t.Errorf("%s: the log isn't in recovery", name)
			}
			if _, err := l.Wait(ctx, ids[0]); !errors.Is(err, errs.Unavailable) {
				t.Errorf("%s: Wait = %v, want errs.Unavailable", name, err)
			}
			if err := os.WriteFile(c.HighWater, high, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func writeHigh(t testing.TB, c Config, size int64, root tlog.Hash) {
	t.Helper()
	msg, err := note.Sign(&note.Note{Text: Checkpoint{c.Signer.Name(), size, root}.text()}, c.Signer)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.HighWater, msg, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestExportServesTileTools(t *testing.T) {
	d := dbtest.Open(t, "sqlite", []db.Schema{Schema()}, dbtest.Options{})
	l := testLog(t, d, nil)
	enter(t, d, 258, nil)
	placeAndSign(t, l)
	dir := t.TempDir()
	if err := l.Export(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ledger.jsonl", "verifier-key", "checkpoint", "tile/0/000", "tile/0/001.p/2", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/2"} {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
	bundle, err := os.ReadFile(filepath.Join(dir, "tile", "entries", "001.p", "2"))
	if err != nil {
		t.Fatal(err)
	}
	n := int(bundle[0])<<8 | int(bundle[1])
	var first leaf
	if err := json.Unmarshal(bundle[2:2+n], &first); err != nil {
		t.Errorf("the bundle's first entry: %v", err)
	}
	tiles, err := os.ReadFile(filepath.Join(dir, "tile", "0", "001.p", "2"))
	if err != nil {
		t.Fatal(err)
	}
	if h := tlog.RecordHash(bundle[2 : 2+n]); !bytes.Equal(tiles[:32], h[:]) {
		t.Error("the entry's hash isn't the tile's first hash")
	}
}
