package pdf

import (
	"fmt"

	"comity/internal/engine/document"
)

// frame adds to a page what stands around its text: the footer and the page's number.
func (s *setter) frame(i int) error {
	p := s.pages[i]
	number := document.Text{{Kind: document.Identifier, Text: fmt.Sprintf("%d / %d", i+1, len(s.pages))}}
	const room = 60000
	for _, part := range []struct {
		text         document.Text
		start, width int
		align        document.Align
	}{
		{s.doc.Footer, 0, textWidth - room, document.Start},
		{number, textWidth - room, room, document.End},
	} {
		c, err := s.cell(part.text, s.style(smallSize), s.rtl(), part.start, part.width, nil)
		if err != nil {
			return fmt.Errorf("footer: %w", err)
		}
		c.align, c.artifact = part.align, footerArtifact
		p.foot(c)
	}
	return nil
}

// foot sets a footer's first lines from the footer's place down; more than the margin holds is not shown.
func (p *page) foot(c *cell) {
	y := footerY
	for _, l := range c.lines {
		if y > pageHeight-smallSize {
			return
		}
		p.put(c, l, y)
		y += l.above + l.below
	}
}
