package pdf

import (
	"bytes"
	"fmt"

	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
)

const (
	watermarkSize  = 72000
	watermarkWidth = 700000 // how much of the page's diagonal it may take
)

// watermark draws the notice of an exercise across the page, in light grey from the lower left to the upper right. It
// is a picture, not text: whoever copies or searches a letter does not find it between the lines.
func (s *setter) watermark() ([]byte, error) {
	if s.doc.Exercise == "" {
		return nil, nil
	}
	// Its glyphs are not among those of the document's fonts.
	apart := &setter{doc: s.doc, fonts: s.fonts, shaper: s.shaper, subsets: subsets{of: map[*font.Program]*subset{}}}
	l, err := apart.watermarkLine()
	if err != nil {
		return nil, fmt.Errorf("watermark: %w", err)
	}
	var b bytes.Buffer
	// cos and sin of the page's diagonal, 54.7 degrees
	fmt.Fprintf(&b, "0.9 g 0.9 G 0.578 0.816 -0.816 0.578 %s %s cm\n", pt(pageWidth/2), pt(pageHeight/2))
	for _, p := range l.pieces {
		drawings := apart.subsets.of[p.run.face.Program].drawings
		for _, set := range p.sets {
			for _, part := range drawings[set.code-1].Parts {
				if err := drawPart(&b, p.run, part, set.x-l.width/2); err != nil {
					return nil, fmt.Errorf("watermark: %w", err)
				}
			}
		}
	}
	return b.Bytes(), nil
}

// watermarkLine sets the notice on one line, as large as the diagonal allows.
func (s *setter) watermarkLine() (line, error) {
	st := style{size: watermarkSize, bold: true, lang: s.doc.Lang}
	for {
		t, err := newText(s.fonts, document.T(s.doc.Exercise), st)
		if err != nil {
			return line{}, err
		}
		lines, err := s.fill(t, 1000*watermarkWidth)
		if err != nil {
			return line{}, err
		}
		w := lines[0].width
		if w <= watermarkWidth || st.size <= smallSize {
			return lines[0], nil
		}
		st.size = max(smallSize, st.size*(watermarkWidth/1000)/(w/1000)-1)
	}
}

// drawPart draws one glyph with its pen at x, its middle about on the line y = 0.
func drawPart(b *bytes.Buffer, r *run, part font.Part, x int) error {
	lines, err := r.face.Program.Outline(part.Glyph)
	if err != nil {
		return err
	}
	at := func(p font.Point) (int, int) {
		return x + (p.X+part.DX)*r.size/1000, (p.Y+part.DY)*r.size/1000 - r.size/3
	}
	for _, l := range lines {
		drawLine(b, l, at)
	}
	switch {
	case len(lines) == 0:
	case r.face.Stroke > 0:
		fmt.Fprintf(b, "%s w B\n", pt(r.face.Stroke*r.size/1000))
	default:
		b.WriteString("f\n")
	}
	return nil
}

// drawLine draws a closed line of quadratic curves as the cubic ones that PDF has.
func drawLine(b *bytes.Buffer, l []font.Point, at func(font.Point) (int, int)) {
	l = explicit(l)
	if len(l) == 0 {
		return
	}
	x0, y0 := at(l[0])
	fmt.Fprintf(b, "%s %s m\n", pt(x0), pt(y0))
	for i := 1; i <= len(l); i++ {
		x, y := at(l[i%len(l)])
		if l[i%len(l)].On {
			fmt.Fprintf(b, "%s %s l\n", pt(x), pt(y))
			x0, y0 = x, y
			continue
		}
		i++
		x1, y1 := at(l[i%len(l)])
		fmt.Fprintf(b, "%s %s %s %s %s %s c\n", pt(x0+(x-x0)*2/3), pt(y0+(y-y0)*2/3), pt(x1+(x-x1)*2/3), pt(y1+(y-y1)*2/3), pt(x1), pt(y1))
		x0, y0 = x1, y1
	}
	b.WriteString("h\n")
}

// explicit writes the points on the line that stand unwritten between two others, and begins with a point on the line.
func explicit(l []font.Point) []font.Point {
	var out []font.Point
	for i, p := range l {
		before := l[(i+len(l)-1)%len(l)]
		if !p.On && !before.On {
			out = append(out, font.Point{X: (p.X + before.X) / 2, Y: (p.Y + before.Y) / 2, On: true})
		}
		out = append(out, p)
	}
	for i, p := range out {
		if p.On {
			return append(out[i:len(out):len(out)], out[:i]...)
		}
	}
	return nil
}
