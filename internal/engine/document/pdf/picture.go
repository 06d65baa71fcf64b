package pdf

import (
	"bytes"
	"fmt"
	"math"

	"comity/internal/engine/document"
)

// maxPicture is how high a picture may become: a page, less room for its caption.
const maxPicture = bottom - margin - 6*tableSize

// picture sets a drawing as wide as the text, or as high as a page. To a screen reader it is one figure that says its
// Alt (ISO 14289-1, 7.3).
func (s *setter) picture(p document.Picture) error {
	if err := p.Check(); err != nil {
		return err
	}
	d := p.Drawing
	scale := math.Min(float64(textWidth)/float64(d.Width), float64(maxPicture)/float64(d.Height))
	width, height := int(float64(d.Width)*scale), int(float64(d.Height)*scale)
	s.gap(blockGap)
	caption, err := s.pictureCaption(p.Caption)
	if err != nil {
		return err
	}
	above := 0
	if caption != nil {
		above = caption.height(0, len(caption.lines)) + cellPad
	}
	s.need(above + height)
	if caption != nil {
		s.row([]*cell{caption}, true, nil)
		s.y += cellPad
	}
	x := margin
	if s.rtl() {
		x = pageWidth - margin - width
	}
	e := s.root.child("Figure")
	e.alt = p.Alt
	e.attr = fmt.Sprintf("<</O/Layout/Placement/Block/BBox[%s %s %s %s]>>",
		pt(x), pt(pageHeight-s.y-height), pt(x+width), pt(pageHeight-s.y))
	easel := &easel{setter: s, element: e, x: x, y: s.y, scale: scale}
	for i, shape := range d.Shapes {
		if err := easel.shape(shape, d); err != nil {
			return fmt.Errorf("picture, shape %d: %w", i+1, err)
		}
	}
	easel.flush()
	s.y += height
	return nil
}

func (s *setter) pictureCaption(t document.Text) (*cell, error) {
	if len(t) == 0 {
		return nil, nil
	}
	st := s.style(tableSize)
	st.bold = true
	c, err := s.cell(t, st, s.rtl(), 0, textWidth, s.root.child("P"))
	if err != nil {
		return nil, fmt.Errorf("picture caption: %w", err)
	}
	return c, nil
}

// easel draws one picture on the page. Shapes are gathered until words stand between them, so that one thing lies over
// the other in the drawing's order.
type easel struct {
	*setter
	element *element
	x, y    int // of the picture's upper left corner, from the top of the page
	scale   float64
	drawn   bytes.Buffer
}

func (e *easel) shape(s document.Shape, d *document.Drawing) error {
	switch s := s.(type) {
	case document.Area:
		e.painted(s.Paint, document.ExtentOf(s.Rings), func() { e.rings(s.Rings) })
	case document.Circle:
		e.painted(s.Paint, s.Extent(), func() { e.circle(s) })
	case document.Words:
		return e.words(s, d)
	}
	return nil
}

// at returns a place of the drawing on the page, in thousandths of a point from its lower left.
func (e *easel) at(x, y float64) (int, int) {
	return e.x + int(math.Round(x*e.scale)), pageHeight - e.y - int(math.Round(y*e.scale))
}

func (e *easel) point(x, y float64, operator string) {
	px, py := e.at(x, y)
	fmt.Fprintf(&e.drawn, "%s %s %s\n", pt(px), pt(py), operator)
}

func (e *easel) length(n int) string { return pt(int(math.Round(float64(n) * e.scale))) }

func (e *easel) rings(rings [][]document.Point) {
	for _, r := range rings {
		for i, p := range r {
			operator := "l"
			if i == 0 {
				operator = "m"
			}
			e.point(float64(p.X), float64(p.Y), operator)
		}
		e.drawn.WriteString("h\n")
	}
}

// circle draws four curves; kappa makes a cubic curve the nearest to a quarter of a circle.
func (e *easel) circle(c document.Circle) {
	const kappa = 0.5522847
	x, y, r := float64(c.Centre.X), float64(c.Centre.Y), float64(c.Radius)
	e.point(x+r, y, "m")
	for _, q := range [4][2]float64{{0, 1}, {-1, 0}, {0, -1}, {1, 0}} { // where each quarter ends
		from := [2]float64{q[1], -q[0]}
		for i, p := range [3][2]float64{
			{from[0] + kappa*q[0], from[1] + kappa*q[1]}, {q[0] + kappa*from[0], q[1] + kappa*from[1]}, q,
		} {
			px, py := e.at(x+r*p[0], y+r*p[1])
			fmt.Fprintf(&e.drawn, "%s %s ", pt(px), pt(py))
			if i == 2 {
				e.drawn.WriteString("c\n")
			}
		}
	}
	e.drawn.WriteString("h\n")
}

// painted draws a path as often as its paint wants: filled, under the lines of a hatch, with a border.
func (e *easel) painted(p document.Paint, box document.Extent, path func()) {
	b := &e.drawn
	b.WriteString("q\n")
	if p.Fill != "" {
		fmt.Fprintf(b, "%s rg\n", rgb(p.Fill))
		path()
		b.WriteString("f*\n")
	}
	if p.Hatch != 0 {
		b.WriteString("q\n")
		path()
		fmt.Fprintf(b, "W* n\n%s RG %s w\n", rgb(p.Ink), e.length(document.HatchThick))
		for _, l := range p.Hatch.Lines(box) {
			e.point(l[0], l[1], "m")
			e.point(l[2], l[3], "l")
		}
		b.WriteString("S\nQ\n")
	}
	if p.Line != "" && p.Thick > 0 {
		fmt.Fprintf(b, "%s RG %s w 1 j\n", rgb(p.Line), e.length(p.Thick))
		if p.Dashed {
			fmt.Fprintf(b, "[%s] 0 d\n", e.length(3*p.Thick))
		}
		path()
		b.WriteString("S\n")
	}
	b.WriteString("Q\n")
}

func rgb(c document.Colour) string {
	r, g, b := c.RGB()
	part := func(v float64) string { return pt(int(math.Round(v * 1000))) }
	return part(r) + " " + part(g) + " " + part(b)
}

// flush puts what is drawn so far on the page.
func (e *easel) flush() {
	if e.drawn.Len() == 0 {
		return
	}
	p := e.page()
	p.items = append(p.items, item{mark: p.mark(e.element), x: e.x, y: e.y, drawn: bytes.Clone(e.drawn.Bytes())})
	e.drawn.Reset()
}

// words sets a line of the drawing with its baseline where the drawing has it.
func (e *easel) words(w document.Words, d *document.Drawing) error {
	st := style{size: int(float64(w.Size) * e.scale), bold: w.Bold, lang: d.Lang}
	t, err := newText(e.fonts, document.T(w.Text), st)
	if err != nil {
		return err
	}
	lines, err := e.fill(t, 100*pageWidth)
	if err != nil {
		return err
	}
	e.flush()
	l := lines[0]
	x := e.x + int(float64(w.At.X)*e.scale)
	switch {
	case w.Align == document.Centre:
		x -= l.width / 2
	case (w.Align == document.End) != st.rtl():
		x -= l.width
	}
	y := e.y + int(float64(w.At.Y)*e.scale)
	p := e.page()
	for i := range l.pieces {
		p.items = append(p.items, item{mark: p.mark(e.element), x: x + l.pieces[i].x, y: y, piece: &l.pieces[i], colour: w.Colour})
	}
	return nil
}
