// Package raster draws a drawing as a picture of pixels, for files that take no other: a word processor's.
//
// Letters are drawn as their outlines, so that all six languages look the same wherever the file is opened. The same
// drawing gives the same bytes. Start with [PNG].
package raster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
	"comity/internal/engine/document/pdf"
)

// maxPixels is how many pixels a picture may have.
const maxPixels = 16_000_000

// PNG returns the drawing on white, so many pixels wide.
func PNG(d *document.Drawing, fonts *font.Set, width int) ([]byte, error) {
	if d.Width <= 0 || d.Height <= 0 || width <= 0 {
		return nil, errs.Invalidf("draw pixels: a drawing of %d by %d units, %d pixels wide", d.Width, d.Height, width)
	}
	scale := float64(width) / float64(d.Width)
	height := int(math.Ceil(float64(d.Height) * scale))
	if width*height > maxPixels {
		return nil, errs.Invalidf("draw pixels: %d by %d are more than %d", width, height, maxPixels)
	}
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, width, height)), scale: scale, fonts: fonts, lang: d.Lang}
	for i := range c.img.Pix {
		c.img.Pix[i] = 0xff
	}
	for i, s := range d.Shapes {
		if err := c.shape(s); err != nil {
			return nil, fmt.Errorf("draw pixels, shape %d: %w", i+1, err)
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, c.img); err != nil {
		return nil, fmt.Errorf("draw pixels: %w", err)
	}
	return b.Bytes(), nil
}

type canvas struct {
	img   *image.RGBA
	scale float64
	fonts *font.Set
	lang  language.Tag
}

func (c *canvas) shape(s document.Shape) error {
	switch s := s.(type) {
	case document.Area:
		c.painted(s.Paint, document.ExtentOf(s.Rings), c.rings(s.Rings))
	case document.Circle:
		c.painted(s.Paint, s.Extent(), [][]point{c.circle(s)})
	case document.Words:
		return c.words(s)
	}
	return nil
}

func (c *canvas) rings(rings [][]document.Point) [][]point {
	out := make([][]point, 0, len(rings))
	for _, r := range rings {
		line := make([]point, len(r))
		for i, p := range r {
			line[i] = point{float64(p.X) * c.scale, float64(p.Y) * c.scale}
		}
		out = append(out, line)
	}
	return out
}

// circle is a polygon whose corners nobody sees.
func (c *canvas) circle(s document.Circle) []point {
	const corners = 48
	out := make([]point, corners)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		out[i] = point{(float64(s.Centre.X) + float64(s.Radius)*cos) * c.scale, (float64(s.Centre.Y) + float64(s.Radius)*sin) * c.scale}
	}
	return out
}

// around makes a cover for what lies within an extent and so many pixels beside it.
func (c *canvas) around(e document.Extent, more float64) *cover {
	b := c.img.Bounds()
	return newCover(float64(e.X0)*c.scale-more, float64(e.Y0)*c.scale-more, float64(e.X1)*c.scale+more, float64(e.Y1)*c.scale+more, b.Dx(), b.Dy())
}

func (c *canvas) painted(p document.Paint, e document.Extent, rings [][]point) {
	inside := c.around(e, 0)
	for _, r := range rings {
		inside.ring(r)
	}
	if p.Fill != "" {
		inside.each(func(x, y int, part float64) { c.blend(x, y, p.Fill, part) })
	}
	if p.Hatch != 0 {
		c.hatch(p, e, inside)
	}
	if p.Line == "" || p.Thick <= 0 {
		return
	}
	thick := float64(p.Thick) * c.scale
	line := c.around(e, thick)
	for _, r := range rings {
		line.stroke(r, thick, p.Dashed)
	}
	line.each(func(x, y int, part float64) { c.blend(x, y, p.Line, part) })
}

// hatch draws the lines where the shape is.
func (c *canvas) hatch(p document.Paint, e document.Extent, inside *cover) {
	lines := c.around(e, 0)
	for _, l := range p.Hatch.Lines(e) {
		lines.segment(point{l[0] * c.scale, l[1] * c.scale}, point{l[2] * c.scale, l[3] * c.scale}, document.HatchThick*c.scale)
	}
	where := make([]float64, inside.w*inside.h)
	inside.each(func(x, y int, part float64) { where[(y-inside.y0)*inside.w+x-inside.x0] = part })
	lines.each(func(x, y int, part float64) { c.blend(x, y, p.Ink, part*where[(y-inside.y0)*inside.w+x-inside.x0]) })
}

func (c *canvas) blend(x, y int, colour document.Colour, part float64) {
	r, g, b := colour.RGB()
	was := c.img.RGBAAt(x, y)
	mix := func(old uint8, v float64) uint8 { return uint8(math.Round(float64(old)*(1-part) + 255*v*part)) }
	c.img.SetRGBA(x, y, color.RGBA{mix(was.R, r), mix(was.G, g), mix(was.B, b), 255})
}

func (c *canvas) words(w document.Words) error {
	o, err := pdf.Outlines(c.fonts, w.Text, c.lang, int(float64(w.Size)*c.scale*1000), w.Bold)
	if err != nil {
		return err
	}
	x, y := float64(w.At.X)*c.scale, float64(w.At.Y)*c.scale
	width := float64(o.Width) / 1000
	switch {
	case w.Align == document.Centre:
		x -= width / 2
	case (w.Align == document.End) != (c.lang.Direction() == language.RightToLeft):
		x -= width
	}
	size := float64(w.Size) * c.scale
	b := c.img.Bounds()
	letters := newCover(x-size, y-2*size, x+width+size, y+size, b.Dx(), b.Dy())
	for _, curve := range o.Curves {
		line := flatten(curve, x, y)
		letters.ring(line)
	}
	letters.each(func(px, py int, part float64) { c.blend(px, py, w.Colour, part) })
	if o.Stroke > 0 {
		around := newCover(x-size, y-2*size, x+width+size, y+size, b.Dx(), b.Dy())
		for _, curve := range o.Curves {
			around.stroke(flatten(curve, x, y), float64(o.Stroke)/1000, false)
		}
		around.each(func(px, py int, part float64) { c.blend(px, py, w.Colour, part) })
	}
	return nil
}

// flatten turns a closed line of quadratic curves into straight pieces, from the baseline's left end at (x, y).
func flatten(curve []font.Point, x, y float64) []point {
	const pieces = 6
	at := func(p font.Point) point { return point{x + float64(p.X)/1000, y - float64(p.Y)/1000} }
	var out []point
	for i, p := range curve {
		if p.On {
			out = append(out, at(p))
			continue
		}
		a, q, b := at(curve[(i+len(curve)-1)%len(curve)]), at(p), at(curve[(i+1)%len(curve)])
		for n := 1; n < pieces; n++ {
			t := float64(n) / pieces
			out = append(out, point{
				(1-t)*(1-t)*a.x + 2*t*(1-t)*q.x + t*t*b.x, (1-t)*(1-t)*a.y + 2*t*(1-t)*q.y + t*t*b.y,
			})
		}
	}
	return out
}
