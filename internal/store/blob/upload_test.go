package blob_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/blob"
)

// newUploads returns a store and the uploads that go to it, in the folder.
func newUploads(t testing.TB, root string) (*blob.Dir, *blob.Uploads) {
	t.Helper()
	d, err := blob.OpenDir(filepath.Join(root, "blob"))
	if err != nil {
		t.Fatal(err)
	}
	u, err := blob.OpenUploads(filepath.Join(root, "upload"), d)
	if err != nil {
		t.Fatal(err)
	}
	return d, u
}

func closeUpload(t testing.TB, u *blob.Upload) {
	t.Helper()
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
}

// Pieces of any size, with the process ending after each: what is stored and found out is the same as in one pass.
func TestUploadInPieces(t *testing.T) {
	for _, size := range sizes() {
		for _, piece := range []int{7*chunk + 1, chunk, 100_000} {
			t.Run(fmt.Sprintf("%d by %d", size, piece), func(t *testing.T) {
				t.Parallel() // each waits for the disk most of the time
				uploadInPieces(t, size, piece)
			})
		}
	}
}

func uploadInPieces(t *testing.T, size, piece int) {
	ctx := context.Background()
	root := t.TempDir()
	d, uploads := newUploads(t, root)
	key, k := newItem(t)
	b := noise(size)
	up, err := uploads.Create(ctx, key, int64(size), k, blob.Older())
	if err != nil {
		t.Fatal(err)
	}
	for off := 0; off < size; {
		end := min(size, off+piece)
		n, err := up.Append(ctx, int64(off), bytes.NewReader(b[off:end]))
		if err != nil || n != int64(end-off) || up.Offset() != int64(end) {
			t.Fatalf("Append(%d) = %d, %v, at %d, want %d", off, n, err, up.Offset(), end-off)
		}
		off = end
		closeUpload(t, up)
		_, uploads = newUploads(t, root)
		if up, err = uploads.Open(ctx, key, k); err != nil {
			t.Fatal(err)
		}
		if up.Offset() != int64(off) {
			t.Fatalf("Offset after opening again = %d, want %d", up.Offset(), off)
		}
	}
	checkFinished(t, d, up, key, k, b)
	closeUpload(t, up)
	if left, err := os.ReadDir(filepath.Join(root, "upload")); err != nil || len(left) != 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func checkFinished(t testing.TB, d *blob.Dir, up *blob.Upload, key id.ID, k *age.HybridIdentity, b []byte) {
	t.Helper()
	got, err := up.Finish(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	checkTaken(t, got, b)
	if info, err := d.Stat(context.Background(), key); err != nil || info.Size != got.StoredSize {
		t.Errorf("Stat = %+v, %v, want %d bytes", info, err, got.StoredSize)
	}
	if err := blob.Scrub(context.Background(), d, key, got.Stored); err != nil {
		t.Error(err)
	}
	if plain := ageOpen(t, d, key, k); !bytes.Equal(plain, b) {
		t.Errorf("age reads %d other bytes than the %d that came", len(plain), len(b))
	}
}

func TestUploadGoesOnAfterABreak(t *testing.T) {
	ctx := context.Background()
	d, uploads := newUploads(t, t.TempDir())
	key, k := newItem(t)
	b := noise(20*chunk + 5)
	up, err := uploads.Create(ctx, key, int64(len(b)), k, blob.Older())
	if err != nil {
		t.Fatal(err)
	}
	defer closeUpload(t, up)
	// A body that is cut is not a body that ends.
	for _, broken := range []error{errors.New("line is down"), io.ErrUnexpectedEOF, context.Canceled} {
		off := up.Offset()
		r := io.MultiReader(bytes.NewReader(b[off:off+5*chunk+1]), iotest.ErrReader(broken))
		if n, err := up.Append(ctx, off, r); !errors.Is(err, broken) || n != 5*chunk+1 {
			t.Fatalf("Append = %d, %v, want all that came and %v", n, err, broken)
		}
	}
	if _, err := up.Finish(ctx); !errors.Is(err, errs.Conflict) {
		t.Errorf("Finish before the end = %v, want errs.Conflict", err)
	}
	off := up.Offset()
	if _, err := up.Append(ctx, off+1, strings.NewReader("x")); !errors.Is(err, errs.Conflict) {
		t.Errorf("Append elsewhere = %v, want errs.Conflict", err)
	}
	n, err := up.Append(ctx, off, io.MultiReader(bytes.NewReader(b[off:]), strings.NewReader("more")))
	if !errors.Is(err, errs.Invalid) || n != int64(len(b))-off {
		t.Errorf("Append of too much = %d, %v, want what was declared and errs.Invalid", n, err)
	}
	checkFinished(t, d, up, key, k, b)
}

func TestUploadRefuses(t *testing.T) {
	ctx := context.Background()
	_, uploads := newUploads(t, t.TempDir())
	key, k := newItem(t)
	if _, err := uploads.Create(ctx, key, 1<<60, k); !errors.Is(err, errs.Unavailable) {
		t.Errorf("Create of more than fits = %v, want errs.Unavailable", err)
	}
	if _, err := uploads.Open(ctx, key, k); !errors.Is(err, errs.NotFound) {
		t.Errorf("Open of nothing = %v, want errs.NotFound", err)
	}
	up, err := uploads.Create(ctx, key, 10, k)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := uploads.Open(ctx, key, k); !errors.Is(err, errs.Conflict) {
		t.Errorf("Open by a second writer = %v, want errs.Conflict", err)
	}
	closeUpload(t, up)
	if _, err := uploads.Create(ctx, key, 10, k); !errors.Is(err, errs.Conflict) {
		t.Errorf("Create again = %v, want errs.Conflict", err)
	}
	_, other := newItem(t)
	if _, err := uploads.Open(ctx, key, other); !errors.Is(err, errs.Forbidden) {
		t.Errorf("Open with another key = %v, want errs.Forbidden", err)
	}
	parts, err := uploads.List(ctx)
	if err != nil || len(parts) != 1 || parts[0].Key != key || parts[0].Size != 10 || time.Since(parts[0].Created) > time.Hour {
		t.Errorf("List = %+v, %v", parts, err)
	}
	if err := uploads.Remove(key); err != nil {
		t.Fatal(err)
	}
	if parts, err := uploads.List(ctx); err != nil || len(parts) != 0 {
		t.Errorf("List after Remove = %+v, %v", parts, err)
	}
}

// Nothing on the disk shows what came: neither the part nor the mark, which holds the last bytes.
func TestUploadIsNeverInTheClear(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	_, uploads := newUploads(t, root)
	key, k := newItem(t)
	text := []byte("exercise: account 4711")
	up, err := uploads.Create(ctx, key, int64(2*len(text)), k)
	if err != nil {
		t.Fatal(err)
	}
	defer closeUpload(t, up)
	if _, err := up.Append(ctx, 0, bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, text[10:]) {
			t.Errorf("%s shows what came", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A crash anywhere between two marks: the file is cut at any place behind the mark, and the upload goes on.
func TestUploadAfterATornWrite(t *testing.T) {
	ctx := context.Background()
	b := noise(6*chunk + 10)
	for _, lost := range []int64{0, 1, 15, chunk, chunk + 17, 3 * chunk} {
		root := t.TempDir()
		d, uploads := newUploads(t, root)
		key, k := newItem(t)
		up, err := uploads.Create(ctx, key, int64(len(b)), k, blob.Older())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := up.Append(ctx, 0, bytes.NewReader(b[:chunk+5])); err != nil {
			t.Fatal(err)
		}
		mark := filepath.Join(root, "upload", string(key)+".mark")
		old, err := os.ReadFile(mark)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := up.Append(ctx, chunk+5, bytes.NewReader(b[chunk+5:])); err != nil {
			t.Fatal(err)
		}
		closeUpload(t, up)
		part := filepath.Join(root, "upload", string(key)+".part")
		info, err := os.Stat(part)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.WriteFile(mark, old, 0o600), os.Truncate(part, info.Size()-lost)); err != nil {
			t.Fatal(err)
		}
		if up, err = uploads.Open(ctx, key, k); err != nil {
			t.Fatalf("%d bytes lost: %v", lost, err)
		}
		if up.Offset() < chunk+5 || up.Offset() > int64(len(b)) {
			t.Fatalf("%d bytes lost: Offset = %d, less than was acknowledged", lost, up.Offset())
		}
		if _, err := up.Append(ctx, up.Offset(), bytes.NewReader(b[up.Offset():])); err != nil {
			t.Fatal(err)
		}
		checkFinished(t, d, up, key, k, b)
		closeUpload(t, up)
	}
}

// The process is killed at random instants; each time a new one goes on where the last acknowledged byte is.
func TestUploadSurvivesBeingKilled(t *testing.T) {
	if root := os.Getenv("COMITY_TEST_UPLOAD"); root != "" {
		uploadUntilKilled(t, root)
		return
	}
	const size = 24<<20 + 11
	ctx := context.Background()
	root := t.TempDir()
	d, uploads := newUploads(t, root)
	key, k := newItem(t)
	up, err := uploads.Create(ctx, key, size, k, blob.Older())
	if err != nil {
		t.Fatal(err)
	}
	closeUpload(t, up)
	if err := os.WriteFile(filepath.Join(root, "key"), []byte(string(key)+" "+k.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	kills, acked := 0, int64(0)
	for finished := false; !finished; kills++ {
		var told int64
		told, finished = runAndKill(t, root)
		if told < acked {
			t.Fatalf("after kill %d it stands at %d, %d was acknowledged before", kills, told, acked)
		}
		acked = told
	}
	if kills < 3 {
		t.Errorf("only %d processes were needed: too fast to be killed", kills)
	}
	if up, err = uploads.Open(ctx, key, k); err != nil {
		t.Fatal(err)
	}
	defer closeUpload(t, up)
	checkFinished(t, d, up, key, k, noise(size))
}

// runAndKill starts a process that goes on with the upload, kills it after a random number of acknowledged pieces and
// returns the last offset that it told.
func runAndKill(t *testing.T, root string) (told int64, finished bool) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestUploadSurvivesBeingKilled$")
	c.Env = append(os.Environ(), "COMITY_TEST_UPLOAD="+root)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for pieces := 2 + rand.IntN(6); pieces > 0 && lines.Scan(); pieces-- {
		if _, err := fmt.Sscanf(lines.Text(), "at %d", &told); err != nil {
			t.Fatalf("the process says %q", lines.Text())
		}
		if told == 24<<20+11 {
			finished = true
			break
		}
	}
	time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
	if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed: that is its result
	return told, finished
}

// uploadUntilKilled is the process that is killed: it appends pieces of odd size and tells the offset after each.
func uploadUntilKilled(t *testing.T, root string) {
	ctx := context.Background()
	_, uploads := newUploads(t, root)
	b, err := os.ReadFile(filepath.Join(root, "key"))
	if err != nil {
		t.Fatal(err)
	}
	name, secret, _ := strings.Cut(string(b), " ")
	k, err := age.ParseHybridIdentity(secret)
	if err != nil {
		t.Fatal(err)
	}
	up, err := uploads.Open(ctx, id.ID(name), k)
	if err != nil {
		t.Fatal(err)
	}
	all := noise(24<<20 + 11)
	for {
		fmt.Printf("at %d\n", up.Offset())
		if up.Offset() == up.Size() {
			time.Sleep(time.Minute)
		}
		piece := all[up.Offset():min(up.Size(), up.Offset()+700_001)]
		if _, err := up.Append(ctx, up.Offset(), bytes.NewReader(piece)); err != nil {
			t.Fatal(err)
		}
	}
}
