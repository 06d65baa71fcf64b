package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
)

const (
	small    = 8 << 20   // bytes of a file that is begun anew rather than gone on with
	pourStep = 256 << 20 // bytes between two reports of progress
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
