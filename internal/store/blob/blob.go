// Package blob keeps large bytes, always encrypted: a store holds age files and never sees what is in them.
//
// [Intake] takes bytes in: one pass that hashes, encrypts and writes at the same time. [Uploads] does the same in
// pieces, for bytes that come over days and across crashes. [Open] reads them again at any place. A [Store] ([Dir] is
// one) holds what comes out; with an item's key plain age opens it and this program isn't needed.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
)

// Sum is a SHA-256 as 64 lower-case hexadecimal digits.
type Sum string

func sumOf(digest []byte) Sum { return Sum(hex.EncodeToString(digest)) }

// Store holds objects under ids. Every implementation passes blobtest.Run.
type Store interface {
	// Put keeps the bytes of r, reading with r's WriteTo where it has one, and returns their SHA-256 and number. When
	// it returns nil they are durable; otherwise nothing is kept. A key that is taken is [errs.Conflict]: objects
	// never change. No room is [errs.Unavailable].
	Put(ctx context.Context, key id.ID, r io.Reader) (Sum, int64, error)

	// Open returns the object for reading, [errs.NotFound] when there is none. Close it.
	Open(ctx context.Context, key id.ID) (Object, error)

	// Stat returns what is known of the object without reading it, [errs.NotFound] when there is none.
	Stat(ctx context.Context, key id.ID) (Info, error)

	// Delete removes the object for good, [errs.NotFound] when there is none.
	Delete(ctx context.Context, key id.ID) error

	// List calls f for each object, in no particular order, until f returns an error, which List returns.
	List(ctx context.Context, f func(Info) error) error
}

// Object is a stored object opened for reading. ReadAt may be called by many at a time.
type Object interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Info says what a store knows of an object.
type Info struct {
	Key  id.ID
	Size int64 // of the stored bytes
	At   time.Time
}

// Scrub reads the stored object again and compares it with the digest that [Store.Put] returned; no key is needed.
// Damage is [errs.Invalid].
func Scrub(ctx context.Context, s Store, key id.ID, want Sum) error {
	o, err := s.Open(ctx, key)
	if err != nil {
		return fmt.Errorf("scrub %s: %w", key, err)
	}
	h := sha256.New()
	_, err = io.Copy(h, &contextReader{ctx, o})
	if cerr := o.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("scrub %s: %w", key, err)
	}
	if got := sumOf(h.Sum(nil)); got != want {
		return fmt.Errorf("scrub %s: the stored bytes have the digest %s, they had %s: %w", key, got, want, errs.Invalid)
	}
	return nil
}

// contextReader ends reading when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
