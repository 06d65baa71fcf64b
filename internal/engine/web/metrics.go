package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"sync"
	"time"
)

// Metrics counts answered requests by route, method and status, and how long they took by route, and writes that in the
// text format that monitoring systems read (Prometheus 0.0.4). The zero value is ready; it may be used at the same time
// by many.
type Metrics struct {
	mu       sync.Mutex
	answered map[answered]int64
	took     map[string]*spread // by route
}

type answered struct {
	route, method string
	status        int
}

// spread is how many requests took at most as long as each of the [steps], how many there were, and how long in all.
type spread struct {
	within [len(steps)]int64
	count  int64
	sum    float64
}

// steps are the bounds of a [spread], in seconds.
var steps = [...]float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

// Observe is for [Options.Observe]. A method outside those of our routes counts as "other", so that strangers can't
// make series.
func (m *Metrics) Observe(a Answered) {
	switch a.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		a.Method = "other"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.answered == nil {
		m.answered, m.took = map[answered]int64{}, map[string]*spread{}
	}
	m.answered[answered{a.Route, a.Method, a.Status}]++
	s := m.took[a.Route]
	if s == nil {
		s = &spread{}
		m.took[a.Route] = s
	}
	for i, most := range steps {
		if a.Took.Seconds() <= most {
			s.within[i]++
		}
	}
	s.count++
	s.sum += a.Took.Seconds()
}

// write writes all series, in a fixed order.
func (m *Metrics) write(w io.Writer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fmt.Fprint(w, "# HELP comity_http_requests_total Requests answered.\n# TYPE comity_http_requests_total counter\n")
	for _, a := range slices.SortedFunc(maps.Keys(m.answered), func(a, b answered) int {
		return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.method, b.method), a.status-b.status)
	}) {
		fmt.Fprintf(w, "comity_http_requests_total{method=\"%s\",route=\"%s\",status=\"%d\"} %d\n", a.method, label(a.route), a.status, m.answered[a])
	}
	const took = "comity_http_request_seconds"
	fmt.Fprintf(w, "# HELP %s How long requests took.\n# TYPE %[1]s histogram\n", took)
	for _, route := range slices.Sorted(maps.Keys(m.took)) {
		s, route := m.took[route], label(route)
		for i, most := range steps {
			fmt.Fprintf(w, "%s_bucket{route=\"%s\",le=\"%v\"} %d\n", took, route, most, s.within[i])
		}
		fmt.Fprintf(w, "%s_bucket{route=\"%s\",le=\"+Inf\"} %d\n", took, route, s.count)
		fmt.Fprintf(w, "%s_sum{route=\"%s\"} %v\n%[1]s_count{route=\"%[2]s\"} %[4]d\n", took, route, s.sum, s.count)
	}
}

// label escapes what the format asks for.
func label(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s)
}

// Admin is what the administration listener serves, on loopback or a unix socket only: /healthz (the process lives),
// /readyz (ready answers without an error within 2 s), /metrics and /debug/pprof/.
func Admin(m *Metrics, ready func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			answer(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		answer(w, http.StatusOK, "ready")
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.write(w)
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	return mux
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(text + "\n")) //nolint:errcheck // the other side went away
}
