//go:build browser

package session_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserSessions looks at each page of sessions in English and Arabic, on a telephone and on a desk.
func TestBrowserSessions(t *testing.T) {
	n := nodetest.New(t, "PT", nodetest.Options{})
	s := site(t, n)
	_, at := convened(t, n, s)
	entry := n.Entry()
	want(t, s.As("editor").Post(at+"/recommendation", url.Values{"entry": {string(entry)}, "suggested": {"Exampleland (exercise)"}, "recommendation-lang": {"en"}, "recommendation": {"Keep a directory (exercise)"}}), http.StatusSeeOther)
	want(t, s.As("editor").Post(at+"/position", url.Values{
		"entry": {string(n.Entry())}, "holder": {"Exampleland (exercise)"}, "target": {"recommendation/" + string(entry)}, "stance": {"support"}, "position-lang": {"en"}, "public": {"yes"},
	}), http.StatusSeeOther)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct{ name, role, path string }{
					{"list", "manager", "/d/sessions"}, {"new", "manager", "/d/sessions/new"}, {"session", "manager", at}, {"read", "head", at},
					{"views", "head", at + "/views"}, {"recommendation", "manager", "/d/recommendations/" + string(entry)},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: l.role, "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "?lang=" + lang)
					tab.Check("sessions-" + l.name + "-" + view)
				}
			})
		}
	}
}
