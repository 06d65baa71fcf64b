package dataset_test

import (
	"bytes"
	"testing"

	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
)

// TestSizeOfProtectedGroups: who belongs to a region is known. Of groups made of protected answers it isn't, so a small
// one's size is kept back too, wherever it would be printed.
func TestSizeOfProtectedGroups(t *testing.T) {
	c := content(t, 20, func(i int, r *dataset.Row, a *instrument.Answers) {
		law := "yes"
		if i == 4 {
			law = "no"
		}
		if err := a.Set("law", law); err != nil {
			t.Fatal(err)
		}
		if err := a.Set("other", []string{"yes", "no"}[i/2%2]); err != nil {
			t.Fatal(err)
		}
		r.Marks["law"] = response.Mark{Confidential: response.AggregateOnly}
	})
	for _, item := range []string{"other", "requests"} {
		t.Run(item, func(t *testing.T) {
			r, err := c.Count(dataset.Table{Audience: study.States, Item: item, By: "law"})
			if err != nil {
				t.Fatal(err)
			}
			g := r.Group("no")
			if _, ok := r.Value("no", "", "answered"); ok || g.Size() != ":" || g.Answered != 0 {
				t.Errorf("the size of a group of one that a protected answer makes is printed: %+v", g)
			}
			if other := r.Group("yes"); other.Size() != ":" {
				t.Errorf("the size of the other group is printed, and all less it is the first: %+v", other)
			}
			b, err := r.CSV(func(s string) string { return s }, printer(t))
			if err != nil || !bytes.Contains(b, []byte("No,:,")) {
				t.Errorf("the file: %s, %v", b, err)
			}
		})
	}
}

// protect marks the numbers of some as to be shown in sums only.
func protect(numbers ...int) func(int, *dataset.Row, *instrument.Answers) {
	return func(i int, r *dataset.Row, _ *instrument.Answers) {
		for _, n := range numbers {
			if i == n {
				r.Marks["requests"] = response.Mark{Confidential: response.AggregateOnly}
			}
		}
	}
}

// TestNumbersAcrossTables: sums that are shown by one question are kept back once those by another are out, where the
// two could be put together; whichever way the question is written.
func TestNumbersAcrossTables(t *testing.T) {
	// Two protected numbers in each of two regions, and two in each group by law, crosswise.
	c := content(t, 20, protect(0, 5, 1, 6))
	region := dataset.Table{Audience: study.States, Item: "requests", By: "region"}
	byLaw := dataset.Table{Audience: study.States, Item: "/requests", By: "/law"}
	alone, err := c.Count(byLaw)
	if err != nil {
		t.Fatal(err)
	}
	if g := alone.Group("yes"); g.Sum == "" || g.Answered != 10 {
		t.Errorf("by law alone: %+v, want its sum, in which two protected numbers cover each other", g)
	}
	beside, err := c.Count(byLaw, region)
	if err != nil {
		t.Fatal(err)
	}
	if g := beside.Group("yes"); g.Sum != "" || g.Mean != "" || g.Median != "" {
		t.Errorf("by law beside the sums by region: %+v, want it kept back", g)
	}
}

// TestOneNumberAmongKnownOnes: a protected number is what a sum adds to the numbers that are known.
func TestOneNumberAmongKnownOnes(t *testing.T) {
	r, err := content(t, 20, protect(0, 1)).Count(dataset.Table{Audience: study.States, Item: "requests", By: "region"})
	if err != nil {
		t.Fatal(err)
	}
	for code, kept := range map[string]bool{"002": true, "019": true, "142": false, dataset.Whole: false} {
		if g := r.Group(code); (g.Sum == "") != kept || g.Kept != "" {
			t.Errorf("%s: %+v, kept back should be %v, its size never", code, g, kept)
		}
	}
}

// TestZeros: protected numbers that are all nothing are told by a sum of nothing.
func TestZeros(t *testing.T) {
	c := content(t, 20, func(i int, r *dataset.Row, a *instrument.Answers) {
		if i%5 != 0 {
			return
		}
		if err := a.Set("requests", "0"); err != nil {
			t.Fatal(err)
		}
		r.Marks["requests"] = response.Mark{Confidential: response.AggregateOnly}
	})
	r, err := c.Count(dataset.Table{Audience: study.States, Item: "requests", By: "region"})
	if err != nil {
		t.Fatal(err)
	}
	if g := r.Group("002"); g.Sum != "" || g.Mean != "" {
		t.Errorf("all protected numbers of a region are zero, and it is printed: %+v", g)
	}
}
