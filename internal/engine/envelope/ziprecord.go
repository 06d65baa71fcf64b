package envelope

import (
	"encoding/binary"
	"math"
)

// The narrow zip's records (PKWARE's APPNOTE 4.3). Whoever writes makes them with these functions; whoever reads makes
// them again from the values it read and compares the bytes, so that a record has one form only.

const (
	sigLocal    = 0x04034b50
	sigCentral  = 0x02014b50
	sigEnd      = 0x06054b50
	sigEnd64    = 0x06064b50
	sigLocator  = 0x07064b50
	localFixed  = 30
	endFixed    = 22
	end64Fixed  = 56
	locatorSize = 20
	extra64     = 0x0001
	needPlain   = 20 // the name may have folders
	need64      = 45
	dosTime     = 0
	dosDate     = 1<<5 | 1 // 1980-01-01, the zero of this calendar
)

// zipEntry is one stored file in the zip.
type zipEntry struct {
	Name   string
	Size   int64
	CRC32  uint32
	offset int64 // of its local header
}

// needs64 reports whether a value takes zip64: 0xFFFFFFFF in the short field means "see the extra field".
func needs64(n int64) bool { return n >= math.MaxUint32 }

func short(n int64) uint32 {
	if needs64(n) {
		return math.MaxUint32
	}
	return uint32(n)
}

// data returns where the entry's bytes begin.
func (e zipEntry) data() int64 { return e.offset + int64(len(e.local())) }

// end returns where the entry's bytes end.
func (e zipEntry) end() int64 { return e.data() + e.Size }

// local returns the local header: stored, no flags, both sizes and the CRC-32 in it.
func (e zipEntry) local() []byte {
	need, extra := uint16(needPlain), []byte(nil)
	if needs64(e.Size) {
		need = need64 // a local header's zip64 field must have both sizes (APPNOTE 4.5.3)
		extra = append64(extra, e.Size, e.Size)
	}
	b := make([]byte, 0, localFixed+len(e.Name)+len(extra))
	b = binary.LittleEndian.AppendUint32(b, sigLocal)
	b = binary.LittleEndian.AppendUint16(b, need)
	b = e.common(b)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(extra)))
	b = append(b, e.Name...)
	return append(b, extra...)
}

// central returns the entry's record in the central directory.
func (e zipEntry) central() []byte {
	need, values := uint16(needPlain), []int64(nil)
	if needs64(e.Size) {
		values = append(values, e.Size, e.Size)
	}
	if needs64(e.offset) {
		values = append(values, e.offset)
	}
	extra := []byte(nil)
	if len(values) > 0 {
		need = need64
		extra = append64(extra, values...)
	}
	b := binary.LittleEndian.AppendUint32(nil, sigCentral)
	b = binary.LittleEndian.AppendUint16(b, need) // made by: the version needed, system 0
	b = binary.LittleEndian.AppendUint16(b, need)
	b = e.common(b)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(extra)))
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) // comment, disk, internal and external attributes
	b = binary.LittleEndian.AppendUint32(b, short(e.offset))
	b = append(b, e.Name...)
	return append(b, extra...)
}

// common appends the fields that both headers have: flags to the name's length.
func (e zipEntry) common(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, 0) // flags
	b = binary.LittleEndian.AppendUint16(b, 0) // stored
	b = binary.LittleEndian.AppendUint16(b, dosTime)
	b = binary.LittleEndian.AppendUint16(b, dosDate)
	b = binary.LittleEndian.AppendUint32(b, e.CRC32)
	b = binary.LittleEndian.AppendUint32(b, short(e.Size))
	b = binary.LittleEndian.AppendUint32(b, short(e.Size))
	return binary.LittleEndian.AppendUint16(b, uint16(len(e.Name)))
}

// append64 appends a zip64 extra field with the values.
func append64(b []byte, values ...int64) []byte {
	b = binary.LittleEndian.AppendUint16(b, extra64)
	b = binary.LittleEndian.AppendUint16(b, uint16(8*len(values)))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return b
}

// zipEnd returns everything after the last entry's bytes: central directory, zip64's end when the directory begins
// beyond 4 GiB, end record.
func zipEnd(entries []zipEntry) []byte {
	var start int64
	if n := len(entries); n > 0 {
		start = entries[n-1].end()
	}
	var b []byte
	for _, e := range entries {
		b = append(b, e.central()...)
	}
	size, count := int64(len(b)), uint16(len(entries))
	if needs64(start) {
		b = appendEnd64(b, start, size, uint64(count))
	}
	b = binary.LittleEndian.AppendUint32(b, sigEnd)
	b = append(b, 0, 0, 0, 0) // this disk, the directory's disk
	b = binary.LittleEndian.AppendUint16(b, count)
	b = binary.LittleEndian.AppendUint16(b, count)
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, short(start))
	return append(b, 0, 0) // no comment
}

func appendEnd64(b []byte, start, size int64, count uint64) []byte {
	at := start + size
	b = binary.LittleEndian.AppendUint32(b, sigEnd64)
	b = binary.LittleEndian.AppendUint64(b, end64Fixed-12)
	b = binary.LittleEndian.AppendUint16(b, need64)
	b = binary.LittleEndian.AppendUint16(b, need64)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0) // this disk, the directory's disk
	b = binary.LittleEndian.AppendUint64(b, count)
	b = binary.LittleEndian.AppendUint64(b, count)
	b = binary.LittleEndian.AppendUint64(b, uint64(size))
	b = binary.LittleEndian.AppendUint64(b, uint64(start))
	b = binary.LittleEndian.AppendUint32(b, sigLocator)
	b = append(b, 0, 0, 0, 0) // the disk of the record above
	b = binary.LittleEndian.AppendUint64(b, uint64(at))
	return binary.LittleEndian.AppendUint32(b, 1) // disks in all
}
