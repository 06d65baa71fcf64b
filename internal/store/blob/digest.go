package blob

import (
	"crypto/md5"  // only to find items in older hash lists
	"crypto/sha1" // the same
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"

	"comity/internal/base/errs"
)

// digests of the plain bytes, computed while they pass. SHA-256 identifies an item; CRC-32 is what a ZIP's local header
// needs before the bytes; SHA-1 and MD5 only match older hash lists and are computed when asked for.
type digests struct {
	size   int64
	sha256 hash.Hash
	crc32  hash.Hash32
	sha1   hash.Hash // nil unless asked for
	md5    hash.Hash // nil unless asked for
}

func newDigests(older bool) *digests {
	d := &digests{sha256: sha256.New(), crc32: crc32.NewIEEE()}
	if older {
		d.sha1, d.md5 = sha1.New(), md5.New()
	}
	return d
}

func (d *digests) write(p []byte) {
	d.size += int64(len(p))
	for _, h := range d.all() {
		h.Write(p)
	}
}

func (d *digests) all() []hash.Hash {
	if d.sha1 == nil {
		return []hash.Hash{d.sha256, d.crc32}
	}
	return []hash.Hash{d.sha256, d.crc32, d.sha1, d.md5}
}

// states returns what is needed to go on later. It holds up to 63 of the last bytes, so it is as secret as they are.
func (d *digests) states() ([][]byte, error) { return states(d.all()...) }

func states(hashes ...hash.Hash) ([][]byte, error) {
	var out [][]byte
	for _, h := range hashes {
		m, ok := h.(encoding.BinaryMarshaler)
		if !ok {
			return nil, fmt.Errorf("a hash can't be kept: %T", h)
		}
		b, err := m.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("keep hash: %w", err)
		}
		out = append(out, b)
	}
	return out, nil
}

// restore goes on from what states returned.
func restore(kept [][]byte, hashes ...hash.Hash) error {
	if len(kept) != len(hashes) {
		return fmt.Errorf("%d hashes were kept, want %d: %w", len(kept), len(hashes), errs.Invalid)
	}
	for i, h := range hashes {
		m, ok := h.(encoding.BinaryUnmarshaler)
		if !ok {
			return fmt.Errorf("a hash can't be restored: %T", h)
		}
		if err := m.UnmarshalBinary(kept[i]); err != nil {
			return fmt.Errorf("restore hash: %w: %w", err, errs.Invalid)
		}
	}
	return nil
}

// taken returns the result; the stored bytes' digest is the caller's.
func (d *digests) taken() Taken {
	t := Taken{Size: d.size, SHA256: sumOf(d.sha256.Sum(nil)), CRC32: d.crc32.Sum32()}
	if d.sha1 != nil {
		t.SHA1, t.MD5 = hex.EncodeToString(d.sha1.Sum(nil)), hex.EncodeToString(d.md5.Sum(nil))
	}
	return t
}
