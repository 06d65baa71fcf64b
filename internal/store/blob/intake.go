package blob

import (
	"context"
	"fmt"
	"io"
	"sync"

	"filippo.io/age"

	"comity/internal/base/id"
)

// Taken is what an intake has found out about the bytes that came.
type Taken struct {
	Size       int64  `json:"size"` // of the plain bytes
	SHA256     Sum    `json:"sha256"`
	CRC32      uint32 `json:"crc32"`
	SHA1       string `json:"sha1,omitempty"` // with [Older] alone
	MD5        string `json:"md5,omitempty"`
	Stored     Sum    `json:"stored"` // of the bytes in the store: what [Scrub] compares
	StoredSize int64  `json:"stored_size"`
}

// Option changes an intake.
type Option func(*options)

type options struct{ older bool }

// Older has SHA-1 and MD5 computed as well, to match hash lists that know nothing newer.
func Older() Option { return func(o *options) { o.older = true } }

// Intake takes in all of r under the key, encrypted for the recipient, in one pass: it reads, hashes, encrypts and
// writes at the same time in 6 MiB of memory. When it returns nil the bytes are durable; otherwise nothing is kept.
// A key that is taken is errs.Conflict, no room errs.Unavailable.
func Intake(ctx context.Context, s Store, key id.ID, to age.Recipient, r io.Reader, opts ...Option) (Taken, error) {
	source, err := newSealing(ctx, to, r, opts)
	if err != nil {
		return Taken{}, fmt.Errorf("take in %s: %w", key, err)
	}
	stored, size, err := s.Put(ctx, key, source)
	source.close()
	if err != nil {
		return Taken{}, fmt.Errorf("take in: %w", err)
	}
	return source.taken(stored, size), nil
}

// sealing is the age file as something to read. A store that copies it wholesale (WriteTo) saves a pass over the bytes.
type sealing struct {
	ctx  context.Context
	head []byte
	seal *sealer
	r    io.Reader

	once  sync.Once
	pipe  *io.PipeReader
	ended chan struct{}
}

func newSealing(ctx context.Context, to age.Recipient, r io.Reader, opts []Option) (*sealing, error) {
	var o options
	for _, set := range opts {
		set(&o)
	}
	head, seal, err := header(to)
	if err != nil {
		return nil, err
	}
	seal.digest = newDigests(o.older)
	return &sealing{ctx: ctx, head: head, seal: seal, r: &contextReader{ctx, r}}, nil
}

// taken is the result, once all has been read.
func (s *sealing) taken(stored Sum, size int64) Taken {
	t := s.seal.digest.taken()
	t.Stored, t.StoredSize = stored, size
	return t
}

// WriteTo writes the whole age file to w.
func (s *sealing) WriteTo(w io.Writer) (int64, error) {
	c := &counter{w: w}
	if _, err := c.Write(s.head); err != nil {
		return c.n, err
	}
	if _, err := s.seal.copy(s.ctx, c, s.r); err != nil {
		return c.n, err
	}
	err := s.seal.finish(c)
	return c.n, err
}

// Read reads the age file, for stores that can't be written to.
func (s *sealing) Read(p []byte) (int, error) {
	s.once.Do(func() {
		r, w := io.Pipe()
		s.pipe, s.ended = r, make(chan struct{})
		go func() {
			defer close(s.ended)
			_, err := s.WriteTo(w)
			w.CloseWithError(err)
		}()
	})
	return s.pipe.Read(p)
}

// close ends the writing that Read has begun.
func (s *sealing) close() {
	if s.pipe == nil {
		return
	}
	s.pipe.CloseWithError(io.ErrClosedPipe)
	<-s.ended
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
