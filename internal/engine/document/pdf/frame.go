package pdf

import (
	"fmt"

	"comity/internal/engine/document"
)

// frame adds to a page what stands around its text: the footer, the page's number, and the watermark of an exercise.
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
	return s.watermark(p)
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

// watermarkWidth is how much of the page's diagonal a watermark takes.
const watermarkWidth = 700000

func (s *setter) watermark(p *page) error {
	if s.doc.Exercise == "" {
		return nil
	}
	st := style{size: 72000, bold: true, lang: s.doc.Lang}
	for {
		t, err := newText(s.fonts, document.T(s.doc.Exercise), st)
		if err != nil {
			return fmt.Errorf("watermark: %w", err)
		}
		lines, err := s.fill(t, 100*watermarkWidth)
		if err != nil {
			return fmt.Errorf("watermark: %w", err)
		}
		if w := lines[0].width; w > watermarkWidth && st.size > smallSize {
			st.size = max(smallSize, st.size*(watermarkWidth/1000)/(w/1000)-1)
			continue
		}
		p.behind = &behind{lines[0].pieces, lines[0].width}
		return nil
	}
}
