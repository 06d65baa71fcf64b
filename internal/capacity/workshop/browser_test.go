//go:build browser

package workshop_test

import (
	"context"
	"fmt"
	"testing"

	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
	"comity/internal/store/db/dbtest"
)

// TestBrowserWorkshops looks at each page of a workshop of 28 people in English and Arabic, on a telephone and on a desk.
func TestBrowserWorkshops(t *testing.T) {
	w := build(t, dbtest.Kinds()[0])
	w.held()
	w.clock.set("2013-09-28")
	w.must(w.Workshops.Send(context.Background()))
	s := w.site()
	pages := w.pages(s)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for i, p := range pages {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: p[0], "Accept-Language": lang}})
					tab.Visit(s.URL + p[1] + "?lang=" + lang)
					tab.Check(fmt.Sprintf("workshop-%02d-%s-%s", i, p[0], view))
				}
			})
		}
	}
}
