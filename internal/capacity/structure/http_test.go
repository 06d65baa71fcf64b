package structure_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/capacity/structure"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

func (w *world) site() *nodetest.Site {
	return w.Site(w.t, nodetest.Slice{Routes: w.Structures.Routes, Pages: structure.Pages(), Words: structure.Words()})
}

// fill enters by the forms what the pages are to show, and returns the addresses of a network and of a review.
func (w *world) fill(s *nodetest.Site) (network, review string) {
	w.t.Helper()
	lead := s.As("lead-b")
	post := func(v *nodetest.Visitor, path string, kv ...string) string {
		w.t.Helper()
		form := url.Values{"entry": {string(w.Entry())}}
		for i := 0; i < len(kv); i += 2 {
			form.Set(kv[i], kv[i+1])
		}
		a := v.Post(path, form)
		if a.Status != http.StatusSeeOther {
			w.t.Fatalf("POST %s: %d %s", path, a.Status, a.Text())
		}
		return a.To()
	}
	network = post(lead, "/capacity/structures/new", "name", "Network of practitioners (exercise)", "kind", "network", "lead", string(w.policeB), "every", "6")
	post(lead, network+"/member", "organisation-add", string(w.policeC))
	post(lead, network+"/member", "organisation-add", string(w.bank))
	post(lead, network+"/basis", "basis", "Memorandum (exercise)", "basis-proof", proof, "budget", "yes")
	post(lead, network+"/stage", "to", "agreed")
	post(lead, network+"/stage", "to", "established")
	post(lead, network+"/sign", "sign", "minutes", "on:day", "1", "on:month", "2", "on:year", "2026", "note", "First meeting (exercise)", "proof", proof)
	post(lead, network+"/commitment", "organisation", string(w.bank), "says", "Answers within a day (exercise)", "measure", "", "target", "90")
	post(s.As("lead-c"), network+"/contact", "state", "XC", "authority", "XC-CA", "person", "Sami (exercise)", "reach", "+999 1")
	var commitment id.ID
	w.look(func(ctx context.Context, tx *db.Tx) error {
		list, err := structure.Commitments(ctx, tx, id.ID(network[strings.LastIndex(network, "/")+1:]))
		commitment = list[0].ID
		return err
	})
	post(s.As("banker"), "/capacity/commitments/"+string(commitment), "kept", "9", "of", "10", "from:day", "1", "from:month", "1", "from:year", "2026",
		"to:day", "1", "to:month", "2", "to:year", "2026", "proof", proof)
	review = post(lead, "/capacity/legal", "treaty", "BUD")
	post(s.As("one"), review+"/provision", "cite", "Act 1, s. 4 (exercise)", "quote", "A judge may order preservation.", "replaces", "")
	return network, review
}

// TestPages walks the pages: what is entered by forms stands there; what is wrong comes back with its sentence and what
// was typed; another State's people find nothing.
func TestPages(t *testing.T) {
	each(t, func(w *world) {
		s := w.site()
		network, review := w.fill(s)
		a := s.As("lead-b").Get(network)
		for _, want := range []string{"First meeting (exercise)", "Kept in", "90", "Waits for the State", "Set up, not at work yet", "It has to show two signs of life."} {
			if !strings.Contains(a.Text(), want) {
				w.t.Errorf("the network's page doesn't say %q: %s", want, a.Text())
			}
		}
		if a = s.As("manager").Get(network); a.Status != http.StatusOK || strings.Contains(a.Text(), "Enter the sign of life") {
			w.t.Errorf("the programme's manager: %d, may enter signs", a.Status)
		}
		a = s.As("lead-b").Post(network+"/sign", url.Values{"entry": {string(w.Entry())}, "sign": {"minutes"}, "note": {"Kept words"}, "proof": {"a scan"}})
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(), "Add what proves it") || !strings.Contains(a.Body, "Kept words") {
			w.t.Errorf("a sign without proof: %d %s", a.Status, a.Text())
		}
		if a = s.As("lead-c").Get(review); a.Status != http.StatusNotFound {
			w.t.Errorf("another State reads the review of law: %d", a.Status)
		}
		if a = s.As("one").Get(review); a.Status != http.StatusOK || !strings.Contains(a.Text(), "not read in the official text") {
			w.t.Errorf("the review: %d %s", a.Status, a.Text())
		}
	})
}
