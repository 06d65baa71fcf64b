package blob

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"time"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/disk"
)

// Upload is an upload that one writer has open. Close it.
type Upload struct {
	uploads *Uploads
	key     id.ID
	size    int64
	item    *age.HybridIdentity

	part   *os.File
	start  int64 // where chunk 0 begins in the file
	seal   *sealer
	stored hash.Hash // of the file's bytes so far
	acked  int64     // bytes that are durable
	done   *Taken    // when all is sealed
	broken error     // why nothing more can be written before it is opened again
}

// begin writes the beginning of the file and, last, the declaration: without it there is no upload.
func (u *Upload) begin(ctx context.Context, opts []Option) error {
	if err := u.uploads.room(ctx, u.size); err != nil {
		return err
	}
	if _, err := u.uploads.declared(u.key); !errors.Is(err, errs.NotFound) {
		return fmt.Errorf("it has been begun already: %w", errs.Conflict)
	}
	err := u.writeFirst(opts)
	if err != nil {
		if rerr := u.uploads.remove(u.key); !errors.Is(rerr, errs.NotFound) {
			err = errors.Join(err, rerr)
		}
	}
	return err
}

func (u *Upload) writeFirst(opts []Option) error {
	var o options
	for _, set := range opts {
		set(&o)
	}
	head, seal, err := header(u.item.Recipient())
	if err != nil {
		return err
	}
	u.seal, u.start, u.stored = seal, int64(len(head)), sha256.New()
	u.seal.digest = newDigests(o.older)
	if u.part, err = os.OpenFile(u.uploads.file(u.key, ".part"), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
		return disk.Explain(err)
	}
	if _, err := u.part.Write(head); err != nil {
		return disk.Explain(err)
	}
	u.stored.Write(head)
	if err := u.mark(); err != nil {
		return err
	}
	d, err := json.Marshal(declaration{uploadFormat, u.size, time.Now().UTC().Truncate(time.Millisecond)})
	if err != nil {
		return err
	}
	return disk.WriteFile(u.uploads.file(u.key, ".json"), append(d, '\n'), 0o600)
}

// Size returns the declared number of bytes.
func (u *Upload) Size() int64 { return u.size }

// Offset returns how many bytes have come and are durable: where the next piece begins.
func (u *Upload) Offset() int64 { return u.acked }

// Append takes in the next piece, which begins at offset; at any other than [Upload.Offset] it is [errs.Conflict].
// It returns how many bytes were taken and are durable, also when r breaks off: then r's error comes with them. More
// bytes than declared are [errs.Invalid] and not taken.
func (u *Upload) Append(ctx context.Context, offset int64, r io.Reader) (int64, error) {
	if u.broken != nil {
		return 0, fmt.Errorf("upload %s has to be opened again: %w", u.key, u.broken)
	}
	if offset != u.Offset() || u.done != nil {
		return 0, fmt.Errorf("upload %s stands at byte %d, not at %d: %w", u.key, u.Offset(), offset, errs.Conflict)
	}
	n, err := u.append(ctx, &contextReader{ctx, r})
	if err != nil {
		err = fmt.Errorf("upload %s: %w", u.key, err)
	}
	return n, err
}

func (u *Upload) append(ctx context.Context, r io.Reader) (n int64, err error) {
	w := newSummer(&early{f: u.part, at: u.position(), announced: u.position()}, u.stored)
	defer w.close()
	var read error
	for end := false; !end && read == nil; {
		most := min(int64(markEvery), u.size-u.Offset())
		source := &remembering{r: io.LimitReader(r, most)}
		got, err := u.seal.copy(context.WithoutCancel(ctx), w, source)
		read = source.err
		if err != nil && err != read {
			// Writing failed: the hashes are ahead of the file. The mark on the disk is not.
			u.broken = disk.Explain(err)
			return n, u.broken
		}
		if got > 0 {
			if err := u.mark(); err != nil {
				u.broken = err
				return n, err
			}
		}
		n += got
		end = got < most || u.Offset() == u.size
	}
	if read == nil && u.Offset() == u.size {
		if extra, _ := io.ReadFull(r, make([]byte, 1)); extra > 0 {
			return n, fmt.Errorf("more bytes came than the %d declared: %w", u.size, errs.Invalid)
		}
	}
	return n, read
}

// remembering keeps the error with which a reader broke off.
type remembering struct {
	r   io.Reader
	err error
}

func (m *remembering) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}

// position is where the next chunk stands in the file.
func (u *Upload) position() int64 { return u.start + int64(u.seal.next)*(chunk+overhead) }

// Finish seals the last bytes and moves the file into the store. Before all bytes have come it is [errs.Conflict].
// After a crash it may be called again, and gives the same result.
func (u *Upload) Finish(ctx context.Context) (Taken, error) {
	t, err := u.finish(ctx)
	if err != nil {
		return Taken{}, fmt.Errorf("finish upload %s: %w", u.key, err)
	}
	return t, nil
}

func (u *Upload) finish(ctx context.Context) (Taken, error) {
	if u.broken != nil {
		return Taken{}, u.broken
	}
	if u.Offset() != u.size {
		return Taken{}, fmt.Errorf("%d of %d bytes have come: %w", u.Offset(), u.size, errs.Conflict)
	}
	if err := ctx.Err(); err != nil {
		return Taken{}, err
	}
	if u.done == nil {
		if err := u.complete(); err != nil {
			u.broken = err
			return Taken{}, err
		}
	}
	if err := u.closePart(); err != nil {
		return Taken{}, err
	}
	part := u.uploads.file(u.key, ".part")
	if _, err := os.Stat(part); err == nil {
		if err := u.uploads.to.adopt(part, u.key); err != nil {
			return Taken{}, err
		}
	}
	return *u.done, u.uploads.remove(u.key)
}

// complete writes the last chunk and notes the result, durably, before the file moves.
func (u *Upload) complete() error {
	w := io.MultiWriter(u.part, u.stored)
	at := u.position() + int64(len(u.seal.tail)) + overhead
	if err := u.seal.finish(w); err != nil {
		return disk.Explain(err)
	}
	t := u.seal.digest.taken()
	t.Stored, t.StoredSize = sumOf(u.stored.Sum(nil)), at
	u.done = &t
	return u.mark()
}

// Abort ends the upload and removes what has come.
func (u *Upload) Abort() error {
	u.broken = fmt.Errorf("it was aborted: %w", errs.NotFound)
	if err := u.closePart(); err != nil {
		return fmt.Errorf("abort upload %s: %w", u.key, err)
	}
	if err := u.uploads.remove(u.key); err != nil {
		return fmt.Errorf("abort upload %s: %w", u.key, err)
	}
	return nil
}

// Close lets others open the upload. What was acknowledged stays.
func (u *Upload) Close() error {
	u.uploads.release(u.key)
	return u.closePart()
}

func (u *Upload) closePart() error {
	if u.part == nil {
		return nil
	}
	f := u.part
	u.part = nil
	return f.Close()
}
