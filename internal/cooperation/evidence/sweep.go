package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/blob"
	"comity/internal/store/db"
)

// unlinkedLife is how long bytes may wait for the act that links them.
const unlinkedLife = 48 * time.Hour

// Sweep removes what nothing speaks of: bytes that no act has linked after two days, and uploads that are older than
// [UploadLife]. A node runs it now and then; nothing depends on its running.
func (e *Evidence) Sweep(ctx context.Context) error {
	if err := e.expire(ctx); err != nil {
		return fmt.Errorf("sweep evidence: %w", err)
	}
	err := e.Vault.Items(func(n id.ID, at time.Time) error {
		if e.Now().Sub(at) < unlinkedLife {
			return ctx.Err()
		}
		_, err := e.caseOf(ctx, n)
		if !errors.Is(err, errs.NotFound) {
			return err
		}
		if err := e.Uploads.Remove(n); err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
		return e.forget(ctx, n)
	})
	if err != nil {
		return fmt.Errorf("sweep evidence: %w", err)
	}
	return nil
}

func (e *Evidence) caseOf(ctx context.Context, n id.ID) (caseID id.ID, err error) {
	err = e.Read.Read(ctx, db.House("evidence"), func(tx *db.Tx) error {
		caseID, err = caseOf(ctx, tx, n)
		return err
	})
	return caseID, err
}

// expire forgets uploads that have taken too long. Ids begin with their time, so the old ones are the first.
func (e *Evidence) expire(ctx context.Context) error {
	var old []Upload
	err := e.Read.Read(ctx, db.House("evidence"), func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id, person, size, given, at FROM evidence_upload WHERE id < ? ORDER BY id LIMIT 1000`, id.New(e.Now().Add(-UploadLife)))
		old, err = db.Collect(rows, err, scanUpload)
		return err
	})
	for _, u := range old {
		if err != nil {
			break
		}
		err = e.cancel(ctx, access.HouseItself(), u, "expired")
		if errors.Is(err, errs.Conflict) || errors.Is(err, errs.NotFound) {
			err = nil // it is being written to, or finished, right now
		}
	}
	return err
}

// retake finds out again what an intake knew of bytes that are in the store: the process ended between their move and
// the act that links them.
func (e *Evidence) retake(ctx context.Context, n id.ID) (blob.Taken, error) {
	o, err := e.Blobs.Open(ctx, n)
	if err != nil {
		return blob.Taken{}, err
	}
	stored := sha256.New()
	storedSize, err := io.Copy(stored, o)
	if err := errors.Join(err, o.Close()); err != nil {
		return blob.Taken{}, err
	}
	p, err := e.open(ctx, n)
	if err != nil {
		return blob.Taken{}, err
	}
	plain, crc := sha256.New(), crc32.NewIEEE()
	size, err := io.Copy(io.MultiWriter(plain, crc), p)
	if err := errors.Join(err, p.Close()); err != nil {
		return blob.Taken{}, err
	}
	return blob.Taken{Size: size, SHA256: sumOf(plain), CRC32: crc.Sum32(), Stored: sumOf(stored), StoredSize: storedSize}, nil
}

func sumOf(h hash.Hash) blob.Sum { return blob.Sum(hex.EncodeToString(h.Sum(nil))) }
