package pdf

import (
	"bytes"
	"fmt"

	"comity/internal/engine/document"
)

// The page is A4 with margins of 25 mm; lengths are in thousandths of a point.
const (
	pageWidth  = 595276
	pageHeight = 841890
	margin     = 70866
	textWidth  = pageWidth - 2*margin
	bottom     = pageHeight - margin
	footerY    = pageHeight - 42520 // baseline of the footer, 15 mm from the edge
)

// page is what stands on one page, in reading order.
type page struct {
	number int
	items  []item
	tagged []*element // by mcid
}

// item is a row of glyphs, a part of a drawing or a filled rectangle.
type item struct {
	mark          mark
	x, y          int // left end; baseline or upper edge, from the top of the page
	piece         *piece
	colour        document.Colour // of the glyphs; "" is black
	drawn         []byte          // operators that leave the graphics state as it was
	width, height int             // of a rectangle
}

// mark says what an item belongs to: content of an element, or an artifact, which screen readers pass over.
type mark struct {
	element  *element
	mcid     int
	artifact string
}

// The artifacts, as the property list of their marks.
const (
	layoutArtifact    = "/Type/Layout"
	footerArtifact    = "/Type/Pagination/Subtype/Footer"
	headArtifact      = "/Type/Pagination"
	watermarkArtifact = "/Type/Pagination/Subtype/Watermark"
)

// mark returns the mark for content of e, which goes on with the last mark when that is for e too.
func (p *page) mark(e *element) mark {
	if n := len(p.items); n > 0 && p.items[n-1].mark.element == e {
		return p.items[n-1].mark
	}
	e.attach()
	m := mark{element: e, mcid: len(p.tagged)}
	p.tagged = append(p.tagged, e)
	e.kids = append(e.kids, kid{page: p.number, mcid: m.mcid})
	return m
}

// content returns the page's content stream; watermark says whether one lies behind it.
func (p *page) content(s *subsets, watermark bool) []byte {
	var c content
	c.subsets = s
	if watermark {
		fmt.Fprintf(&c, "/Artifact<<%s>>BDC\n/%s Do\nEMC\n", watermarkArtifact, watermarkName)
	}
	var open mark
	for i, it := range p.items {
		if i == 0 || it.mark != open {
			if i > 0 {
				c.end()
			}
			open = it.mark
			c.begin(open)
		}
		switch {
		case it.drawn != nil:
			c.leaveText()
			c.Write(it.drawn)
		case it.piece == nil:
			c.use("")
			c.rectangle(it)
		default:
			c.use(it.colour)
			c.piece(*it.piece, it.x, pageHeight-it.y)
		}
	}
	if len(p.items) > 0 {
		c.end()
	}
	return c.Bytes()
}

// watermarkName is the watermark's name among the page's resources.
const watermarkName = "W"

// content writes the operators of a content stream.
type content struct {
	bytes.Buffer
	subsets *subsets
	text    bool   // between BT and ET
	font    string // set last in this text object
	stroke  bool
	colour  document.Colour
}

// use sets the colour of what is filled.
func (c *content) use(colour document.Colour) {
	if colour == c.colour {
		return
	}
	c.colour = colour
	fmt.Fprintf(c, "%s rg %s RG\n", rgb(colour), rgb(colour))
}

func (c *content) begin(m mark) {
	if m.element == nil {
		fmt.Fprintf(c, "/Artifact<<%s>>BDC\n", m.artifact)
		return
	}
	fmt.Fprintf(c, "/%s<</MCID %d>>BDC\n", m.element.kind, m.mcid)
}

func (c *content) end() {
	c.leaveText()
	c.WriteString("EMC\n")
}

func (c *content) enterText() {
	if !c.text {
		c.WriteString("BT\n")
		c.text, c.font = true, ""
	}
}

func (c *content) leaveText() {
	if c.text {
		c.WriteString("ET\n")
		c.text = false
	}
}

func (c *content) rectangle(it item) {
	c.leaveText()
	fmt.Fprintf(c, "%s %s %s %s re f\n", pt(it.x), pt(pageHeight-it.y-it.height), pt(it.width), pt(it.height))
}

// piece shows glyphs with their left end at x, and y above the foot of the page. Right-to-left words are drawn from
// left to right like all others, and marked as reversed (ISO 32000-1, 14.8.2.3.3).
func (c *content) piece(p piece, x, y int) {
	c.enterText()
	f := c.subsets.of[p.run.face.Program]
	if use := fmt.Sprintf("/%s %s Tf\n", f.name, pt(p.run.size)); use != c.font {
		c.WriteString(use)
		c.font = use
	}
	if stroke := p.run.face.Stroke; stroke > 0 {
		fmt.Fprintf(c, "2 Tr %s w\n", pt(stroke*p.run.size/1000))
		c.stroke = true
	} else if c.stroke {
		c.WriteString("0 Tr\n")
		c.stroke = false
	}
	if p.rtl {
		c.WriteString("/ReversedChars BMC\n")
	}
	fmt.Fprintf(c, "1 0 0 1 %s %s Tm\n", pt(x), pt(y))
	c.show(p.sets)
	if p.rtl {
		c.WriteString("EMC\n")
	}
}

func (c *content) show(sets []set) {
	c.WriteString("[<")
	for i, s := range sets {
		fmt.Fprintf(c, "%04X", s.code)
		if d := s.width - s.advance; d != 0 && i < len(sets)-1 {
			fmt.Fprintf(c, ">%d<", d)
		}
	}
	c.WriteString(">]TJ\n")
}
