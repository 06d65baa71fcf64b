package envelope

import (
	"fmt"
	"io"

	"comity/internal/base/errs"
)

// Decrypt gives random access to what stands encrypted in a file of size bytes, with whichever of the keys opens it.
// Chunks are authenticated as they are read. None of the keys is [errs.Invalid].
func Decrypt(r io.ReaderAt, size int64, keys ...Identity) (*io.SectionReader, error) {
	if err := checkAgeHeader(r, size); err != nil {
		return nil, fmt.Errorf("decrypt: %w", err)
	}
	plain, n, _, err := decrypt(r, size, keys)
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w: %w", err, errs.Invalid)
	}
	return io.NewSectionReader(plain, 0, n), nil
}
