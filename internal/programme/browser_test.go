//go:build browser

package programme_test

import (
	"fmt"
	"net/url"
	"testing"

	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
	"comity/internal/store/db/dbtest"
)

// TestBrowserProgrammes looks at each page of programmes, and at the section of a draft that names one, in English and
// Arabic, on a telephone and on a desk.
func TestBrowserProgrammes(t *testing.T) {
	w := build(t, dbtest.Kinds()[0])
	w.must(w.link("manager", w.workshop))
	s := w.site()
	draft := "/requests/" + string(w.request.ID()) + "/draft/"
	w.says(s.As("drafter").Post(draft+"programme", url.Values{"entry": {string(w.Entry())}, "version": {"1"}, "request/programme/name": {code}}), 303)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct{ name, role, path string }{
					{"list", "manager", "/programmes"}, {"show", "manager", "/programmes/" + code}, {"practice", "analyst", "/programmes/drugs-online"},
					{"guidance", "manager", "/programmes/drugs-online/guidance"}, {"draft", "drafter", draft + "programme"}, {"persons", "drafter", draft + "persons"},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: l.role, "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "?lang=" + lang)
					tab.Check("programmes-" + l.name + "-" + view)
				}
			})
		}
	}
}
