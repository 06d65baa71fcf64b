package picture

import (
	"comity/internal/base/errs"
	"comity/internal/engine/document"
)

// BarsSpec is a chart of one value for each row.
type BarsSpec struct {
	Frame
	Max  float64 // end of the scale; 0 is the largest value
	Bars []Bar
}

// Bar is a row. Of a suppressed one nothing is drawn but the sign; its value is not looked at.
type Bar struct {
	Label      string
	Value      float64
	Text       string // the value in words: "56 %"
	Note       string // of how many: "n = 13"
	Suppressed bool
}

// maxRows is how many rows a chart may have.
const maxRows = 60

// Bars draws horizontal bars, from the side where the language begins.
func (m *Maker) Bars(spec BarsSpec) (*document.Drawing, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if n := len(spec.Bars); n == 0 || n > maxRows {
		return nil, errs.Invalidf("a chart of %d rows, it can have 1 to %d", n, maxRows)
	}
	top := spec.Max
	texts, notes := []string{Suppressed}, []string(nil)
	for _, b := range spec.Bars {
		if !b.Suppressed {
			if b.Value < 0 {
				return nil, errs.Invalidf("bar %q has the value %v", b.Label, b.Value)
			}
			if spec.Max == 0 {
				top = max(top, b.Value)
			}
			texts = append(texts, b.Text)
		}
		notes = append(notes, b.Note)
	}
	s := m.chart(spec.Frame)
	room := s.widest(texts) + s.text
	rows := s.rows(notes)
	for _, b := range spec.Bars {
		at, y := s.row(rows, b.Label, b.Note)
		width := 0
		if !b.Suppressed && top > 0 {
			width = int(min(b.Value/top, 1) * float64(rows.end-at-room))
		}
		if width > 0 {
			s.box(at, y, width, rows.height, document.Paint{Fill: blues[3], Line: black, Thick: 2})
		}
		text := b.Text
		if b.Suppressed {
			text = Suppressed
		}
		s.words(text, at+width+s.text/3, y+rows.lift(s), s.text, false, document.Start)
		s.box(at-2, y-s.text/6, 2, rows.height+s.text/3, document.Paint{Fill: black})
		s.y += s.text / 2
	}
	return s.finish()
}

// chart begins a chart.
func (m *Maker) chart(f Frame) *sheet {
	if f.Narrow {
		return m.sheet(f, 760, 34)
	}
	return m.sheet(f, 1400, 32)
}

func (s *sheet) widest(texts []string) int {
	w := 0
	for _, t := range texts {
		w = max(w, s.width(t, s.text, false))
	}
	return w
}

// rowForm is what the rows of a chart share.
type rowForm struct {
	label  int // width of the labels; 0 when they stand above the bars
	end    int // where the bars' room ends, and after it the notes stand
	height int
}

func (s *sheet) rows(notes []string) rowForm {
	r := rowForm{label: s.inner() * 32 / 100, end: s.d.Width - side, height: s.text * 4 / 3}
	if s.frame.Narrow {
		r.label = 0
	}
	if w := s.widest(notes); w > 0 {
		r.end -= w + s.text/2
	}
	return r
}

// lift is how far below a bar's upper edge the line of its words begins.
func (r rowForm) lift(s *sheet) int { return (r.height - s.text*7/6) / 2 }

// row sets a row's label and note, and returns where its bar begins. The place under work is then below it.
func (s *sheet) row(r rowForm, label, note string) (at, y int) {
	width := r.label - s.text/2
	if r.label == 0 {
		width = s.inner()
	}
	lines := s.wrap(label, s.text, false, width)
	height := len(lines) * s.lineHeight(s.text)
	s.lines(lines, side, s.y, s.text, false, document.Start)
	at, y = side+r.label+2, s.y
	if r.label == 0 {
		y += height + s.text/6
		s.y = y + r.height
	} else {
		s.y += max(height, r.height)
	}
	if note != "" {
		s.words(note, s.d.Width-side, y+r.lift(s), s.text, false, document.End)
	}
	return at, y
}
