//go:build browser

package practice_test

import (
	"fmt"
	"testing"

	"comity/internal/cooperation/practice"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserPractice looks at the page of practice in English and Arabic, on a telephone and on a desk.
func TestBrowserPractice(t *testing.T) {
	n := nodetest.New(t, "PT", nodetest.Options{})
	s := n.Site(t, nodetest.Slice{Routes: n.Practice.Routes, Pages: practice.Pages(), Words: practice.Words()})
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: "analyst", "Accept-Language": lang}})
				tab.Visit(s.URL + "/practice?lang=" + lang)
				tab.Check("practice-" + view)
			})
		}
	}
}
