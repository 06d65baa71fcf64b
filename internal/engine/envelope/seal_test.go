package envelope

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

func TestSeal_refuses(t *testing.T) {
	from, to := nodes(t)
	gone := errors.New("disk gone")
	for name, c := range map[string]struct {
		parts func() []Part
		m     func(*Message)
		want  error
		why   string
	}{
		"bytes that changed since intake": {parts: func() []Part {
			p := parts()
			p[1].Open = func() (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader("%PDF-1.7\nEXERCISE\n%%EOF\n")), nil
			}
			return p
		}, want: errs.Invalid, why: "letter.pdf: the bytes are no longer those taken in"},
		"a file that grew": {parts: func() []Part {
			p := parts()
			p[4].Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
			return p
		}, want: errs.Invalid, why: "0 were declared, at least 1 came"},
		"a CRC-32 that isn't": {parts: func() []Part {
			p := parts()
			p[2].CRC32++
			return p
		}, want: errs.Invalid, why: "answers.json"},
		"a file that can't be opened": {parts: func() []Part {
			p := parts()
			p[2].Open = func() (io.ReadCloser, error) { return nil, gone }
			return p
		}, want: gone, why: "answers.json: open"},
		"no proof":        {parts: func() []Part { return parts()[1:] }, want: errs.Invalid, why: ProofPath},
		"a name twice":    {parts: func() []Part { return append(parts(), parts()[3]) }, want: errs.Invalid, why: "stands twice"},
		"a kept name":     {parts: func() []Part { return append(parts(), Bytes(SumsPath, "text/plain", nil)) }, want: errs.Invalid, why: "stands twice"},
		"a capital":       {parts: func() []Part { return append(parts(), Bytes("annex/A", "text/plain", nil)) }, want: errs.Invalid, why: "only small letters"},
		"a parameter":     {parts: func() []Part { return append(parts(), Bytes("a", "text/plain; charset=utf-8", nil)) }, want: errs.Invalid, why: "media type"},
		"an unknown kind": {parts: parts, m: func(m *Message) { m.Kind = "greeting" }, want: errs.Invalid, why: "greeting"},
		"to nobody":       {parts: parts, m: func(m *Message) { m.To = nil }, want: errs.Invalid, why: "member to"},
		"too many": {parts: func() []Part {
			p := parts()
			for i := range MaxEntries {
				p = append(p, Bytes(fmt.Sprintf("annex/x%d", i), "text/plain", nil))
			}
			return p
		}, want: errs.Invalid, why: "at most 900"},
	} {
		t.Run(name, func(t *testing.T) {
			m := message(from, to, "request")
			if c.m != nil {
				c.m(&m)
			}
			var b bytes.Buffer
			_, err := Seal(&b, m, c.parts(), from.seal, nil)
			if !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(err), c.why) {
				t.Errorf("Seal = %v, want %v: …%s…", err, c.want, c.why)
			}
			if _, err := walkZip(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil {
				t.Error("what was written before the failure is a whole zip")
			}
		})
	}
}

func TestSeal_mostEntries(t *testing.T) {
	from, to := nodes(t)
	p := parts()
	for i := 0; len(p)+5 < MaxEntries; i++ {
		p = append(p, Bytes(fmt.Sprintf("evidence/x%03d/file", i), "application/octet-stream", nil))
	}
	container, _ := sealMessage(t, message(from, to, "delivery"), p, from.seal)
	o, err := openBytes(encrypt(t, container, to), optionsOf(from, to))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(o.entries); got != MaxEntries {
		t.Errorf("%d entries, want %d", got, MaxEntries)
	}
}

// pattern gives any number of bytes that don't repeat within a block.
type pattern struct{ at int64 }

func (p *pattern) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte((p.at + int64(i)) * 2654435761 >> 13)
	}
	p.at += int64(len(b))
	return len(b), nil
}

// largePart is a part of so many bytes, from a file.
func largePart(t testing.TB, size int64) Part {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	sum, crc := sha256.New(), crc32.NewIEEE()
	if _, err := io.CopyN(io.MultiWriter(f, sum, crc), &pattern{}, size); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return Part{
		File:  File{Path: "evidence/x/disk.img", Size: size, Media: "application/octet-stream", SHA256: sumOf(sum)},
		CRC32: crc.Sum32(),
		Open:  func() (io.ReadCloser, error) { return os.Open(path) },
	}
}

// sealLarge writes an encrypted envelope with a large item and returns the file.
func sealLarge(t testing.TB, m Message, from, to *testNode, p Part) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "e.asice.age"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	r, w := io.Pipe()
	go func() {
		_, err := Seal(w, m, append(parts(), p), from.seal, nil)
		w.CloseWithError(err)
	}()
	if _, err := Encrypt(f, r, to.open.Recipient()); err != nil {
		t.Fatal(err)
	}
	return f
}

// Sealing and opening 192 MiB allocate less in all than may be held at once.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	from, to := nodes(t)
	p := largePart(t, 192<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := sealLarge(t, message(from, to, "delivery"), from, to, p)
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Open(f, size, optionsOf(from, to))
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got, most := after.TotalAlloc-before.TotalAlloc, uint64(64<<20); got > most {
		t.Errorf("%d bytes were allocated, want at most %d", got, most)
	}
	if got := o.Message.Content[len(o.Message.Content)-1].SHA256; got != p.SHA256 {
		t.Errorf("the item came with %s, want %s", got, p.SHA256)
	}
}

func BenchmarkSeal(b *testing.B) { benchmark(b, false) }
func BenchmarkOpen(b *testing.B) { benchmark(b, true) }

func benchmark(b *testing.B, open bool) {
	from, to := nodes(b)
	const size = 1 << 30
	p := largePart(b, size)
	m := message(from, to, "delivery")
	f := sealLarge(b, m, from, to, p)
	n, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ResetTimer()
	for range b.N {
		if !open {
			sealLarge(b, m, from, to, p)
			continue
		}
		if _, err := Open(f, n, optionsOf(from, to)); err != nil {
			b.Fatal(err)
		}
	}
}

// failing is a disk that breaks.
type failing struct {
	r  io.ReaderAt
	at int64
}

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.at {
		return 0, errors.New("input/output error")
	}
	return f.r.ReadAt(b, at)
}

// A disk that fails says nothing about the sender: no refusal, no receipt.
func TestOpen_diskFails(t *testing.T) {
	from, to := nodes(t)
	container, _ := sealMessage(t, message(from, to, "request"), parts(), from.seal)
	file := encrypt(t, container, to)
	for _, at := range []int64{0, 100, 1700, int64(len(file)) - 1} {
		_, err := Open(failing{bytes.NewReader(file), at}, int64(len(file)), optionsOf(from, to))
		if !errors.Is(err, errs.Unavailable) || errors.Is(err, errs.Invalid) {
			t.Errorf("disk fails at %d: Open = %v, want errs.Unavailable", at, err)
		}
	}
	o := optionsOf(from, to)
	o.Cards = func(Digest) ([]*Card, error) { return nil, errors.New("database gone") }
	if _, err := openBytes(file, o); !errors.Is(err, errs.Unavailable) {
		t.Errorf("cards fail: Open = %v, want errs.Unavailable", err)
	}
}

// Zip64 without 4 GiB of bytes: the records by themselves, and a walk over a file that is mostly a hole.
func TestZip64(t *testing.T) {
	entries := []zipEntry{{Name: "a", Size: 5 << 30, CRC32: 7}}
	entries = append(entries, zipEntry{Name: "b", Size: 1, offset: entries[0].end()})
	hole := &sparse{}
	for _, e := range entries {
		hole.put(e.offset, e.local())
	}
	hole.put(entries[1].end(), zipEnd(entries))
	got, err := walkZip(hole, hole.size)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0] != entries[0] || got[1] != entries[1] {
		t.Errorf("walkZip = %v, want %v", got, entries)
	}
}

// sparse is a file of pieces in zeros.
type sparse struct {
	pieces map[int64][]byte
	size   int64
}

func (s *sparse) put(at int64, b []byte) {
	if s.pieces == nil {
		s.pieces = map[int64][]byte{}
	}
	s.pieces[at] = b
	s.size = max(s.size, at+int64(len(b)))
}

func (s *sparse) ReadAt(b []byte, at int64) (int, error) {
	n := int(min(int64(len(b)), s.size-at))
	clear(b[:n])
	for start, piece := range s.pieces {
		from, to := max(start, at), min(start+int64(len(piece)), at+int64(n))
		if from < to {
			copy(b[from-at:to-at], piece[from-start:to-start])
		}
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// Compose and Seal agree, and the message's digest is known before sealing.
func TestCompose(t *testing.T) {
	from, to := nodes(t)
	m := message(from, to, "request")
	_, b, err := Compose(m, parts()[1:])
	if err != nil {
		t.Fatal(err)
	}
	_, sealed := sealMessage(t, m, parts(), from.seal)
	if canonical.Sum(sealed.Message) != canonical.Sum(b) {
		t.Errorf("sealed %s, composed %s", sealed.Message, b)
	}
}
