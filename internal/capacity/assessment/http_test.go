package assessment_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/capacity/assessment"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

func (w *world) site() *nodetest.Site {
	words := assessment.Words()
	w.People["focal"], w.People["clearing"], w.People["police-1"] = w.focal, w.clearing, w.who["police"]
	return w.Site(w.t, nodetest.Slice{Routes: w.Assessments.Routes, Pages: assessment.Pages(), Words: words[0]}, nodetest.Slice{Words: words[1]}, nodetest.Slice{Words: organisation.Words()})
}

// post sends a form that must lead on, and returns where to.
func (w *world) post(v *nodetest.Visitor, path string, kv ...string) string {
	w.t.Helper()
	form := url.Values{"entry": {string(w.Entry())}}
	for i := 0; i < len(kv); i += 2 {
		form.Add(kv[i], kv[i+1])
	}
	a := v.Post(path, form)
	if a.Status != http.StatusSeeOther {
		w.t.Fatalf("POST %s: %d %s", path, a.Status, a.Text())
	}
	return a.To()
}

// fill takes an assessment by the forms from its request to a roadmap, and returns its address and the form of the police.
func (w *world) fill(s *nodetest.Site) (at, form string) {
	w.t.Helper()
	at = w.post(s.As("focal"), "/capacity/assessments/new", "body", string(w.body["police"]), "model", model, "scope", "Everything (exercise)")
	w.n = id.ID(at[strings.LastIndex(at, "/")+1:])
	w.post(s.As("clearing"), at+"/agree", "to", "agreed")
	w.post(s.As("manager"), at+"/team", "person", string(w.As("assessor").ID))
	for _, b := range []string{"police", "prosecution", "bank-1", "bank-2", "provider"} {
		w.post(s.As("assessor"), at+"/ask", "organisation", string(w.body[b]))
	}
	w.post(s.As("assessor"), at+"/round", "to", "collecting")
	form = "/capacity/ratings/" + string(w.stakeholder("police"))
	w.post(s.As("police-1"), form+"/powers", "powers-1-value", "met", "powers-1-proof", proof, "powers-1-evidence", "document", "powers-1-locator", "p. 3", "powers-1-note", "Article 12 (exercise)",
		"powers-2-value", "met", "powers-3-value", "met", "powers-4-value", "partly", "powers-5-value", "not_known")
	w.must(w.rate("prosecution", says("powers-2", assessment.NotMet, ""), says("powers-3", assessment.Partly, "")))
	for _, b := range []string{"bank-1", "bank-2", "provider"} {
		w.must(w.rate(b, says("channels-1", assessment.Met, "")))
	}
	w.post(s.As("assessor"), at+"/round", "to", "consolidating")
	w.post(s.As("assessor"), at+"/consensus")
	w.post(s.As("assessor"), at+"/consensus/powers-2", "value", "partly", "basis", "observed", "note", "Two orders seen on 3 March (exercise)",
		"dissent-group", "prosecution", "dissent-value", "not_met", "dissent-words", "No order was ever carried out (exercise).")
	w.post(s.As("assessor"), at+"/round", "to", "draft")
	w.post(s.As("assessor"), at+"/recommendations", "words", "Train judges and police together (exercise)", "factors", "powers", "factors", "judges", "owner", string(w.body["police"]), "months", "12")
	w.post(s.As("assessor"), at+"/none", "factor", "strategy", "because", "A strategy is being written (exercise).")
	w.post(s.As("focal"), at+"/comment", "factor", "powers", "comment", "The law was changed in March (exercise).")
	w.post(s.As("focal"), at+"/commented", "to", "commented")
	var rec id.ID
	w.look(func(ctx context.Context, tx *db.Tx) error {
		list, err := assessment.Recommendations(ctx, tx, w.n)
		rec = list[0].ID
		return err
	})
	w.post(s.As("focal"), at+"/reply", "recommendation", string(rec), "reply", "accepted", "reply-words", "")
	w.post(s.As("focal"), at+"/roadmap", "recommendation", string(rec), "words", "Joint course (exercise)", "becomes", "course", "owner", string(w.body["police"]),
		"begins:day", "1", "begins:month", "4", "begins:year", "2027", "due:day", "30", "due:month", "9", "due:year", "2027", "measure", "Twenty certificates")
	return at, form
}

// TestPages walks the pages: what is entered by forms stands there; what is wrong comes back with its sentence and what
// was typed; others find nothing.
func TestPages(t *testing.T) {
	each(t, func(w *world) {
		s := w.site()
		at, form := w.fill(s)
		for _, c := range []struct {
			as    access.Role
			path  string
			wants []string
		}{
			{"focal", "/capacity/assessments", []string{"Commented by the State"}},
			{"focal", at, []string{"What is shown by what", "Where we differ most", "The law was changed in March (exercise).", "22 gaps without a word", "Report as PDF"}},
			{"assessor", at + "/consensus", []string{"Agenda: the widest spreads", "Met: 1 · Not met: 1", "Met: 3"}},
			{"assessor", at + "/consensus/powers-2", []string{"No order was ever carried out (exercise).", "Prosecution service does not agree: Not met."}},
			{"focal", at + "/recommendations", []string{"Train judges and police together (exercise)", "The State accepts it", "Nothing yet: this keeps the report from clearance"}},
			{"focal", at + "/roadmap", []string{"Joint course (exercise)", "Twenty certificates", "Still to do"}},
			{"police-1", form, []string{"Procedural powers", "5 of 5 answered", "No round is open"}},
			{"police-1", form + "/powers", []string{"BUD 16", "not read in the official text", "Article 12 (exercise)"}},
		} {
			a := s.As(c.as).Get(c.path)
			for _, want := range c.wants {
				if a.Status != http.StatusOK || !strings.Contains(a.Text(), want) {
					w.t.Errorf("%s as %s: %d, doesn't say %q: %s", c.path, c.as, a.Status, want, a.Text())
				}
			}
		}
		for _, path := range []string{at + "/report/report.pdf", at + "/report/report.docx", at + "/roadmap/roadmap.svg"} {
			if a := s.As("focal").Get(path); a.Status != http.StatusOK || len(a.Body) < 1000 {
				w.t.Errorf("%s: %d, %d bytes", path, a.Status, len(a.Body))
			}
		}
		for _, as := range []access.Role{"other", "manager", "bank-1"} {
			for _, path := range []string{at + "/consensus", at + "/recommendations", at + "/roadmap", at + "/report/report.pdf"} {
				if a := s.As(as).Get(path); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
					w.t.Errorf("%s as %s: %d", path, as, a.Status)
				}
			}
		}
		if a := s.As("clearing").Post(at+"/publish", url.Values{"to": {"cleared"}}); a.Status != http.StatusNotFound {
			w.t.Errorf("a step at another act's address: %d", a.Status)
		}
		if a := s.As("police-1").Post(form+"/powers", url.Values{"powers-1-note": {"Kept words"}}); a.Status != http.StatusConflict {
			w.t.Errorf("rating after the round was closed: %d %s", a.Status, a.Text())
		}
		var rec assessment.Recommendation
		w.look(func(ctx context.Context, tx *db.Tx) error {
			list, err := assessment.Recommendations(ctx, tx, w.n)
			rec = list[0]
			return err
		})
		if a := s.As("assessor").Get(at + "/recommendations?change=" + string(rec.ID)); !strings.Contains(a.Text(), "Change recommendation R1") || !strings.Contains(a.Body, `value="powers" checked`) {
			w.t.Errorf("the form doesn't hold the recommendation: %s", a.Body)
		}
		change := url.Values{"change": {string(rec.ID)}, "version": {"2"}, "words": {"Train them twice (exercise)"}, "factors": {"powers"}, "owner": {string(w.body["police"])}, "months": {"6"}}
		if a := s.As("assessor").Post(at+"/recommendations", change); a.Status != http.StatusSeeOther {
			w.t.Errorf("changing a recommendation: %d %s", a.Status, a.Text())
		}
		change.Del("entry")
		if a := s.As("assessor").Post(at+"/recommendations", change); a.Status != http.StatusConflict {
			w.t.Errorf("changing an older wording: %d %s", a.Status, a.Text())
		}
		if a := s.As("assessor").Post(at+"/recommendations", url.Values{"words": {"Kept words"}}); a.Status != http.StatusUnprocessableEntity ||
			!strings.Contains(a.Text(), "Choose at least one gap.") || !strings.Contains(a.Body, "Kept words") {
			w.t.Errorf("a recommendation about nothing: %d %s", a.Status, a.Text())
		}
	})
}
