package response_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/base/id"
)

// TestB6: to everyone but its respondent's people a response isn't there, on no route and as no file; and those people
// see nothing of what the secretariat has of others.
func TestB6(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		h.filled(r, focal, sections)
		x := h.submitted(n, r, focal)
		h.People["focal-point"] = focal
		s := h.site()
		fill, clear := "/d/fill/"+string(r.ID), "/d/clear/"+string(r.ID)
		get := []string{fill, fill + "/part/police", fill + "/conflicts", fill + "/files", fill + "/files/give?kind=html&section=police", clear, clear + "/response.json", clear + "/response.p7s"}
		post := []string{"/begin", "/part/police", "/part/police/ready", "/conflicts", "/files", "/files/take", "/offer", "/correct", "/submit", "/withdraw"}
		for _, role := range h.Policy.Roles() {
			if _, ok := h.People[role]; !ok || role == "focal-point" { // a guest of one bundle has no account here
				continue
			}
			v := s.As(role)
			for _, path := range get {
				a := v.Get(path)
				if a.Status != http.StatusNotFound && a.Status != http.StatusForbidden || strings.Contains(a.Body, "Kenya") {
					h.Errorf("%s gets %d at %s: %s", role, a.Status, path, a.Text())
				}
				if (role == "contributor" || role == "clearing-officer") && a.Status != http.StatusNotFound && path != fill+"/conflicts" {
					h.Errorf("%s of another respondent gets %d at %s, want 404", role, a.Status, path)
				}
			}
			for _, path := range post {
				if a := v.Post(fill+path, url.Values{"version": {"0"}, "reason": {"none"}}); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
					h.Errorf("%s posts to %s and gets %d", role, fill+path, a.Status)
				}
			}
		}
		for _, path := range append(get, fill+"x") {
			if a := s.As("").Get(path); a.Status == http.StatusOK {
				h.Errorf("nobody gets %s", path)
			}
		}
		h.mayNot(s.As("focal-point").Get("/d/studies/"+string(n)+"/submissions").Status, "a guest's list of submissions", r.ID)
		h.mayNot(s.As("focal-point").Get("/d/submissions/"+string(x.ID)).Status, "a guest's own submission at the secretariat", r.ID)
		h.mayNot(s.As("focal-point").Get("/d/studies/"+string(n)+"/sealed").Status, "who may open sealed answers, for a guest", r.ID)
		h.mayNot(s.As("focal-point").Post("/d/submissions/"+string(x.ID)+"/open", url.Values{"reason": {"none"}}).Status, "a guest opens sealed answers", r.ID)
		if got := s.As("focal-point").Get(fill).Status; got != http.StatusOK {
			h.Errorf("the focal point gets %d", got)
		}
	})
}

func (h *house) mayNot(status int, what string, n id.ID) {
	h.Helper()
	if status != http.StatusNotFound && status != http.StatusForbidden {
		h.Errorf("%s: status %d of respondent %s, want 403 or 404", what, status, n)
	}
}
