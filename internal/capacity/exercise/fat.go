package exercise

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/errs"
)

// The layout of a FAT12 volume of 1.44 MB, as DOS formats it: one sector a cluster, two tables, 224 names at the top.
const (
	sector      = 512
	fatSectors  = 9
	rootEntries = 224
	allSectors  = 2880
	rootAt      = 1 + 2*fatSectors               // the sector of the first name
	dataAt      = rootAt + rootEntries*32/sector // and of the first cluster, which has the number 2
	deletedMark = 0xE5
)

// volumeFile is a file on a volume. Of one that was deleted the bytes and the entry are left, its clusters are free.
type volumeFile struct {
	name    string // 8.3, capital letters
	data    []byte
	at      time.Time // in the computer's own zone: FAT has no other
	deleted bool
}

// fatVolume writes a FAT12 volume with the files at its top, one after another.
func fatVolume(label string, serial uint32, files []volumeFile) ([]byte, error) {
	img := make([]byte, allSectors*sector)
	boot(img, label, serial)
	table := img[sector : sector+fatSectors*sector]
	link(table, 0, 0xFF0) // the media byte again
	link(table, 1, 0xFFF)
	names := img[rootAt*sector:]
	copy(names, entryName(label, "")[:11])
	names[11] = 0x08 // the volume's name
	next := 2
	for i, f := range files {
		base, ext, _ := strings.Cut(f.name, ".")
		clusters := (len(f.data) + sector - 1) / sector
		if len(base) == 0 || len(base) > 8 || len(ext) > 3 || clusters == 0 || dataAt-2+next+clusters > allSectors || i+1 >= rootEntries {
			return nil, fmt.Errorf("fat: %s (%d bytes) doesn't fit: %w", f.name, len(f.data), errs.Invalid)
		}
		e := names[(i+1)*32 : (i+2)*32]
		copy(e, entryName(base, ext))
		e[11] = 0x20 // archive
		day, clock := fatTime(f.at)
		for _, at := range []int{14, 22} { // made, written
			binary.LittleEndian.PutUint16(e[at:], clock)
			binary.LittleEndian.PutUint16(e[at+2:], day)
		}
		binary.LittleEndian.PutUint16(e[18:], day)
		binary.LittleEndian.PutUint16(e[26:], uint16(next))
		binary.LittleEndian.PutUint32(e[28:], uint32(len(f.data)))
		copy(img[(dataAt-2+next)*sector:], f.data)
		for c := range clusters {
			switch {
			case f.deleted:
			case c == clusters-1:
				link(table, next+c, 0xFFF)
			default:
				link(table, next+c, uint16(next+c+1))
			}
		}
		if f.deleted {
			e[0] = deletedMark
		}
		next += clusters
	}
	copy(img[(1+fatSectors)*sector:], table)
	return img, nil
}

// boot writes the boot sector.
func boot(img []byte, label string, serial uint32) {
	copy(img, "\xEB\x3C\x90EXERCISE")
	for at, v := range map[int]uint16{11: sector, 14: 1, 17: rootEntries, 19: allSectors, 22: fatSectors, 24: 18, 26: 2} {
		binary.LittleEndian.PutUint16(img[at:], v)
	}
	img[13], img[16], img[21], img[38] = 1, 2, 0xF0, 0x29 // sectors a cluster, tables, medium, a serial number follows
	binary.LittleEndian.PutUint32(img[39:], serial)
	copy(img[43:54], entryName(label, ""))
	copy(img[54:], "FAT12   ")
	img[510], img[511] = 0x55, 0xAA
}

// entryName pads a name to 8 and 3 characters; a label runs through all eleven.
func entryName(base, ext string) []byte {
	n := []byte(strings.Repeat(" ", 11))
	copy(n, base)
	copy(n[8:], ext)
	return n
}

// link sets the entry of a cluster: twelve bits each.
func link(table []byte, n int, v uint16) {
	at := n + n/2
	if n%2 == 0 {
		table[at] = byte(v)
		table[at+1] = table[at+1]&0xF0 | byte(v>>8)
		return
	}
	table[at] = table[at]&0x0F | byte(v<<4)
	table[at+1] = byte(v >> 4)
}

// fatTime writes a time as FAT has it: in steps of two seconds, without a zone.
func fatTime(t time.Time) (day, clock uint16) {
	y, m, d := t.Date()
	return uint16((y-1980)<<9 | int(m)<<5 | d), uint16(t.Hour()<<11 | t.Minute()<<5 | t.Second()/2)
}
