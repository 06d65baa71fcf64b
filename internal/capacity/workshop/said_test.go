package workshop

import (
	"fmt"
	"testing"
)

// TestSaid: nothing is shown while anyone may still answer or of fewer than five; a small count takes another with it.
func TestSaid(t *testing.T) {
	in, err := LoadForm(FollowUpForm)
	if err != nil {
		t.Fatal(err)
	}
	give := func(often, rarely, none int) (all []FollowUp, answers []map[string]string) {
		for code, n := range map[string]int{"mostly": often, "never": rarely, "no_case": none} {
			for range n {
				a := map[string]string{}
				for _, it := range questionsOf(in) {
					a[it.Name] = code
				}
				answers = append(answers, a)
				all = append(all, FollowUp{Month: 3, Of: "self", Status: IsAnswered})
			}
		}
		return all, answers
	}
	for _, c := range []struct {
		often, rarely, none int
		open                bool
		want                string
	}{
		{10, 6, 6, false, "10 6 6"}, {14, 6, 2, false, "14 : :"}, {3, 1, 0, false, ""}, {10, 6, 6, true, ""},
	} {
		all, answers := give(c.often, c.rarely, c.none)
		if c.open {
			all = append(all, FollowUp{Month: 3, Of: "self", Status: IsSent})
		}
		got := ""
		if out := said(in, all, 3, answers); len(out) > 0 {
			got = fmt.Sprint(out[0].Often, " ", out[0].Rarely, " ", out[0].NoCase)
		}
		if got != c.want {
			t.Errorf("%d, %d, %d, open %v: %q, want %q", c.often, c.rarely, c.none, c.open, got, c.want)
		}
	}
}
