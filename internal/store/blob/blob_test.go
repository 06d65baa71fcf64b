package blob_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/blob"
	"comity/internal/store/blob/blobtest"
)

func newDir(t testing.TB) *blob.Dir {
	t.Helper()
	d, err := blob.OpenDir(filepath.Join(t.TempDir(), "blob"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newItem(t testing.TB) (id.ID, *age.HybridIdentity) {
	t.Helper()
	k, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id.New(time.Now()), k
}

// noise returns bytes that no chunk shares with another.
func noise(size int) []byte {
	b := make([]byte, size)
	src := rand.NewChaCha8([32]byte{1})
	_, _ = src.Read(b)
	return b
}

func TestDirIsAStore(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store { return newDir(t) })
}

const chunk = 64 << 10

// sizes around every edge of the chunks and of the blocks that pass through the stages.
func sizes() []int {
	return []int{0, 1, chunk - 1, chunk, chunk + 1, 8*chunk - 1, 8 * chunk, 8*chunk + 1, 9 * chunk, 16 * chunk, 50*chunk + 17}
}

// What we store is what age reads, and the digests are those of the bytes that came.
func TestIntake(t *testing.T) {
	d := newDir(t)
	ctx := context.Background()
	for _, size := range sizes() {
		for name, wrap := range map[string]func(io.Reader) io.Reader{"at once": func(r io.Reader) io.Reader { return r }, "in halves": iotest.HalfReader} {
			key, k := newItem(t)
			b := noise(size)
			got, err := blob.Intake(ctx, d, key, k.Recipient(), wrap(bytes.NewReader(b)), blob.Older())
			if err != nil {
				t.Fatalf("%d bytes %s: %v", size, name, err)
			}
			checkTaken(t, got, b)
			if err := blob.Scrub(ctx, d, key, got.Stored); err != nil {
				t.Errorf("%d bytes %s: %v", size, name, err)
			}
			if plain := ageOpen(t, d, key, k); !bytes.Equal(plain, b) {
				t.Errorf("%d bytes %s: age reads %d other bytes", size, name, len(plain))
			}
		}
	}
}

func checkTaken(t testing.TB, got blob.Taken, b []byte) {
	t.Helper()
	h, s, m := sha256.Sum256(b), sha1.Sum(b), md5.Sum(b)
	want := blob.Taken{
		Size: int64(len(b)), SHA256: blob.Sum(hex.EncodeToString(h[:])), CRC32: crc32.ChecksumIEEE(b),
		SHA1: hex.EncodeToString(s[:]), MD5: hex.EncodeToString(m[:]), Stored: got.Stored, StoredSize: got.StoredSize,
	}
	if got != want {
		t.Errorf("taken in %+v, want %+v", got, want)
	}
}

// ageOpen decrypts the stored object with the age library alone.
func ageOpen(t testing.TB, s blob.Store, key id.ID, k age.Identity) []byte {
	t.Helper()
	o, err := s.Open(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	r, err := age.Decrypt(o, k)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestIntakeThatFailsLeavesNothing(t *testing.T) {
	d := newDir(t)
	ctx := context.Background()
	broken := errors.New("line is down")
	for _, size := range []int{10, 20 * chunk} {
		key, k := newItem(t)
		r := io.MultiReader(bytes.NewReader(noise(size)), iotest.ErrReader(broken))
		if _, err := blob.Intake(ctx, d, key, k.Recipient(), r); !errors.Is(err, broken) {
			t.Errorf("Intake of %d bytes and a break = %v, want its error", size, err)
		}
		if _, err := d.Stat(ctx, key); !errors.Is(err, errs.NotFound) {
			t.Errorf("Stat = %v, want errs.NotFound", err)
		}
	}
	ending, stop := context.WithCancel(ctx)
	key, k := newItem(t)
	r := io.MultiReader(bytes.NewReader(noise(20*chunk)), readerFunc(func([]byte) (int, error) { stop(); return 0, nil }), bytes.NewReader(noise(chunk)))
	if _, err := blob.Intake(ending, d, key, k.Recipient(), r); !errors.Is(err, context.Canceled) {
		t.Errorf("Intake that is ended = %v, want context.Canceled", err)
	}
	if err := d.List(ctx, func(i blob.Info) error { return errors.New(string(i.Key)) }); err != nil {
		t.Errorf("the store holds %v, want nothing", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A store without a wholesale copy reads the same bytes.
func TestIntakeByReading(t *testing.T) {
	d := newDir(t)
	for _, size := range sizes() {
		key, k := newItem(t)
		b := noise(size)
		got, err := blob.Intake(context.Background(), readingStore{d}, key, k.Recipient(), bytes.NewReader(b), blob.Older())
		if err != nil {
			t.Fatal(err)
		}
		checkTaken(t, got, b)
		if plain := ageOpen(t, d, key, k); !bytes.Equal(plain, b) {
			t.Errorf("%d bytes: age reads %d other bytes", size, len(plain))
		}
	}
}

// readingStore hides WriteTo from the store.
type readingStore struct{ blob.Store }

func (s readingStore) Put(ctx context.Context, key id.ID, r io.Reader) (blob.Sum, int64, error) {
	return s.Store.Put(ctx, key, struct{ io.Reader }{r})
}

func TestOpenReadsAnywhere(t *testing.T) {
	t.Parallel()
	d := newDir(t)
	ctx := context.Background()
	key, k := newItem(t)
	b := noise(chunk + 100)
	if _, err := blob.Intake(ctx, d, key, k.Recipient(), bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	p, err := blob.Open(ctx, d, key, k)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	if err := iotest.TestReader(p, b); err != nil {
		t.Error(err)
	}
	_, other := newItem(t)
	if _, err := blob.Open(ctx, d, key, other); !errors.Is(err, errs.Forbidden) {
		t.Errorf("Open with another key = %v, want errs.Forbidden", err)
	}
}

func TestPlainCopiesFromWhereItStands(t *testing.T) {
	d := newDir(t)
	ctx := context.Background()
	for _, size := range sizes() {
		key, k := newItem(t)
		b := noise(size)
		if _, err := blob.Intake(ctx, d, key, k.Recipient(), bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		p, err := blob.Open(ctx, d, key, k)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []int{0, size / 3, size} {
			if _, err := p.Seek(int64(from), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			n, err := p.WriteTo(&out)
			if err != nil || n != int64(size-from) || !bytes.Equal(out.Bytes(), b[from:]) {
				t.Errorf("WriteTo of %d bytes from %d = %d, %v", size, from, n, err)
			}
			if end, err := p.Seek(0, io.SeekCurrent); err != nil || end != int64(size) {
				t.Errorf("it stands at %d, %v afterwards, want the end", end, err)
			}
		}
		if _, err := p.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		full := errors.New("pipe is closed")
		if _, err := p.WriteTo(writerFunc(func([]byte) (int, error) { return 0, full })); size > 0 && !errors.Is(err, full) {
			t.Errorf("WriteTo of %d bytes to a closed pipe = %v, want its error", size, err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestOpenNoticesDamage(t *testing.T) {
	root := filepath.Join(t.TempDir(), "blob")
	d, err := blob.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	key, k := newItem(t)
	taken, err := blob.Intake(ctx, d, key, k.Recipient(), bytes.NewReader(noise(3*chunk)))
	if err != nil {
		t.Fatal(err)
	}
	matches, err := filepath.Glob(filepath.Join(root, "*", string(key)+".age"))
	if err != nil || len(matches) != 1 {
		t.Fatalf("files of %s: %v, %v", key, matches, err)
	}
	whole, err := os.ReadFile(matches[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]byte) []byte{
		"a bit in the first chunk": func(b []byte) []byte { b[len(b)-3*chunk] ^= 1; return b },
		"a bit in the last chunk":  func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"the last chunk cut":       func(b []byte) []byte { return b[:len(b)-chunk-16] },
		"something added":          func(b []byte) []byte { return append(b, 0) },
		"a bit in the header":      func(b []byte) []byte { b[30] ^= 1; return b },
		"nothing left":             func([]byte) []byte { return nil },
	} {
		if err := os.WriteFile(matches[0], change(bytes.Clone(whole)), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := blob.Open(ctx, d, key, k)
		if err == nil {
			_, err = io.Copy(io.Discard, p)
			_ = p.Close()
		}
		if err == nil {
			t.Errorf("%s: read without an error", name)
		}
		if err := blob.Scrub(ctx, d, key, taken.Stored); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: Scrub = %v, want errs.Invalid", name, err)
		}
	}
}

func TestOpenDirSweepsWhatWasHalfWritten(t *testing.T) {
	root := filepath.Join(t.TempDir(), "blob")
	if _, err := blob.OpenDir(root); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(root, "tmp", "half")
	if err := os.WriteFile(half, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.OpenDir(root); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); err != nil {
		t.Errorf("what another process is writing was taken away: %v", err)
	}
	yesterday := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(half, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.OpenDir(root); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what an earlier process left is still there: %v", err)
	}
}
