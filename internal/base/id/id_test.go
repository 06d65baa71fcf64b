package id

import (
	"errors"
	"testing"
	"time"

	"comity/internal/base/errs"
)

func TestNewSortsByTime(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	a, b := New(at), New(at.Add(time.Millisecond))
	if a >= b {
		t.Errorf("New(earlier) = %s, New(later) = %s, want the first to sort first", a, b)
	}
	if got, err := Parse(string(a)); err != nil || got != a {
		t.Errorf("Parse(%s) = %s, %v", a, got, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "01j", "01hzzzzzzzzzzzzzzzzzzzzzzz", "01HZZZZZZZZZZZZZZZZZZZZZZU", "81HZZZZZZZZZZZZZZZZZZZZZZZ"} {
		if _, err := Parse(s); !errors.Is(err, errs.Invalid) {
			t.Errorf("Parse(%q) = %v, want errs.Invalid", s, err)
		}
	}
}

func TestRef(t *testing.T) {
	r := NewRef("request", "01HZZZZZZZZZZZZZZZZZZZZZZZ")
	if r.Kind() != "request" || r.ID() != "01HZZZZZZZZZZZZZZZZZZZZZZZ" {
		t.Errorf("%s: kind %s, id %s", r, r.Kind(), r.ID())
	}
}
