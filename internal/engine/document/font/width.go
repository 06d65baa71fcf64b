package font

import (
	gtlang "github.com/go-text/typesetting/language"
)

// unknownWidth is taken for a character that no face has, in thousandths of an em.
const unknownWidth = 600

// Width returns how wide a text is on one line, in thousandths of its size. It is for leaving room: where another
// program sets the text, with fonts of its own, the width differs by a few parts in a hundred.
func (s *Set) Width(text string, want Want) (int, error) {
	h := s.Shaper()
	defer s.Release(h)
	runes := []rune(text)
	width := 0
	var glyphs []Glyph
	for start := 0; start < len(runes); {
		face, ok, err := s.Choose(want, runes[start:start+1])
		if err != nil {
			return 0, err
		}
		end := start + 1
		if !ok {
			width += unknownWidth
			start = end
			continue
		}
		script := gtlang.LookupScript(runes[start])
		for end < len(runes) {
			next, ok, err := s.Choose(want, runes[end:end+1])
			if err != nil {
				return 0, err
			}
			if !ok || next != face {
				break
			}
			if sc := gtlang.LookupScript(runes[end]); sc.Strong() {
				if script.Strong() && sc != script {
					break
				}
				script = sc
			}
			end++
		}
		glyphs, err = h.Shape(glyphs[:0], runes, Run{
			Start: start, End: end, Program: face.Program, Script: script, Lang: want.Lang, RightToLeft: script == gtlang.Arabic,
		})
		if err != nil {
			return 0, err
		}
		for _, g := range glyphs {
			width += g.Advance * face.Scale / 100
		}
		start = end
	}
	return width, nil
}
