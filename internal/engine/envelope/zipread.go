package envelope

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"comity/internal/base/errs"
)

// walkZip reads the narrow zip from its first byte to its last: local entries back to back, the central directory in
// the same order, the end record, the end of the file. Each record must be the bytes that the writer would have made.
// At the end archive/zip must see the same, because others will read the file with such a library.
//
// Names are checked as paths; which entries have to stand where is for the caller. Memory is bounded by MaxEntries.
func walkZip(r io.ReaderAt, size int64) ([]zipEntry, error) {
	entries, err := walkLocal(r, size)
	if err != nil {
		return nil, err
	}
	if err := compareEnd(r, size, entries); err != nil {
		return nil, err
	}
	if err := compareLibrary(r, size, entries); err != nil {
		return nil, err
	}
	return entries, nil
}

func walkLocal(r io.ReaderAt, size int64) ([]zipEntry, error) {
	var entries []zipEntry
	var paths []string
	for at := int64(0); ; {
		e, more, err := readLocal(r, at, size)
		if err != nil {
			return nil, fmt.Errorf("at byte %d: %w", at, err)
		}
		if !more {
			break
		}
		if len(entries) == MaxEntries {
			return nil, errs.Invalidf("more than %d entries", MaxEntries)
		}
		entries = append(entries, e)
		paths = append(paths, e.Name)
		at = e.end()
	}
	if len(entries) == 0 {
		return nil, errs.Invalidf("no entry at the beginning of the file")
	}
	return entries, checkPaths(paths)
}

// readLocal reads the local entry at an offset; more is false where the central directory begins.
func readLocal(r io.ReaderAt, at, size int64) (e zipEntry, more bool, err error) {
	var head [localFixed]byte
	if _, err := readAt(r, head[:4], at, size); err != nil {
		return e, false, err
	}
	switch binary.LittleEndian.Uint32(head[:]) {
	case sigLocal:
	case sigCentral:
		return e, false, nil
	default:
		return e, false, errs.Invalidf("neither an entry nor the central directory begins here")
	}
	if _, err := readAt(r, head[:], at, size); err != nil {
		return e, false, err
	}
	if err := checkLocal(head[:]); err != nil {
		return e, false, err
	}
	nameLen, extraLen := int(binary.LittleEndian.Uint16(head[26:])), int(binary.LittleEndian.Uint16(head[28:]))
	rest := make([]byte, nameLen+extraLen)
	if _, err := readAt(r, rest, at+localFixed, size); err != nil {
		return e, false, err
	}
	e = zipEntry{
		Name:   string(rest[:nameLen]),
		Size:   int64(binary.LittleEndian.Uint32(head[22:])),
		CRC32:  binary.LittleEndian.Uint32(head[14:]),
		offset: at,
	}
	if e.Size == math.MaxUint32 && extraLen == 20 {
		e.Size = int64(binary.LittleEndian.Uint64(rest[nameLen+4:]) & math.MaxInt64)
	}
	if err := checkEntryName(e.Name); err != nil {
		return e, false, err
	}
	if !bytes.Equal(e.local(), append(head[:], rest...)) {
		return e, false, errs.Invalidf("entry %q: its local header has a field that the format doesn't", e.Name)
	}
	if e.Size > size-e.data() {
		return e, false, errs.Invalidf("entry %q of %d bytes goes beyond the end of the file", e.Name, e.Size)
	}
	return e, true, nil
}

// checkLocal says in words what is wrong with a header; what it doesn't see the comparison of bytes finds.
func checkLocal(head []byte) error {
	u16 := func(i int) uint16 { return binary.LittleEndian.Uint16(head[i:]) }
	u32 := func(i int) uint32 { return binary.LittleEndian.Uint32(head[i:]) }
	switch {
	case u16(6)&8 != 0:
		return errs.Invalidf("the entry has a data descriptor")
	case u16(6)&1 != 0:
		return errs.Invalidf("the entry is encrypted by zip")
	case u16(6) != 0:
		return errs.Invalidf("the entry has flags %#04x, none are allowed", u16(6))
	case u16(8) != 0:
		return errs.Invalidf("the entry is compressed (method %d), only stored ones are allowed", u16(8))
	case u16(10) != dosTime || u16(12) != dosDate:
		return errs.Invalidf("the entry has a time of its own, only 1980-01-01 is allowed")
	case u32(18) != u32(22):
		return errs.Invalidf("the entry is stored and yet has two sizes, %d and %d", u32(18), u32(22))
	case u16(26) > MaxNameBytes:
		return errs.Invalidf("the entry's name has %d bytes, at most %d are allowed", u16(26), MaxNameBytes)
	case u16(28) != 0 && u32(22) != math.MaxUint32:
		return errs.Invalidf("the entry has an extra field")
	case u16(28) > 20:
		return errs.Invalidf("the entry has extra fields beside zip64")
	}
	return nil
}

// checkEntryName allows paths as in [checkPath] and, in META-INF, the manifest and its signature.
func checkEntryName(name string) error {
	if !strings.HasPrefix(name, "META-INF/") {
		return checkPath(name)
	}
	if name == ManifestPath || name == SignaturePath {
		return nil
	}
	return errs.Invalidf("entry %q: META-INF holds one manifest and one signature, nothing else", name)
}

// compareEnd compares what stands after the last entry with what has to.
func compareEnd(r io.ReaderAt, size int64, entries []zipEntry) error {
	start := entries[len(entries)-1].end()
	want := zipEnd(entries)
	if n := size - start - int64(len(want)); n > 0 {
		if err := compareDirectory(r, size, start, entries); err != nil {
			return err
		}
		return errs.Invalidf("%d bytes too many after the entries: a comment, or bytes between the records or after the end", n)
	}
	if err := compareDirectory(r, size, start, entries); err != nil {
		return err
	}
	got := make([]byte, len(want))
	if _, err := readAt(r, got, start, size); err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return errs.Invalidf("the end record doesn't fit the entries")
	}
	return nil
}

// compareDirectory compares the central directory record by record, to name the entry at which it differs.
func compareDirectory(r io.ReaderAt, size, at int64, entries []zipEntry) error {
	for _, e := range entries {
		want := e.central()
		got := make([]byte, len(want))
		if _, err := readAt(r, got, at, size); err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return errs.Invalidf("entry %q: the central directory says something else than its local header", e.Name)
		}
		at += int64(len(want))
	}
	return nil
}

// compareLibrary compares the walk with what archive/zip sees in the same bytes.
func compareLibrary(r io.ReaderAt, size int64, entries []zipEntry) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("the zip library reads it otherwise: %w", err)
	}
	if len(z.File) != len(entries) || z.Comment != "" {
		return errs.Invalidf("the zip library sees %d entries, the walk %d", len(z.File), len(entries))
	}
	for i, f := range z.File {
		at, err := f.DataOffset()
		if err != nil {
			return fmt.Errorf("entry %q: the zip library reads it otherwise: %w", entries[i].Name, err)
		}
		e := entries[i]
		same := f.Name == e.Name && f.Method == zip.Store && f.CRC32 == e.CRC32 && f.UncompressedSize64 == uint64(e.Size) &&
			f.CompressedSize64 == uint64(e.Size) && at == e.data() && f.Comment == ""
		if !same {
			return errs.Invalidf("entry %q: the zip library sees something else", e.Name)
		}
	}
	return nil
}

// readAt fills b from the offset; the end of the file before that is a fault of the file.
func readAt(r io.ReaderAt, b []byte, at, size int64) (int, error) {
	if int64(len(b)) > size-at {
		return 0, errs.Invalidf("the file ends in the middle")
	}
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return n, nil
	}
	return n, fmt.Errorf("read %d bytes at %d: %w", len(b), at, err)
}
