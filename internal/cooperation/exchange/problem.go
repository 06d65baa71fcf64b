package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/envelope"
)

// problemHome is where the types of problems (RFC 9457) are described.
const problemHome = "https://comity.example/problems/"

// problem is an error as it goes over the wire. Details go to known peers only.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}

// The slugs beside the envelope's checks.
const (
	slugBusy     = "busy"
	slugNoSpace  = "no-space"
	slugNoUpload = "unknown-upload"
)

func writeProblem(w http.ResponseWriter, status int, slug, title, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem{problemHome + slug, title, status, detail})
}

// problemOf reads the other side's problem. Its words are theirs: they are shown to people, never acted on.
func problemOf(resp *http.Response, what string) error {
	var p problem
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		p = problem{Title: http.StatusText(resp.StatusCode)}
	}
	if resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusTooManyRequests {
		return fmt.Errorf("%s: %w", what, busyError{retryAfter(resp)})
	}
	return fmt.Errorf("%s: the other side answered %d %s %s %s: %w", what, resp.StatusCode, p.Type, p.Title, p.Detail, errs.Unavailable)
}

func retryAfter(resp *http.Response) time.Duration {
	n, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || n < 1 || n > 3600 {
		n = 30
	}
	return time.Duration(n) * time.Second
}

// slugOf is the problem of an error that stopped a call before anything was decided.
func slugOf(err error) (status int, slug string) {
	var r *envelope.Refusal
	switch {
	case errors.As(err, &r):
		return http.StatusUnprocessableEntity, string(r.Check)
	case errors.Is(err, errs.Unavailable):
		return http.StatusInsufficientStorage, slugNoSpace
	}
	return http.StatusServiceUnavailable, slugBusy
}
