package casefile_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/cooperation/casefile"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db/dbtest"
)

func site(t testing.TB, n *nodetest.Node) *nodetest.Site {
	t.Helper()
	return n.Site(t, nodetest.Slice{Routes: n.Cases.Routes, Pages: casefile.Pages(), Words: casefile.Words()})
}

// each runs f with a node of each database.
func each(t *testing.T, f func(t *testing.T, n *nodetest.Node, s *nodetest.Site)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			n := nodetest.New(t, "PT", nodetest.Options{Kind: kind})
			f(t, n, site(t, n))
		})
	}
}

// want fails when the answer isn't of the status or lacks the words.
func want(t testing.TB, a nodetest.Answer, status int, words ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			t.Errorf("the page doesn't say %q: %s", w, a.Text())
		}
	}
	if len(a.Body) > 50_000 {
		t.Errorf("the page has %d bytes, at most 50,000 are allowed", len(a.Body))
	}
}

// opened has the drafter open a case by the form, twice with the same entry, and returns its address.
func opened(t testing.TB, n *nodetest.Node, s *nodetest.Site) string {
	t.Helper()
	ana := s.As("drafter")
	want(t, ana.Get("/cases/new"), http.StatusOK, "Open a case")
	form := url.Values{"entry": {string(n.Entry())}, "title": {"Ransomware at a bakery (exercise)"}, "office": {string(n.Office)}}
	first := ana.Post("/cases/new", form)
	want(t, first, http.StatusSeeOther)
	if again := ana.Post("/cases/new", form); again.Status != http.StatusSeeOther || again.To() != first.To() {
		t.Errorf("the same form again leads with %d to %q, want %q", again.Status, again.To(), first.To())
	}
	return first.To()
}

func TestCaseIsOpenedAndKept(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		ana, ben := s.As("drafter"), s.As("reviewer")
		want(t, ana.Post("/cases/new", url.Values{"office": {string(n.Office)}}), http.StatusUnprocessableEntity, "Give the case a title.")
		at := opened(t, n, s)
		want(t, ana.Get(at), http.StatusOK, "Ransomware at a bakery", "drafter of PT")
		want(t, ana.Get("/cases"), http.StatusOK, "Ransomware at a bakery")
		for _, path := range []string{at, at + "/members"} {
			if got := ben.Get(path).Status; got != http.StatusNotFound && got != http.StatusForbidden {
				t.Errorf("an outsider gets %d at %s", got, path)
			}
		}
		want(t, ben.Get(at), http.StatusNotFound)
		if text := ben.Get("/cases").Text(); strings.Contains(text, "Ransomware") {
			t.Errorf("an outsider's list: %s", text)
		}
		want(t, s.As("duty").Get(at+"/members"), http.StatusNotFound) // may do the act, but not here
	})
}

func TestMembersComeAndGo(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := opened(t, n, s)
		ana, ben := s.As("drafter"), s.As("reviewer")
		person := func(role access.Role) url.Values { return url.Values{"person": {string(n.People[role].ID)}} }
		want(t, ana.Post(at+"/members", url.Values{}), http.StatusUnprocessableEntity, "Choose one of the answers")
		want(t, ana.Post(at+"/members/remove", person("drafter")), http.StatusUnprocessableEntity, "last member")
		want(t, ana.Post(at+"/members", person("reviewer")), http.StatusSeeOther)
		want(t, ben.Get(at), http.StatusOK, "reviewer of PT")
		want(t, ana.Post(at+"/members/exclude", url.Values{"excluded": {string(n.People["reviewer"].ID)}, "why": {"brother of the suspect"}}), http.StatusForbidden)

		head := s.As("head")
		want(t, head.Get(at), http.StatusNotFound)
		number := head.Get(at + "/members")
		want(t, number, http.StatusOK, "reviewer of PT")
		if strings.Contains(number.Text(), "Ransomware") {
			t.Error("the head reads the title of a case that they aren't in")
		}
		want(t, head.Get("/cases/office"), http.StatusOK, "Cooperation", "2")
		out := url.Values{"excluded": {string(n.People["reviewer"].ID)}}
		want(t, head.Post(at+"/members/exclude", out), http.StatusUnprocessableEntity, "Write the reason")
		out = url.Values{"excluded": out["excluded"], "why": {"brother of the suspect"}}
		want(t, head.Post(at+"/members/exclude", out), http.StatusSeeOther)
		want(t, ben.Get(at), http.StatusNotFound)
		want(t, ana.Post(at+"/members", person("reviewer")), http.StatusConflict, "kept out of the case by name")
		want(t, head.Post(at+"/members/readmit", person("reviewer")), http.StatusSeeOther)
		want(t, ben.Get(at), http.StatusNotFound)
	})
}

func TestStaleTitleShowsBoth(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := opened(t, n, s)
		ana := s.As("drafter")
		want(t, ana.Post(at, url.Values{"version": {"1"}, "title": {"Second"}}), http.StatusSeeOther)
		want(t, ana.Post(at, url.Values{"version": {"1"}, "title": {"Third"}}), http.StatusConflict, "Third", "Second")
		want(t, ana.Post(at, url.Values{"version": {"2"}, "title": {strings.Repeat("x", 201)}}), http.StatusUnprocessableEntity, "longer than 200 characters")
	})
}
