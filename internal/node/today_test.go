package node_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"comity/internal/node/nodetest"
)

// TestTodayHasALineForEverybodyWhoRunsThings: whoever has no request before them still learns where they are needed.
func TestTodayHasALineForEverybodyWhoRunsThings(t *testing.T) {
	pt, ma := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
	if _, err := pt.Exchange.Import(t.Context(), pt.As("clerk"), ma.Self.CardFile, pt.Entry()); err != nil {
		t.Fatal(err)
	}
	m, err := pt.Mux(asked{pt}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := m.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for role, want := range map[string]string{
		"administrator": "See who may do what, and invite people",
		"auditor":       "Check that the record is whole",
		"analyst":       "See what the mandates ask for, and how they stand",
		"translator":    "See what is translated, and what waits",
		"head":          "1 card waits for you to compare its fingerprint",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("X-Role", role)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("the day of the %s: %d, doesn't say %q", role, w.Code, want)
		}
	}
}
