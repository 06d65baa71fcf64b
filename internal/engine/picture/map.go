package picture

import (
	"slices"

	"comity/internal/base/errs"
	"comity/internal/engine/document"
)

// MapSpec is a map of the world: for each country a number, by brightness, and whether it has answered, by colour,
// hatch and border.
type MapSpec struct {
	Frame
	Areas      map[string]Value // by ISO 3166-1 alpha-3 code
	Classes    []Class          // one to five, ascending
	Answered   string           // legend: "Response received"
	Silent     string           // "No response"
	Unknown    string           // "No number known"
	Marker     string           // "A circle stands for a State that is too small to be seen"
	Uncoded    string           // "Not coloured: areas without a code of their own"
	Disclaimer string           // what boundaries and names don't say; a map without it isn't drawn
}

// Value is what is known of a country.
type Value struct {
	Number   float64
	Known    bool   // the number is
	Text     string // the number in words, for the table: "81.4 % (2010)"
	Answered bool
	Label    string // shown at the pointer: "France: 81.4 %, response received"
}

// Class is a class of numbers: those from From up to the next class.
type Class struct {
	From float64
	Text string // "20–39 %"
}

// The brightnesses of the classes. A blue and the green below it are equally bright.
var (
	blues  = [5]document.Colour{"#d6e6f9", "#aaccf3", "#7db1ec", "#4f95e6", "#2078dd"}
	greens = [5]document.Colour{"#cdecd8", "#96d7ab", "#5cc17e", "#3fa561", "#348850"}
)

const noNumber document.Colour = "#f3f2f1"

// markerRound is the radius of a circle.
const markerRound = 8

// Map draws the map. It refuses to drop an answer: a country that has answered and isn't on the base map is an
// errs.Invalid.
func (m *Maker) Map(spec MapSpec) (*document.Drawing, error) {
	if err := m.checkMap(spec); err != nil {
		return nil, err
	}
	text := 30
	if spec.Narrow {
		text = 74
	}
	s := m.sheet(spec.Frame, m.world.width, text)
	s.countries(spec)
	s.y += m.world.height + text/2
	s.legend(spec)
	s.y += text / 3
	s.paragraph(spec.Disclaimer, side, s.inner(), text*7/8, false)
	return s.finish()
}

func (m *Maker) checkMap(spec MapSpec) error {
	if err := spec.check(); err != nil {
		return err
	}
	if spec.Disclaimer == "" {
		return errs.Invalidf("a map needs the sentence that its boundaries and names imply no acceptance")
	}
	if n := len(spec.Classes); n < 1 || n > len(blues) {
		return errs.Invalidf("a map with %d classes, it can have 1 to %d", n, len(blues))
	}
	for code, v := range spec.Areas {
		if v.Answered && !m.OnMap(code) {
			return errs.Invalidf("%q has answered and is not on the base map", code)
		}
	}
	return nil
}

// OnMap reports whether a country, by its ISO 3166-1 alpha-3 code, is drawn: all Member States and observers are.
func (m *Maker) OnMap(iso3 string) bool {
	return slices.ContainsFunc(m.world.places, func(p place) bool { return iso3 != "" && p.iso3 == iso3 })
}

// countries draws the silent first, so that the borders of those who answered lie over theirs; circles come last.
func (s *sheet) countries(spec MapSpec) {
	for _, answered := range []bool{false, true} {
		for _, p := range s.m.world.places {
			v := spec.Areas[p.iso3]
			if len(p.rings) > 0 && (p.iso3 != "" && v.Answered) == answered {
				s.add(document.Area{Rings: down(p.rings, s.y), Paint: spec.paint(p, v), Label: v.Label})
			}
		}
	}
	for _, p := range s.m.world.places {
		if p.marker == nil {
			continue
		}
		v := spec.Areas[p.iso3]
		paint := spec.paint(p, v)
		paint.Thick++
		s.add(document.Circle{Centre: document.Point{X: p.marker.X, Y: p.marker.Y + s.y}, Radius: markerRound, Paint: paint, Label: v.Label})
	}
}

func down(rings [][]document.Point, y int) [][]document.Point {
	out := make([][]document.Point, len(rings))
	for i, r := range rings {
		for _, p := range r {
			out[i] = append(out[i], document.Point{X: p.X, Y: p.Y + y})
		}
	}
	return out
}

func (spec MapSpec) paint(p place, v Value) document.Paint {
	if p.iso3 == "" {
		return uncoded()
	}
	class := -1
	if v.Known {
		for i, c := range spec.Classes {
			if v.Number >= c.From {
				class = i
			}
		}
	}
	return spec.swatch(class, v.Answered)
}

// swatch is how a class looks; class -1 is a number that isn't known.
func (spec MapSpec) swatch(class int, answered bool) document.Paint {
	shade := 2
	if n := len(spec.Classes); n > 1 && class >= 0 {
		shade = (class*(len(blues)-1) + (n-1)/2) / (n - 1)
	}
	p := document.Paint{Fill: noNumber, Line: grey, Thick: 1}
	if class >= 0 {
		p.Fill = blues[shade]
	}
	if !answered {
		return p
	}
	if class >= 0 {
		p.Fill = greens[shade]
	}
	p.Line, p.Thick, p.Hatch, p.Ink = forest, 3, document.Rising, forest
	return p
}

func uncoded() document.Paint { return document.Paint{Line: grey, Thick: 1, Dashed: true} }

// legend sets the classes as columns, under each other those who answered and those who didn't.
func (s *sheet) legend(spec MapSpec) {
	columns := len(spec.Classes) + 1
	first := s.inner() * 3 / 10
	if spec.Narrow {
		first = 0
	}
	width := (s.inner() - first) / columns
	swatch := s.text * 5 / 4
	for _, row := range []struct {
		text     string
		answered bool
	}{{spec.Answered, true}, {spec.Silent, false}} {
		s.legendRow(spec, row.text, row.answered, first, width, swatch)
	}
	height := 0
	for i := range columns {
		text := spec.Unknown
		if i < len(spec.Classes) {
			text = spec.Classes[i].Text
		}
		lines := s.wrap(text, s.text, false, width-s.text/2)
		s.lines(lines, side+first+i*width, s.y, s.text, false, document.Start)
		height = max(height, len(lines)*s.lineHeight(s.text))
	}
	s.y += height + s.text/2
	s.note(spec.Marker, func(x, y int) {
		paint := spec.swatch(len(spec.Classes)-1, true)
		s.add(document.Circle{Centre: document.Point{X: x, Y: y}, Radius: markerRound, Paint: paint})
	})
	s.note(spec.Uncoded, func(x, y int) {
		s.box(side, y-swatch/3, swatch, swatch*2/3, uncoded())
	})
}

func (s *sheet) legendRow(spec MapSpec, text string, answered bool, first, width, swatch int) {
	room := first - s.text/2
	if first == 0 {
		room = s.inner()
	}
	lines := s.wrap(text, s.text, true, room)
	s.lines(lines, side, s.y, s.text, true, document.Start)
	height := len(lines) * s.lineHeight(s.text)
	if first == 0 {
		s.y += height
		height = 0
	}
	for i := range len(spec.Classes) + 1 {
		class := i
		if i == len(spec.Classes) {
			class = -1
		}
		s.box(side+first+i*width, s.y, width-s.text/2, swatch, spec.swatch(class, answered))
	}
	s.y += max(height, swatch) + s.text/3
}

// note sets a sign and, beside it, what it means.
func (s *sheet) note(text string, sign func(x, y int)) {
	if text == "" {
		return
	}
	sign(s.x(side+s.text/2+2), s.y+s.text*2/3)
	start := side + 2*s.text
	s.paragraph(text, start, s.d.Width-side-start, s.text, false)
}
