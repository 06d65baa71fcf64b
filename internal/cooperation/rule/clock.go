package rule

import (
	"time"

	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument/xpath"
)

// WarnDays is how long before its end a clock is shown as running out.
const WarnDays = 14

// Event is something that happened to a measure and that a clock listens to: "preserved", "follow-up received",
// "status asked".
type Event struct {
	Kind  string
	On    treaty.Date
	Until treaty.Date // an end that the other side notified; it may be later than the treaty's least, never earlier
	Ref   string
}

// Clock is a length of time under way. It is computed from events, never kept.
type Clock struct {
	ID       string
	Ref      string
	Start    treaty.Date
	Warn     treaty.Date
	End      treaty.Date
	Stopped  treaty.Date // "" while it runs
	Earliest bool        // no end was notified: the end shown is the earliest possible
	Treaty   treaty.Code
	Article  string
	Text     string
	Checked  bool
}

// Phase is where a clock stands on a day.
type Phase string

// A clock that was stopped too late has lapsed all the same.
const (
	Running Phase = "running"
	Ending  Phase = "ending"
	Stopped Phase = "stopped"
	Lapsed  Phase = "lapsed"
)

// Phase returns where the clock stands on a day.
func (c Clock) Phase(today treaty.Date) Phase {
	switch {
	case c.Stopped != "" && c.Stopped <= c.End:
		return Stopped
	case c.Stopped != "" || today > c.End:
		return Lapsed
	case today >= c.Warn:
		return Ending
	}
	return Running
}

// Clocks computes the clocks that a treaty attaches to a type of measure from what has happened. Each start event
// begins one; the first stop event after it ends it. Of two on one day, the later in the list came later.
func Clocks(t *treaty.Treaty, measure string, events []Event) []Clock {
	var out []Clock
	for _, rule := range t.ClocksOf(measure) {
		for i, e := range events {
			if e.Kind != rule.Start {
				continue
			}
			c := Clock{ID: rule.ID, Ref: e.Ref, Start: e.On, Treaty: t.Code, Article: rule.Article, Text: rule.Text, Checked: rule.Checked}
			c.End = addDays(e.On, rule.Days)
			if e.Until >= c.End {
				c.End = e.Until
			} else {
				c.Earliest = rule.Least
			}
			c.Warn = addDays(c.End, -WarnDays)
			c.Stopped = stopped(events, i, rule.Stop)
			out = append(out, c)
		}
	}
	return out
}

// stopped is the day on which the clock that the event at i began was ended, "" while it runs.
func stopped(events []Event, i int, kind string) (on treaty.Date) {
	for j, s := range events {
		after := s.On > events[i].On || s.On == events[i].On && j > i
		if s.Kind == kind && after && (on == "" || s.On < on) {
			on = s.On
		}
	}
	return on
}

func addDays(d treaty.Date, n int) treaty.Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	return treaty.Date(t.AddDate(0, 0, n).Format(time.DateOnly))
}

// Attach puts clocks beside the answers, where the rules on clocks look for them.
func Attach(answers *xpath.Node, clocks []Clock, today treaty.Date) {
	for _, c := range clocks {
		n := answers.Element("clock").SetAttr("kind", c.ID)
		earliest := "no"
		if c.Earliest {
			earliest = "yes"
		}
		for _, kv := range [][2]string{{"ref", c.Ref}, {"start", string(c.Start)}, {"end", string(c.End)},
			{"stopped", string(c.Stopped)}, {"earliest", earliest}, {"today", string(today)}} {
			n.Element(kv[0]).SetText(kv[1])
		}
	}
}
