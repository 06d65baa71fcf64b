package raster

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"math"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
)

func box(x0, y0, x1, y1 int) []document.Point {
	return []document.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

func drawn(t testing.TB, width int, d *document.Drawing) image.Image {
	t.Helper()
	b, err := PNG(d, font.Noto(), width)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// ink is how much of a picture is black, in pixels.
func ink(img image.Image) float64 {
	sum := 0.0
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			g, _, _, _ := img.At(x, y).RGBA()
			sum += 1 - float64(g)/0xffff
		}
	}
	return sum
}

// TestAreasCoverWhatTheyAre: the ink of a shape is its area, at any scale and on any fraction of a pixel.
func TestAreasCoverWhatTheyAre(t *testing.T) {
	black := document.Paint{Fill: "#000000"}
	hole := box(30, 30, 50, 40)
	hole[1], hole[3] = hole[3], hole[1] // turns the other way around
	for name, c := range map[string]struct {
		shape document.Shape
		area  float64 // in square units
	}{
		"a box":            {document.Area{Rings: [][]document.Point{box(11, 13, 57, 61)}, Paint: black}, 46 * 48},
		"a box turned":     {document.Area{Rings: [][]document.Point{{{X: 50, Y: 10}, {X: 90, Y: 50}, {X: 50, Y: 90}, {X: 10, Y: 50}}}, Paint: black}, 3200},
		"a slanted sliver": {document.Area{Rings: [][]document.Point{{{X: 5, Y: 50}, {X: 95, Y: 53}, {X: 95, Y: 55}}}, Paint: black}, 90},
		"a hole":           {document.Area{Rings: [][]document.Point{box(10, 10, 60, 60), hole}, Paint: black}, 2300},
		"a circle":         {document.Circle{Centre: document.Point{X: 50, Y: 50}, Radius: 30, Paint: black}, math.Pi * 900},
		"beyond the edge":  {document.Area{Rings: [][]document.Point{box(-50, -50, 40, 40)}, Paint: black}, 1600},
		"a border":         {document.Area{Rings: [][]document.Point{box(20, 20, 80, 80)}, Paint: document.Paint{Line: "#000000", Thick: 4}}, 4*60*4 - 4*4/2},
		"a dashed border":  {document.Area{Rings: [][]document.Point{box(20, 20, 80, 80)}, Paint: document.Paint{Line: "#000000", Thick: 4, Dashed: true}}, 480},
		"a hatch":          {document.Area{Rings: [][]document.Point{box(0, 0, 96, 96)}, Paint: document.Paint{Hatch: document.Level, Ink: "#000000"}}, 96 * 96 * 3 / 12},
		"a slanted hatch":  {document.Area{Rings: [][]document.Point{box(0, 0, 96, 96)}, Paint: document.Paint{Hatch: document.Rising, Ink: "#000000"}}, 96 * 96 * 3 * math.Sqrt2 / 12},
	} {
		for _, width := range []int{100, 173, 400} {
			d := &document.Drawing{Lang: language.English, Width: 100, Height: 100, Shapes: []document.Shape{c.shape}}
			scale := float64(width) / 100
			got := ink(drawn(t, width, d)) / scale / scale
			if math.Abs(got-c.area) > 0.02*c.area+4 {
				t.Errorf("%s, %d pixels wide, covers %.1f, want %.1f", name, width, got, c.area)
			}
		}
	}
}

// TestWordsStandWhereTheyBelong: from their place on in English, up to it in Arabic, around it when centred.
func TestWordsStandWhereTheyBelong(t *testing.T) {
	extent := func(lang language.Tag, text string, align document.Align, bold bool) (x0, x1 int, dark float64) {
		d := &document.Drawing{Lang: lang, Width: 400, Height: 60, Shapes: []document.Shape{
			document.Words{At: document.Point{X: 200, Y: 40}, Text: text, Size: 20, Align: align, Bold: bold, Colour: "#000000"},
		}}
		img := drawn(t, 400, d)
		x0, x1 = 400, 0
		for y := range 60 {
			for x := range 400 {
				if g, _, _, _ := img.At(x, y).RGBA(); g < 0x8000 {
					x0, x1 = min(x0, x), max(x1, x)
				}
			}
		}
		return x0, x1, ink(img)
	}
	for _, c := range []struct {
		lang  language.Tag
		text  string
		align document.Align
		left  bool
		right bool
	}{
		{"en", "States", document.Start, false, true}, {"en", "States", document.End, true, false},
		{"ar", "الدول", document.Start, true, false}, {"ar", "الدول", document.End, false, true},
		{"zh", "国家", document.Centre, true, true}, {"ru", "Государства", document.Centre, true, true},
	} {
		x0, x1, _ := extent(c.lang, c.text, c.align, false)
		if (x0 < 195) != c.left || (x1 > 205) != c.right {
			t.Errorf("%s %q: from %d to %d, want left of 200: %v, right of it: %v", c.lang, c.text, x0, x1, c.left, c.right)
		}
	}
	for lang, text := range map[language.Tag]string{"en": "States", "zh": "国家", "ar": "الدول"} {
		_, _, regular := extent(lang, text, document.Start, false)
		_, _, bold := extent(lang, text, document.Start, true)
		if regular < 30 || bold < regular*1.1 {
			t.Errorf("%s: regular words have %.0f pixels of ink and bold ones %.0f, want some and clearly more", lang, regular, bold)
		}
	}
}

func TestTooLargeIsRefused(t *testing.T) {
	for _, d := range []*document.Drawing{{Width: 10, Height: 100_000}, {Width: 0, Height: 10}} {
		if _, err := PNG(d, font.Noto(), 1000); !errors.Is(err, errs.Invalid) {
			t.Errorf("%d by %d: %v, want it refused", d.Width, d.Height, err)
		}
	}
}
