package raster

import "math"

// point is a place in pixels.
type point struct{ x, y float64 }

// cover holds how much of each pixel a shape covers. A line adds, in the pixels that it crosses, the area to its right;
// the sum along a row is then the coverage (the accumulation buffer of font-rs). Shapes that turn the other way around
// count below zero: a hole takes away, and what turns one way alone may lie over itself.
type cover struct {
	x0, y0, w, h int
	sum          []float32
}

// newCover makes an empty one for the pixels between two places, within a picture.
func newCover(x0, y0, x1, y1 float64, width, height int) *cover {
	c := &cover{x0: max(0, int(math.Floor(x0))-1), y0: max(0, int(math.Floor(y0))-1)}
	c.w = max(0, min(width, int(math.Ceil(x1))+1)-c.x0)
	c.h = max(0, min(height, int(math.Ceil(y1))+1)-c.y0)
	c.sum = make([]float32, c.w*c.h+2)
	return c
}

// ring adds a closed line.
func (c *cover) ring(points []point) {
	for i, p := range points {
		c.line(p, points[(i+1)%len(points)])
	}
}

func (c *cover) line(p, q point) {
	if p.y == q.y || c.w == 0 {
		return
	}
	sign := 1.0
	if p.y > q.y {
		p, q, sign = q, p, -1
	}
	slope := (q.x - p.x) / (q.y - p.y)
	top, bottom := max(p.y, float64(c.y0)), min(q.y, float64(c.y0+c.h))
	for y := int(math.Floor(top)); float64(y) < bottom; y++ {
		from, to := max(top, float64(y)), min(bottom, float64(y+1))
		if to <= from {
			continue
		}
		a := p.x + (from-p.y)*slope - float64(c.x0)
		b := p.x + (to-p.y)*slope - float64(c.x0)
		c.span(y-c.y0, a, b, (to-from)*sign)
	}
}

// span adds a part of a line that stays within one row of pixels, from a to b, of the height d.
func (c *cover) span(row int, a, b, d float64) {
	limit := float64(c.w)
	a, b = min(max(a, 0), limit), min(max(b, 0), limit)
	if a > b {
		a, b = b, a
	}
	base := row * c.w
	first, last := int(a), int(math.Ceil(b))
	if last <= first+1 {
		right := (a+b)/2 - float64(first)
		c.add(base, first, d*(1-right))
		c.add(base, first+1, d*right)
		return
	}
	// The area to the right of the line up to each pixel's right edge; what a pixel gets is the difference.
	before := 0.0
	for i := first; i < last; i++ {
		edge := min(float64(i+1), b)
		covered := d * areaRight(a, b, float64(i), edge)
		c.add(base, i, covered-before)
		before = covered
	}
	c.add(base, last, d-before)
}

// areaRight is the part of a pixel, from its left edge, that lies to the right of a line that goes from a to b over the
// row's whole height and leaves the pixel at edge.
func areaRight(a, b, left, edge float64) float64 {
	enter := max(a, left)
	slope := 1 / (b - a)
	done := (enter - a) * slope // height already passed when the line enters the pixel
	share := (edge - enter) * slope
	return done + share*(left+1-(enter+edge)/2)
}

func (c *cover) add(base, x int, v float64) {
	if x < c.w {
		c.sum[base+x] += float32(v)
	}
}

// each calls f with every pixel that is covered, and how much of it is.
func (c *cover) each(f func(x, y int, part float64)) {
	for y := range c.h {
		total := float32(0)
		for x := range c.w {
			total += c.sum[y*c.w+x]
			if part := min(math.Abs(float64(total)), 1); part > 1.0/512 {
				f(c.x0+x, c.y0+y, part)
			}
		}
	}
}
