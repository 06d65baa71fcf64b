package request_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/rule"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// example is the complete request of the type, changed by a merge patch.
func example(t testing.TB, n *nodetest.Node, kind, patch string) []byte {
	t.Helper()
	ty, ok := n.Requests.Law().Types.Get(kind)
	if !ok {
		t.Fatalf("there is no type %s", kind)
	}
	var doc map[string]any
	if err := json.Unmarshal(ty.Example, &doc); err != nil {
		t.Fatal(err)
	}
	a, err := rule.Patch(doc, []byte(patch))
	if err != nil {
		t.Fatal(err)
	}
	b, err := a.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sent is a request of pt that has arrived at ma and was given to the executor: its addresses on both sides.
func sent(t testing.TB, pt, ma *nodetest.Node, kind, patch string) (here, there string) {
	t.Helper()
	lisbon, rabat := site(t, pt), site(t, ma)
	here = begun(t, pt, lisbon, opened(t, pt), kind)
	n := id.ID(strings.TrimPrefix(here, "/requests/"))
	if err := pt.Requests.Replace(context.Background(), pt.As("drafter"), n, example(t, pt, kind, patch), got(t, pt, n).Version, pt.Entry()); err != nil {
		t.Fatal(err)
	}
	want(t, lisbon.As("drafter").Post(here+"/submit", url.Values{}), http.StatusSeeOther)
	want(t, lisbon.As("reviewer").Post(here+"/approve", url.Values{}), http.StatusSeeOther)
	digest := hidden(t, lisbon.As("signatory").Get(here+"/sign"), "digest")
	want(t, lisbon.As("signatory").Post(here+"/sign", url.Values{"digest": {digest}}), http.StatusSeeOther)
	before := got(t, ma, "").ID
	want(t, lisbon.As("clerk").Post(here+"/send", url.Values{}), http.StatusSeeOther)
	nodetest.Eventually(t, "the request arrives", func() bool { return got(t, ma, "").ID != before && got(t, pt, n).State == request.Received })
	there = "/requests/" + string(got(t, ma, "").ID)
	for _, role := range []access.Role{"executor", "head"} {
		want(t, rabat.As("clerk").Post(there+"/assign", url.Values{"executor": {string(ma.People[role].ID)}}), http.StatusSeeOther)
	}
	return here, there
}

// lacks fails when the page says one of the words.
func lacks(t testing.TB, a nodetest.Answer, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(a.Text(), w) {
			t.Errorf("the page says %q and must not: %s", w, a.Text())
		}
	}
}

// TestPreservationRunsUntilItIsFollowed: the clock starts with the notified day, shows its end by the clocks of both
// authorities, outlives the closing of its request, and ends when the request that quotes it is received (BUD 29(7)).
func TestPreservationRunsUntilItIsFollowed(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		const runs = "Preserved data are kept for at least sixty days"
		here, there := sent(t, pt, ma, "preserve.stored", `{}`)
		ana, youssef, head := site(t, pt).As("drafter"), site(t, ma).As("executor"), site(t, ma).As("head")
		lacks(t, ana.Get(here), runs)
		want(t, youssef.Post(there+"/accept", url.Values{}), http.StatusSeeOther)
		keep := func(until string) {
			t.Helper()
			want(t, youssef.Post(there+"/progress", url.Values{
				"preserved:year": {"2026"}, "preserved:month": {"11"}, "preserved:day": {"20"},
				"until:year": {until}, "until:month": {"7"}, "until:day": {"18"}}), http.StatusSeeOther)
		}
		keep("2097")
		nodetest.Eventually(t, "Portugal learns of it", func() bool { return got(t, pt, "").State == request.Executing })
		keep("2098") // what was told last counts
		nodetest.Eventually(t, "and of the later day", func() bool { return strings.Contains(ana.Get(here).Text(), "18 July 2098") })
		// In July, 23:59 in Rabat is 23:59 in Lisbon and 22:59 in universal time.
		for _, page := range []nodetest.Answer{ana.Get("/"), ana.Get(here), youssef.Get(there), youssef.Get("/")} {
			want(t, page, http.StatusOK, runs, "29(7)", "Until 18 July 2098, 23:59 (UTC+01:00) in Morocco",
				"Until 18 July 2098, 23:59 (UTC+01:00) in Portugal", "Until 18 July 2098, 22:59 (UTC+00:00) in universal time")
			lacks(t, page, "2097, ")
		}
		n := id.ID(strings.TrimPrefix(here, "/requests/"))
		if err := pt.DB.Writer.Write(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `UPDATE request SET state = 'closed' WHERE id = ?`, n)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		want(t, ana.Get("/"), http.StatusOK, runs)
		quoted := got(t, pt, n).Reference
		_, next := sent(t, pt, ma, "produce.subscriber", `{"request":{"earlier":[{"kind":"preservation","ref":"`+quoted+`","date":"2026-11-20","authority":"x"}]}}`)
		for _, page := range []nodetest.Answer{ana.Get("/"), ana.Get(here), youssef.Get(there), youssef.Get("/")} {
			lacks(t, page, runs)
		}
		want(t, head.Get(next), http.StatusOK)
	})
}

// TestQuestionOnProgress: asking how far a request is starts thirty days where the treaty says so (TOC 18(24)); any word
// of the other side ends them, what it said before doesn't.
func TestQuestionOnProgress(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		const runs = "Reasonable questions on progress are answered"
		here, there := sent(t, pt, ma, "records.bank", `{}`)
		ana, youssef := site(t, pt).As("drafter"), site(t, ma).As("executor")
		want(t, youssef.Post(there+"/accept", url.Values{}), http.StatusSeeOther)
		nodetest.Eventually(t, "Portugal learns of it", func() bool { return got(t, pt, "").State == request.Accepted })
		lacks(t, youssef.Get(there), "Say how far it is")
		want(t, ana.Get(here+"/status"), http.StatusOK, "Ask how far it is")
		want(t, ana.Post(here+"/status", url.Values{"text": {"Has the bank answered?"}}), http.StatusSeeOther)
		nodetest.Eventually(t, "Morocco is asked", func() bool { return strings.Contains(youssef.Get(there).Text(), "Has the bank answered?") })
		for _, page := range []nodetest.Answer{ana.Get("/"), ana.Get(here), youssef.Get(there), youssef.Get("/")} {
			want(t, page, http.StatusOK, runs, "30 days left")
		}
		want(t, youssef.Get(there), http.StatusOK, "Asked how far it is", "Say how far it is")
		want(t, youssef.Post(there+"/tell", url.Values{}), http.StatusUnprocessableEntity, "Write the answer.")
		want(t, youssef.Post(there+"/tell", url.Values{"text": {"It has until Friday."}}), http.StatusSeeOther)
		nodetest.Eventually(t, "Portugal is told", func() bool { return strings.Contains(ana.Get(here).Text(), "It has until Friday.") })
		for _, page := range []nodetest.Answer{ana.Get("/"), ana.Get(here), youssef.Get(there), youssef.Get("/")} {
			lacks(t, page, runs)
		}
		if s := got(t, pt, "").State; s != request.Accepted {
			t.Errorf("after question and answer the request is %s, want %s", s, request.Accepted)
		}
	})
}
