package font

import (
	"strings"
	"testing"

	gofont "github.com/go-text/typesetting/font"
)

// TestOutline compares the extent of every glyph of three fonts with what another reader finds.
func TestOutline(t *testing.T) {
	for _, name := range []string{"NotoSans-Regular", "NotoNaskhArabic-Regular", "NotoNaskhArabic-Bold"} {
		p := Noto().byName()[name]
		if _, err := p.Metrics(); err != nil {
			t.Fatal(err)
		}
		if err := p.load(); err != nil {
			t.Fatal(err)
		}
		other, err := gofont.ParseTTF(strings.NewReader(p.data))
		if err != nil {
			t.Fatal(err)
		}
		for glyph := range p.glyphs.count {
			lines, err := p.Outline(uint16(glyph))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got := extent(lines)
			e, _ := other.GlyphExtents(gofont.GID(glyph))
			want := [4]int{int(e.XBearing), int(e.YBearing + e.Height), int(e.XBearing + e.Width), int(e.YBearing)}
			// The other reader gives the box of the glyph's header; that of its points is as large or larger.
			if len(lines) > 0 && (got[0] > want[0] || got[1] > want[1] || got[2] < want[2] || got[3] < want[3]) {
				t.Fatalf("%s: glyph %d stands in %v, want %v at least", name, glyph, got, want)
			}
		}
	}
}

func extent(lines [][]Point) [4]int {
	box := [4]int{1 << 20, 1 << 20, -1 << 20, -1 << 20}
	for _, line := range lines {
		for _, p := range line {
			box = [4]int{min(box[0], p.X), min(box[1], p.Y), max(box[2], p.X), max(box[3], p.Y)}
		}
	}
	return box
}

func FuzzOutline(f *testing.F) {
	p := Noto().byName()["NotoNaskhArabic-Regular"]
	if _, err := p.Metrics(); err != nil {
		f.Fatal(err)
	}
	for _, g := range []uint16{3, 19, 322, 769} {
		f.Add([]byte(p.glyphs.bytes(g)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// A glyph that may name itself as a part.
		loca := string([]byte{0, 0, 0, 0, byte(len(b) >> 24), byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))})
		g := glyphs{glyf: string(b), loca: loca, hmtx: "\x00\x00\x00\x00", count: 1, metrics: 1, long: true}
		lines, err := g.outline(0, 0)
		if err != nil && lines != nil {
			t.Error("an outline and an error")
		}
	})
}
