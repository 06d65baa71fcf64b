//go:build browser

package casefile_test

import (
	"fmt"
	"testing"

	"comity/internal/engine/access"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserCases looks at each page of cases in English and Arabic, on a telephone and on a desk.
func TestBrowserCases(t *testing.T) {
	n := nodetest.New(t, "PT", nodetest.Options{})
	s := site(t, n)
	at := opened(t, n, s)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct {
					name string
					role access.Role
					path string
				}{
					{"list", "drafter", "/cases"}, {"empty", "reviewer", "/cases"}, {"new", "drafter", "/cases/new"}, {"case", "drafter", at},
					{"members", "drafter", at + "/members"}, {"members-head", "head", at + "/members"}, {"office", "head", "/cases/office"},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: string(l.role), "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "?lang=" + lang)
					tab.Check("cases-" + l.name + "-" + view)
				}
			})
		}
	}
}
