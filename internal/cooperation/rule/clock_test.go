package rule_test

import (
	"testing"

	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
)

// Of what happened on one day, the order tells what came after what.
func TestClockStopsAfterItStarted(t *testing.T) {
	ts, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	toc, _ := ts.Get("TOC")
	asked := rule.Event{Kind: "status asked", On: "2026-03-03"}
	answered := func(on treaty.Date) rule.Event { return rule.Event{Kind: "answered", On: on} }
	for name, c := range map[string]struct {
		events []rule.Event
		want   treaty.Date
	}{
		"nobody answered":              {[]rule.Event{asked}, ""},
		"answered the same day, later": {[]rule.Event{asked, answered("2026-03-03")}, "2026-03-03"},
		"told before it was asked":     {[]rule.Event{answered("2026-03-03"), asked}, ""},
		"the first answer counts":      {[]rule.Event{asked, answered("2026-03-09"), answered("2026-03-05")}, "2026-03-05"},
	} {
		t.Run(name, func(t *testing.T) {
			got := rule.Clocks(toc, "records.bank", c.events)
			if len(got) != 1 || got[0].Stopped != c.want {
				t.Errorf("clocks = %+v, want one stopped on %q", got, c.want)
			}
		})
	}
}
