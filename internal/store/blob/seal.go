package blob

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

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
