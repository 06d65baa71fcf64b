package blob

import (
	"context"
	"fmt"
	"io"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
)

// Plain is the content of a stored age file, readable at any place. Each chunk of 64 KiB is authenticated before a
// byte of it is given out, and the length when it was opened. Close it.
type Plain struct {
	*io.SectionReader
	stored Object
}

// Close closes the stored object.
func (p *Plain) Close() error { return p.stored.Close() }

// Open opens the object for reading with the item's key. A wrong key is [errs.Forbidden], a damaged or cut file
// [errs.Invalid] here, or an error of Read when the damage is reached.
func Open(ctx context.Context, s Store, key id.ID, with age.Identity) (*Plain, error) {
	info, err := s.Stat(ctx, key)
	if err != nil {
		return nil, err
	}
	o, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	r, size, err := decrypt(o, info.Size, with)
	if err != nil {
		if cerr := o.Close(); cerr != nil {
			err = fmt.Errorf("%w (and %w)", err, cerr)
		}
		return nil, fmt.Errorf("open blob %s: %w", key, err)
	}
	return &Plain{io.NewSectionReader(r, 0, size), o}, nil
}

func decrypt(o io.ReaderAt, size int64, with age.Identity) (io.ReaderAt, int64, error) {
	if _, _, err := resumed(o, size, with); err != nil {
		return nil, 0, err // says whether it was the key or the file
	}
	r, n, err := age.DecryptReaderAt(o, size, with)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", err, errs.Invalid)
	}
	return r, n, nil
}
