package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
)

const (
	small    = 8 << 20   // bytes of a file that is begun anew rather than gone on with
	pourStep = 256 << 20 // bytes between two reports of progress
	together = 16        // files of one call that are taken in at the same time: most of the time goes into waiting for the disk
)

// AddFile takes in a file of this machine as an item and returns its id. Stopped at any moment and called again for the
// same large file, it goes on where the last durable byte is; a small one is taken in anew. progress, which may be nil, is told how many bytes are durable.
func (e *Evidence) AddFile(ctx context.Context, who access.Person, path string, g Given, progress func(done, size int64)) (id.ID, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("add evidence: %w: %w", err, errs.Invalid)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("add evidence: %s is no file: %w", path, errors.Join(err, errs.Invalid))
	}
	where, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if g.Name == "" {
		g.Name = info.Name()
	}
	if info.Size() <= small {
		n, err := e.Add(ctx, who, g, f)
		if err == nil && progress != nil {
			progress(info.Size(), info.Size())
		}
		return n, err
	}
	source := where + "\x00" + strconv.FormatInt(info.Size(), 10) + "\x00" + info.ModTime().UTC().Format(time.RFC3339Nano)
	n, err := e.Begin(ctx, who, g, info.Size(), source)
	if err != nil {
		return "", err
	}
	if err := e.pour(ctx, who, n, f, progress); err != nil {
		return "", fmt.Errorf("add %s: %w", path, err)
	}
	return e.Finish(ctx, who, n)
}

func (e *Evidence) pour(ctx context.Context, who access.Person, n id.ID, f io.ReaderAt, progress func(done, size int64)) error {
	offset, size, err := e.Progress(ctx, who, n)
	for err == nil && offset < size {
		step := min(size-offset, pourStep)
		var taken int64
		taken, err = e.Append(ctx, who, n, offset, io.NewSectionReader(f, offset, step))
		if err == nil && taken < step {
			err = errs.Invalidf("the file has become shorter while it was read")
		}
		if offset += taken; progress != nil {
			progress(offset, size)
		}
	}
	return err
}

// AddFiles takes in files as items of one case, several at a time. Of more than one, each gets the label with its number
// in the list ("EX-1-3"). done, which may be nil, is told of each file as soon as it is settled, one call at a time. What
// was taken in stays when another file fails; the errors are joined.
func (e *Evidence) AddFiles(ctx context.Context, who access.Person, paths []string, g Given, done func(path string, n id.ID, err error)) error {
	var mu sync.Mutex
	var all error
	var work sync.WaitGroup
	free := make(chan struct{}, together)
	for i, path := range paths {
		if ctx.Err() != nil {
			break
		}
		free <- struct{}{}
		work.Go(func() {
			defer func() { <-free }()
			g := g
			if len(paths) > 1 {
				g.Label += "-" + strconv.Itoa(i+1)
			}
			n, err := e.AddFile(ctx, who, path, g, nil)
			mu.Lock()
			defer mu.Unlock()
			all = errors.Join(all, err)
			if done != nil {
				done(path, n, err)
			}
		})
	}
	work.Wait()
	return errors.Join(all, ctx.Err())
}
