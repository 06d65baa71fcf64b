package pdf

import (
	"fmt"
	"slices"
	"unicode"

	"github.com/go-text/typesetting/harfbuzz"

	"comity/internal/engine/document/font"
)

// cluster is the smallest part of a text that has glyphs of its own: mostly one character and one glyph.
type cluster struct {
	start, end int  // in the text's characters
	run        *run // nil for the end of a line
	glyphs     []font.Glyph
	advance    int  // thousandths of a point
	space      bool // may hang over the end of a line
	hidden     bool // has no glyph: characters that steer breaking or joining
}

// run is a stretch of text in one face, level, script and span.
type run struct {
	face  font.Face
	size  int // thousandths of a point
	level uint8
	span  int
}

// clusters shapes the text and returns its clusters in reading order.
func (t *text) clusters(shaper *font.Shaper) ([]cluster, error) {
	var out []cluster
	for start := 0; start < len(t.runes); {
		if t.runes[start] == '\n' {
			out = append(out, cluster{start: start, end: start + 1, space: true, hidden: true})
			start++
			continue
		}
		end := start + 1
		for end < len(t.runes) && t.runes[end] != '\n' && t.same(start, end) {
			end++
		}
		var err error
		if out, err = t.shape(out, shaper, start, end); err != nil {
			return nil, fmt.Errorf("near %q: %w", t.near(start), err)
		}
		start = end
	}
	t.loosen(out)
	return out, nil
}

// loosen leaves a sixth of an em between Chinese characters and the Latin letters or digits beside them.
func (t *text) loosen(clusters []cluster) {
	for i := range clusters[:max(0, len(clusters)-1)] {
		c, next := &clusters[i], clusters[i+1]
		before, after := t.runes[c.end-1], t.runes[next.start]
		if c.run == nil || next.run == nil || c.run.level%2 == 1 {
			continue
		}
		if unicode.Is(unicode.Han, before) && latin(after) || latin(before) && unicode.Is(unicode.Han, after) {
			c.glyphs[len(c.glyphs)-1].Advance += 1000 / 6
			t.measure(c)
		}
	}
}

func latin(r rune) bool {
	return unicode.Is(unicode.Latin, r) || unicode.IsDigit(r)
}

func (t *text) same(i, k int) bool {
	return t.level[i] == t.level[k] && t.span[i] == t.span[k] && t.script[i] == t.script[k] && t.face[i] == t.face[k]
}

func (t *text) shape(out []cluster, shaper *font.Shaper, start, end int) ([]cluster, error) {
	r := &run{
		face: t.face[start], level: t.level[start], span: t.span[start],
		size: t.style.size * t.face[start].Scale / 100,
	}
	rtl := r.level%2 == 1
	glyphs, err := shaper.Shape(nil, t.runes, font.Run{
		Start: start, End: end, Program: r.face.Program, Script: t.script[start], Lang: t.lang(r.span), RightToLeft: rtl,
	})
	if err != nil {
		return nil, err
	}
	first := len(out)
	for i := 0; i < len(glyphs); {
		k := i
		for k < len(glyphs) && glyphs[k].Cluster == glyphs[i].Cluster {
			k++
		}
		out = append(out, cluster{start: glyphs[i].Cluster, run: r, glyphs: glyphs[i:k]})
		i = k
	}
	added := out[first:]
	if rtl {
		slices.Reverse(added)
	}
	added = ascending(added, rtl)
	out = append(out[:first], added...)
	added = out[first:]
	for i := range added {
		added[i].end = end
		if i+1 < len(added) {
			added[i].end = added[i+1].start
		}
		t.measure(&added[i])
	}
	return out, nil
}

// ascending joins a cluster that doesn't begin behind the one before it with that one: shaping may give the glyphs of a mark
// that stands before its letter (U+0600) in another order than the characters.
func ascending(list []cluster, rtl bool) []cluster {
	var out []cluster
	for _, c := range list {
		if len(out) == 0 || c.start > out[len(out)-1].start {
			out = append(out, c)
			continue
		}
		last := &out[len(out)-1]
		last.start = min(last.start, c.start)
		if rtl {
			last.glyphs = slices.Concat(c.glyphs, last.glyphs)
		} else {
			last.glyphs = slices.Concat(last.glyphs, c.glyphs)
		}
	}
	// A joined cluster may now begin before one that comes earlier: once more until all ascend.
	if len(out) < len(list) {
		return ascending(out, rtl)
	}
	return out
}

func (t *text) measure(c *cluster) {
	units := 0
	for _, g := range c.glyphs {
		units += g.Advance
	}
	c.advance = units * c.run.size / 1000
	c.space, c.hidden = true, true
	for _, r := range t.runes[c.start:c.end] {
		c.space = c.space && (r == ' ' || r == 0x3000)
		c.hidden = c.hidden && harfbuzz.IsDefaultIgnorable(r)
	}
}
