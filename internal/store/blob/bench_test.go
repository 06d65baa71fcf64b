package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"comity/internal/base/id"
	"comity/internal/store/blob"
)

const large = 1 << 30

// pattern is a reader of size bytes that costs next to nothing.
type pattern struct {
	block []byte
	left  int64
}

func newPattern(size int64) *pattern { return &pattern{noise(1 << 20), size} }

func (p *pattern) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(int64(len(b)), p.left)], p.block)
	p.left -= int64(n)
	return n, nil
}

// The three parts of an intake, each alone, and the whole. On two cores the whole can't be faster than the slowest
// part, nor than 2 / (1/sha256 + 1/age + 1/write).
func BenchmarkIntake(b *testing.B) {
	buffer := make([]byte, 512<<10)
	b.Run("sha256", func(b *testing.B) {
		b.SetBytes(large)
		for b.Loop() {
			if _, err := io.CopyBuffer(struct{ io.Writer }{sha256.New()}, newPattern(large), buffer); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("age", func(b *testing.B) {
		_, k := newItem(b)
		b.SetBytes(large)
		for b.Loop() {
			w, err := age.Encrypt(io.Discard, k.Recipient())
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.CopyBuffer(struct{ io.Writer }{w}, newPattern(large), buffer); err != nil {
				b.Fatal(err)
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("write", func(b *testing.B) {
		b.SetBytes(large)
		path := filepath.Join(b.TempDir(), "x")
		for b.Loop() {
			write(b, path, buffer)
		}
	})
	b.Run("whole", func(b *testing.B) {
		d := newDir(b)
		b.SetBytes(large)
		for b.Loop() {
			key, k := newItem(b)
			if _, err := blob.Intake(context.Background(), d, key, k.Recipient(), newPattern(large)); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := d.Delete(context.Background(), key); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
}

func write(b *testing.B, path string, buffer []byte) {
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{f}, newPattern(large), buffer); err != nil {
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	if err := os.Remove(path); err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
}

func BenchmarkOpen(b *testing.B) {
	d := newDir(b)
	key, k := newItem(b)
	if _, err := blob.Intake(context.Background(), d, key, k.Recipient(), newPattern(large)); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(large)
	for b.Loop() {
		p, err := blob.Open(context.Background(), d, key, k)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, p); err != nil {
			b.Fatal(err)
		}
		if err := p.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSmallFiles(b *testing.B) {
	d := newDir(b)
	_, k := newItem(b)
	content := noise(4 << 10)
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := blob.Intake(context.Background(), d, id.New(time.Now()), k.Recipient(), bytes.NewReader(content)); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
