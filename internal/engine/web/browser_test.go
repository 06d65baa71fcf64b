//go:build browser

package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"comity/internal/engine/web/webtest"
)

// TestPagesInABrowser looks at every component, an empty form, a form with errors and an error page.
func TestPagesInABrowser(t *testing.T) {
	s := newSite(t)
	browser := webtest.Open(t)
	browser.Each(t, func(t *testing.T, tab *webtest.Tab, lang, view string) {
		tab.Visit(s.server.URL + "/all")
		tab.Check("all-" + view)
		tab.Visit(s.server.URL + "/form")
		tab.Check("form-" + view)
		tab.Fill("facts", "203.0.113.7:443 long enough")
		tab.Fill("day:day", "31")
		tab.Fill("day:month", "2")
		tab.Fill("day:year", "2026")
		tab.Press("")
		if text := tab.Text(); lang == "en" && !strings.Contains(text, "Some answers need your attention") {
			t.Errorf("no summary of errors:\n%s", text)
		}
		tab.Check("errors-"+view, http.StatusOK, http.StatusUnprocessableEntity)
		tab.Fill("name", "Amina")
		tab.Press("")
		if text := tab.Text(); lang == "en" && !strings.Contains(text, "Sent to Kenya") {
			t.Errorf("no notice after sending:\n%s", text)
		}
		tab.Check("done-" + view)
		tab.Visit(s.server.URL + "/fail/other")
		tab.Check("fail-"+view, http.StatusInternalServerError)
		tab.Visit(s.server.URL + "/late")
		tab.Fill("facts", "kept")
		tab.Press("")
		tab.Check("resend-"+view, http.StatusForbidden)
	})
}

// TestAutosaveInABrowser types three times: saved, saved again as the next version, and then told of a conflict.
func TestAutosaveInABrowser(t *testing.T) {
	s := newSite(t)
	tab := webtest.Open(t).Tab(t, webtest.View{Header: map[string]string{"Accept-Language": "en"}})
	tab.Visit(s.server.URL + "/autosave")
	for _, want := range []string{"Saved at", "Saved at", "Somebody else has changed this"} {
		tab.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[data-autosave-status]').textContent = ''`))
		tab.Fill("facts", "words ")
		tab.Await("[data-autosave-status]", want)
	}
	tab.Check("autosave")
}

// TestEveryLanguageFitsATelephone looks for what is wider than 360 pixels in the languages with the longest words.
func TestEveryLanguageFitsATelephone(t *testing.T) {
	s := newSite(t)
	browser := webtest.Open(t)
	for _, lang := range []string{"es", "fr", "ru", "zh"} {
		tab := browser.Tab(t, webtest.View{Width: 360, Header: map[string]string{"Accept-Language": lang}})
		tab.Visit(s.server.URL + "/form")
		tab.Press("")
		tab.Check("errors-360-" + lang)
	}
}
