package blob

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"comity/internal/base/errs"
)

// The payload of an age file is cut into chunks of 64 KiB, each sealed by itself under its number (age-encryption.org/v1,
// "Payload"). Our writer makes the same bytes as age's, with two differences that age's can't give: several chunks are
// sealed at a time, and writing can begin at any chunk.
const (
	chunk    = 64 << 10
	overhead = chacha20poly1305.Overhead
	block    = 8 * chunk // what passes through the stages at once
	blocks   = 6         // under way at a time: the memory of one intake is twice this, 6 MiB
	nonce    = 16
)

// sealer makes the payload of one age file.
type sealer struct {
	aead   cipher.AEAD
	next   uint64 // number of the next chunk
	tail   []byte // bytes that came and aren't sealed: the last chunk is sealed differently, and any may be it
	digest *digests
}

// header returns the beginning of a new age file for the recipient, up to where chunk 0 begins, and its sealer.
func header(to age.Recipient) ([]byte, *sealer, error) {
	var b bytes.Buffer
	c := &capture{recipient: to}
	if _, err := age.Encrypt(&b, c); err != nil {
		return nil, nil, fmt.Errorf("begin age file: %w", err)
	}
	s, err := newSealer(c.fileKey, b.Bytes()[b.Len()-nonce:])
	return b.Bytes(), s, err
}

// resumed reads the beginning of an age file that was begun before, and returns its length and its sealer.
func resumed(r io.ReaderAt, size int64, with age.Identity) (int64, *sealer, error) {
	head, err := age.ExtractHeader(io.NewSectionReader(r, 0, size))
	if err != nil {
		return 0, nil, fmt.Errorf("header of the age file: %w: %w", err, errs.Invalid)
	}
	fileKey, err := age.DecryptHeader(head, with)
	if err != nil {
		return 0, nil, fmt.Errorf("header of the age file: %w: %w", err, errs.Forbidden)
	}
	salt := make([]byte, nonce)
	if _, err := r.ReadAt(salt, int64(len(head))); err != nil {
		return 0, nil, fmt.Errorf("header of the age file is cut: %w", errs.Invalid)
	}
	s, err := newSealer(fileKey, salt)
	return int64(len(head)) + nonce, s, err
}

func newSealer(fileKey, salt []byte) (*sealer, error) {
	key, err := hkdf.Key(sha256.New, fileKey, salt, "payload", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	a, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, err
	}
	return &sealer{aead: a}, nil
}

// capture is a recipient that remembers the file key that age gives it to wrap.
type capture struct {
	recipient age.Recipient
	fileKey   []byte
}

// Wrap wraps the file key for the recipient.
func (c *capture) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	c.fileKey = bytes.Clone(fileKey)
	return c.recipient.Wrap(fileKey)
}

// WrapWithLabels keeps the recipient's labels, with which age refuses unlike recipients in one file.
func (c *capture) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	c.fileKey = bytes.Clone(fileKey)
	if r, ok := c.recipient.(age.RecipientWithLabels); ok {
		return r.WrapWithLabels(fileKey)
	}
	s, err := c.recipient.Wrap(fileKey)
	return s, nil, err
}

func chunkNonce(number uint64, last bool) []byte {
	n := make([]byte, chacha20poly1305.NonceSize)
	binary.BigEndian.PutUint64(n[3:11], number)
	if last {
		n[11] = 1
	}
	return n
}

// seal appends the sealed form of whole chunks, the first of which has the number, to out.
func (s *sealer) seal(out, plain []byte, number uint64) []byte {
	for ; len(plain) > 0; number++ {
		out = s.aead.Seal(out, chunkNonce(number, false), plain[:chunk], nil)
		plain = plain[chunk:]
	}
	return out
}

// finish seals what is left as the last chunk and writes it.
func (s *sealer) finish(w io.Writer) error {
	_, err := w.Write(s.aead.Seal(nil, chunkNonce(s.next, true), s.tail, nil))
	return err
}

// piece is a block on its way through the stages.
type piece struct {
	buffer []byte // from its start: what was left of the piece before, then what came new
	came   []byte // new, to be hashed
	whole  []byte // whole chunks, to be sealed
	rest   []byte // what is behind them: it begins the next piece
	number uint64 // of the first of them
	sealed []byte
	ready  chan struct{} // closed when sealed
	users  atomic.Int32  // stages that still need it
}

// fill reads r until the piece is full, behind a copy of tail, and cuts it. end is what ended reading, nil when the
// piece is full. At least one byte is left behind the whole chunks: the last chunk of all isn't sealed here.
func (p *piece) fill(r io.Reader, tail []byte, number uint64) (end error) {
	if p.buffer == nil {
		p.buffer = make([]byte, block)
	}
	old := copy(p.buffer, tail)
	n, err := readFull(r, p.buffer[old:])
	p.came = p.buffer[old : old+n]
	whole := 0
	if old+n > 0 {
		whole = (old + n - 1) / chunk * chunk
	}
	p.whole, p.rest, p.number = p.buffer[:whole], p.buffer[whole:old+n], number
	return err
}

// readFull reads until b is full, and then returns nil. Unlike io.ReadFull it returns what ended r as it is: io.EOF is
// the end, and io.ErrUnexpectedEOF is a body that was cut, which must never pass for one that ended.
func readFull(r io.Reader, b []byte) (n int, err error) {
	for idle := 0; n < len(b); idle++ {
		m, err := r.Read(b[n:])
		n += m
		if err != nil && n < len(b) {
			return n, err
		}
		if m > 0 {
			idle = 0
		}
		if idle > 100 {
			return n, io.ErrNoProgress
		}
	}
	return n, nil
}

// copy takes in all of r: hashes it, seals whole chunks and writes them to w, each stage beside the others. It returns
// how many bytes it has taken. An error of r leaves the sealer sound, with all bytes that came before it; after any
// other error the sealer can't be used any more.
func (s *sealer) copy(ctx context.Context, w io.Writer, r io.Reader) (n int64, err error) {
	first := &piece{buffer: make([]byte, 2*chunk)} // small: most files are
	end := first.fill(r, s.tail, s.next)
	if end != nil {
		// All that there is fits one piece: the stages aren't worth starting.
		return s.copySmall(w, first, end)
	}
	line := newLine(ctx, s, w)
	for p := first; ; {
		n += int64(len(p.came))
		s.next += uint64(len(p.whole) / chunk)
		s.tail = append(s.tail[:0], p.rest...)
		line.send(p)
		if end != nil || line.ctx.Err() != nil {
			break
		}
		p = line.free()
		end = p.fill(r, s.tail, s.next)
	}
	if err := line.wait(); err != nil {
		return n, err
	}
	if end == io.EOF {
		return n, nil
	}
	return n, end
}

func (s *sealer) copySmall(w io.Writer, p *piece, end error) (int64, error) {
	s.digest.write(p.came)
	s.next += uint64(len(p.whole) / chunk)
	s.tail = append(s.tail[:0], p.rest...)
	if len(p.whole) > 0 {
		if _, err := w.Write(s.seal(nil, p.whole, p.number)); err != nil {
			return int64(len(p.came)), err
		}
	}
	if end == io.EOF {
		end = nil
	}
	return int64(len(p.came)), end
}

// line is the stages: hashing, sealing (two), writing. The reader is whoever sends.
type line struct {
	ctx               context.Context
	stop              context.CancelCauseFunc
	hash, seal, write chan *piece
	back              chan *piece
	stages            sync.WaitGroup
	made              int
}

func newLine(ctx context.Context, s *sealer, w io.Writer) *line {
	l := &line{
		hash: make(chan *piece, blocks), seal: make(chan *piece, blocks), write: make(chan *piece, blocks),
		back: make(chan *piece, blocks), made: 1,
	}
	l.ctx, l.stop = context.WithCancelCause(ctx)
	l.stages.Go(func() {
		for p := range l.hash {
			s.digest.write(p.came)
			l.release(p)
		}
	})
	for range 2 {
		l.stages.Go(func() {
			for p := range l.seal {
				p.sealed = s.seal(p.sealed[:0], p.whole, p.number)
				close(p.ready)
				l.release(p)
			}
		})
	}
	l.stages.Go(func() {
		for p := range l.write {
			<-p.ready
			if l.ctx.Err() == nil && len(p.sealed) > 0 {
				if _, err := w.Write(p.sealed); err != nil {
					l.stop(err)
				}
			}
			l.release(p)
		}
	})
	return l
}

func (l *line) send(p *piece) {
	p.ready = make(chan struct{})
	p.users.Store(3)
	l.hash <- p
	l.seal <- p
	l.write <- p
}

func (l *line) release(p *piece) {
	if p.users.Add(-1) == 0 {
		l.back <- p
	}
}

// free returns a piece that no stage needs.
func (l *line) free() *piece {
	select {
	case p := <-l.back:
		return p
	default:
	}
	if l.made < blocks {
		l.made++
		return &piece{}
	}
	return <-l.back
}

// wait lets the stages end their work and returns why one of them couldn't.
func (l *line) wait() error {
	close(l.hash)
	close(l.seal)
	close(l.write)
	l.stages.Wait()
	err := context.Cause(l.ctx)
	l.stop(errors.New("done"))
	return err
}
