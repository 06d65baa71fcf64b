//go:build browser

package mandate_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"testing"

	"comity/internal/engine/web/webtest"
	"comity/internal/mandate"
	"comity/internal/node/nodetest"
)

// TestBrowserMandates looks at each page of mandates in English and Arabic, on a telephone and on a desk.
func TestBrowserMandates(t *testing.T) {
	n := nodetest.New(t, "PT", nodetest.Options{})
	n.Mandates.Feed(study)
	s := site(t, n)
	doc, para := op9(t, n)
	entry := n.Entry()
	if err := n.Mandates.Enter(context.Background(), n.As("manager"), doc, para, mandate.Status{Period: "2013", State: mandate.Completed, Narrative: "Exercise"},
		[]string{"study/01JC0000000000000000000000"}, entry); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/a-res-65-230-p3.txt")
	if err != nil {
		t.Fatal(err)
	}
	paste := n.Entry()
	want(t, s.As("editor").Post("/m/paste", url.Values{
		"entry": {string(paste)}, "symbol": {"A/RES/99/999"}, "title": {"Exercise"}, "organ": {"General Assembly"}, "text-lang": {"en"}, "body": {"CCPCJ"},
		"day:day": {"21"}, "day:month": {"12"}, "day:year": {"2010"}, "text": {string(text)},
	}), http.StatusSeeOther)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct{ name, role, path string }{
					{"register", "manager", "/m"}, {"document", "manager", "/m/A-RES-65-230"}, {"para", "manager", "/m/A-RES-65-230/op9"},
					{"clear", "publisher", "/m/A-RES-65-230/op9"}, {"orphans", "manager", "/m/orphans"}, {"paste", "editor", "/m/paste"},
					{"confirm", "editor", "/m/paste/" + string(paste)},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: l.role, "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "?lang=" + lang)
					tab.Check("mandates-" + l.name + "-" + view)
				}
			})
		}
	}
}
