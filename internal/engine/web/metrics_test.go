package web

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAdmin(t *testing.T) {
	m := &Metrics{}
	m.Observe(Answered{Method: "GET", Route: "/requests/{id}", Status: 404, Took: 30 * time.Millisecond})
	m.Observe(Answered{Method: "BREW", Route: "/", Status: 404})
	var down error
	h := Admin(m, func(context.Context) error { return down })
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code, w.Body.String()
	}
	if code, body := get("/healthz"); code != 200 || body != "ok\n" {
		t.Errorf("/healthz: %d %q", code, body)
	}
	if code, _ := get("/readyz"); code != 200 {
		t.Errorf("/readyz: %d, want 200", code)
	}
	down = errors.New("the database does not answer")
	if code, body := get("/readyz"); code != 503 || !strings.Contains(body, "does not answer") {
		t.Errorf("/readyz: %d %q, want 503 and why", code, body)
	}
	_, body := get("/metrics")
	for _, want := range []string{
		`comity_http_requests_total{method="GET",route="/requests/{id}",status="404"} 1`,
		`comity_http_requests_total{method="other",route="/",status="404"} 1`,
		"# TYPE comity_http_request_seconds histogram",
		`comity_http_request_seconds_bucket{route="/requests/{id}",le="0.025"} 0`,
		`comity_http_request_seconds_bucket{route="/requests/{id}",le="0.05"} 1`,
		`comity_http_request_seconds_bucket{route="/requests/{id}",le="+Inf"} 1`,
		`comity_http_request_seconds_sum{route="/requests/{id}"} 0.03`,
		`comity_http_request_seconds_count{route="/requests/{id}"} 1`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("/metrics has no %s\n%s", want, body)
		}
	}
}
