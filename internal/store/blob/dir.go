package blob

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/disk"
)

// spare is the room that blobs leave on the disk for the database, the ledger and receipts.
const spare = 256 << 20

// Dir is a store in a folder: ab/<ID>.age, ab being the last two characters of the id, which are chance.
type Dir struct{ path string }

// abandoned is how long a half-written file is left alone: another process may still be writing it.
const abandoned = 24 * time.Hour

// OpenDir opens the store in the folder and makes it when missing. What an earlier process left half written is removed
// a day later; others may have the folder open at the same time, such as a command beside a running node.
func OpenDir(path string) (*Dir, error) {
	d := &Dir{path}
	if err := os.MkdirAll(d.temporary(), 0o700); err != nil {
		return nil, fmt.Errorf("open blobs: %w", disk.Explain(err))
	}
	if err := disk.Private(path); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	if err := sweep(d.temporary(), func(string) bool { return true }); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	return d, nil
}

// sweep removes the abandoned files of a folder that nothing speaks of.
func sweep(dir string, unspoken func(name string) bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return disk.Explain(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // finished meanwhile
		}
		if err != nil {
			return err
		}
		if time.Since(info.ModTime()) < abandoned || !unspoken(e.Name()) {
			continue
		}
		if err := disk.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
	}
	return nil
}

func (d *Dir) temporary() string { return filepath.Join(d.path, "tmp") }

func (d *Dir) file(key id.ID) (string, error) {
	if _, err := id.Parse(string(key)); err != nil {
		return "", err
	}
	s := string(key)
	return filepath.Join(d.path, strings.ToLower(s[len(s)-2:]), s+".age"), nil
}

// Put keeps the bytes of r; see [Store].
func (d *Dir) Put(ctx context.Context, key id.ID, r io.Reader) (Sum, int64, error) {
	sum, n, err := d.put(ctx, key, r)
	if err != nil {
		return "", 0, fmt.Errorf("store blob %s: %w", key, err)
	}
	return sum, n, nil
}

func (d *Dir) put(ctx context.Context, key id.ID, r io.Reader) (Sum, int64, error) {
	if err := d.vacant(key); err != nil {
		return "", 0, err
	}
	if err := disk.Room(d.path, 0, spare); err != nil {
		return "", 0, err
	}
	t, err := d.write(ctx, key, r, true)
	if err != nil {
		return "", 0, err
	}
	if err := d.adopt(t.path, key); err != nil {
		return "", 0, discard(t.path, err)
	}
	return t.sum, t.size, nil
}

// temporary is a written file that has no place in the store yet.
type temporary struct {
	path string
	sum  Sum
	size int64
}

// write writes the bytes of r to a temporary file, and syncs it when asked to. On an error nothing is left.
func (d *Dir) write(ctx context.Context, key id.ID, r io.Reader, sync bool) (temporary, error) {
	f, err := os.CreateTemp(d.temporary(), string(key)+"-*")
	if err != nil {
		return temporary{}, disk.Explain(err)
	}
	w := newSummer(&early{f: f}, sha256.New())
	if _, wholesale := r.(io.WriterTo); !wholesale {
		r = bufio.NewReaderSize(&contextReader{ctx, r}, 256<<10)
	}
	n, err := io.Copy(w, r)
	w.close()
	if err == nil {
		err = ctx.Err() // a WriteTo may not have looked
	}
	if err == nil && sync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return temporary{}, discard(f.Name(), disk.Explain(err))
	}
	return temporary{f.Name(), sumOf(w.hash.Sum(nil)), n}, nil
}

// vacant reports as [errs.Conflict] that the key is taken.
func (d *Dir) vacant(key id.ID) error {
	path, err := d.file(key)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is an object of that key already: %w", errs.Conflict)
	}
	return nil
}

// adopt moves a durable file of the same file system into the store.
func (d *Dir) adopt(from string, key id.ID) error {
	if err := d.vacant(key); err != nil {
		return err
	}
	path, err := d.file(key)
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err == nil {
		if err := disk.SyncDir(d.path); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return disk.Explain(err)
	}
	return disk.Rename(from, path)
}

func discard(path string, err error) error {
	if rerr := os.Remove(path); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
		return fmt.Errorf("%w (and %w)", err, rerr)
	}
	return err
}

// Open opens the object; see [Store].
func (d *Dir) Open(_ context.Context, key id.ID) (Object, error) {
	path, err := d.file(key)
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", disk.Explain(err))
	}
	return f, nil
}

// Stat looks the object up; see [Store].
func (d *Dir) Stat(_ context.Context, key id.ID) (Info, error) {
	path, err := d.file(key)
	if err != nil {
		return Info{}, fmt.Errorf("look up blob: %w", err)
	}
	i, err := os.Stat(path)
	if err != nil {
		return Info{}, fmt.Errorf("look up blob: %w", disk.Explain(err))
	}
	return Info{key, i.Size(), i.ModTime().UTC()}, nil
}

// Delete removes the object; see [Store].
func (d *Dir) Delete(_ context.Context, key id.ID) error {
	path, err := d.file(key)
	if err == nil {
		err = disk.Remove(path)
	}
	if err != nil {
		return fmt.Errorf("delete blob: %w", err)
	}
	return nil
}

// List calls f for each object; see [Store].
func (d *Dir) List(ctx context.Context, f func(Info) error) error {
	return filepath.WalkDir(d.path, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("list blobs: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.IsDir() && path == d.temporary() {
			return fs.SkipDir
		}
		key, ok := strings.CutSuffix(e.Name(), ".age")
		if !ok || e.IsDir() {
			return nil
		}
		info, err := d.Stat(ctx, id.ID(key))
		if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Invalid) {
			return nil // deleted meanwhile, or no file of ours
		}
		if err != nil {
			return err
		}
		return f(info)
	})
}

// summer writes and hashes the same bytes at the same time.
type summer struct {
	w    io.Writer
	hash hash.Hash
	todo chan []byte
	done chan struct{}
}

func newSummer(w io.Writer, h hash.Hash) *summer {
	s := &summer{w, h, make(chan []byte), make(chan struct{})}
	go func() {
		for p := range s.todo {
			s.hash.Write(p)
			s.done <- struct{}{}
		}
		close(s.done)
	}()
	return s
}

func (s *summer) Write(p []byte) (int, error) {
	s.todo <- p
	n, err := s.w.Write(p)
	<-s.done
	return n, err
}

// close ends the hashing; the hash is whole when it returns.
func (s *summer) close() {
	close(s.todo)
	<-s.done
}

// early writes to a file and has the system begin writing to the medium every few megabytes.
type early struct {
	f             *os.File
	at, announced int64
}

// step is how much is gathered before the medium is set to work.
const step = 8 << 20

func (e *early) Write(p []byte) (int, error) {
	n, err := e.f.Write(p)
	e.at += int64(n)
	if e.at-e.announced >= step {
		disk.WriteEarly(e.f, e.announced, e.at-e.announced)
		e.announced = e.at
	}
	return n, err
}
