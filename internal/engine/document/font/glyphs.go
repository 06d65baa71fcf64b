package font

import "errors"

// glyphs finds the outlines and widths in a font file without reading them all.
type glyphs struct {
	glyf, loca, hmtx string
	count, metrics   int // glyphs; glyphs with a width of their own
	long             bool
}

func newGlyphs(tables map[string]string) (glyphs, error) {
	g := glyphs{
		glyf: tables["glyf"], loca: tables["loca"], hmtx: tables["hmtx"],
		count:   be16(tables["maxp"], 4),
		metrics: be16(tables["hhea"], 34),
		long:    be16(tables["head"], 50) == 1,
	}
	size := 2
	if g.long {
		size = 4
	}
	if g.count == 0 || len(g.loca) < (g.count+1)*size {
		return glyphs{}, errors.New("table \"loca\" is cut short")
	}
	if g.metrics == 0 || len(g.hmtx) < g.metrics*4 {
		return glyphs{}, errors.New("table \"hmtx\" is cut short")
	}
	return g, nil
}

// bytes returns a glyph's entry in the table glyf; it is empty for a glyph without an outline or beyond the font.
func (g *glyphs) bytes(glyph uint16) string {
	i := int(glyph)
	if i >= g.count {
		return ""
	}
	from, to := 2*be16OrZero(g.loca, 2*i), 2*be16OrZero(g.loca, 2*i+2)
	if g.long {
		from, to = int(be32(g.loca, 4*i)), int(be32(g.loca, 4*i+4))
	}
	if from >= to || to > len(g.glyf) {
		return ""
	}
	return g.glyf[from:to]
}

func be16OrZero(s string, at int) int {
	if at+2 > len(s) {
		return 0
	}
	return be16(s, at)
}

func (g *glyphs) advance(glyph uint16) int {
	i := int(glyph)
	if i >= g.metrics {
		i = g.metrics - 1
	}
	return be16(g.hmtx, 4*i)
}
