package picture

import (
	"comity/internal/base/errs"
	"comity/internal/engine/document"
)

// StacksSpec is a chart of rows that are made of parts.
type StacksSpec struct {
	Frame
	Series []string // what the parts are, one to six
	Whole  float64  // what the parts of a row make together, 100 for shares; 0 when it differs from row to row
	Rows   []Stack
}

// Stack is a row; its parts are in the order of the series.
type Stack struct {
	Label string
	Parts []Part
	Note  string // of how many: "n = 13"
}

// Part is a part of a row. The value of a suppressed one is not looked at.
type Part struct {
	Value      float64
	Text       string // shown where there is room
	Suppressed bool
}

// series is how the parts look: each differs from its neighbours by brightness and by hatch.
var series = [6]document.Paint{
	{Fill: "#2167c3"},
	{Fill: "#cfebd8", Hatch: document.Rising, Ink: forest},
	{Fill: "#f6d7a8"},
	{Fill: "#ffffff", Hatch: document.Falling, Ink: "#942514"},
	{Fill: "#9aa0a3"},
	{Fill: "#ffffff", Hatch: document.Level | document.Upright, Ink: "#2167c3"},
}

// hidden is the part of a row that suppressed parts make together.
var hidden = document.Paint{Fill: white, Line: black, Thick: 2, Dashed: true}

// Stacks draws rows of parts, from the side where the language begins. Suppressed parts are drawn as one, at the end,
// where the whole is known, and as the sign alone where it isn't.
func (m *Maker) Stacks(spec StacksSpec) (*document.Drawing, error) {
	top, err := spec.top()
	if err != nil {
		return nil, err
	}
	s := m.chart(spec.Frame)
	s.seriesLegend(spec.Series)
	var notes []string
	for _, r := range spec.Rows {
		notes = append(notes, r.Note)
	}
	rows := s.rows(notes)
	for _, r := range spec.Rows {
		at, y := s.row(rows, r.Label, r.Note)
		s.stack(r, at, y, float64(rows.end-at-s.text)/max(top, 1e-9), rows, spec.Whole)
		s.y += s.text / 2
	}
	return s.finish()
}

// top checks the specification and returns the end of the scale.
func (spec StacksSpec) top() (float64, error) {
	if err := spec.check(); err != nil {
		return 0, err
	}
	if n := len(spec.Series); n == 0 || n > len(series) {
		return 0, errs.Invalidf("a chart of %d series, it can have 1 to %d", n, len(series))
	}
	if n := len(spec.Rows); n == 0 || n > maxRows {
		return 0, errs.Invalidf("a chart of %d rows, it can have 1 to %d", n, maxRows)
	}
	top := spec.Whole
	for _, r := range spec.Rows {
		if len(r.Parts) != len(spec.Series) {
			return 0, errs.Invalidf("row %q has %d parts, there are %d series", r.Label, len(r.Parts), len(spec.Series))
		}
		sum := 0.0
		for _, p := range r.Parts {
			if p.Suppressed {
				continue
			}
			if p.Value < 0 {
				return 0, errs.Invalidf("row %q has a part of %v", r.Label, p.Value)
			}
			sum += p.Value
		}
		if spec.Whole == 0 {
			top = max(top, sum)
		}
	}
	return top, nil
}

func (s *sheet) stack(r Stack, at, y int, scale float64, rows rowForm, whole float64) {
	start := at
	sum, suppressed := 0.0, false
	for i, p := range r.Parts {
		if p.Suppressed {
			suppressed = true
			continue
		}
		sum += p.Value
		end := start + int(sum*scale)
		paint := series[i]
		paint.Line, paint.Thick = black, 2
		s.part(at, end, y, rows, paint, p.Text)
		at = end
	}
	if suppressed {
		end := max(at, start+int(whole*scale))
		if end > at {
			s.part(at, end, y, rows, hidden, Suppressed)
		} else {
			s.words(Suppressed, at+s.text/3, y+rows.lift(s), s.text, false, document.Start)
		}
	}
	s.box(start-2, y-s.text/6, 2, rows.height+s.text/3, document.Paint{Fill: black})
}

// part draws a part with its text on a plate, when both fit.
func (s *sheet) part(from, to, y int, rows rowForm, paint document.Paint, text string) {
	if to <= from {
		return
	}
	s.box(from, y, to-from, rows.height, paint)
	size := s.text * 7 / 8
	w := s.width(text, size, false) + size/2
	if text == "" || w > to-from-4 {
		return
	}
	middle := (from + to) / 2
	s.box(middle-w/2, y+4, w, rows.height-8, document.Paint{Fill: white})
	s.words(text, middle, y+rows.lift(s), size, false, document.Centre)
}

// seriesLegend sets the series beside each other, as many on a line as fit.
func (s *sheet) seriesLegend(names []string) {
	at := side
	swatch := s.text * 3 / 2
	for i, name := range names {
		lines := s.wrap(name, s.text, false, s.inner()-swatch-s.text)
		width := swatch + s.text/2 + s.widest(lines) + s.text
		if at > side && at+width > s.d.Width-side {
			at = side
			s.y += s.lineHeight(s.text) + s.text/4
		}
		paint := series[i]
		paint.Line, paint.Thick = black, 2
		s.box(at, s.y, swatch, s.text*5/4, paint)
		s.lines(lines, at+swatch+s.text/2, s.y, s.text, false, document.Start)
		s.y += (len(lines) - 1) * s.lineHeight(s.text)
		at += width
	}
	s.y += s.lineHeight(s.text) + s.text
}
