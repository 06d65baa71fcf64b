package practice_test

import (
	"math/rand/v2"
	"testing"

	"comity/internal/cooperation/practice"
	"comity/internal/cooperation/request"
)

// told is n histories to a State, of which some were asked back about.
func told(n int, state string, asked int) (all []request.History) {
	for i := range n {
		h := history("acknowledge", 1.0, "accept", float64(10+i))
		if i < asked {
			h = history("acknowledge", 1.0, "ask", 3.0, "accept", float64(10+i))
		}
		h.Their = state
		all = append(all, h)
	}
	return all
}

func to(states ...string) func(request.History) bool {
	return func(h request.History) bool {
		for _, s := range states {
			if h.Their == s {
				return true
			}
		}
		return false
	}
}

// TestNarrow: a part shows what it can, and keeps back what the whole, or another part around it, would give away.
func TestNarrow(t *testing.T) {
	for name, c := range map[string]struct {
		all   []request.History
		parts []func(request.History) bool
		shown []bool
	}{
		"large parts":                   {append(told(8, "XA", 5), told(9, "XB", 0)...), []func(request.History) bool{to("XA"), to("XB")}, []bool{true, true}},
		"a part of four":                {append(told(4, "XA", 0), told(9, "XB", 0)...), []func(request.History) bool{to("XA")}, []bool{false}},
		"all but four":                  {append(told(4, "XA", 0), told(9, "XB", 0)...), []func(request.History) bool{to("XB")}, []bool{false}},
		"the whole":                     {told(9, "XB", 0), []func(request.History) bool{to("XB")}, []bool{true}},
		"one within another, too close": {append(append(told(6, "XA", 0), told(2, "XB", 0)...), told(9, "XC", 0)...), []func(request.History) bool{to("XA"), to("XA", "XB")}, []bool{false, true}},
		"one within another, far apart": {append(append(told(6, "XA", 0), told(7, "XB", 0)...), told(9, "XC", 0)...), []func(request.History) bool{to("XA"), to("XA", "XB")}, []bool{true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			for i, f := range practice.Narrow(c.all, c.parts, request.Out, after(100)) {
				if f.Shown != c.shown[i] || f.Waits[1].Shown != c.shown[i] {
					t.Errorf("part %d is shown: %v, its wait: %v, want %v", i, f.Shown, f.Waits[1].Shown, c.shown[i])
				}
			}
		})
	}
	// Seven of eleven to XA were asked back about by a rule, of the whole nine: the two others could be told.
	f := practice.Narrow(append(told(11, "XA", 7), told(9, "XB", 2)...), []func(request.History) bool{to("XA")}, request.Out, after(100))[0]
	if !f.Shown || f.Rules[0].Code != "SEL-03" || f.Rules[0].Shown {
		t.Errorf("%+v: want the part shown and its count of SEL-03 kept back", f.Rules)
	}
	if s := f.AskedShare(); s.K != 7 || s.N != 11 || s.Shown {
		t.Errorf("the share asked back is %+v, want it kept back: it leaves four", s)
	}
}

// TestNarrowTellsOfNobody plays whoever subtracts: over many invented years, no two figures that are shown, of all requests
// or of nested parts, differ by one to four.
func TestNarrowTellsOfNobody(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2026))
	shown := 0
	for range 300 {
		var all []request.History
		for _, s := range []string{"XA", "XB", "XC", "XD"} {
			n := r.IntN(12)
			all = append(all, told(n, s, r.IntN(n+1))...)
		}
		parts := []func(request.History) bool{to("XA"), to("XA", "XB"), to("XA", "XB", "XC"), to("XB", "XC"), to("XD")}
		within := [][2]int{{0, 1}, {0, 2}, {1, 2}, {3, 2}, {0, 5}, {1, 5}, {2, 5}, {3, 5}, {4, 5}} // 5 is the whole
		figures := append(practice.Narrow(all, parts, request.Out, after(100)), practice.Compute(all, request.Out, after(100)))
		for _, w := range within {
			a, b := figures[w[0]], figures[w[1]]
			if d := b.Requests - a.Requests; a.Shown && b.Shown && d > 0 && d < practice.Least {
				t.Fatalf("%d and %d requests are both shown", a.Requests, b.Requests)
			}
			if a.Shown {
				shown++
			}
			for _, c := range a.Rules {
				for _, o := range b.Rules {
					if d := o.N - c.N; c.Code == o.Code && c.Shown && o.Shown && d > 0 && d < practice.Least {
						t.Fatalf("%s: %d and %d are both shown", c.Code, c.N, o.N)
					}
				}
			}
		}
	}
	if shown < 200 {
		t.Errorf("%d figures were shown in 300 years: too few to have tried anything", shown)
	}
}
