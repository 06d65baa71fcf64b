package response_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"comity/internal/dialogue/study/data"
)

// mostBytes is what a page of a section may take on the way, compressed: some seconds on a line of the second generation.
const mostBytes = 30_000

var foreign = regexp.MustCompile(`(?:src|href|action)="(?:https?:)?//[^"]*"`)

// TestB8: every section of the questionnaires that come with the program opens, is small, and asks no other host.
func TestB8(t *testing.T) {
	all, err := data.Studies()
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, "sqlite", "AT")
	n, r := h.fielded()
	focal, _ := h.answering(n, r)
	h.People["focal-point"] = focal
	reader := h.site().As("focal-point")
	seen := 0
	for _, s := range all {
		if s.Dir("state") == "" {
			continue
		}
		form, err := s.Form("state")
		h.ok(err)
		h.adopt(n, form)
		h.ok(h.Responses.Begin(ctx, focal, r.ID, h.Entry()))
		for _, sec := range form.Sections {
			for _, lang := range []string{"en", "ar"} {
				seen++
				at := "/d/fill/" + string(r.ID) + "/part/" + sec.Name
				want(t, reader.Get(at+"?lang="+lang), http.StatusSeeOther)
				page := reader.Get(at)
				want(t, page, http.StatusOK)
				if got := compressed(t, page.Body); got > mostBytes {
					t.Errorf("%s, section %s in %s: %d bytes compressed, at most %d are allowed", s.Code, sec.Name, lang, got, mostBytes)
				}
				if other := foreign.FindString(page.Body); other != "" {
					t.Errorf("%s, section %s in %s: %s asks another host", s.Code, sec.Name, lang, other)
				}
				if strings.Contains(page.Body, "<script") && !strings.Contains(page.Body, "integrity=") {
					t.Errorf("%s, section %s in %s: a script without its digest", s.Code, sec.Name, lang)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d pages were looked at, want those of two questionnaires", seen)
	}
}

func compressed(t testing.TB, s string) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}
