package request_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/request"
	"comity/internal/node/nodetest"
)

// TestListIsSearchedAndTakenAway: words, part and running times narrow the list; the file says what the page says.
func TestListIsSearchedAndTakenAway(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		_, there := sent(t, pt, ma, "preserve.stored", `{}`)
		first := got(t, pt, "").Reference
		youssef := site(t, ma).As("executor")
		want(t, youssef.Post(there+"/accept", url.Values{}), http.StatusSeeOther)
		want(t, youssef.Post(there+"/progress", url.Values{
			"preserved:year": {"2026"}, "preserved:month": {"11"}, "preserved:day": {"20"},
			"until:year": {"2098"}, "until:month": {"7"}, "until:day": {"18"}}), http.StatusSeeOther)
		nodetest.Eventually(t, "Portugal learns of it", func() bool { return got(t, pt, "").State == request.Executing })
		sent(t, pt, ma, "records.bank", `{}`)
		second := got(t, pt, "").Reference

		lisbon := site(t, pt)
		ana := lisbon.As("drafter")
		for query, c := range map[string]struct{ has, lacks string }{
			"":                               {first, "none"},
			"q=" + strings.ToLower(second):   {second, first},
			"q=198.51.100.23":                {first, second}, // a selector
			"q=100%25":                       {"There are no requests here.", first},
			"only=due":                       {first, second},
			"only=due&only=mine&state=draft": {"There are no requests here.", first},
			"only=mine":                      {first, "none"},
		} {
			lacks(t, want(t, ana.Get("/requests?"+query), http.StatusOK, c.has), c.lacks)
		}
		if page := want(t, ana.Get("/requests?only=due"), http.StatusOK, "18 July 2098"); !strings.Contains(page.Body, `href="/requests/list.csv?only=due"`) {
			t.Error("the file has lost the page's filters")
		}
		want(t, lisbon.As("clerk").Get("/requests?only=mine"), http.StatusOK, "There are no requests here.")

		file := ana.Get("/requests/list.csv?only=due")
		rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
		if err != nil || file.Status != http.StatusOK || len(rows) != 2 {
			t.Fatalf("the file: %d, %v, %d rows: %s", file.Status, err, len(rows), file.Body)
		}
		if r := rows[1]; r[0] != first || r[3] != "PT" || r[4] != "MA" || r[8] != "2098-07-18" || r[9] != "BUD" || r[10] != "29(7)" {
			t.Errorf("the row: %q", r)
		}
		if all := ana.Get("/requests/list.csv"); strings.Count(all.Body, "\n") != 3 {
			t.Errorf("the file without filters: %s, want two requests", all.Body)
		}
		if none := lisbon.As("executor").Get("/requests/list.csv"); strings.Contains(none.Body, first) {
			t.Error("the file tells a stranger of a request")
		}
	})
}

// TestPageSaysToWhomAndProves: the correspondence names who was given the request, and leads to each entry's proof.
func TestPageSaysToWhomAndProves(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		here, there := sent(t, pt, ma, "preserve.stored", `{}`)
		page := want(t, site(t, ma).As("executor").Get(there), http.StatusOK, "Given to executor of MA", "Given to head of MA", "Proof in the ledger")
		if n := strings.Count(page.Body, `href="/ledger/`); n < 3 {
			t.Errorf("%d links to the ledger, want one for each move", n)
		}
		want(t, site(t, pt).As("drafter").Get(here), http.StatusOK, "Proof in the ledger")
		want(t, site(t, ma).As("executor").Get(there+"/ask"), http.StatusOK, "Our rules find no gap in this request.")
		lacks(t, site(t, ma).As("executor").Get(there+"/ask"), "are listed, ready to send")
	})
}

// TestDraftListShowsRemarks: a section in which the rules find something isn't called complete.
func TestDraftListShowsRemarks(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := begun(t, n, s, opened(t, n), "preserve.stored")
		whole(t, n, at, "preserve.stored")
		lacks(t, s.As("drafter").Get(at+"/draft"), "remark of the rules")
		r := id.ID(strings.TrimPrefix(at, "/requests/"))
		body := example(t, n, "preserve.stored", `{"request":{"requested":{"authority":"Ministry of Fisheries (exercise)"}}}`)
		if err := n.Requests.Replace(context.Background(), n.As("drafter"), r, body, got(t, n, r).Version, n.Entry()); err != nil {
			t.Fatal(err)
		}
		want(t, s.As("drafter").Get(at+"/draft"), http.StatusOK, "1 remark of the rules")
	})
}

// TestPasteNamesWhatItPassedOver: a line in which nothing was understood is named and not lost in silence.
func TestPasteNamesWhatItPassedOver(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		page := begun(t, n, s, opened(t, n), "produce.subscriber") + "/draft/measures[1]/paste"
		look := s.As("drafter").Post(page, url.Values{"paste": {"198.51.100.7 at 22:14\n\n198,51,100,8 at 22:15\n"}})
		want(t, look, http.StatusOK, "In 1 line nothing was understood", "Line 3", "198,51,100,8 at 22:15")
		lacks(t, s.As("drafter").Post(page, url.Values{"paste": {"198.51.100.7 at 22:14"}}), "nothing was understood")
	})
}
