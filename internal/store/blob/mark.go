package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/disk"
)

// mark is where an upload stands: everything that is needed to go on, as of bytes that are durable.
type mark struct {
	Next   uint64   `json:"next"` // number of the next chunk
	Tail   []byte   `json:"tail"` // bytes that came and aren't sealed
	Size   int64    `json:"size"`
	Plain  [][]byte `json:"plain"`  // hash states of the plain bytes
	Stored [][]byte `json:"stored"` // and of the file's
	Done   *Taken   `json:"done"`
}

// mark makes the file durable and then notes where it stands. The order matters: a mark never speaks of bytes that a
// power cut could still take.
func (u *Upload) mark() error {
	if err := u.part.Sync(); err != nil {
		return disk.Explain(err)
	}
	plain, err := u.seal.digest.states()
	if err != nil {
		return err
	}
	stored, err := states(u.stored)
	if err != nil {
		return err
	}
	b, err := json.Marshal(mark{u.seal.next, u.seal.tail, u.seal.digest.size, plain, stored, u.done})
	if err != nil {
		return err
	}
	var locked bytes.Buffer
	w, err := age.Encrypt(&locked, u.item.Recipient())
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := disk.WriteFile(u.uploads.file(u.key, ".mark"), locked.Bytes(), 0o600); err != nil {
		return err
	}
	u.acked = u.seal.digest.size
	return nil
}

// Open opens an upload that was begun before, by this process or an earlier one, with the item's key. It is
// [errs.NotFound] when there is none and [errs.Conflict] while another writer has it.
func (u *Uploads) Open(ctx context.Context, key id.ID, item *age.HybridIdentity) (*Upload, error) {
	if _, err := id.Parse(string(key)); err != nil {
		return nil, fmt.Errorf("open upload: %w", err)
	}
	if err := u.take(key); err != nil {
		return nil, fmt.Errorf("open upload %s: %w", key, err)
	}
	up := &Upload{uploads: u, key: key, item: item}
	if err := up.resume(ctx); err != nil {
		return nil, fmt.Errorf("open upload %s: %w", key, errors.Join(err, up.Close()))
	}
	return up, nil
}

func (u *Upload) resume(ctx context.Context) error {
	d, err := u.uploads.declared(u.key)
	if err != nil {
		return err
	}
	u.size = d.Size
	m, err := u.readMark()
	if err != nil {
		return err
	}
	if m.Done != nil {
		u.done, u.acked = m.Done, m.Done.Size
		return nil
	}
	if u.part, err = os.OpenFile(u.uploads.file(u.key, ".part"), os.O_RDWR, 0); err != nil {
		return disk.Explain(err)
	}
	info, err := u.part.Stat()
	if err != nil {
		return err
	}
	if u.start, u.seal, err = resumed(u.part, info.Size(), u.item); err != nil {
		return err
	}
	if err := u.restore(m); err != nil {
		return err
	}
	if info.Size() < u.position() {
		return fmt.Errorf("%s.part has %d bytes, its mark speaks of %d: %w", u.key, info.Size(), u.position(), errs.Invalid)
	}
	return u.catchUp(ctx)
}

func (u *Upload) readMark() (m mark, err error) {
	locked, err := os.ReadFile(u.uploads.file(u.key, ".mark"))
	if err != nil {
		return m, disk.Explain(err)
	}
	r, err := age.Decrypt(bytes.NewReader(locked), u.item)
	var other *age.NoIdentityMatchError
	if errors.As(err, &other) {
		return m, fmt.Errorf("its mark is locked with another key: %w", errs.Forbidden)
	}
	if err == nil {
		err = json.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&m)
	}
	if err != nil || len(m.Tail) > chunk {
		return m, fmt.Errorf("its mark is damaged: %w", errors.Join(err, errs.Invalid))
	}
	return m, nil
}

func (u *Upload) restore(m mark) error {
	u.seal.next, u.seal.tail, u.stored = m.Next, m.Tail, sha256.New()
	u.seal.digest = newDigests(len(m.Plain) == 4)
	u.seal.digest.size = m.Size
	if err := restore(m.Plain, u.seal.digest.all()...); err != nil {
		return err
	}
	return restore(m.Stored, u.stored)
}

// catchUp takes over the whole chunks that stand behind the mark: they were written before a crash and not yet
// acknowledged. Throwing them away would be safe for the bytes but not for the cipher: the same chunk number would be
// used again, perhaps for other bytes. What is cut in the middle of a chunk goes.
func (u *Upload) catchUp(ctx context.Context) error {
	sealed := make([]byte, chunk+overhead)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := u.part.ReadAt(sealed, u.position())
		if err != nil && err != io.EOF {
			return disk.Explain(err)
		}
		if n < len(sealed) {
			break
		}
		plain, err := u.seal.aead.Open(nil, chunkNonce(u.seal.next, false), sealed, nil)
		if err != nil {
			break // the last chunk, sealed by a Finish that didn't end, or a write that a power cut left torn
		}
		if !bytes.HasPrefix(plain, u.seal.tail) {
			return fmt.Errorf("chunk %d isn't the one that its mark speaks of: %w", u.seal.next, errs.Invalid)
		}
		u.seal.digest.write(plain[len(u.seal.tail):])
		u.stored.Write(sealed)
		u.seal.next, u.seal.tail = u.seal.next+1, nil
	}
	if err := u.part.Truncate(u.position()); err != nil {
		return disk.Explain(err)
	}
	if _, err := u.part.Seek(u.position(), io.SeekStart); err != nil {
		return disk.Explain(err)
	}
	return u.mark()
}
