package dataset_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
)

// house is a node with a study that has data, and its pages.
type house struct {
	*nodetest.Node
	t     testing.TB
	site  *nodetest.Site
	study id.ID
}

func pages(t *testing.T, n *nodetest.Node) *house {
	t.Helper()
	st, err := n.Studies.Propose(ctx, n.As("manager"), study.Proposal{Code: "bakeries", Title: map[language.Tag]string{"en": "Bakeries (exercise)"}, Synthetic: true, Office: n.Office}, n.Entry())
	if err != nil {
		t.Fatal(err)
	}
	stored(t, n, content(t, 20, func(i int, r *dataset.Row, _ *instrument.Answers) {
		if i < 6 { // its answer may be shown in sums only
			r.Marks = map[string]response.Mark{"law": {Confidential: response.AggregateOnly}}
		}
	}), st, n.Entry())
	slice := nodetest.Slice{Routes: n.Data.Routes, Pages: dataset.Pages(), Words: dataset.Words()}
	return &house{n, t, n.Site(t, slice, nodetest.Slice{Routes: n.Studies.Routes, Pages: study.Pages(), Words: study.Words()}), st}
}

func (h *house) at(rest string) string { return "/d/studies/" + string(h.study) + rest }

// post sends a form and wants the status.
func (h *house) post(role, path string, status int, kv ...string) nodetest.Answer {
	h.t.Helper()
	form := url.Values{"entry": {string(h.Entry())}}
	for i := 0; i < len(kv); i += 2 {
		form.Set(kv[i], kv[i+1])
	}
	a := h.site.As(access.Role(role)).Post(path, form)
	if a.Status != status {
		h.t.Fatalf("POST %s as %s: %d, want %d: %s", path, role, a.Status, status, a.Text())
	}
	return a
}

func (h *house) get(role, path string, words ...string) nodetest.Answer {
	h.t.Helper()
	a := h.site.As(access.Role(role)).Get(path)
	if a.Status != http.StatusOK {
		h.t.Fatalf("GET %s as %s: %d: %s", path, role, a.Status, a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			h.t.Errorf("GET %s doesn't say %q: %s", path, w, a.Text())
		}
	}
	if len(a.Body) > 100_000 {
		h.t.Errorf("GET %s: %d bytes", path, len(a.Body))
	}
	return a
}

// TestPages walks from the data to a reviewed finding by the forms of the pages.
func TestPages(t *testing.T) {
	each(t, func(t *testing.T, _ string, n *nodetest.Node) {
		h := pages(t, n)
		h.get("manager", h.at("/data"), "Synthetic", "Files of answers", "20")
		h.get("editor", h.at("/data"), "Frozen data")
		if a := h.site.As(nodetest.AsGuest("focal-point")).Get(h.at("/data")); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
			t.Errorf("a guest sees the data: %d", a.Status)
		}

		a := h.post("manager", h.at("/data/file"), http.StatusOK, "file", "state.csv")
		if !strings.Contains(a.Body, "respondent,state,region") {
			t.Errorf("the file of answers: %.80q", a.Body)
		}
		h.post("manager", h.at("/data/file"), http.StatusUnprocessableEntity, "file", "state.exe")
		if a := h.site.As("manager").Lapsed().Post(h.at("/data/file"), url.Values{"entry": {string(n.Entry())}, "file": {"state.csv"}}); strings.Contains(a.Body, "respondent,state") {
			t.Error("answers are given out on a sign-in that is too old")
		}

		look := h.at("/tables/new?audience=state&item=law&by=region")
		h.get("manager", look, "As it would go out", "Kept back", "fewer than three, one of whom may be shown only in sums")
		h.get("manager", h.at("/tables/new?audience=state&item=why"), "This can’t be counted so.")
		h.post("manager", h.at("/tables/new"), http.StatusSeeOther, "audience", "state", "item", "law", "by", "")
		h.post("manager", h.at("/tables/new"), http.StatusSeeOther, "audience", "state", "item", "requests", "by", "")
		list := h.get("editor", h.at("/tables"), "Is there a law?", "States")
		table := tableIn(list.Body)
		h.get("editor", table, "10 (50 %)", "Not asked, because of another answer", "Nothing is kept back.")
		if a := h.get("editor", table+"/picture.svg"); !strings.Contains(a.Body, "<svg") || a.Header.Get("Content-Type") != "image/svg+xml" {
			t.Errorf("the picture: %.60q", a.Body)
		}
		if a := h.get("editor", table+"/table.csv"); !strings.Contains(a.Body, "Is there a law?") {
			t.Errorf("the CSV: %q", a.Body)
		}
		h.get("editor", h.at("/map"), "Map of responses", "Austria")
		h.get("editor", h.at("/map/map.svg"))

		finding := h.post("editor", h.at("/findings"), http.StatusSeeOther, "kind", "finding", "text-lang", "en", "text", "In 50 per cent there is a law (synthetic).").To()
		h.get("editor", finding, "Numbers that rest on nothing yet: 50")
		bare := strings.TrimPrefix(table, "/d/tables/")
		h.get("editor", finding+"?table="+bare, "Which number")
		h.post("editor", finding+"/bind", http.StatusUnprocessableEntity, "table", bare, "quote", "In 50 per cent", "group", "*", "code", "yes", "stat", "n")
		h.post("editor", finding+"/bind", http.StatusSeeOther, "table", bare, "quote", "In 50 per cent", "group", "*", "code", "yes", "stat", "share")
		h.get("editor", finding, "Draft, its numbers are sound", "Sound")
		h.post("editor", finding+"/review", http.StatusForbidden)
		h.post("manager", finding+"/review", http.StatusSeeOther)
		h.get("manager", h.at("/findings"), "Reviewed", "In 50 per cent")
		h.post("editor", finding, http.StatusConflict, "version", "1", "text-lang", "en", "text", "Another text.")

		// Other data: the number is another one, and the page says both.
		stored(t, n, content(t, 30, func(i int, _ *dataset.Row, x *instrument.Answers) {
			if i < 6 {
				if err := x.Set("law", "no"); err != nil {
					t.Fatal(err)
				}
			}
		}), h.study, n.Entry())
		h.get("manager", finding, "The number is another one now", "the newest data say 40")
	})
}

// TestNothingFrozen: before anything is frozen the pages say so, and offer no numbers.
func TestNothingFrozen(t *testing.T) {
	each(t, func(t *testing.T, _ string, n *nodetest.Node) {
		h := pages(t, n)
		st, err := n.Studies.Propose(ctx, n.As("manager"), study.Proposal{Code: "empty", Title: map[language.Tag]string{"en": "Empty (exercise)"}, Office: n.Office}, n.Entry())
		if err != nil {
			t.Fatal(err)
		}
		h.study = st
		h.get("manager", h.at("/data"), "Nothing is frozen yet.")
		h.get("manager", h.at("/findings"), "No finding has been written yet.")
		if a := h.site.As("manager").Get(h.at("/map")); a.Status != http.StatusConflict || !strings.Contains(a.Text(), "The data are not frozen yet.") {
			t.Errorf("a map of nothing: %d %s", a.Status, a.Text())
		}
		a := h.post("manager", h.at("/data"), http.StatusConflict)
		if !strings.Contains(a.Text(), "Nobody has submitted yet: there is nothing to freeze.") {
			t.Errorf("freezing nothing: %s", a.Text())
		}
	})
}

// tableIn is the address of the first table that a page names.
func tableIn(body string) string {
	_, rest, _ := strings.Cut(body, "/d/tables/")
	n, _, _ := strings.Cut(rest, `"`)
	return "/d/tables/" + n
}
