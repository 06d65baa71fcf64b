package dataset_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
)

// where is a table of a question for those only who gave an answer to another.
func where(item, by, question, answer string) dataset.Table {
	return dataset.Table{Audience: study.States, Item: item, By: by, Where: question, Is: answer}
}

// TestFilter: a table counts those only who gave an answer, alone or among others, or are of a region.
func TestFilter(t *testing.T) {
	c := content(t, 20, nil)
	for _, x := range []struct {
		table dataset.Table
		n     int
		first int
	}{
		{where("law", "", "region", "002"), 4, 2},
		{where("acts", "", "law", "yes"), 10, 10},
		{where("law", "", "acts", "b"), 5, 5},
		{where("law", "region", "acts", "a"), 10, 10},
	} {
		r, err := c.Count(x.table)
		if err != nil {
			t.Fatal(err)
		}
		if g := r.Group(dataset.Whole); g.Answered != x.n || g.Cells[0].N != x.first {
			t.Errorf("%+v: %+v, want %d of %d", x.table, g, x.first, x.n)
		}
	}
	r, err := c.Count(where("requests", "", "law", "no"))
	if err != nil {
		t.Fatal(err)
	}
	if g := r.Group(dataset.Whole); g.Mean != "100" || g.Answered != 10 {
		t.Errorf("numbers of those without a law: %+v, want a mean of 100 of 10", g)
	}
	b, err := r.CSV(func(s string) string { return s }, printer(t))
	if err != nil || !bytes.Contains(b, []byte("Only those who answered")) {
		t.Errorf("the file doesn't say who is counted: %s, %v", b, err)
	}
	for _, bad := range []dataset.Table{where("law", "", "law", "yes"), where("law", "", "why", "x"), where("law", "", "other", "perhaps"), where("law", "other", "other", "yes"), where("law", "", "", "yes")} {
		if _, err := c.Count(bad); !errors.Is(err, errs.Invalid) {
			t.Errorf("Count(%+v): %v, want errs.Invalid", bad, err)
		}
	}
}

// TestFilterByProtectedAnswers: how many gave a protected answer isn't told by the table for those who gave it: not by its
// sum, nor by why others are without an answer, where that would be of fewer than three.
func TestFilterByProtectedAnswers(t *testing.T) {
	c := content(t, 20, func(i int, r *dataset.Row, a *instrument.Answers) {
		law := "yes"
		if i < 2 {
			law = "no"
			r.Marks["law"] = response.Mark{Confidential: response.AggregateOnly}
		}
		if err := a.Set("law", law); err != nil {
			t.Fatal(err)
		}
		if err := a.Set("other", []string{"yes", "no"}[i%2]); err != nil {
			t.Fatal(err)
		}
	})
	for _, table := range []dataset.Table{where("other", "", "law", "no"), where("other", "region", "law", "no"), where("requests", "", "law", "no")} {
		r, err := c.Count(table)
		if err != nil {
			t.Fatal(err)
		}
		g := r.Group(dataset.Whole)
		if g.Size() != ":" || g.Answered != 0 || g.Sum != "" {
			t.Errorf("%s for two whose answer is protected: %+v, want its size kept back", table.Item, g)
		}
		for _, x := range g.Cells {
			if !x.Hidden() {
				t.Errorf("%s for two whose answer is protected shows %d", table.Item, x.N)
			}
		}
		if r.Without != (dataset.Without{}) {
			t.Errorf("%s: who is without an answer tells how many there are: %+v", table.Item, r.Without)
		}
	}
}

// P4 covers filters: a table for some lies within the one for all, and what the two would give together is kept back.
func TestFilterWithinTheTableForAll(t *testing.T) {
	c := content(t, 20, func(i int, r *dataset.Row, a *instrument.Answers) {
		if err := a.Set("other", []string{"yes", "no"}[min(1, i)]); err != nil { // the first alone says yes
			t.Fatal(err)
		}
		if i < 3 {
			r.Marks["law"] = response.Mark{Confidential: response.AggregateOnly}
		}
	})
	some, all := where("law", "", "other", "no"), law("")
	if r, err := c.Count(some); err != nil || r.Group(dataset.Whole).Cells[0].Hidden() {
		t.Fatalf("for all but one: %+v, %v", r, err)
	}
	r, err := c.Count(all, some)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range r.Group(dataset.Whole).Cells {
		if !x.Hidden() {
			t.Errorf("answer %d of all is %d beside the table for all but one: one subtraction gives that one's", i, x.N)
		}
	}
	if r, err = c.Count(all); err != nil || r.Group(dataset.Whole).Cells[0].Hidden() {
		t.Errorf("for all alone: %+v, %v", r, err)
	}
}

// TestFilterOnPages: who is counted is chosen by an answer that the page offers, and stands wherever the table does.
func TestFilterOnPages(t *testing.T) {
	each(t, func(t *testing.T, _ string, n *nodetest.Node) {
		h := pages(t, n)
		half := h.get("manager", h.at("/tables/new?audience=state&item=acts&where=law"), "Choose with which answer somebody is counted.")
		if !strings.Contains(half.Body, `name="is"`) {
			t.Error("the answers to the question aren't offered")
		}
		h.get("manager", h.at("/tables/new?audience=state&item=acts&where=law&is=yes"), "As it would go out", "Only those who answered", "Told in the table for everybody")
		h.get("manager", h.at("/tables/new?audience=state&item=acts&where=acts&is=a"), "This can’t be counted so.")
		for _, is := range []string{"yes", "no"} { // they are two tables
			h.post("manager", h.at("/tables/new"), http.StatusSeeOther, "audience", "state", "item", "requests", "by", "", "where", "law", "is", is)
		}
		h.post("manager", h.at("/tables/new"), http.StatusSeeOther, "audience", "state", "item", "requests", "by", "", "where", "law", "is", "no")
		list := h.get("editor", h.at("/tables"), "Only those who answered", "Yes")
		if found := strings.Count(list.Body, "/d/tables/"); found != 2 {
			t.Errorf("%d tables are out, want two: the third is the second again", found)
		}
		table := tableIn(list.Body)
		h.get("editor", table, "Only those who answered")
		for _, file := range []string{"/table.csv", "/picture.svg"} {
			if a := h.get("editor", table+file); !strings.Contains(a.Body, "Only those who") {
				t.Errorf("%s doesn't say who is counted: %.200s", file, a.Body)
			}
		}
	})
}

// BenchmarkOptions counts a question with several answers by region, for as many as there are States, a third of whose
// answers may be shown in sums only.
func BenchmarkOptions(b *testing.B) {
	c := content(b, 193, func(i int, r *dataset.Row, a *instrument.Answers) {
		if err := a.Set("law", "yes"); err != nil {
			b.Fatal(err)
		}
		if err := a.Set("acts", []string{"a", "b", "a b"}[i*i%3]); err != nil {
			b.Fatal(err)
		}
		if i%3 == 0 {
			r.Marks["acts"] = response.Mark{Confidential: response.AggregateOnly}
		}
	})
	var out []dataset.Table
	for i := range 6 {
		out = append(out, where("acts", []string{"", "law"}[i%2], "region", regions[i/2]))
	}
	for b.Loop() {
		if _, err := c.Count(dataset.Table{Audience: study.States, Item: "acts", By: "region"}, out...); err != nil {
			b.Fatal(fmt.Errorf("count: %w", err))
		}
	}
}
