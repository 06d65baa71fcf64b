package pdf

import (
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
)

// Sizes of type and gaps, in thousandths of a point.
const (
	bodySize   = 10500
	smallSize  = 8500
	tableSize  = 9500
	blockGap   = 7000
	headingGap = 13000
	numberRoom = 30000
	bulletRoom = 17000
	signRoom   = 48000
	signGap    = 2 * headingGap
	signWidth  = textWidth / 2
	hairline   = 500
)

func headingSize(level int) int {
	switch level {
	case 1:
		return 15000
	case 2:
		return 12500
	}
	return 11000
}

func (s *setter) style(size int) style { return style{size: size, lang: s.doc.Lang} }

func (s *setter) rtl() bool { return s.doc.Lang.Direction() == language.RightToLeft }

// block sets one block at the place under work; next is the block after it, or nil.
func (s *setter) block(b, next document.Block) error {
	switch b := b.(type) {
	case document.Heading:
		return s.heading(b)
	case document.Paragraph:
		return s.paragraph(b, next)
	case document.List:
		return s.listing(b)
	case document.Table:
		return s.table(b)
	case document.Definitions:
		return s.definitions(b)
	case document.Signature:
		return s.signature(b)
	case document.Picture:
		return s.picture(b)
	case document.Rule:
		s.gap(blockGap)
		s.rule(margin, s.y, textWidth, hairline)
		s.y += hairline
		return nil
	case document.Break:
		if len(s.page().items) > 0 {
			s.turn()
		}
		return nil
	}
	return fmt.Errorf("a %T cannot be set", b)
}

// letterhead sets the lines at the head of the first page, after the notice that the matter is an exercise: the
// watermark behind the pages is not read to those who cannot see it.
func (s *setter) letterhead() error {
	if s.doc.Exercise != "" {
		st := style{size: bodySize, bold: true, lang: s.doc.Lang}
		c, err := s.cell(document.T(s.doc.Exercise), st, s.rtl(), 0, textWidth, s.root.child("P"))
		if err != nil {
			return fmt.Errorf("exercise notice: %w", err)
		}
		c.align = document.Centre
		s.row([]*cell{c}, true, nil)
		s.y += blockGap
	}
	for i, l := range s.doc.Header {
		st := s.style(tableSize)
		if i == 0 {
			st = style{size: 12500, bold: true, lang: s.doc.Lang}
		}
		c, err := s.cell(l, st, s.rtl(), 0, textWidth, s.root.child("P"))
		if err != nil {
			return fmt.Errorf("letterhead line %d: %w", i+1, err)
		}
		s.row([]*cell{c}, true, nil)
	}
	if len(s.doc.Header) > 0 {
		s.y += blockGap / 2
		s.rule(margin, s.y, textWidth, hairline)
		s.y += headingGap
	}
	return nil
}

func (s *setter) heading(h document.Heading) error {
	if h.Level < 1 || h.Level > 3 {
		return errs.Invalidf("a heading of level %d; they have 1 to 3", h.Level)
	}
	st := style{size: headingSize(h.Level), bold: true, lang: s.doc.Lang}
	source := h.Text
	title := h.Text.String()
	if h.Number != "" {
		source = append(document.T(h.Number+"\u2002"), h.Text...)
		title = h.Number + " " + title
	}
	// A screen reader is told no level that skips one (ISO 14289-1, 7.4.2), whatever the heading looks like.
	s.level = min(h.Level, s.level+1)
	c, err := s.cell(source, st, s.rtl(), 0, textWidth, s.root.child("H"+strconv.Itoa(s.level)))
	if err != nil {
		return fmt.Errorf("heading: %w", err)
	}
	s.gap(headingGap)
	s.need(c.height(0, len(c.lines)) + 4*bodySize) // two lines of what it heads
	s.headings = append(s.headings, heading{h.Level, len(s.pages) - 1, s.y, title})
	s.row([]*cell{c}, true, nil)
	return nil
}

// paragraph sets a paragraph. Before a signature it leaves its last lines for the signature's page: nobody signs a
// page without text.
func (s *setter) paragraph(p document.Paragraph, next document.Block) error {
	st := s.style(bodySize)
	if p.Lang != "" {
		st.lang = p.Lang
	}
	e := s.root.child("P")
	e.lang = st.lang
	start, cells := 0, []*cell(nil)
	if p.Number != "" {
		number, err := s.label(p.Number, st, e)
		if err != nil {
			return fmt.Errorf("paragraph number: %w", err)
		}
		start, cells = max(numberRoom, number.lines[0].width+bodySize/2), []*cell{number}
	}
	c, err := s.cell(p.Text, st, st.rtl(), start, textWidth-start, e)
	if err != nil {
		return fmt.Errorf("paragraph: %w", err)
	}
	c.align = p.Align
	if g, ok := next.(document.Signature); ok {
		_, height, err := s.signatureCells(g)
		if err != nil {
			return err
		}
		// More than half a page cannot be kept together with a text.
		s.follow = min(height+signGap, (bottom-margin)/2)
		defer func() { s.follow = 0 }()
	}
	s.gap(blockGap)
	s.row(append(cells, c), false, nil)
	return nil
}

// label sets a number or a bullet at the side where the text begins. The space after it is for those who read the
// text without its places.
func (s *setter) label(number string, st style, e *element) (*cell, error) {
	return s.cell(document.T(number+" "), st, st.rtl(), 0, textWidth, e)
}

func (s *setter) listing(l document.List) error {
	list := s.root.child("L")
	list.attr = "<</O/List/ListNumbering/Disc>>"
	if l.Ordered {
		list.attr = "<</O/List/ListNumbering/Decimal>>"
	}
	s.gap(blockGap)
	for i, it := range l.Items {
		mark := "•"
		if l.Ordered {
			mark = strconv.Itoa(i+1) + "."
		}
		li := list.child("LI")
		number, err := s.label(mark, s.style(bodySize), li.child("Lbl"))
		if err != nil {
			return err
		}
		start := max(bulletRoom, number.lines[0].width+bodySize/2)
		c, err := s.cell(it, s.style(bodySize), s.rtl(), start, textWidth-start, li.child("LBody"))
		if err != nil {
			return fmt.Errorf("item %d: %w", i+1, err)
		}
		if i > 0 {
			s.gap(blockGap / 3)
		}
		s.row([]*cell{number, c}, false, nil)
	}
	return nil
}

// definitions sets terms beside what is said about them, with a line under each.
func (s *setter) definitions(d document.Definitions) error {
	list := s.root.child("L")
	list.attr = "<</O/List/ListNumbering/None>>"
	const term = textWidth * 32 / 100
	s.gap(blockGap)
	for i, it := range d.Items {
		li := list.child("LI")
		st := s.style(bodySize)
		st.bold = true
		left, err := s.cell(it.Term, st, s.rtl(), 0, term-bodySize, li.child("Lbl"))
		if err != nil {
			return fmt.Errorf("term %d: %w", i+1, err)
		}
		right, err := s.cell(it.Text, s.style(bodySize), s.rtl(), term, textWidth-term, li.child("LBody"))
		if err != nil {
			return fmt.Errorf("definition %d: %w", i+1, err)
		}
		s.row([]*cell{left, right}, len(right.lines) < 12, nil)
		s.y += cellPad
		s.rule(margin, s.y, textWidth, hairline)
		s.y += hairline + cellPad
	}
	return nil
}

// signature sets the place to sign in the half of the page where lines end. It stays on one page.
func (s *setter) signature(g document.Signature) error {
	cells, height, err := s.signatureCells(g)
	if err != nil {
		return err
	}
	s.gap(signGap)
	s.need(height)
	for _, c := range cells[:2] {
		s.signatureLine(c)
	}
	s.y += signRoom - blockGap
	x := margin + textWidth - signWidth
	if s.rtl() {
		x = margin
	}
	s.rule(x, s.y, signWidth, hairline)
	s.y += blockGap
	for _, c := range cells[2:] {
		s.signatureLine(c)
	}
	return nil
}

func (s *setter) signatureLine(c *cell) {
	if len(c.text.runes) > 0 {
		s.row([]*cell{c}, false, nil)
	}
}

// signatureCells returns place, date, name and function, and the height of the whole.
func (s *setter) signatureCells(g document.Signature) (cells []*cell, height int, err error) {
	height = signRoom
	for i, part := range []document.Text{g.Place, g.Date, g.Name, g.Function} {
		st := s.style(bodySize)
		st.bold = i == 2
		c, err := s.cell(part, st, s.rtl(), textWidth-signWidth, signWidth, s.root.child("P"))
		if err != nil {
			return nil, 0, fmt.Errorf("signature: %w", err)
		}
		cells = append(cells, c)
		if len(c.text.runes) > 0 {
			height += c.height(0, len(c.lines))
		}
	}
	return cells, height, nil
}
