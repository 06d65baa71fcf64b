package response_test

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/dialogue/response"
	"comity/internal/store/db"
)

// withSecret is a submission in which the reason of one section is sealed.
func (h *house) withSecret() (n id.ID, x response.Submission) {
	h.Helper()
	n, r := h.fielded()
	focal, _ := h.answering(n, r)
	for _, s := range sections {
		f := agency(s)
		if s == "police" {
			f.Answers["police_why"] = response.Answer{Value: "A word that stays sealed (exercise)", Mark: response.Mark{Lang: "en", Confidential: response.Secret}}
		}
		_, err := h.Responses.Import(ctx, focal, r.ID, f, h.Entry())
		h.ok(err)
		h.ok(h.Responses.Ready(ctx, focal, r.ID, s, true, h.Entry()))
	}
	h.People["focal-point"] = focal
	return n, h.submitted(n, r, focal)
}

// TestSealedAnswersAreOpened: only an analyst whom somebody else named opens what a respondent sealed, with a fresh factor and
// a reason; it is entered and listed, and changes nothing of what counts.
func TestSealedAnswersAreOpened(t *testing.T) {
	each(t, func(h *house) {
		n, x := h.withSecret()
		analyst, manager := h.As("analyst"), h.As("manager")
		if len(x.Secrets) != 1 || bytes.Contains(x.Record, []byte("stays sealed")) {
			h.Fatalf("the record tells a secret answer: %v %s", x.Secrets, x.Record)
		}
		open := func(reason string) (response.Sealed, error) {
			return h.Responses.Unseal(ctx, analyst, x.ID, reason, h.Entry())
		}
		_, err := open("To code it (exercise)")
		h.refused("an analyst whom nobody named", err, errs.Forbidden)
		h.refused("an analyst names one", h.Responses.NameOpener(ctx, analyst, n, analyst.ID, h.Entry()), errs.Forbidden)
		h.refused("somebody who is no analyst is named", h.Responses.NameOpener(ctx, manager, n, h.As("editor").ID, h.Entry()), errs.Invalid)
		entry := h.Entry()
		h.ok(h.Responses.NameOpener(ctx, manager, n, analyst.ID, entry))
		_, err = open("  ")
		h.refused("without a reason", err, errs.Invalid)
		stale := analyst
		stale.Confirmed = h.clock().Add(-6 * time.Minute)
		_, err = h.Responses.Unseal(ctx, stale, x.ID, "To code it (exercise)", h.Entry())
		h.refused("without a fresh factor", err, errs.Forbidden)
		_, err = h.Responses.Unseal(ctx, manager, x.ID, "To code it (exercise)", h.Entry())
		h.refused("the manager who named", err, errs.Forbidden)
		before := h.entries()
		got, err := open("To code it (exercise)")
		h.ok(err)
		if a := got.Answers["police_why"]; a.Value != "A word that stays sealed (exercise)" || len(got.Answers) != 1 {
			h.Errorf("opened: %+v", got.Answers)
		}
		if n := h.entries() - before; n != 1 {
			h.Errorf("%d entries of an opening, want 1", n)
		}
		if after := h.all(n); len(after) != 1 || after[0].Hash != x.Hash || !slices.Equal(after[0].Secrets, x.Secrets) || after[0].Answers.Get("police_why") != "" {
			h.Errorf("an opening changed what counts: %+v", after)
		}
		h.ok(h.Responses.EndOpener(ctx, manager, n, entry, h.Entry()))
		_, err = open("Once more (exercise)")
		h.refused("an analyst from whom it was taken back", err, errs.Forbidden)
	})
}

// TestSealedPages: who may open is said on a page, and what was opened is on none but the one that answers the opening.
func TestSealedPages(t *testing.T) {
	each(t, func(h *house) {
		n, x := h.withSecret()
		s := h.site()
		analyst, manager := s.As("analyst"), s.As("manager")
		at, sub := "/d/studies/"+string(n)+"/sealed", "/d/submissions/"+string(x.ID)
		want(h.T, manager.Get(at), http.StatusOK, "Nobody was named.", "No sealed answer has been opened.")
		want(h.T, analyst.Post(sub+"/open", url.Values{"reason": {"To code it (exercise)"}}), http.StatusForbidden, "not assigned")
		want(h.T, manager.Post(at, url.Values{"person": {string(h.People["manager"].ID)}}), http.StatusUnprocessableEntity, "Choose an analyst")
		want(h.T, manager.Post(at, url.Values{"person": {string(h.People["analyst"].ID)}}), http.StatusSeeOther)
		if text := manager.Get(sub).Text(); strings.Contains(text, "Why do you open them?") {
			h.Errorf("the manager is offered to open: %s", text)
		}
		want(h.T, analyst.Get(sub), http.StatusOK, "Why do you open them?", "Why has police a law?")
		want(h.T, analyst.Post(sub+"/open", url.Values{"reason": {""}}), http.StatusUnprocessableEntity, "Write the reason")
		form := url.Values{"reason": {"To code it (exercise)"}, "entry": {string(h.Entry())}}
		a := analyst.Post(sub+"/open", form)
		want(h.T, a, http.StatusOK, "A word that stays sealed (exercise)", "For you alone.")
		if got := a.Header.Get("Cache-Control"); got != "no-store" {
			h.Errorf("the opened answers may be kept: Cache-Control %q", got)
		}
		want(h.T, analyst.Post(sub+"/open", form), http.StatusConflict, "shown already")
		want(h.T, manager.Get(at), http.StatusOK, "To code it (exercise)", "Kenya")
		for role := range h.People {
			for _, path := range []string{at, sub, sub + "/open", "/d/studies/" + string(n) + "/submissions"} {
				if a := s.As(role).Get(path); strings.Contains(a.Body, "stays sealed") {
					h.Errorf("%s reads an opened answer at %s", role, path)
				}
			}
		}
		k := between(manager.Get(at).Body, `name="opener" value="`, `"`)
		want(h.T, manager.Post(at+"/end", url.Values{"opener": {k}}), http.StatusSeeOther)
		want(h.T, manager.Get(at), http.StatusOK, "Nobody was named.")
		h.read(func(tx *db.Tx) error { // the ledger says that, and not what
			var b []byte
			err := tx.Row(ctx, `SELECT entry FROM ledger_entry WHERE id = ?`, form.Get("entry")).Scan(&b)
			if !bytes.Contains(b, []byte("submission.open")) || bytes.Contains(b, []byte("stays sealed")) {
				h.Errorf("the entry of the opening: %s", b)
			}
			return err
		})
	})
}
