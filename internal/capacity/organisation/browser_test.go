//go:build browser

package organisation_test

import (
	"fmt"
	"testing"

	"comity/internal/capacity/organisation"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserOrganisations looks at each page of organisations in English and Arabic, on a telephone and on a desk.
func TestBrowserOrganisations(t *testing.T) {
	n := nodetest.New(t, "XA", nodetest.Options{})
	s := n.Site(t, nodetest.Slice{Routes: n.Organisations.Routes, Pages: organisation.Pages(), Words: organisation.Words()})
	police := entered(t, n, organisation.Police, "XB", "Police of B (exercise)")
	invited(t, n, police, "a@example.org", "focal-point")
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct{ name, path string }{
					{"list", "/capacity/organisations"}, {"new", "/capacity/organisations/new"}, {"show", "/capacity/organisations/" + string(police)},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: "manager", "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "?lang=" + lang)
					tab.Check("organisations-" + l.name + "-" + view)
				}
			})
		}
	}
}
