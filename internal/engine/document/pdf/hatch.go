package pdf

import (
	"math"

	"comity/internal/engine/document"
)

// extent is the rectangle around a shape, in the drawing's units.
type extent struct{ x0, y0, x1, y1 int }

func newExtent() extent { return extent{math.MaxInt, math.MaxInt, math.MinInt, math.MinInt} }

func (e *extent) add(p document.Point, around int) {
	e.x0, e.x1 = min(e.x0, p.X-around), max(e.x1, p.X+around)
	e.y0, e.y1 = min(e.y0, p.Y-around), max(e.y1, p.Y+around)
}

// hatch returns the lines of a hatch that cross the rectangle, each from (0, 1) to (2, 3). They stand on a grid that all
// shapes share, as in the SVG of the drawing.
func (e extent) hatch(h document.Hatch) (lines [][4]float64) {
	const step = document.HatchStep
	x0, y0, x1, y1 := float64(e.x0), float64(e.y0), float64(e.x1), float64(e.y1)
	between := func(from, to, shift int, line func(float64) [4]float64) {
		for n := (from-shift)/step - 1; n <= (to-shift)/step+1; n++ {
			lines = append(lines, line(float64(n*step+shift)))
		}
	}
	if h&document.Rising != 0 { // x + y = c
		between(e.x0+e.y0, e.x1+e.y1, 0, func(c float64) [4]float64 { return [4]float64{c - y0, y0, c - y1, y1} })
	}
	if h&document.Falling != 0 { // x - y = c
		between(e.x0-e.y1, e.x1-e.y0, 0, func(c float64) [4]float64 { return [4]float64{c + y0, y0, c + y1, y1} })
	}
	if h&document.Level != 0 {
		between(e.y0, e.y1, step/2, func(c float64) [4]float64 { return [4]float64{x0, c, x1, c} })
	}
	if h&document.Upright != 0 {
		between(e.x0, e.x1, step/2, func(c float64) [4]float64 { return [4]float64{c, y0, c, y1} })
	}
	return lines
}
