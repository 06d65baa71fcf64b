//go:build browser

package study_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserStudies looks at each page of studies in English and Arabic, on a telephone and on a desk.
func TestBrowserStudies(t *testing.T) {
	h := newHouse(t, "sqlite", "AT")
	n := h.fielded(h.clock().AddDate(0, 1, 0))
	ken := h.answering(n, "KEN", "ken@example.org")
	fresh := h.proposedAs("bakeries-2")
	h.guest("guest-ken", h.seats(ken.ID)[0].Person)
	s := h.site()
	m, at := s.As("manager"), "/d/studies/"+string(n)
	for _, r := range []string{"PER", "FRA", "AUT"} {
		want(t, m.Post(at+"/invite", url.Values{"respondent": {string(h.state(n, r).ID)}, "way": {"note"}}), http.StatusSeeOther)
	}
	want(t, m.Post(at+"/reminders", url.Values{"respondent": {string(h.state(n, "FRA").ID)}}), http.StatusSeeOther)
	want(t, m.Post(at+"/late", with(day("until", h.clock().AddDate(0, 3, 0).Format("2006-01-02")), url.Values{"respondent": {string(ken.ID)}, "reason": {"Elections (exercise)"}})), http.StatusSeeOther)
	form := regexp.MustCompile(at + `/instruments/[0-9A-Z]{26}`).FindString(m.Get(at + "/instruments").Body)
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
					{"board", "manager", "/d/studies"}, {"new", "manager", "/d/studies/new"}, {"study", "manager", at}, {"proposed", "manager", fresh},
					{"topics", "manager", fresh + "/topics"}, {"instruments", "manager", at + "/instruments"}, {"instrument", "manager", form + "?in=ar"},
					{"frame", "manager", at + "/frame"}, {"respondents", "manager", at + "/respondents?region=002"}, {"respondent", "manager", at + "/respondents/" + string(ken.ID)},
					{"invite", "manager", at + "/invite?region=009"}, {"nominations", "manager", at + "/nominations"}, {"reminders", "manager", at + "/reminders"},
					{"late", "manager", at + "/late"}, {"guest", "guest-ken", at}, {"people", "guest-ken", "/d/respondents/" + string(ken.ID) + "/people"},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: string(l.role), "Accept-Language": lang}})
					path := l.path
					if regexp.MustCompile(`\?`).MatchString(path) {
						path += "&lang=" + lang
					} else {
						path += "?lang=" + lang
					}
					tab.Visit(s.URL + path)
					tab.Check("study-" + l.name + "-" + view)
				}
			})
		}
	}
}

// proposedAs makes another invented study and returns its address.
func (h *house) proposedAs(code string) string {
	h.Helper()
	n, err := h.Studies.Propose(ctx, h.As("manager"), study.Proposal{Code: code, Title: map[language.Tag]string{"en": "Another study (exercise)"}, Synthetic: true, Office: h.Office}, h.Entry())
	h.ok(err)
	return "/d/studies/" + string(n)
}
