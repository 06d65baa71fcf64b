package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"comity/internal/base/canonical"
)

// digest reads all of r and returns its SHA-256; it stops when ctx ends.
func digest(ctx context.Context, r io.Reader) (canonical.Hash, error) {
	h := sha256.New()
	buf := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := r.Read(buf)
		h.Write(buf[:n])
		if err == io.EOF {
			return canonical.Hash(hex.EncodeToString(h.Sum(nil))), nil
		}
		if err != nil {
			return "", err
		}
	}
}
