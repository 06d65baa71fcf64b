package exercise

import (
	"slices"
	"strings"

	"comity/internal/engine/instrument"
)

// Handed is what somebody hands in.
type Handed struct {
	Request  bool              `json:"request"`  // a request was handed in
	Findings []string          `json:"findings"` // ids of the rules that find something in it, as comity request check has them
	Custody  []Event           `json:"custody"`  // the history of the items, in its order
	Named    []Named           `json:"named"`    // the faults that were found
	Facts    map[string]string `json:"facts"`
}

// Event is one line of the history of an item.
type Event struct {
	Item string `json:"item"`
	What string `json:"what"`
}

// Named is a fault with the item in which somebody saw it.
type Named struct {
	Fault Fault  `json:"fault"`
	Item  string `json:"item"` // its label, "request" for the request
}

// Marks are the points of what was handed in, line by line.
type Marks struct {
	Lines  []LineMark        `json:"lines"`
	Wrong  []Named           `json:"wrong"` // named and not there
	Points instrument.Points `json:"points"`
	Of     instrument.Points `json:"of"`
}

// LineMark is the mark of one line: all its points or none.
type LineMark struct {
	Line   string            `json:"line"`
	Points instrument.Points `json:"points"`
	Of     instrument.Points `json:"of"`
}

// Mark marks what was handed in by the key of its variant. It is a function of the two: the same gives the same. A line
// that isn't met loses its own points and no others; what is named and isn't there costs Wrong each, so that naming
// everything gains nothing. Nobody has less than 0.
func (d Exercise) Mark(k Key, h Handed) Marks {
	m := Marks{Lines: []LineMark{}, Wrong: []Named{}, Of: d.Total()}
	for _, l := range d.Lines {
		mark := LineMark{Line: l.Name, Of: l.Points}
		if l.met(k, h) {
			mark.Points = l.Points
		}
		m.Points += mark.Points
		m.Lines = append(m.Lines, mark)
	}
	for _, n := range h.Named {
		if !k.planted(n) && !slices.Contains(m.Wrong, n) {
			m.Wrong = append(m.Wrong, n)
			m.Points -= d.Wrong
		}
	}
	m.Points = max(0, m.Points)
	return m
}

func (l Line) met(k Key, h Handed) bool {
	switch {
	case len(l.Rules) > 0:
		return h.Request && !slices.ContainsFunc(l.Rules, func(id string) bool { return slices.Contains(h.Findings, id) })
	case len(l.Custody) > 0:
		return inOrder(l.Custody, h.Custody)
	case l.Fault != "":
		return slices.ContainsFunc(h.Named, func(n Named) bool { return n.Fault == l.Fault && k.planted(n) })
	}
	want := k.Facts[l.Fact]
	return want != "" && strings.EqualFold(strings.TrimSpace(h.Facts[l.Fact]), want)
}

// inOrder says whether the history of each item has the acts in their order, others between them.
func inOrder(acts []string, log []Event) bool {
	done := map[string]int{} // by item, how many of the acts it has
	for _, e := range log {
		n := done[e.Item]
		if n < len(acts) && e.What == acts[n] {
			n++
		}
		done[e.Item] = n
	}
	for _, n := range done {
		if n < len(acts) {
			return false
		}
	}
	return len(done) > 0
}
