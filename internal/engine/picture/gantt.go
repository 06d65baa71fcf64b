package picture

import (
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/document"
)

// GanttSpec is a plan: rows of time, from the side where the language begins.
type GanttSpec struct {
	Frame
	From, To time.Time
	Ticks    []Tick // lines across all rows, ascending: quarters, months
	Rows     []Span
	Today    Tick // a thick line; none when its Text is ""
}

// Tick is an instant with its name: "Q1 2027".
type Tick struct {
	At   time.Time
	Text string
}

// Span is a row. One that ends where it begins is a milestone, drawn as a diamond.
type Span struct {
	Label    string
	From, To time.Time
	Text     string // beside the bar: "3 March – 12 June"
	Done     bool   // hatched as well as coloured
}

// Gantt draws the plan. Rows that lie outside of it altogether are refused; those that reach beyond are cut.
func (m *Maker) Gantt(spec GanttSpec) (*document.Drawing, error) {
	if err := spec.checkGantt(); err != nil {
		return nil, err
	}
	s := m.chart(spec.Frame)
	rows := s.rows(nil)
	g := ganttSheet{sheet: s, spec: spec, start: side + rows.label + 2, width: s.d.Width - 2*side - rows.label - 2}
	top := s.y
	g.ticks()
	for _, r := range spec.Rows {
		_, y := s.row(rows, r.Label, "")
		g.span(r, y, rows)
		s.y += s.text / 2
	}
	g.lines(top)
	return s.finish()
}

func (spec GanttSpec) checkGantt() error {
	if err := spec.check(); err != nil {
		return err
	}
	if !spec.To.After(spec.From) {
		return errs.Invalidf("a plan from %s to %s", spec.From, spec.To)
	}
	if n := len(spec.Rows); n == 0 || n > maxRows {
		return errs.Invalidf("a plan of %d rows, it can have 1 to %d", n, maxRows)
	}
	for _, r := range spec.Rows {
		if r.To.Before(r.From) || r.To.Before(spec.From) || r.From.After(spec.To) {
			return errs.Invalidf("%q from %s to %s lies outside of the plan from %s to %s", r.Label, r.From, r.To, spec.From, spec.To)
		}
	}
	return nil
}

type ganttSheet struct {
	*sheet
	spec         GanttSpec
	start, width int // of the time, from the side where the language begins
}

// at is the place of an instant.
func (g ganttSheet) at(t time.Time) int {
	share := float64(t.Sub(g.spec.From)) / float64(g.spec.To.Sub(g.spec.From))
	return g.start + int(min(max(share, 0), 1)*float64(g.width))
}

// ticks names the lines above the rows; a name that would run into the one before is left out.
func (g ganttSheet) ticks() {
	size, free := g.text*3/4, 0
	for _, k := range g.spec.Ticks {
		x := g.at(k.At)
		if w := g.sheet.width(k.Text, size, false); x >= free && x+w <= g.d.Width-side {
			g.words(k.Text, x+4, g.y, size, false, document.Start)
			free = x + w + size
		}
	}
	if len(g.spec.Ticks) > 0 {
		g.y += g.lineHeight(size) + g.text/4
	}
}

// lines draws the ticks and today behind the bars.
func (g ganttSheet) lines(top int) {
	var behind []document.Shape
	add := func(x, thick int, c document.Colour) {
		at := g.x(x)
		behind = append(behind, document.Area{
			Rings: [][]document.Point{{{X: at, Y: top}, {X: at + thick, Y: top}, {X: at + thick, Y: g.y}, {X: at, Y: g.y}}},
			Paint: document.Paint{Fill: c},
		})
	}
	for _, k := range g.spec.Ticks {
		add(g.at(k.At), 1, grey)
	}
	if g.spec.Today.Text != "" {
		add(g.at(g.spec.Today.At), 5, red)
		g.sheet.y += g.text / 4
		g.note(g.spec.Today.Text, func(x, y int) { g.box(side+g.text/2, y-g.text/2, 5, g.text, document.Paint{Fill: red}) })
	}
	g.d.Shapes = append(behind, g.d.Shapes...)
}

func (g ganttSheet) span(r Span, y int, rows rowForm) {
	paint := document.Paint{Fill: blues[3], Line: black, Thick: 2}
	if r.Done {
		paint = document.Paint{Fill: greens[3], Line: black, Thick: 2, Hatch: document.Rising, Ink: forest}
	}
	from, to := g.at(r.From), g.at(r.To)
	if r.From.Equal(r.To) {
		x, middle, half := g.x(from), y+rows.height/2, rows.height/2
		g.add(document.Area{Rings: [][]document.Point{{{X: x, Y: middle - half}, {X: x + half, Y: middle}, {X: x, Y: middle + half}, {X: x - half, Y: middle}}}, Paint: paint})
		to += half
	} else {
		g.box(from, y, max(to-from, 4), rows.height, paint)
	}
	if r.Text == "" {
		return
	}
	size := g.text * 3 / 4
	w := g.sheet.width(r.Text, size, false)
	x := to + g.text/3
	if x+w > g.d.Width-side { // there is no room behind it: before it
		x = from - g.text/3 - w
	}
	if x < g.start { // nor before it: on it, at its end
		x = max(g.start, to-g.text/3-w)
	}
	g.box(x, y+4, w, rows.height-8, document.Paint{Fill: white}) // no line runs through the words
	g.words(r.Text, x, y+rows.lift(g.sheet)+(g.text-size)/2, size, false, document.Start)
}
