package blob

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/disk"
)

// markEvery is how many bytes come before they are made durable: what a crash can cost.
const markEvery = 64 << 20

// Uploads takes bytes in that come in pieces, over days and across crashes. In its folder stand, for each upload,
// <ID>.part, the age file as far as it is written; <ID>.mark, where it stands, locked with the item's key because it
// holds the last bytes; and <ID>.json, its declared size.
type Uploads struct {
	dir string
	to  *Dir

	mu   sync.Mutex
	open map[id.ID]bool
}

// Part says how far an upload is.
type Part struct {
	Key     id.ID
	Size    int64 // declared
	Stored  int64 // bytes on the disk
	Created time.Time
}

type declaration struct {
	Format  string    `json:"format"`
	Size    int64     `json:"size"`
	Created time.Time `json:"created"`
}

const uploadFormat = "comity/upload/1"

// OpenUploads opens the folder, which stands in the same file system as the store that finished uploads go to.
func OpenUploads(dir string, to *Dir) (*Uploads, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open uploads: %w", disk.Explain(err))
	}
	if err := disk.Private(dir); err != nil {
		return nil, fmt.Errorf("open uploads: %w", err)
	}
	u := &Uploads{dir: dir, to: to, open: map[id.ID]bool{}}
	if err := u.sweep(); err != nil {
		return nil, fmt.Errorf("open uploads: %w", err)
	}
	return u, nil
}

// sweep removes what a crash left before the declaration was written, or after it was removed.
func (u *Uploads) sweep() error {
	return sweep(u.dir, func(name string) bool {
		_, err := os.Stat(u.file(id.ID(strings.TrimSuffix(name, filepath.Ext(name))), ".json"))
		return errors.Is(err, os.ErrNotExist)
	})
}

func (u *Uploads) file(key id.ID, kind string) string {
	return filepath.Join(u.dir, string(key)+kind)
}

// Create begins an upload of size bytes under the key, encrypted for the item's key. The room for all of it is asked
// for first, beside what other uploads still expect: [errs.Unavailable] when there isn't enough.
func (u *Uploads) Create(ctx context.Context, key id.ID, size int64, item *age.HybridIdentity, opts ...Option) (*Upload, error) {
	up, err := u.create(ctx, key, size, item, opts)
	if err != nil {
		return nil, fmt.Errorf("begin upload %s: %w", key, err)
	}
	return up, nil
}

func (u *Uploads) create(ctx context.Context, key id.ID, size int64, item *age.HybridIdentity, opts []Option) (*Upload, error) {
	if size < 0 {
		return nil, fmt.Errorf("size %d: %w", size, errs.Invalid)
	}
	if err := u.to.vacant(key); err != nil {
		return nil, err
	}
	if err := u.take(key); err != nil {
		return nil, err
	}
	up := &Upload{uploads: u, key: key, size: size, item: item}
	if err := up.begin(ctx, opts); err != nil {
		return nil, errors.Join(err, up.Close())
	}
	return up, nil
}

// take reserves the key for one writer.
func (u *Uploads) take(key id.ID) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.open[key] {
		return fmt.Errorf("someone is writing to it: %w", errs.Conflict)
	}
	u.open[key] = true
	return nil
}

// room asks for the room that size more bytes need beside those that are promised to other uploads.
func (u *Uploads) room(ctx context.Context, size int64) error {
	parts, err := u.List(ctx)
	if err != nil {
		return err
	}
	need := stored(size)
	for _, p := range parts {
		need += max(0, stored(p.Size)-p.Stored)
	}
	return disk.Room(u.dir, need, spare)
}

// stored is about how many bytes the age file of size bytes has.
func stored(size int64) int64 { return size + (size/chunk+1)*overhead + 4<<10 }

// List returns the uploads that are under way.
func (u *Uploads) List(ctx context.Context) ([]Part, error) {
	entries, err := os.ReadDir(u.dir)
	if err != nil {
		return nil, fmt.Errorf("list uploads: %w", disk.Explain(err))
	}
	var parts []Part
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		key, kerr := id.Parse(name)
		if !ok || kerr != nil {
			continue
		}
		d, err := u.declared(key)
		if errors.Is(err, errs.NotFound) {
			continue // finished meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("list uploads: %w", err)
		}
		p := Part{Key: key, Size: d.Size, Created: d.Created}
		if info, err := os.Stat(u.file(key, ".part")); err == nil {
			p.Stored = info.Size()
		}
		parts = append(parts, p)
	}
	return parts, ctx.Err()
}

func (u *Uploads) declared(key id.ID) (declaration, error) {
	var d declaration
	b, err := os.ReadFile(u.file(key, ".json"))
	if err != nil {
		return d, disk.Explain(err)
	}
	if err := json.Unmarshal(b, &d); err != nil || d.Format != uploadFormat {
		return d, fmt.Errorf("upload %s: %s.json is damaged: %w", key, key, errs.Invalid)
	}
	return d, nil
}

// Remove deletes an upload that nobody writes to, whether or not its item's key still exists.
func (u *Uploads) Remove(key id.ID) error {
	if _, err := id.Parse(string(key)); err != nil {
		return fmt.Errorf("remove upload: %w", err)
	}
	if err := u.take(key); err != nil {
		return fmt.Errorf("remove upload %s: %w", key, err)
	}
	defer u.release(key)
	if err := u.remove(key); err != nil {
		return fmt.Errorf("remove upload %s: %w", key, err)
	}
	return nil
}

func (u *Uploads) release(key id.ID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.open, key)
}

// remove deletes the files, the declaration last: while it stands, the upload can be found and removed again.
func (u *Uploads) remove(key id.ID) error {
	for _, kind := range []string{".part", ".mark"} {
		if err := disk.Remove(u.file(key, kind)); err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
	}
	return disk.Remove(u.file(key, ".json"))
}
