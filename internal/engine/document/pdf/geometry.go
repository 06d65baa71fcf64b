package pdf

import (
	"fmt"
	"strings"

	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
)

// Geometry lays the document out and returns what stands where, for tests that compare layouts: a line for each page,
// and below it one for each piece of text and each rule, in reading order. A piece has the distance of its baseline
// from the top of the page, its left end, its width (in points), what it belongs to, the font with its size, and its
// characters from left to right as the eye meets them, whatever their direction.
func Geometry(d *document.Doc, fonts *font.Set) (string, error) {
	s, err := setDoc(d, fonts)
	if err != nil {
		return "", fmt.Errorf("lay out: %w", err)
	}
	var b strings.Builder
	for _, p := range s.pages {
		fmt.Fprintf(&b, "page %d\n", p.number+1)
		for _, it := range p.items {
			fmt.Fprintf(&b, "%8s %7s ", pt(it.y), pt(it.x))
			if it.drawn != nil {
				fmt.Fprintf(&b, "%7d bytes drawn for %s\n", len(it.drawn), it.mark)
				continue
			}
			if it.piece == nil {
				fmt.Fprintf(&b, "%7s rule\n", pt(it.width))
				continue
			}
			width, text := 0, ""
			for _, set := range it.piece.sets {
				width += set.advance
				text += set.text
			}
			size := it.piece.run.size
			fmt.Fprintf(&b, "%7s %s %s %s %q\n", pt(width*size/1000), it.mark, it.piece.run.face.Program.Name, pt(size), text)
		}
	}
	return b.String(), nil
}

// String names what the mark belongs to.
func (m mark) String() string {
	if m.element == nil {
		return "artifact"
	}
	return m.element.kind
}
