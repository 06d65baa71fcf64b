package pdf

import (
	"fmt"

	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
)

// Outline is a line of words as the closed curves of its letters, for a picture that carries no fonts. Places are in
// thousandths of the size's unit, from the left end of the baseline, Y upwards. Curves begin with a point on the line,
// and no two control points follow each other.
type Outline struct {
	Curves [][]font.Point
	Width  int
	Stroke int // thickness of the line drawn around each letter to make it bold; 0 for none
}

// Outlines sets words on one line as a PDF of ours has them; size is in thousandths of a unit.
func Outlines(fonts *font.Set, words string, lang language.Tag, size int, bold bool) (Outline, error) {
	s := &setter{fonts: fonts, shaper: fonts.Shaper(), subsets: subsets{of: map[*font.Program]*subset{}}}
	defer fonts.Release(s.shaper)
	t, err := newText(fonts, document.T(words), style{size: size, bold: bold, lang: lang})
	if err != nil {
		return Outline{}, fmt.Errorf("outline of %q: %w", words, err)
	}
	lines, err := s.fill(t, 1<<40)
	if err != nil {
		return Outline{}, fmt.Errorf("outline of %q: %w", words, err)
	}
	out := Outline{Width: lines[0].width}
	for _, p := range lines[0].pieces {
		drawings := s.subsets.of[p.run.face.Program].drawings
		for _, set := range p.sets {
			for _, part := range drawings[set.code-1].Parts {
				if err := out.letter(p.run, part, set.x); err != nil {
					return Outline{}, fmt.Errorf("outline of %q: %w", words, err)
				}
			}
		}
	}
	return out, nil
}

// letter adds one glyph with its pen at x.
func (o *Outline) letter(r *run, part font.Part, x int) error {
	curves, err := r.face.Program.Outline(part.Glyph)
	if err != nil {
		return err
	}
	o.Stroke = max(o.Stroke, r.face.Stroke*r.size/1000)
	for _, c := range curves {
		c = explicit(c)
		placed := make([]font.Point, len(c))
		for i, p := range c {
			placed[i] = font.Point{X: x + (p.X+part.DX)*r.size/1000, Y: (p.Y + part.DY) * r.size / 1000, On: p.On}
		}
		if len(placed) > 0 {
			o.Curves = append(o.Curves, placed)
		}
	}
	return nil
}
