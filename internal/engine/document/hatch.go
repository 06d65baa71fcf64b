package document

import "math"

// Extent is the rectangle around a shape, in a drawing's units.
type Extent struct{ X0, Y0, X1, Y1 int }

// ExtentOf returns the rectangle around rings.
func ExtentOf(rings [][]Point) Extent {
	e := Extent{math.MaxInt, math.MaxInt, math.MinInt, math.MinInt}
	for _, r := range rings {
		for _, p := range r {
			e.X0, e.X1 = min(e.X0, p.X), max(e.X1, p.X)
			e.Y0, e.Y1 = min(e.Y0, p.Y), max(e.Y1, p.Y)
		}
	}
	return e
}

// Extent returns the rectangle around a circle.
func (c Circle) Extent() Extent {
	return Extent{c.Centre.X - c.Radius, c.Centre.Y - c.Radius, c.Centre.X + c.Radius, c.Centre.Y + c.Radius}
}

// Lines returns the lines of a hatch that cross the rectangle, each from (0, 1) to (2, 3). They stand on a grid that all
// shapes share, as the pattern of the drawing's SVG does.
func (h Hatch) Lines(e Extent) (lines [][4]float64) {
	const step = HatchStep
	x0, y0, x1, y1 := float64(e.X0), float64(e.Y0), float64(e.X1), float64(e.Y1)
	between := func(from, to, shift int, line func(float64) [4]float64) {
		for n := (from-shift)/step - 1; n <= (to-shift)/step+1; n++ {
			lines = append(lines, line(float64(n*step+shift)))
		}
	}
	if h&Rising != 0 { // x + y = c
		between(e.X0+e.Y0, e.X1+e.Y1, 0, func(c float64) [4]float64 { return [4]float64{c - y0, y0, c - y1, y1} })
	}
	if h&Falling != 0 { // x - y = c
		between(e.X0-e.Y1, e.X1-e.Y0, 0, func(c float64) [4]float64 { return [4]float64{c + y0, y0, c + y1, y1} })
	}
	if h&Level != 0 {
		between(e.Y0, e.Y1, step/2, func(c float64) [4]float64 { return [4]float64{x0, c, x1, c} })
	}
	if h&Upright != 0 {
		between(e.X0, e.X1, step/2, func(c float64) [4]float64 { return [4]float64{c, y0, c, y1} })
	}
	return lines
}
