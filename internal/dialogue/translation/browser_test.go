//go:build browser

package translation_test

import (
	"fmt"
	"testing"

	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserTranslations looks at each page of translations in English and Arabic, on a telephone and on a desk.
func TestBrowserTranslations(t *testing.T) {
	h := newHouse(t, "sqlite")
	s := h.site()
	doc := h.ref(open)
	h.mustPut(doc, "title", "Draft study", "block/1", "All {n} States have replied by the end of the year.", "block/2", "End")
	for _, tag := range []language.Tag{language.Arabic, language.French} {
		h.finish(doc, "title", tag, "مشروع الدراسة")
		h.write("translator", doc, "block/1", tag, "ردت {n} دولة قبل نهاية السنة.")
	}
	h.mustPut(doc, "title", "A draft study", "block/1", "All {n} States have replied by the end of the year.", "block/2", "End")
	at, unit, _ := h.address(doc, language.Arabic)
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
					{"languages", "translator", "/d/translate"}, {"queue", "translator", "/d/translate/ar"}, {"empty", "translator", "/d/translate/en"},
					{"object", "translator", at}, {"object-publisher", "publisher", at}, {"outdated", "translator", unit["title"]},
					{"review", "editor", unit["block/1"]}, {"missing", "publisher", unit["block/2"]},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: string(l.role), "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "?lang=" + lang)
					tab.Check("translation-" + l.name + "-" + view)
				}
			})
		}
	}
}
