package response_test

import (
	"strings"
	"testing"

	"comity/internal/dialogue/response"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

func (h *house) site() *nodetest.Site {
	h.Helper()
	return h.Site(h.T, nodetest.Slice{Routes: h.Responses.Routes, Pages: response.Pages(), Words: response.Words()})
}

func want(t testing.TB, a nodetest.Answer, status int, words ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			t.Errorf("the page doesn't say %q: %s", w, a.Text())
		}
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// entries counts what stands in the ledger or waits for its place.
func (h *house) entries() (n int64) {
	h.Helper()
	h.read(func(tx *db.Tx) error { return tx.Row(ctx, `SELECT COUNT(*) FROM ledger_entry`).Scan(&n) })
	return n
}

// form2 is the next version: it asks for ovens no more.
func form2(t testing.TB) *instrument.Instrument {
	t.Helper()
	return formWithout(t, "police_ovens")
}
