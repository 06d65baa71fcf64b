package learning_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comity/internal/capacity/learning"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// S7: 18 of 45 → 7 of 42 stays open, 30 of 60 → 9 of 58 closes; policy refusals make no need.
func TestS7Needs(t *testing.T) {
	for _, c := range []struct {
		k1, n1, k2, n2 int
		want           string
	}{{18, 45, 7, 42, learning.Persisting}, {30, 60, 9, 58, learning.Met}, {30, 60, 0, 58, learning.Met}, {9, 58, 30, 60, learning.Persisting}} {
		if got, _, err := learning.After(c.k1, c.n1, c.k2, c.n2); got != c.want || err != nil {
			t.Errorf("%d/%d → %d/%d: %s, want %s (%v)", c.k1, c.n1, c.k2, c.n2, got, c.want, err)
		}
	}
	each(t, func(t *testing.T, s *school) {
		rates := map[string][2]int{"SEL-03": {30, 60}, "political": {40, 60}, "GEN-09": {5, 60}, "SUB-11": {4, 5}}
		s.Learning.Rates = func(_ context.Context, _ *db.Tx, code string, _, _ time.Time) (int, int, error) {
			return rates[code][0], rates[code][1], nil
		}
		s.must(s.Learning.Signal(ctx))
		s.must(s.Learning.Signal(ctx)) // entered once
		var all []learning.Need
		read := func() {
			t.Helper()
			s.look(func(tx *db.Tx) (err error) { all, err = learning.Needs(ctx, tx); return err })
		}
		if read(); len(all) != 1 || all[0].Code != "SEL-03" || all[0].K1 != 30 || all[0].Competency != "identifiers" {
			t.Fatalf("signalled: %+v", all)
		}
		n := all[0].ID
		head := s.As("head")
		s.fails(s.Learning.Decide(ctx, head, n, learning.Planned, "", s.Entry()), "Write what is done about it")
		s.fails(s.Learning.Decide(ctx, head, n, learning.Planned, "A course (exercise)", s.Entry()), "It stands elsewhere by now.")
		if err := s.Learning.Decide(ctx, s.As("drafter"), n, learning.Confirmed, "", s.Entry()); err == nil {
			t.Error("a drafter confirms a need")
		}
		site := s.Site(t, nodetest.Slice{Routes: s.Learning.Routes, Pages: learning.Pages(), Words: learning.Words()[0]}, nodetest.Slice{Words: learning.Words()[1]})
		at := "/capacity/needs/" + string(n)
		post := func(kv ...string) {
			t.Helper()
			form := url.Values{"entry": {string(s.Entry())}}
			for i := 0; i < len(kv); i += 2 {
				form.Set(kv[i], kv[i+1])
			}
			if a := site.As("head").Post(at, form); a.Status != http.StatusSeeOther {
				t.Fatalf("%v: %d %s", kv, a.Status, a.Text())
			}
		}
		post("to", learning.Confirmed)
		post("to", learning.Planned, "plan", "The course on identifiers (exercise)")
		s.must(s.Learning.Remeasure(ctx))
		if read(); all[0].State != learning.Planned {
			t.Errorf("measured again at once: %s", all[0].State)
		}
		*s.now = s.now.AddDate(0, 6, 1)
		rates["SEL-03"] = [2]int{9, 58}
		s.must(s.Learning.Remeasure(ctx))
		if read(); all[0].State != learning.Met || all[0].K2 != 9 || all[0].N2 != 58 {
			t.Errorf("after 9 of 58: %+v", all[0])
		}
		a := site.As("head").Get(at)
		for _, want := range []string{"The rate has fallen", "3.22", "1.49", "7.72", "30 of 60 requests", "9 of 58 requests"} {
			if !strings.Contains(a.Text(), want) {
				t.Errorf("the page doesn't say %q: %s", want, a.Text())
			}
		}
		if strings.Contains(strings.ToLower(a.Text()), "because of the training") {
			t.Error("the page says why the rate changed")
		}
		if a := site.As("head").Get("/capacity/needs"); !strings.Contains(a.Text(), "SEL-03") || strings.Contains(a.Text(), "political") {
			t.Errorf("the list: %s", a.Text())
		}
	})
}
