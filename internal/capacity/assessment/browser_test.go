//go:build browser

package assessment_test

import (
	"fmt"
	"testing"

	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
	"comity/internal/store/db/dbtest"
)

// TestBrowserAssessments looks at each page of assessments in English and Arabic, on a telephone and on a desk.
func TestBrowserAssessments(t *testing.T) {
	w := build(t, dbtest.Kinds()[0])
	s := w.site()
	at, form := w.fill(s)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct{ name, role, path string }{
					{"list", "focal", "/capacity/assessments"}, {"new", "focal", "/capacity/assessments/new"}, {"show", "focal", at}, {"team", "assessor", at},
					{"agenda", "assessor", at + "/consensus"}, {"consensus", "assessor", at + "/consensus/powers-2"}, {"proof", "assessor", at + "/consensus/powers-1"},
					{"recommendations", "assessor", at + "/recommendations"}, {"reply", "focal", at + "/recommendations"}, {"roadmap", "focal", at + "/roadmap"},
					{"factors", "police-1", form}, {"rate", "police-1", form + "/powers"},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: l.role, "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "?lang=" + lang)
					tab.Check("assessments-" + l.name + "-" + view)
				}
			})
		}
	}
}
