package font

import (
	"github.com/go-text/typesetting/harfbuzz"

	gofont "github.com/go-text/typesetting/font"
	gtlang "github.com/go-text/typesetting/language"

	"comity/internal/base/language"
)

// Glyph is a placed glyph; lengths are in thousandths of an em.
type Glyph struct {
	ID      uint16
	Cluster int // index of the first character that the glyph stands for
	Advance int // how far the pen moves
	DX, DY  int // where the glyph stands off the pen
}

// Shaper turns characters into glyphs. It belongs to one goroutine at a time; get one from [Set.Shaper] and give it
// back with [Set.Release].
type Shaper struct {
	fonts  map[*Program]*harfbuzz.Font
	buffer *harfbuzz.Buffer
}

// Shaper returns a shaper that nobody else uses.
func (s *Set) Shaper() *Shaper {
	if h, ok := s.shapers.Get().(*Shaper); ok {
		return h
	}
	return &Shaper{map[*Program]*harfbuzz.Font{}, harfbuzz.NewBuffer()}
}

// Release gives a shaper back.
func (s *Set) Release(h *Shaper) { s.shapers.Put(h) }

// Run is a stretch of a text in one face, script, language and direction.
type Run struct {
	Start, End  int // in the text
	Program     *Program
	Script      gtlang.Script
	Lang        language.Tag
	RightToLeft bool
}

// Shape appends to dst the glyphs of a run, in the order in which they stand from left to right. The text around the
// run is looked at, so that Arabic letters join over the end of a run.
func (h *Shaper) Shape(dst []Glyph, text []rune, run Run) ([]Glyph, error) {
	if err := run.Program.load(); err != nil {
		return dst, err
	}
	hb := h.fonts[run.Program]
	if hb == nil {
		hb = harfbuzz.NewFont(gofont.NewFace(run.Program.parsed))
		h.fonts[run.Program] = hb
	}
	b := h.buffer
	b.Clear()
	// A mark stays apart from the letter below it, so that each carries its own character.
	b.ClusterLevel = harfbuzz.MonotoneCharacters
	b.AddRunes(text, run.Start, run.End-run.Start)
	b.Props = harfbuzz.SegmentProperties{
		Language:  gtlang.NewLanguage(string(run.Lang)),
		Script:    run.Script,
		Direction: harfbuzz.LeftToRight,
	}
	if run.RightToLeft {
		b.Props.Direction = harfbuzz.RightToLeft
	}
	b.Shape(hb, nil)
	for i, info := range b.Info {
		pos := b.Pos[i]
		dst = append(dst, Glyph{
			ID:      uint16(info.Glyph),
			Cluster: info.Cluster,
			Advance: int(pos.XAdvance),
			DX:      int(pos.XOffset),
			DY:      int(pos.YOffset),
		})
	}
	return dst, nil
}
