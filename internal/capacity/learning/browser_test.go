//go:build browser

package learning_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"comity/internal/capacity/learning"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
	"comity/internal/store/db/dbtest"
)

// TestBrowserLearning looks at each page of learning in English and Arabic, on a telephone and on a desk.
func TestBrowserLearning(t *testing.T) {
	s := build(t, dbtest.Kinds()[0])
	s.enrol(6)
	s.must(s.Learning.Turn(ctx, s.trainer(), s.cohort, learning.Pre, s.Entry()))
	site := s.Site(t, nodetest.Slice{Routes: s.Learning.Routes, Pages: learning.Pages(), Words: learning.Words()[0]},
		nodetest.Slice{Words: learning.Words()[1]}, nodetest.Slice{Words: learning.Words()[2]})
	a := site.As("learner0@example.org").Post("/learn/begin/"+string(s.cohort), url.Values{"entry": {string(s.Entry())}})
	if a.Status != http.StatusSeeOther {
		t.Fatal(a.Status, a.Text())
	}
	at := a.To()
	done := build(t, "sqlite")
	_, _ = graduates(done)
	done.must(done.Learning.Close(ctx, done.trainer(), done.cohort, done.Entry()))
	_, err := done.Learning.Issue(ctx, done.trainer(), done.cohort, "", done.Entry())
	done.must(err)
	diplomas := done.Site(t, nodetest.Slice{Routes: done.Learning.Routes, Pages: learning.Pages(), Words: learning.Words()[0]})
	l := s.laptop("sqlite", "XB") // a person who sat twice: the page asks which test counts
	l.turn(learning.Pre)
	for _, n := range []*school{l, s} {
		n.sits(1, 1)
	}
	if refused := s.home(l); refused != "" {
		t.Fatal(refused)
	}
	field := l.Site(t, nodetest.Slice{Routes: l.Learning.Routes, Pages: learning.Pages(), Words: learning.Words()[0]},
		nodetest.Slice{Words: learning.Words()[1]}, nodetest.Slice{Words: learning.Words()[2]})
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct{ name, role, path string }{
					{"mine", "learner0@example.org", "/learn"}, {"course", "learner1@example.org", "/learn/evidence-across-borders"},
					{"unit", "learner1@example.org", "/learn/evidence-across-borders/02-identifiers"}, {"test", "learner0@example.org", at},
					{"section", "learner0@example.org", at + "/volatile"}, {"cohorts", "trainer", "/capacity/cohorts"}, {"needs", "head", "/capacity/needs"},
					{"new", "trainer", "/capacity/cohorts/new"}, {"cohort", "trainer", "/capacity/cohorts/" + string(s.cohort)},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: l.role, "Accept-Language": lang}})
					tab.Visit(site.URL + l.path + "?lang=" + lang)
					tab.Check("learning-" + l.name + "-" + view)
				}
				tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: "trainer", "Accept-Language": lang}})
				tab.Visit(field.URL + "/capacity/cohorts/" + string(s.cohort) + "?lang=" + lang)
				tab.Check("learning-laptop-" + view)
				tab.Visit(diplomas.URL + "/capacity/cohorts/" + string(done.cohort) + "/certificates?lang=" + lang)
				tab.Check("learning-certificates-" + view)
			})
		}
	}
}
