package font

import (
	"errors"
	"fmt"
)

// Point is a point of an outline, in thousandths of an em. Points that are not on the line pull it towards them, as
// the control points of quadratic curves; between two of them in a row stands an unwritten one on the line.
type Point struct {
	X, Y int
	On   bool
}

// maxNesting is how deep glyphs may be made of glyphs.
const maxNesting = 6

// Outline returns the closed lines that a glyph is made of, to be drawn as a picture and not as text. A space has none.
func (p *Program) Outline(glyph uint16) ([][]Point, error) {
	if err := p.load(); err != nil {
		return nil, err
	}
	lines, err := p.glyphs.outline(glyph, 0)
	if err != nil {
		return nil, fmt.Errorf("outline of glyph %d in font %s: %w", glyph, p.Name, err)
	}
	return lines, nil
}

var errCutShort = errors.New("the glyph is cut short")

func (g *glyphs) outline(glyph uint16, depth int) ([][]Point, error) {
	b := g.bytes(glyph)
	if len(b) == 0 {
		return nil, nil
	}
	if len(b) < 10 {
		return nil, errCutShort
	}
	if signed(b, 0) < 0 {
		return g.composite(b[10:], depth)
	}
	return simple(b[10:], signed(b, 0))
}

// composite puts together the outlines of a glyph's parts. Our fonts move parts and do not turn or scale them.
func (g *glyphs) composite(b string, depth int) ([][]Point, error) {
	if depth == maxNesting {
		return nil, errors.New("glyphs are nested too deep")
	}
	var out [][]Point
	for {
		if len(b) < 4 {
			return nil, errCutShort
		}
		flags := uint16(be16(b, 0))
		size := 4 + partSize(flags)
		if len(b) < size {
			return nil, errCutShort
		}
		if flags&argsAreXY == 0 || flags&(hasScale|hasXYScale|hasTwoByTwo) != 0 {
			return nil, errors.New("a part is not just moved")
		}
		dx, dy := int(int8(b[4])), int(int8(b[5]))
		if flags&argsAreWords != 0 {
			dx, dy = signed(b, 4), signed(b, 6)
		}
		part, err := g.outline(uint16(be16(b, 2)), depth+1)
		if err != nil {
			return nil, err
		}
		for _, line := range part {
			for i := range line {
				line[i].X += dx
				line[i].Y += dy
			}
			out = append(out, line)
		}
		if flags&moreParts == 0 {
			return out, nil
		}
		b = b[size:]
	}
}

// Flags of a point in a simple glyph (OpenType, table glyf).
const (
	onLine  = 0x01
	xShort  = 0x02
	yShort  = 0x04
	repeats = 0x08
	xSame   = 0x10 // or, when short, that the step is positive
	ySame   = 0x20
)

// simple reads the outline of a glyph of its own.
func simple(b string, contours int) ([][]Point, error) {
	if len(b) < 2*contours+2 {
		return nil, errCutShort
	}
	if contours == 0 {
		return nil, nil
	}
	n := be16(b, 2*contours-2) + 1
	ends := b[:2*contours]
	skip := 2*contours + 2 + be16(b, 2*contours) // past the hints
	if len(b) < skip {
		return nil, errCutShort
	}
	flags, b, err := pointFlags(b[skip:], n)
	if err != nil {
		return nil, err
	}
	xs, b, err := steps(b, flags, xShort, xSame)
	if err != nil {
		return nil, err
	}
	ys, _, err := steps(b, flags, yShort, ySame)
	if err != nil {
		return nil, err
	}
	var out [][]Point
	start := 0
	for i := range contours {
		end := be16(ends, 2*i) + 1
		if end < start || end > n {
			return nil, errors.New("the glyph's lines overlap")
		}
		line := make([]Point, 0, end-start)
		for k := start; k < end; k++ {
			line = append(line, Point{xs[k], ys[k], flags[k]&onLine != 0})
		}
		out = append(out, line)
		start = end
	}
	return out, nil
}

func pointFlags(b string, n int) ([]byte, string, error) {
	flags := make([]byte, 0, n)
	for len(flags) < n {
		if len(b) == 0 {
			return nil, "", errCutShort
		}
		f, times := b[0], 1
		b = b[1:]
		if f&repeats != 0 {
			if len(b) == 0 {
				return nil, "", errCutShort
			}
			times += int(b[0])
			b = b[1:]
		}
		for range min(times, n-len(flags)) {
			flags = append(flags, f)
		}
	}
	return flags, b, nil
}

// steps reads one coordinate of all points, each written as the step from the point before.
func steps(b string, flags []byte, short, same byte) ([]int, string, error) {
	out := make([]int, len(flags))
	at := 0
	for i, f := range flags {
		size := 2
		switch {
		case f&short != 0:
			size = 1
		case f&same != 0:
			size = 0
		}
		if len(b) < size {
			return nil, "", errCutShort
		}
		switch {
		case size == 2:
			at += signed(b, 0)
		case size == 1 && f&same != 0:
			at += int(b[0])
		case size == 1:
			at -= int(b[0])
		}
		b = b[size:]
		out[i] = at
	}
	return out, b, nil
}
