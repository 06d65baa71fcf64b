// Package blobtest holds the tests that every blob store passes.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/blob"
)

// Run tests the store that open returns; it is empty, and the test's own.
func Run(t *testing.T, open func(*testing.T) blob.Store) {
	t.Helper()
	for name, f := range map[string]func(*testing.T, blob.Store){
		"what is put can be opened":      putOpen,
		"objects never change":           neverChange,
		"what fails leaves nothing":      failures,
		"a deleted object is gone":       deleted,
		"a key is an id":                 keys,
		"damage is found without a key":  scrub,
		"reading at any place, together": readAt,
	} {
		t.Run(name, func(t *testing.T) { f(t, open(t)) })
	}
}

func newKey() id.ID { return id.New(time.Now()) }

func put(t *testing.T, s blob.Store, key id.ID, b []byte) blob.Sum {
	t.Helper()
	sum, n, err := s.Put(context.Background(), key, bytes.NewReader(b))
	if err != nil || n != int64(len(b)) {
		t.Fatalf("Put = %d bytes, %v, want %d", n, err, len(b))
	}
	return sum
}

func get(t *testing.T, s blob.Store, key id.ID) []byte {
	t.Helper()
	o, err := s.Open(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

func list(t *testing.T, s blob.Store) []id.ID {
	t.Helper()
	var keys []id.ID
	if err := s.List(context.Background(), func(i blob.Info) error { keys = append(keys, i.Key); return nil }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	return keys
}

func putOpen(t *testing.T, s blob.Store) {
	for _, size := range []int{0, 1, 64 << 10, 1<<20 + 7} {
		key, b := newKey(), bytes.Repeat([]byte{7}, size)
		h := sha256.Sum256(b)
		if got, want := put(t, s, key, b), blob.Sum(hex.EncodeToString(h[:])); got != want {
			t.Errorf("Put of %d bytes = %s, want %s", size, got, want)
		}
		if got := get(t, s, key); !bytes.Equal(got, b) {
			t.Errorf("Open gave %d other bytes than the %d put", len(got), size)
		}
		info, err := s.Stat(context.Background(), key)
		if err != nil || info.Size != int64(size) || info.Key != key || time.Since(info.At) > time.Hour {
			t.Errorf("Stat = %+v, %v, want %d bytes just now", info, err, size)
		}
	}
	if got := list(t, s); len(got) != 4 {
		t.Errorf("List = %v, want 4 objects", got)
	}
}

func neverChange(t *testing.T, s blob.Store) {
	key := newKey()
	put(t, s, key, []byte("first"))
	if _, _, err := s.Put(context.Background(), key, strings.NewReader("second")); !errors.Is(err, errs.Conflict) {
		t.Errorf("Put again = %v, want errs.Conflict", err)
	}
	if got := get(t, s, key); string(got) != "first" {
		t.Errorf("the object is now %q", got)
	}
}

func failures(t *testing.T, s blob.Store) {
	broken := errors.New("line is down")
	key := newKey()
	r := io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), iotest.ErrReader(broken))
	if _, _, err := s.Put(context.Background(), key, r); !errors.Is(err, broken) {
		t.Errorf("Put of a reader that breaks = %v, want its error", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, _, err := s.Put(ctx, key, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put after the end = %v, want context.Canceled", err)
	}
	if _, err := s.Stat(context.Background(), key); !errors.Is(err, errs.NotFound) {
		t.Errorf("Stat = %v, want errs.NotFound: nothing was kept", err)
	}
	if got := list(t, s); len(got) != 0 {
		t.Errorf("List = %v, want nothing", got)
	}
	put(t, s, key, []byte("x"))
}

func deleted(t *testing.T, s blob.Store) {
	ctx, key := context.Background(), newKey()
	put(t, s, key, []byte("x"))
	if err := s.Delete(ctx, key); err != nil {
		t.Fatal(err)
	}
	_, serr := s.Stat(ctx, key)
	_, oerr := s.Open(ctx, key)
	for what, err := range map[string]error{"Stat": serr, "Open": oerr, "Delete": s.Delete(ctx, key)} {
		if !errors.Is(err, errs.NotFound) {
			t.Errorf("%s after Delete = %v, want errs.NotFound", what, err)
		}
	}
}

func keys(t *testing.T, s blob.Store) {
	ctx := context.Background()
	for _, key := range []id.ID{"", "../../etc/passwd", "01hzzzzzzzzzzzzzzzzzzzzzzz"} {
		_, _, perr := s.Put(ctx, key, strings.NewReader("x"))
		_, serr := s.Stat(ctx, key)
		_, oerr := s.Open(ctx, key)
		for what, err := range map[string]error{"Put": perr, "Stat": serr, "Open": oerr, "Delete": s.Delete(ctx, key)} {
			if !errors.Is(err, errs.Invalid) {
				t.Errorf("%s(%q) = %v, want errs.Invalid", what, key, err)
			}
		}
	}
}

func scrub(t *testing.T, s blob.Store) {
	ctx, key := context.Background(), newKey()
	sum := put(t, s, key, []byte("exercise"))
	if err := blob.Scrub(ctx, s, key, sum); err != nil {
		t.Error(err)
	}
	if err := blob.Scrub(ctx, s, key, blob.Sum(strings.Repeat("0", 64))); !errors.Is(err, errs.Invalid) {
		t.Errorf("Scrub against another digest = %v, want errs.Invalid", err)
	}
}

func readAt(t *testing.T, s blob.Store) {
	key, b := newKey(), make([]byte, 300<<10)
	for i := range b {
		b[i] = byte(i >> 8)
	}
	put(t, s, key, b)
	o, err := s.Open(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	failed := make(chan error, 4)
	for worker := range 4 {
		go func() {
			p := make([]byte, 1000)
			for off := worker * 999; off < len(b); off += 4001 {
				n, err := o.ReadAt(p, int64(off))
				if err != nil && err != io.EOF || !bytes.Equal(p[:n], b[off:min(len(b), off+1000)]) {
					failed <- errors.Join(err, errors.New("other bytes"))
					return
				}
			}
			failed <- nil
		}()
	}
	for range 4 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if _, err := o.Seek(256, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 1)
	if _, err := o.Read(p); err != nil || p[0] != 1 {
		t.Errorf("Read after Seek(256) = %d, %v, want 1", p[0], err)
	}
}
