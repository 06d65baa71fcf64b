//go:build browser

package dataset_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserData looks at each page of data, tables, the map and findings in English and Arabic, on a telephone and on a
// desk.
func TestBrowserData(t *testing.T) {
	n := nodetest.New(t, "AT", nodetest.Options{})
	h := pages(t, n)
	stored(t, n, content(t, 12, reasons(t)), h.study, n.Entry())
	h.post("manager", h.at("/coding/frame"), http.StatusSeeOther, "audience", "state", "item", "why", "name", "money", "label", "Lack of money (synthetic)")
	h.post("manager", h.at("/tables/new"), http.StatusSeeOther, "audience", "state", "item", "law", "by", "region")
	list := h.get("editor", h.at("/tables"))
	table := list.Body[strings.Index(list.Body, "/d/tables/"):]
	table = table[:strings.IndexByte(table, '"')]
	finding := h.post("editor", h.at("/findings"), http.StatusSeeOther, "kind", "finding", "text-lang", "en", "text", "In 50 per cent there is a law (synthetic).").To()
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct{ name, role, path string }{
					{"data", "manager", h.at("/data?")}, {"tables", "manager", h.at("/tables?")}, {"table", "editor", table + "?"},
					{"newtable", "manager", h.at("/tables/new?audience=state&item=law&by=region&")}, {"filtered", "manager", h.at("/tables/new?audience=state&item=acts&where=law&is=yes&")}, {"map", "editor", h.at("/map?")},
					{"coding", "manager", h.at("/coding?")}, {"question", "manager", h.at("/coding/question?audience=state&item=why&")},
					{"findings", "editor", h.at("/findings?")}, {"finding", "editor", finding + "?table=" + strings.TrimPrefix(table, "/d/tables/") + "&"},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: l.role, "Accept-Language": lang}})
					tab.Visit(h.site.URL + l.path + "lang=" + lang)
					tab.Check("data-" + l.name + "-" + view)
				}
			})
		}
	}
}
