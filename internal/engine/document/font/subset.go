package font

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
)

// Drawing is one glyph of a subset: glyphs of the font put together, in thousandths of an em. What a reader sees as
// one letter may be several glyphs in a font — a skeleton and its dots —; as one drawing it can carry the letter's
// character, so that a PDF's text can be read back without guessing.
type Drawing struct {
	Parts   []Part
	Advance int
}

// Part is a glyph of the font, moved.
type Part struct {
	Glyph  uint16
	DX, DY int
}

// Subset returns a TrueType file whose glyphs 1 to n are the drawings, in order; glyph 0 is the font's own for
// characters it lacks. It has the tables that a PDF needs and no others.
func (p *Program) Subset(drawings []Drawing) ([]byte, error) {
	if err := p.load(); err != nil {
		return nil, err
	}
	s := subset{from: &p.glyphs, placed: map[uint16]int{0: 0}, glyphs: make([]outline, 1+len(drawings))}
	s.glyphs[0] = outline{source: 0, copied: true, advance: p.glyphs.advance(0)}
	for i, d := range drawings {
		if g, ok := d.plain(); ok {
			if _, again := s.placed[g]; !again {
				s.placed[g] = i + 1
				s.glyphs[i+1] = outline{source: g, copied: true, advance: d.Advance}
				continue
			}
		}
		s.glyphs[i+1] = outline{drawing: d, advance: d.Advance}
	}
	if err := s.draw(); err != nil {
		return nil, fmt.Errorf("subset font %s: %w", p.Name, err)
	}
	return s.file(p.tables), nil
}

func (d Drawing) plain() (uint16, bool) {
	if len(d.Parts) != 1 || d.Parts[0].DX != 0 || d.Parts[0].DY != 0 {
		return 0, false
	}
	return d.Parts[0].Glyph, true
}

// Width returns how wide the glyph is by itself.
func (p *Program) Width(glyph uint16) (int, error) {
	if err := p.load(); err != nil {
		return 0, err
	}
	return p.glyphs.advance(glyph), nil
}

// outline is a glyph of the subset: a copy of the font's glyph, or a drawing.
type outline struct {
	copied  bool
	source  uint16
	drawing Drawing
	advance int
	bytes   []byte
}

type subset struct {
	from   *glyphs
	placed map[uint16]int // the font's glyph → its number in the subset
	glyphs []outline
	parts  int // most parts that a drawing has
}

// place returns the number of the font's glyph in the subset, adding it at the end when it has none.
func (s *subset) place(g uint16) int {
	if n, ok := s.placed[g]; ok {
		return n
	}
	n := len(s.glyphs)
	s.placed[g] = n
	s.glyphs = append(s.glyphs, outline{source: g, copied: true, advance: s.from.advance(g)})
	return n
}

// draw fills in the bytes of each glyph. The list grows on the way by the parts that glyphs are made of.
func (s *subset) draw() error {
	for i := 0; i < len(s.glyphs); i++ {
		if i > 0xFFFF {
			return errors.New("more than 65535 glyphs")
		}
		g := s.glyphs[i]
		var b []byte
		var err error
		if g.copied {
			b, err = s.copy(g.source)
		} else {
			b, err = s.compose(g.drawing)
		}
		if err != nil {
			return fmt.Errorf("glyph %d: %w", i, err)
		}
		s.glyphs[i].bytes = b
	}
	return nil
}

// Flags of a part in a composite glyph (OpenType, table glyf).
const (
	argsAreWords = 0x0001
	argsAreXY    = 0x0002
	hasScale     = 0x0008
	moreParts    = 0x0020
	hasXYScale   = 0x0040
	hasTwoByTwo  = 0x0080
)

// copy returns the font's own bytes of a glyph, with the numbers of its parts replaced by those in the subset.
func (s *subset) copy(g uint16) ([]byte, error) {
	b := []byte(s.from.bytes(g))
	if len(b) == 0 || int16(binary.BigEndian.Uint16(b)) >= 0 {
		return b, nil
	}
	for at := 10; ; {
		if at+4 > len(b) {
			return nil, errors.New("a composite glyph is cut short")
		}
		flags := binary.BigEndian.Uint16(b[at:])
		n := s.place(binary.BigEndian.Uint16(b[at+2:]))
		binary.BigEndian.PutUint16(b[at+2:], uint16(n))
		at += 4 + partSize(flags)
		if flags&moreParts == 0 {
			return b, nil
		}
	}
}

func partSize(flags uint16) int {
	n := 2
	if flags&argsAreWords != 0 {
		n = 4
	}
	switch {
	case flags&hasScale != 0:
		n += 2
	case flags&hasXYScale != 0:
		n += 4
	case flags&hasTwoByTwo != 0:
		n += 8
	}
	return n
}

// compose writes a composite glyph of the drawing's parts. Parts without an outline, such as spaces, are left out.
func (s *subset) compose(d Drawing) ([]byte, error) {
	var box [4]int
	var parts []Part
	for _, p := range d.Parts {
		src := s.from.bytes(p.Glyph)
		if len(src) < 10 {
			continue
		}
		own := [4]int{signed(src, 2) + p.DX, signed(src, 4) + p.DY, signed(src, 6) + p.DX, signed(src, 8) + p.DY}
		if len(parts) == 0 {
			box = own
		}
		box = [4]int{min(box[0], own[0]), min(box[1], own[1]), max(box[2], own[2]), max(box[3], own[3])}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	s.parts = max(s.parts, len(parts))
	b := put16(nil, -1)
	for _, v := range box {
		if v < -0x8000 || v > 0x7FFF {
			return nil, errors.New("a drawing is too large")
		}
		b = put16(b, v)
	}
	for i, p := range parts {
		flags := argsAreWords | argsAreXY
		if i < len(parts)-1 {
			flags |= moreParts
		}
		b = put16(b, flags)
		b = put16(b, s.place(p.Glyph))
		b = put16(b, p.DX)
		b = put16(b, p.DY)
	}
	return b, nil
}

// file puts the tables together.
func (s *subset) file(tables map[string]string) []byte {
	n := len(s.glyphs)
	var glyf, loca, hmtx []byte
	for _, g := range s.glyphs {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		left := 0
		if len(g.bytes) >= 10 {
			left = int(int16(binary.BigEndian.Uint16(g.bytes[2:])))
		}
		hmtx = put16(put16(hmtx, g.advance), left)
		glyf = append(glyf, g.bytes...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	head := []byte(tables["head"])
	binary.BigEndian.PutUint32(head[8:], 0)  // the file's check sum, set below
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	hhea := []byte(tables["hhea"])
	binary.BigEndian.PutUint16(hhea[34:], uint16(n))
	out := map[string][]byte{
		"glyf": glyf, "head": head, "hhea": hhea, "hmtx": hmtx, "loca": loca, "maxp": s.maxp(tables["maxp"]),
	}
	if prep := tables["prep"]; prep != "" {
		out["prep"] = []byte(prep)
	}
	return assemble(out)
}

// maxp says how large glyphs can get; a drawing of k parts is at most k times the largest glyph.
func (s *subset) maxp(source string) []byte {
	b := []byte(source)
	put := func(at, v int) { binary.BigEndian.PutUint16(b[at:], uint16(min(v, 0xFFFF))) }
	put(4, len(s.glyphs))
	if s.parts == 0 {
		return b
	}
	put(10, s.parts*max(be16(source, 6), be16(source, 10))) // points
	put(12, s.parts*max(be16(source, 8), be16(source, 12))) // contours
	put(28, max(s.parts, be16(source, 28)))
	put(30, 1+be16(source, 30))
	return b
}

// assemble writes a TrueType file of the tables, with its check sums.
func assemble(tables map[string][]byte) []byte {
	var tags []string
	for tag := range tables {
		tags = append(tags, tag)
	}
	sort.Strings(tags)
	power, log := 1, 0
	for power*2 <= len(tags) {
		power, log = power*2, log+1
	}
	file := []byte{0, 1, 0, 0}
	for _, v := range []int{len(tags), power * 16, log, (len(tags) - power) * 16} {
		file = put16(file, v)
	}
	at, head := 12+16*len(tags), 0
	for _, tag := range tags {
		if tag == "head" {
			head = at
		}
		file = append(file, tag...)
		file = binary.BigEndian.AppendUint32(file, checksum(tables[tag]))
		file = binary.BigEndian.AppendUint32(file, uint32(at))
		file = binary.BigEndian.AppendUint32(file, uint32(len(tables[tag])))
		at += (len(tables[tag]) + 3) &^ 3
	}
	for _, tag := range tags {
		file = append(file, tables[tag]...)
		for len(file)%4 != 0 {
			file = append(file, 0)
		}
	}
	binary.BigEndian.PutUint32(file[head+8:], 0xB1B0AFBA-checksum(file))
	return file
}

func checksum(b []byte) uint32 {
	var sum uint32
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	var last [4]byte
	copy(last[:], b)
	return sum + binary.BigEndian.Uint32(last[:])
}
