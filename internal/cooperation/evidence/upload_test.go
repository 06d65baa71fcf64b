package evidence_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/evidence"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// random returns n bytes that are the same for the same seed.
func random(seed uint64, n int) string {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	_, _ = r.Read(b)
	return string(b)
}

func TestUploadGoesOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		content := random(1, 300_000)
		who := h.as("examiner")
		n, err := h.Begin(ctx, who, given(h.caseID), int64(len(content)), "журнал 1.log\n300000")
		must(t, err)
		cut := io.MultiReader(strings.NewReader(content[:150_000]), iotest.ErrReader(errors.New("the line was cut")))
		taken, err := h.Append(ctx, who, n, 0, cut)
		if err == nil || taken != 150_000 {
			t.Errorf("a cut line: %d bytes durable, %v", taken, err)
		}
		if _, err := h.Finish(ctx, who, n); !errors.Is(err, errs.Conflict) {
			t.Errorf("finished before the end: %v", err)
		}
		h.restart(t)
		again, err := h.Begin(ctx, who, given(h.caseID), int64(len(content)), "журнал 1.log\n300000")
		if err != nil || again != n {
			t.Errorf("the same file again: upload %s, %v; want %s", again, err, n)
		}
		offset, size, err := h.Progress(ctx, who, n)
		if err != nil || offset != 150_000 || size != int64(len(content)) {
			t.Errorf("after the restart: %d of %d, %v", offset, size, err)
		}
		if _, _, err := h.Progress(ctx, h.as("executor"), n); !errors.Is(err, errs.NotFound) {
			t.Errorf("another person's upload: %v", err)
		}
		_, err = h.Append(ctx, who, n, offset, strings.NewReader(content[offset:]))
		must(t, err)
		for range 2 { // the answer was lost: asked for twice
			if got, err := h.Finish(ctx, who, n); err != nil || got != n {
				t.Errorf("finish: %s, %v", got, err)
			}
		}
		if h.content(t, n) != content || h.item(t, n).SHA256 != canonical.Sum([]byte(content)) {
			t.Error("the item isn't what was sent")
		}
		if got := h.history(t, n); got != "collected received read" {
			t.Errorf("history: %s", got)
		}
	})
}

// The process ended after the bytes were moved into the store and before the act linked them.
func TestFinishAfterTheMove(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		who := h.as("examiner")
		n, err := h.Begin(ctx, who, given(h.caseID), int64(len(log)), "")
		must(t, err)
		_, err = h.Append(ctx, who, n, 0, strings.NewReader(log))
		must(t, err)
		key, err := h.Vault.Get(n)
		must(t, err)
		u, err := h.Uploads.Open(ctx, n, key)
		must(t, err)
		want, err := u.Finish(ctx)
		must(t, errors.Join(err, u.Close()))
		h.restart(t)
		if offset, _, err := h.Progress(ctx, who, n); err != nil || offset != int64(len(log)) {
			t.Errorf("progress %d, %v", offset, err)
		}
		_, err = h.Finish(ctx, who, n)
		must(t, err)
		it := h.item(t, n)
		if string(it.SHA256) != string(want.SHA256) || string(it.Stored) != string(want.Stored) || it.CRC32 != want.CRC32 || it.Size != want.Size {
			t.Errorf("retaken as %+v, want %+v", it, want)
		}
	})
}

func TestAddFile(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, stop := context.WithCancel(context.Background())
		path := filepath.Join(t.TempDir(), "disk.img")
		content := random(2, 9<<20)
		must(t, os.WriteFile(path, []byte(content), 0o600))
		g := given(h.caseID)
		g.Name = ""
		stop()
		if _, err := h.AddFile(ctx, h.as("executor"), path, g, nil); err == nil {
			t.Error("stopped before the first byte and yet done")
		}
		var told int64
		n, err := h.AddFile(context.Background(), h.as("executor"), path, g, func(done, _ int64) { told = done })
		must(t, err)
		if it := h.item(t, n); it.Name != "disk.img" || h.content(t, n) != content || told != int64(len(content)) {
			t.Errorf("%+v, told %d", it, told)
		}
		if _, err := h.AddFile(context.Background(), h.as("executor"), t.TempDir(), g, nil); !errors.Is(err, errs.Invalid) {
			t.Errorf("a folder: %v", err)
		}
	})
}

func TestAddFiles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		dir := t.TempDir()
		var paths []string
		for i := range 40 {
			path := filepath.Join(dir, fmt.Sprintf("%02d.txt", i))
			must(t, os.WriteFile(path, []byte(random(uint64(i), 4096)), 0o600))
			paths = append(paths, path)
		}
		paths = append(paths, filepath.Join(dir, "missing"))
		g := given(h.caseID)
		g.Name = ""
		settled := 0
		err := h.AddFiles(context.Background(), h.as("executor"), paths, g, func(path string, n id.ID, err error) {
			if settled++; err == nil && h.item(t, n).Name != filepath.Base(path) {
				t.Errorf("%s became %+v", path, h.item(t, n))
			}
		})
		if !errors.Is(err, errs.Invalid) || settled != 41 {
			t.Errorf("%d settled, %v; want 41 and the missing one named", settled, err)
		}
		labels := map[string]bool{}
		h.view(t, func(ctx context.Context, tx *db.Tx) error {
			items, err := evidence.OfCase(ctx, tx, h.caseID, "", 100)
			for i, it := range items {
				labels[it.Label] = true
				if i > 0 && items[i-1].ID >= it.ID {
					t.Error("the list isn't in its order")
				}
			}
			return err
		})
		if len(labels) != 40 {
			t.Errorf("%d labels, want 40", len(labels))
		}
	})
}

func TestCancelAndSweep(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		who := h.as("examiner")
		kept := h.add(t, log)
		gone, err := h.Begin(ctx, who, given(h.caseID), 10, "")
		must(t, err)
		must(t, h.Cancel(ctx, who, gone))
		if _, _, err := h.Progress(ctx, who, gone); !errors.Is(err, errs.NotFound) {
			t.Errorf("a cancelled upload: %v", err)
		}
		old, err := h.Begin(ctx, who, given(h.caseID), 10, "")
		must(t, err)
		orphan := id.New(time.Now())
		_, err = h.Vault.New(orphan)
		must(t, err)
		_, _, err = h.blobs.Put(ctx, orphan, strings.NewReader("unlinked"))
		must(t, err)
		must(t, h.Sweep(ctx))
		if _, err := h.Vault.Get(orphan); err != nil {
			t.Errorf("swept too early: %v", err)
		}
		h.now.Store(8 * 24 * 3600)
		must(t, h.Sweep(ctx))
		for _, n := range []id.ID{gone, old, orphan} {
			if _, err := h.Vault.Get(n); !errors.Is(err, errs.NotFound) {
				t.Errorf("the key of %s: %v", n, err)
			}
			if _, err := h.blobs.Stat(ctx, n); !errors.Is(err, errs.NotFound) {
				t.Errorf("the bytes of %s: %v", n, err)
			}
		}
		if got := h.content(t, kept); got != log {
			t.Errorf("the item reads %q", got)
		}
		h.view(t, func(ctx context.Context, tx *db.Tx) error {
			open, err := evidence.Unfinished(ctx, tx, who.ID, h.caseID)
			if len(open) != 0 {
				t.Errorf("unfinished: %+v", open)
			}
			return err
		})
	})
}

// However an upload is cut into pieces and stopped, the item is the bytes that were sent.
func TestAnyPieces(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, "sqlite", schemas(), dbtest.Options{}))
	who := h.as("examiner")
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		content := random(rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(0, 200_000).Draw(rt, "size"))
		n, err := h.Begin(ctx, who, given(h.caseID), int64(len(content)), "")
		if err != nil {
			rt.Fatal(err)
		}
		cuts := rapid.SliceOfN(rapid.IntRange(0, len(content)), 0, 3).Draw(rt, "cuts")
		slices.Sort(cuts)
		at := 0
		for _, to := range append(cuts, len(content)) {
			if _, err := h.Append(ctx, who, n, int64(at), strings.NewReader(content[at:to])); err != nil {
				rt.Fatal(err)
			}
			at = to
		}
		if _, err := h.Finish(ctx, who, n); err != nil {
			rt.Fatal(err)
		}
		if it := h.item(t, n); it.SHA256 != canonical.Sum([]byte(content)) || it.Size != int64(len(content)) {
			rt.Fatalf("item %+v of %d bytes", it, len(content))
		}
	})
}

func BenchmarkAddFiles(b *testing.B) {
	h := open(b, dbtest.Open(b, "sqlite", schemas(), dbtest.Options{}))
	dir := b.TempDir()
	var paths []string
	for i := range 500 {
		path := filepath.Join(dir, fmt.Sprintf("%03d.txt", i))
		must(b, os.WriteFile(path, []byte(random(uint64(i), 4096)), 0o600))
		paths = append(paths, path)
	}
	g := given(h.caseID)
	g.Name = ""
	for b.Loop() {
		must(b, h.AddFiles(context.Background(), h.as("executor"), paths, g, nil))
	}
	b.ReportMetric(float64(len(paths)*b.N)/b.Elapsed().Seconds(), "files/s")
}

func BenchmarkAdd(b *testing.B) {
	h := open(b, dbtest.Open(b, "sqlite", schemas(), dbtest.Options{}))
	for name, size := range map[string]int{"4KiB": 4 << 10, "16MiB": 16 << 20} {
		content := random(3, size)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				h.add(b, content)
			}
		})
	}
}
