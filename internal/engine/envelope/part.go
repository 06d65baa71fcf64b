package envelope

import (
	"bytes"
	"hash/crc32"
	"io"

	"comity/internal/base/canonical"
)

// File is one entry as the manifest and message.json name it.
type File struct {
	Path   string `json:"path"`
	SHA256 Digest `json:"sha256"`
	Size   int64  `json:"size"`
	Media  string `json:"media"`
}

// Part is one entry to be sealed. Size, CRC-32 and SHA-256 are known from its intake; Open gives the bytes once, when
// their turn comes.
type Part struct {
	File
	CRC32 uint32
	Open  func() (io.ReadCloser, error)
}

// Bytes returns a part from memory.
func Bytes(path, media string, b []byte) Part {
	return Part{
		File:  File{Path: path, SHA256: canonical.Sum(b), Size: int64(len(b)), Media: media},
		CRC32: crc32.ChecksumIEEE(b),
		Open:  func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
	}
}
