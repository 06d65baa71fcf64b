package picture_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/picture"
)

func day(month time.Month, d int) time.Time { return time.Date(2027, month, d, 0, 0, 0, 0, time.UTC) }

func plan(tag language.Tag) picture.GanttSpec {
	return picture.GanttSpec{
		Frame: frame(tag), From: day(1, 1), To: day(12, 31), Today: picture.Tick{At: day(5, 1), Text: "Today"},
		Ticks: []picture.Tick{{At: day(1, 1), Text: "Q1"}, {At: day(4, 1), Text: "Q2"}, {At: day(7, 1), Text: "Q3"}, {At: day(10, 1), Text: "Q4"}},
		Rows: []picture.Span{
			{Label: "Questionnaire", From: day(1, 1), To: day(3, 31), Text: "January to March", Done: true},
			{Label: "Session", From: day(6, 15), To: day(6, 15), Text: "15 June"},
			{Label: "Report", From: day(10, 1), To: day(12, 31), Text: "October to December"},
		},
	}
}

// painted lists the left and right ends of what is filled and has a border, in the order of drawing.
func painted(d *document.Drawing) (ends [][2]int) {
	for _, s := range d.Shapes {
		if a, ok := s.(document.Area); ok && a.Paint.Line != "" && a.Paint.Fill != "" {
			e := document.ExtentOf(a.Rings)
			ends = append(ends, [2]int{e.X0, e.X1})
		}
	}
	return ends
}

// TestGanttPutsTimeInOrder: what is later begins further from the side of the language, and Arabic is the mirror.
func TestGanttPutsTimeInOrder(t *testing.T) {
	en, err := maker(t).Gantt(plan(language.English))
	if err != nil {
		t.Fatal(err)
	}
	ar, err := maker(t).Gantt(plan(language.Arabic))
	if err != nil {
		t.Fatal(err)
	}
	left, right := painted(en), painted(ar)
	if len(left) != 3 || !slices.IsSortedFunc(left, func(a, b [2]int) int { return a[0] - b[0] }) {
		t.Errorf("bars are at %v, want three, each further on", left)
	}
	for i := range left {
		if got, want := right[i], [2]int{en.Width - left[i][1], en.Width - left[i][0]}; got != want {
			t.Errorf("in Arabic bar %d is at %v, want %v", i, got, want)
		}
	}
	if year := left[2][1] - left[0][0]; (left[0][1]-left[0][0])*100/year < 23 || (left[0][1]-left[0][0])*100/year > 26 {
		t.Errorf("three months are %d of the year's %d units, want a quarter", left[0][1]-left[0][0], year)
	}
	for _, s := range en.Shapes {
		if w, ok := s.(document.Words); ok && (w.At.X < 0 || w.At.X > en.Width) {
			t.Errorf("%q stands at %d, off the drawing", w.Text, w.At.X)
		}
	}
}

func TestGanttRefusesWhatLiesOutside(t *testing.T) {
	for name, change := range map[string]func(*picture.GanttSpec){
		"before the plan": func(p *picture.GanttSpec) {
			p.Rows[0].From, p.Rows[0].To = day(1, 1).AddDate(-1, 0, 0), day(2, 1).AddDate(-1, 0, 0)
		},
		"ends before it begins": func(p *picture.GanttSpec) { p.Rows[0].From, p.Rows[0].To = day(3, 1), day(2, 1) },
		"no time":               func(p *picture.GanttSpec) { p.To = p.From },
		"no rows":               func(p *picture.GanttSpec) { p.Rows = nil },
	} {
		p := plan(language.English)
		change(&p)
		if _, err := maker(t).Gantt(p); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
}

// TestGanttKeepsWordsApart: beside a bar as long as the plan there is no room; its words stand on it, not on the label.
func TestGanttKeepsWordsApart(t *testing.T) {
	p := plan(language.English)
	p.Rows = []picture.Span{{Label: "A label that takes its room (exercise)", From: day(1, 1), To: day(12, 31), Text: "until 31 December 2027"}}
	d, err := maker(t).Gantt(p)
	if err != nil {
		t.Fatal(err)
	}
	bar, found := painted(d)[0], false
	for _, s := range d.Shapes {
		if w, ok := s.(document.Words); ok && w.Text == p.Rows[0].Text {
			if found = true; w.At.X < bar[0] {
				t.Errorf("the words begin at %d, the bar at %d", w.At.X, bar[0])
			}
		}
	}
	if !found {
		t.Error("the words are nowhere")
	}
}
