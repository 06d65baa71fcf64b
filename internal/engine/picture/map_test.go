package picture_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
	"comity/internal/engine/document/raster"
	"comity/internal/engine/document/svg"
	"comity/internal/engine/picture"
)

var six = []language.Tag{language.Arabic, language.Chinese, language.English, language.French, language.Russian, language.Spanish}

// TestMapShowsEveryState is criterion D1: all 193 members and both observers are seen, each as an area that is large
// enough or by a circle, and no circle covers another.
func TestMapShowsEveryState(t *testing.T) {
	members, observers := states(t)
	if len(members) != 193 || len(observers) != 2 {
		t.Fatalf("%d members and %d observers in the list of countries, want 193 and 2", len(members), len(observers))
	}
	d := draw(t, spec(t, language.English))
	size, circles := map[string]int{}, []document.Circle(nil)
	for _, s := range d.Shapes {
		switch s := s.(type) {
		case document.Area:
			for _, r := range s.Rings {
				size[s.Label] += surface(r)
			}
		case document.Circle:
			if s.Label != "" {
				circles = append(circles, s)
				size[s.Label] += int(3 * s.Radius * s.Radius)
			}
		}
	}
	for _, c := range slices.Concat(members, observers) {
		if got := size[c.Short(language.English)]; got < 30 {
			t.Errorf("%s takes %d square units, want 30 or more (a circle has 192)", c.Short(language.English), got)
		}
	}
	for i, a := range circles {
		for _, b := range circles[i+1:] {
			if dist := math.Hypot(float64(a.Centre.X-b.Centre.X), float64(a.Centre.Y-b.Centre.Y)); dist < float64(a.Radius+b.Radius) {
				t.Errorf("the circles of %s and %s are %.1f apart, want %d", a.Label, b.Label, dist, a.Radius+b.Radius)
			}
		}
		if a.Centre.X < a.Radius || a.Centre.X > d.Width-a.Radius {
			t.Errorf("the circle of %s is at %v, off the drawing", a.Label, a.Centre)
		}
	}
}

func surface(r []document.Point) int {
	a := 0
	for i, p := range r {
		q := r[(i+1)%len(r)]
		a += p.X*q.Y - q.X*p.Y
	}
	return max(a, -a) / 2
}

// TestTableListsEveryState is the other half of D1 and D2: the table beside the map names all 195, in six languages, in the
// order of each, with what the map shows of them.
func TestTableListsEveryState(t *testing.T) {
	for _, tag := range six {
		s := spec(t, tag)
		c := catalog(t)
		fra := s.Areas["FRA"]
		fra.Text, fra.Answered = "77.8 %", true
		s.Areas["FRA"] = fra
		table := s.Table(c.Get(tag), c.Countries(), "%")
		others := 0
		for code, v := range s.Areas {
			if k, _ := c.Country(code); v.Answered && k.Member == language.NotUN {
				others++
			}
		}
		if got, want := len(table.Rows), 195+others; got != want {
			t.Errorf("%s: the table has %d rows, want the 195 States and the %d others that have answered", tag, got, others)
		}
		found := false
		for _, r := range table.Rows {
			if strings.TrimSpace(r[0].String()) == "" || r[1].String() == "" && r[2].String() == "" {
				t.Errorf("%s: a row is empty: %v", tag, r)
			}
			if k, _ := c.Country("FRA"); r[0].String() == k.Short(tag) {
				found = r[1].String() == "77.8 %" && r[2].String() == s.Answered
			}
		}
		if !found {
			t.Errorf("%s: France isn't listed with its number and its response", tag)
		}
	}
}

// TestMapNamesStatesInSixLanguages is criterion D2: no area of the map is without a name in any of the six languages.
func TestMapNamesStatesInSixLanguages(t *testing.T) {
	members, observers := states(t)
	for _, tag := range six {
		s := spec(t, tag)
		for _, c := range slices.Concat(members, observers) {
			if name := s.Areas[c.ISO3].Label; strings.TrimSpace(name) == "" {
				t.Errorf("%s has no name in %s", c.ISO3, tag)
			}
		}
		text := string(svg.Write(draw(t, s)))
		for _, code := range []string{"CIV", "TUR", "VCT", "FRA"} {
			if want := "<title>" + strings.NewReplacer("'", "&#39;").Replace(s.Areas[code].Label) + "</title>"; !strings.Contains(text, want) {
				t.Errorf("the map in %s lacks %s", tag, want)
			}
		}
	}
}

// TestMapColoursNothingWithoutCode is criterion D3: what has no code stays without colour, and the sentence that
// boundaries imply nothing stands on the map in the reader's language, or there is no map.
func TestMapColoursNothingWithoutCode(t *testing.T) {
	s := spec(t, language.English)
	uncoded := 0
	for _, p := range drawn(draw(t, s))[""] {
		if p.Dashed {
			uncoded++
			if p.Fill != "" || p.Hatch != 0 {
				t.Errorf("an area without a code is painted %+v, want a line alone", p)
			}
		}
	}
	if uncoded < 5 {
		t.Errorf("%d areas without a code are drawn, want the 4 of the base map and the legend's at least", uncoded)
	}
	seen := map[string]bool{}
	for _, tag := range six {
		s := spec(t, tag)
		seen[s.Disclaimer] = true
		if got := words(draw(t, s)); !strings.Contains(got, strings.ReplaceAll(s.Disclaimer, " ", "")) {
			t.Errorf("the map in %s says %q, want its disclaimer %q", tag, got, s.Disclaimer)
		}
	}
	if len(seen) != len(six) {
		t.Errorf("%d different disclaimers, want %d", len(seen), len(six))
	}
	s.Disclaimer = ""
	if _, err := maker(t).Map(s); !errors.Is(err, errs.Invalid) {
		t.Errorf("a map without a disclaimer: %v, want it refused", err)
	}
}

// words returns all that is written in a drawing, without spaces, as lines break at them.
func words(d *document.Drawing) string {
	var all strings.Builder
	for _, s := range d.Shapes {
		if w, ok := s.(document.Words); ok {
			all.WriteString(strings.ReplaceAll(w.Text, " ", ""))
		}
	}
	return all.String()
}

// TestMapIsSmall is criterion D4: 80 kB compressed, in every language, with a name at each area.
func TestMapIsSmall(t *testing.T) {
	for _, tag := range six {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(svg.Write(draw(t, spec(t, tag)))); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 30_000 {
			t.Errorf("the map in %s has %d bytes compressed, want 30000 at most of the 80000 allowed", tag, b.Len())
		}
	}
}

// TestMapIsReadInGrey is criterion D5: in grey, a State that has answered is told from one that hasn't by its hatch and
// border alone, and a higher class is always darker.
func TestMapIsReadInGrey(t *testing.T) {
	s := spec(t, language.English)
	s.Areas = map[string]picture.Value{}
	numbers := []float64{10, 30, 50, 70, 90}
	countries := []string{"FRA", "BRA", "IND", "KEN", "AUS"}
	paints := func(answered bool) (out []document.Paint) {
		for i, c := range countries {
			s.Areas[c] = picture.Value{Number: numbers[i], Known: true, Answered: answered, Label: c}
		}
		d := drawn(draw(t, s))
		for _, c := range countries {
			out = append(out, d[c][0])
		}
		return out
	}
	silent, answered := paints(false), paints(true)
	for i := range countries {
		a, b := silent[i], answered[i]
		if a.Hatch != 0 || b.Hatch == 0 || b.Thick <= a.Thick {
			t.Errorf("class %d: painted %+v and, when answered, %+v, want a hatch and a thicker border on the second alone", i, a, b)
		}
		if d := math.Abs(a.Fill.Luminance() - b.Fill.Luminance()); d > 0.02 {
			t.Errorf("class %d: %s and %s differ by %.3f in brightness, want them equal", i, a.Fill, b.Fill, d)
		}
		if c := contrast(b.Fill, b.Ink); c < 3 {
			t.Errorf("class %d: the hatch has a contrast of %.1f on %s, want 3 or more (WCAG 2.2, 1.4.11)", i, c, b.Fill)
		}
		if i > 0 && silent[i-1].Fill.Luminance()-a.Fill.Luminance() < 0.08 {
			t.Errorf("class %d: %s is not clearly darker than %s", i, a.Fill, silent[i-1].Fill)
		}
	}
}

// TestGreyPixelsTellResponses is D5 on the pixels of a copy in grey, as wide as a page: in the middle of a State that
// hasn't answered every pixel is the same, of one that has some are clearly darker, whatever its class.
func TestGreyPixelsTellResponses(t *testing.T) {
	s := spec(t, language.English)
	s.Synthetic = "" // the word behind the map would be seen between the islands
	countries := []string{"BRA", "AUS", "DZA", "CHN"}
	for _, number := range []float64{10, 50, 90} {
		for turn := range 2 {
			s.Areas = map[string]picture.Value{}
			for i, code := range countries {
				s.Areas[code] = picture.Value{Number: number, Known: true, Answered: i%2 == turn, Label: code}
			}
			d := draw(t, s)
			img := grey(t, d)
			for i, code := range countries {
				darkest, lightest := around(img, middle(d, code))
				if told := lightest-darkest > 0.12; told != (i%2 == turn) {
					t.Errorf("%s with %.0f, answered %v: its middle is from %.2f to %.2f bright", code, number, i%2 == turn, darkest, lightest)
				}
			}
		}
	}
}

// grey draws a map half as wide as its units.
func grey(t *testing.T, d *document.Drawing) image.Image {
	t.Helper()
	b, err := raster.PNG(d, font.Noto(), d.Width/2)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// middle is the middle of what is around an area's largest ring.
func middle(d *document.Drawing, label string) document.Point {
	for _, s := range d.Shapes {
		if a, ok := s.(document.Area); ok && a.Label == label {
			slices.SortFunc(a.Rings, func(x, y []document.Point) int { return surface(y) - surface(x) })
			e := document.ExtentOf(a.Rings[:1])
			return document.Point{X: (e.X0 + e.X1) / 2, Y: (e.Y0 + e.Y1) / 2}
		}
	}
	return document.Point{}
}

// around returns the brightness of the darkest and of the lightest pixel around a place.
func around(img image.Image, at document.Point) (darkest, lightest float64) {
	darkest = 1
	for y := -8; y <= 8; y++ {
		for x := -8; x <= 8; x++ {
			g := float64(color.GrayModel.Convert(img.At(at.X/2+x, at.Y/2+y)).(color.Gray).Y) / 255
			darkest, lightest = min(darkest, g), max(lightest, g)
		}
	}
	return darkest, lightest
}

func contrast(a, b document.Colour) float64 {
	x, y := a.Luminance(), b.Luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestMapRefusesToDropAnAnswer(t *testing.T) {
	s := spec(t, language.English)
	s.Areas["XXX"] = picture.Value{Answered: true}
	if _, err := maker(t).Map(s); !errors.Is(err, errs.Invalid) {
		t.Errorf("an answer of XXX: %v, want it refused", err)
	}
}

func TestMapIsTheSameTwice(t *testing.T) {
	for _, tag := range six {
		if a, b := svg.Write(draw(t, spec(t, tag))), svg.Write(draw(t, spec(t, tag))); !bytes.Equal(a, b) {
			t.Errorf("two maps in %s differ", tag)
		}
	}
}

// TestMapBeginsOnTheRightInArabic: the legend is turned round, the world isn't.
func TestMapBeginsOnTheRightInArabic(t *testing.T) {
	at := func(tag language.Tag) (world, swatch string) {
		d := draw(t, spec(t, tag))
		var boxes []document.Area
		for _, s := range d.Shapes {
			if a, ok := s.(document.Area); ok && a.Label == "" && a.Paint.Hatch != 0 {
				boxes = append(boxes, a)
			}
			if a, ok := s.(document.Area); ok && a.Label == spec(t, tag).Areas["FRA"].Label {
				world = fmt.Sprint(a.Rings[0][0].X)
			}
		}
		return world, fmt.Sprint(boxes[0].Rings[0][0].X < d.Width/2)
	}
	en, enLeft := at(language.English)
	ar, arLeft := at(language.Arabic)
	if en != ar {
		t.Errorf("France begins at %s in English and %s in Arabic, want one place", en, ar)
	}
	if enLeft != "true" || arLeft != "false" {
		t.Errorf("the first class is on the left: %s in English and %s in Arabic, want true and false", enLeft, arLeft)
	}
}

func TestInternetIsTheNewestKnown(t *testing.T) {
	for _, c := range []struct {
		code string
		year int
		want picture.Indicator
		ok   bool
	}{
		{"AFG", 2011, picture.Indicator{Year: 2011, Percent: 5}, true},
		{"ABW", 2024, picture.Indicator{Year: 2017, Percent: 97.2}, true},
		{"PRK", 1999, picture.Indicator{}, false},
	} {
		all, err := picture.Internet(c.year)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := all[c.code]; got != c.want || ok != c.ok {
			t.Errorf("Internet(%d)[%s] = %v, %v, want %v, %v", c.year, c.code, got, ok, c.want, c.ok)
		}
	}
}

func BenchmarkMap(b *testing.B) {
	m, s := maker(b), spec(b, language.Arabic)
	for b.Loop() {
		d, err := m.Map(s)
		if err != nil {
			b.Fatal(err)
		}
		svg.Write(d)
	}
}
