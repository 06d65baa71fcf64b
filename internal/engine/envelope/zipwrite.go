package envelope

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"

	"comity/internal/base/errs"
)

// zipWriter writes the narrow zip. archive/zip isn't used for it because its CreateRaw leaves zip64 out of the local
// header, and then a file beyond 4 GiB has no size where the reader walks.
type zipWriter struct {
	w       io.Writer
	at      int64
	entries []zipEntry
	buf     []byte
}

// bytes adds an entry from memory.
func (z *zipWriter) bytes(name string, b []byte) error {
	if err := z.begin(zipEntry{Name: name, Size: int64(len(b)), CRC32: crc32.ChecksumIEEE(b)}); err != nil {
		return err
	}
	return z.write(b)
}

// part adds an entry in one pass over its bytes, hashes them again and fails when they aren't those that were declared.
func (z *zipWriter) part(p Part) (err error) {
	src, err := p.Open()
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer func() {
		if e := src.Close(); err == nil && e != nil {
			err = fmt.Errorf("close: %w", e)
		}
	}()
	if err := z.begin(zipEntry{Name: p.Path, Size: p.Size, CRC32: p.CRC32}); err != nil {
		return err
	}
	if z.buf == nil {
		z.buf = make([]byte, 256<<10)
	}
	sum, crc := sha256.New(), crc32.NewIEEE()
	// One byte more than declared is asked for, so that a file that grew is noticed.
	n, err := io.CopyBuffer(io.MultiWriter(writerOnly{z.w}, sum, crc), io.LimitReader(src, p.Size+1), z.buf)
	z.at += n
	if err != nil {
		return err
	}
	if n != p.Size {
		return errs.Invalidf("the bytes are no longer those taken in: %d were declared, at least %d came", p.Size, n)
	}
	if got := Digest(hex.EncodeToString(sum.Sum(nil))); got != p.SHA256 || crc.Sum32() != p.CRC32 {
		return errs.Invalidf("the bytes are no longer those taken in: SHA-256 %s, CRC-32 %08x; declared %s, %08x",
			got, crc.Sum32(), p.SHA256, p.CRC32)
	}
	return nil
}

// close writes the central directory and the end record.
func (z *zipWriter) close() error { return z.write(zipEnd(z.entries)) }

func (z *zipWriter) begin(e zipEntry) error {
	if len(z.entries) == MaxEntries {
		return errs.Invalidf("more than %d entries", MaxEntries)
	}
	e.offset = z.at
	z.entries = append(z.entries, e)
	return z.write(e.local())
}

func (z *zipWriter) write(b []byte) error {
	n, err := z.w.Write(b)
	z.at += int64(n)
	return err
}

// writerOnly hides ReadFrom, which would take io.Copy around the buffer.
type writerOnly struct{ io.Writer }
