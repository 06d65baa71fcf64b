package raster

import "math"

// stroke adds a closed line of some thickness, with round corners.
func (c *cover) stroke(ring []point, thick float64, dashed bool) {
	dash, on := 3*thick, true
	left := dash
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		if !dashed {
			c.segment(p, q, thick)
			c.dot(p, thick/2)
			continue
		}
		for length := math.Hypot(q.x-p.x, q.y-p.y); length > 0; {
			step := min(left, length)
			end := point{p.x + (q.x-p.x)*step/length, p.y + (q.y-p.y)*step/length}
			if on {
				c.segment(p, end, thick)
			}
			if left -= step; left <= 0 {
				on, left = !on, dash
			}
			p, length = end, length-step
		}
	}
}

// segment adds a straight piece. All pieces turn the same way around, so that none takes away from another.
func (c *cover) segment(p, q point, thick float64) {
	length := math.Hypot(q.x-p.x, q.y-p.y)
	if length == 0 {
		return
	}
	dx, dy := (q.y-p.y)/length*thick/2, (p.x-q.x)/length*thick/2
	c.ring([]point{{p.x + dx, p.y + dy}, {q.x + dx, q.y + dy}, {q.x - dx, q.y - dy}, {p.x - dx, p.y - dy}})
}

// dot adds a disc, turning as the pieces do.
func (c *cover) dot(p point, radius float64) {
	const corners = 8
	ring := make([]point, corners)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		ring[i] = point{p.x + radius*cos, p.y + radius*sin}
	}
	c.ring(ring)
}
