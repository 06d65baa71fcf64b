package response_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
)

// mapped is the questionnaire of a later study: some of its questions say which of an earlier one they repeat.
func mapped(t testing.TB) *instrument.Instrument {
	t.Helper()
	return formOf(t, "bakeries-again", "1.0.0", "type,name,label,section,maps_to\n"+
		"integer,ovens,How many ovens are there now?,police,bakeries:police_ovens\n"+
		"select_one yn,law,Is there a law now?,police,bakeries:police_law\n"+
		"text,why,Why is there a law?,police,bakeries:police_why\n"+
		"text,words,Describe the ovens.,police,bakeries:police_ovens\n"+
		"integer,fresh,How many rolls?,courts,\n",
		[]string{"Bakeries", "Section police", "Section courts", "How many ovens are there now?", "Is there a law now?", "Why is there a law?", "Describe the ovens.", "How many rolls?", "Yes", "No"})
}

// TestEarlierAnswersAreOffered: what a State answered to the same question of an earlier study is offered with its day, taken
// only by its button and with its origin; what was sealed, is of another kind or of another State isn't offered.
func TestEarlierAnswersAreOffered(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		for _, s := range sections {
			f := agency(s)
			if s == "police" {
				f.Answers["police_why"] = response.Answer{Value: "A sealed word (exercise)", Mark: response.Mark{Lang: "en", Confidential: response.Secret}}
			}
			_, err := h.Responses.Import(ctx, focal, r.ID, f, h.Entry())
			h.ok(err)
			h.ok(h.Responses.Ready(ctx, focal, r.ID, s, true, h.Entry()))
		}
		h.submitted(n, r, focal)

		later, again := h.fieldedAs("bakeries-2", mapped(h.T))
		now, _ := h.nominated(later, again)
		h.ok(h.Responses.Begin(ctx, now, again.ID, h.Entry()))
		h.People["focal-point"] = now
		at := "/d/fill/" + string(again.ID) + "/part/police"
		if text := h.site().As("focal-point").Get(at).Text(); strings.Contains(text, "you answered") {
			h.Errorf("somebody who had no part in the earlier response is offered its answers: %s", text)
		}

		_, err := h.Studies.GiveSeat(ctx, now, again.ID, study.Someone{Name: focal.Name, Email: "focal@example.org", Part: study.Contributor}, []string{"police"}, h.Entry())
		h.ok(err)
		h.People["contributor"] = h.seated(again.ID, "focal@example.org")
		if h.People["contributor"].ID != focal.ID {
			h.Fatal("the focal point of the earlier study has got a second account")
		}
		v := h.site().As("contributor")
		page := v.Get(at)
		want(h.T, page, http.StatusOK, "you answered: 7 (2025)", "you answered: Yes", "revision 1")
		if strings.Count(page.Text(), "you answered") != 2 || strings.Contains(page.Text(), "sealed word") {
			h.Errorf("offered is more than the two that are the same: %s", page.Text())
		}
		if got := string(h.record(again.ID).Answers); strings.Contains(got, `"7"`) {
			h.Errorf("an earlier answer was taken by itself: %s", got)
		}
		want(h.T, v.Post(at, url.Values{"version": {"0"}, "law": {"no"}, "reuse": {"ovens"}}), http.StatusSeeOther)
		got := h.record(again.ID)
		if s := string(got.Answers); !strings.Contains(s, `"ovens":"7"`) || !strings.Contains(s, `"law":"no"`) {
			h.Errorf("after taking one over: %s", s)
		}
		if m := got.Marks["ovens"]; !strings.HasPrefix(m.Source, "bakeries, revision 1, ") || m.Period != "2025" || m.SourceKind != "register" {
			h.Errorf("the origin of what was taken over: %+v", m)
		}
		if text := v.Get(at).Text(); strings.Contains(text, "you answered") {
			h.Errorf("an answered question is offered another: %s", text)
		}
		want(h.T, v.Post(at, url.Values{"version": {"1"}, "reuse": {"why"}}), http.StatusNotFound)
	})
}
