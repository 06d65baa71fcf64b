package pdf

import (
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/engine/document"
)

const (
	cellPad  = 3000 // above and below a row's text
	cellSide = 5000 // between columns
	headLine = 1000
)

// columns are a table's columns: where they begin, counted from the side where the text begins, and how wide they are.
type columns struct{ start, width []int }

func newColumns(n int, parts []float64) (columns, error) {
	if len(parts) == 0 {
		parts = make([]float64, n)
		for i := range parts {
			parts[i] = 1
		}
	}
	if len(parts) != n {
		return columns{}, errs.Invalidf("%d widths for %d columns", len(parts), n)
	}
	sum := 0.0
	for _, p := range parts {
		if !(p > 0) {
			return columns{}, errs.Invalidf("a column's width is %v", p)
		}
		sum += p
	}
	var c columns
	at := 0
	for _, p := range parts {
		w := int(p / sum * textWidth)
		if w <= 2*cellSide {
			return columns{}, errs.Invalidf("a column of %s points is too narrow", pt(w))
		}
		c.start = append(c.start, at)
		c.width = append(c.width, w-cellSide)
		at += w
	}
	return c, nil
}

// table sets a table. Its head is set again, as an artifact, on each page that the table reaches, unless it would take
// more than a third of the page.
func (s *setter) table(t document.Table) error {
	if len(t.Head) == 0 {
		return errs.Invalidf("a table without a head")
	}
	cols, err := newColumns(len(t.Head), t.Widths)
	if err != nil {
		return fmt.Errorf("table: %w", err)
	}
	e := s.root.child("Table")
	s.gap(blockGap)
	if err := s.caption(t.Caption, e); err != nil {
		return err
	}
	head, err := s.tableRow(t.Head, cols, e.child("THead").child("TR"), true)
	if err != nil {
		return fmt.Errorf("table head: %w", err)
	}
	s.need(rowHeight(head) + 6*tableSize) // the head and a row of two lines
	s.setRow(head, headLine)
	defer func() { s.again = nil }()
	if rowHeight(head) < (bottom-margin)/3 {
		s.again = func() { s.repeat(head) }
	}
	body := e.child("TBody")
	for i, r := range t.Rows {
		if len(r) != len(t.Head) {
			return errs.Invalidf("table row %d has %d cells, its head %d", i+1, len(r), len(t.Head))
		}
		row, err := s.tableRow(r, cols, body.child("TR"), false)
		if err != nil {
			return fmt.Errorf("table row %d: %w", i+1, err)
		}
		s.setRow(row, hairline)
	}
	return nil
}

func (s *setter) caption(t document.Text, e *element) error {
	if len(t) == 0 {
		return nil
	}
	st := s.style(tableSize)
	st.bold = true
	c, err := s.cell(t, st, s.rtl(), 0, textWidth, e.child("Caption"))
	if err != nil {
		return fmt.Errorf("table caption: %w", err)
	}
	s.need(c.height(0, len(c.lines)) + 8*tableSize)
	s.row([]*cell{c}, true, nil)
	s.y += cellPad
	return nil
}

func (s *setter) tableRow(texts []document.Text, cols columns, tr *element, head bool) ([]*cell, error) {
	var cells []*cell
	for i, t := range texts {
		st, e := s.style(tableSize), tr.child("TD")
		if head {
			st.bold = true
			e = tr.child("TH")
			e.attr = "<</O/Table/Scope/Column>>"
		}
		e.attach() // an empty cell is a cell
		c, err := s.cell(t, st, s.rtl(), cols.start[i], cols.width[i], e)
		if err != nil {
			return nil, fmt.Errorf("column %d: %w", i+1, err)
		}
		cells = append(cells, c)
	}
	return cells, nil
}

func rowHeight(cells []*cell) int {
	h := 0
	for _, c := range cells {
		h = max(h, c.height(0, len(c.lines)))
	}
	return h + 2*cellPad
}

// setRow sets a row with a line under it. Rows of up to a third of a page are kept whole.
func (s *setter) setRow(cells []*cell, thickness int) {
	keep := rowHeight(cells) < (bottom-margin)/3
	if keep {
		s.need(rowHeight(cells) + thickness)
	}
	s.y += cellPad
	s.row(cells, keep, func() { s.underline(thickness) })
}

func (s *setter) underline(thickness int) {
	s.y += cellPad
	s.rule(margin, s.y, textWidth, thickness)
	s.y += thickness
}

// repeat sets the head again at the top of a page.
func (s *setter) repeat(head []*cell) {
	s.y += cellPad
	foot := s.y
	for _, c := range head {
		y, copied := s.y, c.asArtifact()
		for _, l := range copied.lines {
			s.put(copied, l, y+l.above)
			y += l.above + l.below
		}
		foot = max(foot, y)
	}
	s.y = foot
	s.underline(headLine)
}
