//go:build browser

package workshop_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"comity/internal/capacity/workshop"
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

// views calls look for English and Arabic, on a telephone and on a desk.
func views(t *testing.T, look func(t *testing.T, lang, view string, width int)) {
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) { look(t, lang, view, width) })
		}
	}
}

// TestBrowserRoster sends a list with faults, one in order, and confirms it: the preview, its errors, and the links.
func TestBrowserRoster(t *testing.T) {
	w := build(t, dbtest.Kinds()[0])
	s := w.site()
	w.as(s, "state-b", w.focal("XB"))
	at := s.URL + "/capacity/workshops/" + string(w.ws) + "/names/list?lang="
	browser := webtest.Open(t)
	n := 0
	views(t, func(t *testing.T, lang, view string, width int) {
		tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: "state-b", "Accept-Language": lang}})
		tab.Visit(at + lang)
		tab.Fill("roster", rosterHead+"A;a@example.org;investigator;Congo;police of XB (exercise)\n=SUM(A1);no address;wizard;XB;Nobody")
		tab.Press("")
		tab.Check("workshop-roster-faults-"+view, 422)
		tab.Visit(at + lang)
		n++ // each view names one person: two States' roles have room for three
		role := []string{"investigator", "prosecutor"}[n%2]
		body := map[string]string{"investigator": "police", "prosecutor": "prosecution"}[role]
		tab.Fill("roster", rosterHead+fmt.Sprintf("Amina %d (exercise);amina%d@example.org;%s;XB;%s of XB (exercise)", n, n, role, body))
		tab.Press("")
		tab.Check("workshop-roster-preview-" + view)
		tab.Press("do")
		tab.Check("workshop-roster-links-" + view)
	})
	if got := len(w.seats()); got != n {
		t.Errorf("%d seats, want %d", got, n)
	}
}

// TestBrowserAnswers answers by links, and looks at the results of a workshop that is evaluated.
func TestBrowserAnswers(t *testing.T) {
	w := build(t, dbtest.Kinds()[0])
	w.held()
	for _, seat := range w.seats()[:22] {
		said := everywhere(t, workshop.EvaluationForm, map[string]string{"use": "certainly", "level": "right", "agree": "yes", "amount": "enough", "often": "always"})
		said.Set("otherwise", "More time (exercise)")
		w.must(w.Workshops.Evaluate(context.Background(), w.person(seat.Person), w.ws, said, w.Entry()))
	}
	w.clock.set("2013-09-28")
	w.must(w.move(workshop.Evaluated))
	w.must(w.Workshops.Send(context.Background()))
	s := w.site()
	at := s.URL + "/capacity/workshops/" + string(w.ws)
	browser := webtest.Open(t)
	views(t, func(t *testing.T, lang, view string, width int) {
		links, err := w.Workshops.MakeLinks(context.Background(), w.As("manager"), w.ws, w.Entry())
		w.must(err)
		team := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: "manager", "Accept-Language": lang}})
		team.Visit(at + "/results?lang=" + lang)
		team.Check("workshop-results-evaluated-" + view)
		tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{"Accept-Language": lang}})
		tab.Visit(s.URL + "/followup/" + links[0].Token + "?lang=" + lang)
		tab.Press("")
		tab.Check("workshop-bylink-missing-"+view, 422)
		tab.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("[type=radio][value=mostly]").forEach(r => r.click())`))
		tab.Press("")
		tab.Check("workshop-thanks-" + view)
		team.Visit(at + "/followups?lang=" + lang)
		team.Press("")
		team.Check("workshop-asklinks-" + view)
	})
}
