package document

import (
	"fmt"
	"math"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// Drawing is a picture made of filled areas, circles and words: what a map or a chart is before it is written as SVG
// or set in a PDF. Lengths are in units of its own, counted from the upper left; a page scales the whole to its width.
type Drawing struct {
	Lang          language.Tag // of the words, and by it the side where they begin
	Title, Desc   string       // what a screen reader says instead
	Width, Height int
	Shapes        []Shape // later ones lie over earlier ones
}

// Picture is a drawing as a block, as wide as the text. Alt says in words what it shows; its numbers belong into a
// table beside it.
type Picture struct {
	Drawing *Drawing
	Caption Text
	Alt     string
}

func (Picture) block() {}

// Check says what a picture lacks to be set and read aloud.
func (p Picture) Check() error {
	switch {
	case p.Drawing == nil || p.Drawing.Width <= 0 || p.Drawing.Height <= 0:
		return errs.Invalidf("a picture needs a drawing with a size")
	case p.Alt == "":
		return errs.Invalidf("a picture needs words for those who don't see it")
	}
	return nil
}

// Shape is one of Area, Circle, Words.
type Shape interface{ shape() }

// Point is a place in a drawing; Y grows downwards.
type Point struct{ X, Y int }

// Area is what lies within its rings, each closed by itself; a ring within another is a hole.
type Area struct {
	Rings [][]Point
	Paint Paint
	Label string // shown at the pointer where a reader can; "" for nothing
}

// Circle is a full circle.
type Circle struct {
	Centre Point
	Radius int
	Paint  Paint
	Label  string
}

// Words are one line of text. At is the place on the baseline where it begins, ends or has its middle, as Align says.
type Words struct {
	At     Point
	Text   string
	Size   int // the em
	Bold   bool
	Align  Align
	Colour Colour // "" is black
}

func (Area) shape()   {}
func (Circle) shape() {}
func (Words) shape()  {}

// Paint is how an area looks. A hatch lies over the fill, so that what it says can be read without colours.
type Paint struct {
	Fill   Colour // "" leaves what is below
	Line   Colour // "" draws no line
	Thick  int    // of the line
	Dashed bool
	Hatch  Hatch
	Ink    Colour // of the hatch
}

// Hatch is a set of directions in which lines are drawn across an area.
type Hatch int

// The directions, which can be added.
const (
	Rising Hatch = 1 << iota
	Falling
	Level
	Upright
)

// The hatch's lines stand HatchStep units apart and are HatchThick thick.
const (
	HatchStep  = 12
	HatchThick = 3
)

// Colour is a colour of the screen, "#1f77b4".
type Colour string

// RGB returns the parts of a colour from 0 to 1; what is not a colour is black.
func (c Colour) RGB() (r, g, b float64) {
	var ri, gi, bi int
	if n, err := fmt.Sscanf(string(c), "#%02x%02x%02x", &ri, &gi, &bi); err != nil || n != 3 {
		return 0, 0, 0
	}
	return float64(ri) / 255, float64(gi) / 255, float64(bi) / 255
}

// Luminance returns how bright a colour is, from 0 to 1 (WCAG 2.2, relative luminance).
func (c Colour) Luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	r, g, b := c.RGB()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
