package pdf

import "comity/internal/engine/document"

// cell is a text in a box of the page, broken into lines.
type cell struct {
	x, width int
	text     *text
	lines    []line
	align    document.Align
	element  *element // nil for an artifact
	artifact string
	spans    map[int]*element // of spans in another language
}

// cell breaks a text into lines for a box that begins at start, counted from the side where the text begins.
func (s *setter) cell(source document.Text, st style, rtl bool, start, width int, e *element) (*cell, error) {
	t, err := newText(s.fonts, source, st)
	if err != nil {
		return nil, err
	}
	lines, err := s.fill(t, width)
	if err != nil {
		return nil, err
	}
	x := margin + start
	if rtl {
		x = pageWidth - margin - start - width
	}
	return &cell{x: x, width: width, text: t, lines: lines, element: e}, nil
}

// asArtifact returns the cell as an artifact, to be set once more on a later page.
func (c *cell) asArtifact() *cell {
	copied := *c
	copied.element, copied.artifact = nil, headArtifact
	return &copied
}

// target returns the element that a span's content belongs to.
func (c *cell) target(span int) *element {
	lang := c.text.lang(span)
	if lang == c.text.style.lang {
		return c.element
	}
	if e := c.spans[span]; e != nil {
		return e
	}
	if c.spans == nil {
		c.spans = map[int]*element{}
	}
	e := c.element.child("Span")
	e.lang = lang
	c.spans[span] = e
	return e
}

func (c *cell) height(from, to int) int {
	h := 0
	for _, l := range c.lines[from:to] {
		h += l.above + l.below
	}
	return h
}

// page returns the page under work.
func (s *setter) page() *page { return s.pages[len(s.pages)-1] }

// turn begins a new page.
func (s *setter) turn() {
	s.pages = append(s.pages, &page{number: len(s.pages)})
	s.y = margin
	if s.again != nil {
		s.again()
	}
}

func (s *setter) room() int { return bottom - s.y }

// need begins a new page when there is less room than height, unless nothing stands on this one.
func (s *setter) need(height int) {
	if s.room() < height && len(s.page().items) > 0 {
		s.turn()
	}
}

// gap leaves room, but not at the top of a page.
func (s *setter) gap(height int) {
	if len(s.page().items) > 0 {
		s.y += height
	}
}

// rule draws a line across a box.
func (s *setter) rule(x, y, width, height int) {
	s.page().items = append(s.page().items, item{
		mark: mark{artifact: layoutArtifact}, x: x, y: y, width: width, height: height,
	})
}

// put sets one line with its baseline at y.
func (s *setter) put(c *cell, l line, y int) { s.page().put(c, l, y) }

func (p *page) put(c *cell, l line, y int) {
	x := c.x
	left := c.align == document.Start != c.text.style.rtl()
	switch {
	case c.align == document.Centre:
		x += (c.width - l.width) / 2
	case !left:
		x += c.width - l.width
	}
	for i := range l.pieces {
		m := mark{artifact: c.artifact}
		if c.element != nil {
			m = p.mark(c.target(l.pieces[i].run.span))
		}
		p.items = append(p.items, item{mark: m, x: x + l.pieces[i].x, y: y, piece: &l.pieces[i]})
	}
}

// row sets cells beside each other, their first lines on one baseline. A row that does not fit goes on on the next
// page, each cell from the line where it stopped; after is called for each part of it when its foot is known. A row
// that is kept stays whole when a page can hold it.
func (s *setter) row(cells []*cell, keep bool, after func()) {
	levelFirst(cells)
	height := 0
	for _, c := range cells {
		height = max(height, c.height(0, len(c.lines)))
	}
	if keep && height <= bottom-margin {
		s.need(height)
	}
	next := make([]int, len(cells))
	for {
		take, rest := s.share(cells, next)
		foot := s.y
		for i, c := range cells {
			y := s.y
			for _, l := range c.lines[next[i] : next[i]+take[i]] {
				s.put(c, l, y+l.above)
				y += l.above + l.below
			}
			next[i] += take[i]
			foot = max(foot, y)
		}
		if foot > s.y {
			s.y = foot
			if after != nil {
				after()
			}
		}
		if !rest {
			return
		}
		s.turn()
	}
}

// levelFirst gives the first lines of a row one height.
func levelFirst(cells []*cell) {
	above := 0
	for _, c := range cells {
		above = max(above, c.lines[0].above)
	}
	for _, c := range cells {
		c.lines[0].above = above
	}
}

// share returns how many lines of each cell fit on the page, and whether any are left. Where nothing stands on the
// page yet one line is set even if it is too high.
func (s *setter) share(cells []*cell, next []int) (take []int, rest bool) {
	take = make([]int, len(cells))
	any := false
	for i, c := range cells {
		take[i] = fit(c, next[i], s.room(), s.follow)
		any = any || take[i] > 0
		rest = rest || next[i]+take[i] < len(c.lines)
	}
	if any || !rest || len(s.page().items) > 0 {
		return take, rest
	}
	rest = false
	for i, c := range cells {
		take[i] = min(1, len(c.lines)-next[i])
		rest = rest || next[i]+take[i] < len(c.lines)
	}
	return take, rest
}

// fit returns how many of the cell's lines fit into a height, when something of the height follow has to stand on the
// page of the last line. A single first or last line is not left alone on a page.
func fit(c *cell, from, height, follow int) int {
	n, used := 0, 0
	for _, l := range c.lines[from:] {
		if used += l.above + l.below; used > height {
			break
		}
		n++
	}
	left := len(c.lines) - from - n
	if left == 0 && follow > 0 && used+follow > height {
		n = max(0, n-2)
		left = len(c.lines) - from - n
	}
	if left == 1 && n > 2 {
		n--
	}
	if left > 0 && from == 0 && n == 1 {
		n = 0
	}
	return n
}
