package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/disk"
)

// Source is one of many files that are taken in together.
type Source struct {
	Key  id.ID
	To   age.Recipient
	Open func() (io.ReadCloser, error)
}

// mostAtOnce bounds a batch: its temporary files stand on the disk together.
const mostAtOnce = 10_000

// IntakeMany takes in up to 10,000 files as [Intake] does one, and makes them durable together: the disk is waited for
// twice for the whole batch instead of twice for each file. Either all are kept, or none is and the error says why;
// after a crash some may stand in the store that nobody was told of.
func (d *Dir) IntakeMany(ctx context.Context, sources []Source, opts ...Option) ([]Taken, error) {
	taken, err := d.intakeMany(ctx, sources, opts)
	if err != nil {
		return nil, fmt.Errorf("take in %d files: %w", len(sources), err)
	}
	return taken, nil
}

func (d *Dir) intakeMany(ctx context.Context, sources []Source, opts []Option) ([]Taken, error) {
	if len(sources) > mostAtOnce {
		return nil, fmt.Errorf("more than %d at once: %w", mostAtOnce, errs.Invalid)
	}
	if err := disk.Room(d.path, 0, spare); err != nil {
		return nil, err
	}
	seen := map[id.ID]bool{}
	for _, s := range sources {
		if seen[s.Key] {
			return nil, fmt.Errorf("key %s stands twice in the batch: %w", s.Key, errs.Conflict)
		}
		seen[s.Key] = true
	}
	b := &batch{dir: d, sources: sources, opts: opts, taken: make([]Taken, len(sources)), paths: make([]string, len(sources))}
	err := b.write(ctx)
	if err == nil {
		err = b.place()
	}
	if err != nil {
		return nil, errors.Join(err, b.undo())
	}
	return b.taken, nil
}

type batch struct {
	dir     *Dir
	sources []Source
	opts    []Option
	taken   []Taken
	paths   []string // where each file stands now; "" where there is none
}

// write writes all files beside the store, as many at a time as there are processors.
func (b *batch) write(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				if err := b.writeOne(ctx, i); err != nil {
					stop(fmt.Errorf("file %s: %w", b.sources[i].Key, err))
				}
			}
		})
	}
	for i := range b.sources {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

func (b *batch) writeOne(ctx context.Context, i int) error {
	s := b.sources[i]
	if err := b.dir.vacant(s.Key); err != nil {
		return err
	}
	r, err := s.Open()
	if err != nil {
		return err
	}
	t, err := b.seal(ctx, i, r)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	b.paths[i] = t.path
	return err
}

func (b *batch) seal(ctx context.Context, i int, r io.Reader) (temporary, error) {
	source, err := newSealing(ctx, b.sources[i].To, r, b.opts)
	if err != nil {
		return temporary{}, err
	}
	t, err := b.dir.write(ctx, b.sources[i].Key, source, false)
	if err != nil {
		return temporary{}, err
	}
	b.taken[i] = source.taken(t.sum, t.size)
	return t, nil
}

// place makes the bytes durable, gives the files their names, and makes those durable.
func (b *batch) place() error {
	if err := disk.SyncMany(b.dir.path, b.paths); err != nil {
		return err
	}
	folders := map[string]bool{b.dir.path: true}
	for i, s := range b.sources {
		path, err := b.dir.file(s.Key)
		if err != nil {
			return err
		}
		if err := b.dir.vacant(s.Key); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return disk.Explain(err)
		}
		if err := os.Rename(b.paths[i], path); err != nil {
			return disk.Explain(err)
		}
		b.paths[i] = path
		folders[filepath.Dir(path)] = true
	}
	var all []string
	for f := range folders {
		all = append(all, f)
	}
	return disk.SyncMany(b.dir.path, all)
}

// undo removes what the batch has written, wherever it stands.
func (b *batch) undo() error {
	var err error
	for _, p := range b.paths {
		if p != "" {
			err = errors.Join(err, os.Remove(p))
		}
	}
	return err
}
