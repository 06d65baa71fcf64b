// Package svg writes a drawing as SVG, for a page of the product or a file of its own.
//
// The same drawing gives the same bytes. Everything is in presentation attributes: the pages' security policy allows no
// style within them. Start with [Write].
package svg

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/language"
	"comity/internal/engine/document"
)

// fonts are those of the pages; as an image of its own an SVG loads none.
const fonts = "Noto Sans, Noto Sans SC, Noto Naskh Arabic, Segoe UI, Arial, sans-serif"

// Write returns the drawing as a whole SVG file, UTF-8.
func Write(d *document.Drawing) []byte {
	w := &writer{rtl: d.Lang.Direction() == language.RightToLeft}
	w.raw(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" xml:lang="%s" fill-rule="evenodd" font-family="%s"`,
		d.Width, d.Height, escape(string(d.Lang)), fonts)
	if w.rtl {
		w.raw(` direction="rtl"`)
	}
	w.raw(">\n<title>%s</title>\n<desc>%s</desc>\n", escape(d.Title), escape(d.Desc))
	w.patterns(d.Shapes)
	for _, s := range d.Shapes {
		w.shape(s)
	}
	w.raw("</svg>\n")
	return []byte(w.b.String())
}

type writer struct {
	b   strings.Builder
	rtl bool
}

func (w *writer) raw(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

func escape(s string) string { return html.EscapeString(s) }

// shape writes what an area is filled with, and once more the hatch that lies over it.
func (w *writer) shape(s document.Shape) {
	switch s := s.(type) {
	case document.Area:
		w.painted(s.Paint, s.Label, `path d="`+path(s.Rings)+`"`)
	case document.Circle:
		w.painted(s.Paint, s.Label, fmt.Sprintf(`circle cx="%d" cy="%d" r="%d"`, s.Centre.X, s.Centre.Y, s.Radius))
	case document.Words:
		w.words(s)
	}
}

func (w *writer) painted(p document.Paint, label, element string) {
	fill := "none"
	if p.Fill != "" {
		fill = string(p.Fill)
	}
	if p.Hatch != 0 {
		fill = "url(#" + patternID(p) + ")"
	}
	w.raw(`<%s fill="%s"`, element, fill)
	if p.Line != "" && p.Thick > 0 {
		w.raw(` stroke="%s" stroke-width="%d"`, p.Line, p.Thick)
		if p.Dashed {
			w.raw(` stroke-dasharray="%d"`, 3*p.Thick)
		}
	}
	if label == "" {
		w.raw("/>\n")
		return
	}
	w.raw("><title>%s</title></%s>\n", escape(label), element[:strings.IndexByte(element, ' ')])
}

func (w *writer) words(s document.Words) {
	w.raw(`<text x="%d" y="%d" font-size="%d"`, s.At.X, s.At.Y, s.Size)
	switch s.Align { // of the direction: "end" is the left in Arabic
	case document.End:
		w.raw(` text-anchor="end"`)
	case document.Centre:
		w.raw(` text-anchor="middle"`)
	}
	if s.Bold {
		w.raw(` font-weight="700"`)
	}
	if s.Colour != "" {
		w.raw(` fill="%s"`, s.Colour)
	}
	w.raw(">%s</text>\n", escape(s.Text))
}

// path writes rings with the shortest commands: the first point in full, the others as steps.
func path(rings [][]document.Point) string {
	var b strings.Builder
	for _, r := range rings {
		for i, p := range r {
			switch i {
			case 0:
				fmt.Fprintf(&b, "M%d %d", p.X, p.Y)
			case 1:
				b.WriteByte('l')
				fallthrough
			default:
				step(&b, p.X-r[i-1].X, i > 1)
				step(&b, p.Y-r[i-1].Y, true)
			}
		}
		b.WriteByte('z')
	}
	return b.String()
}

// step writes a number; a minus sets it apart by itself.
func step(b *strings.Builder, n int, apart bool) {
	if apart && n >= 0 {
		b.WriteByte(' ')
	}
	b.WriteString(strconv.Itoa(n))
}

// patterns defines each hatch that the shapes use, with the fill that lies under it.
func (w *writer) patterns(shapes []document.Shape) {
	uses := map[string]document.Paint{}
	for _, s := range shapes {
		switch s := s.(type) {
		case document.Area:
			uses[patternID(s.Paint)] = s.Paint
		case document.Circle:
			uses[patternID(s.Paint)] = s.Paint
		}
	}
	delete(uses, "")
	ids := make([]string, 0, len(uses))
	for id := range uses {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		w.pattern(id, uses[id])
	}
}

func patternID(p document.Paint) string {
	if p.Hatch == 0 {
		return ""
	}
	return fmt.Sprintf("h%d%s%s", p.Hatch, strings.TrimPrefix(string(p.Fill), "#"), strings.TrimPrefix(string(p.Ink), "#"))
}

func (w *writer) pattern(id string, p document.Paint) {
	const n = document.HatchStep
	w.raw(`<pattern id="%s" width="%d" height="%d" patternUnits="userSpaceOnUse">`, id, n, n)
	if p.Fill != "" {
		w.raw(`<path fill="%s" d="M0 0h%dv%dh-%dz"/>`, p.Fill, n, n, n)
	}
	d := ""
	for _, l := range []struct {
		hatch document.Hatch
		path  string
	}{
		// The slanted lines go over the corners, so that tiles join without gaps.
		{document.Rising, fmt.Sprintf("M-3 3L3-3M0 %dL%d 0M%d %dL%d %d", n, n, n-3, n+3, n+3, n-3)},
		{document.Falling, fmt.Sprintf("M-3 %dL3 %dM0 0L%d %dM%d-3L%d 3", n-3, n+3, n, n, n-3, n+3)},
		{document.Level, fmt.Sprintf("M0 %dH%d", n/2, n)},
		{document.Upright, fmt.Sprintf("M%d 0V%d", n/2, n)},
	} {
		if p.Hatch&l.hatch != 0 {
			d += l.path
		}
	}
	w.raw(`<path fill="none" stroke="%s" stroke-width="%d" d="%s"/></pattern>`+"\n", p.Ink, document.HatchThick, d)
}
