package ledger

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestEntriesGatherUnlessSomebodyHurries(t *testing.T) {
	for name, c := range map[string]struct {
		since time.Duration // since the turn before
		hurry time.Duration // when somebody hurries; 0: nobody
		end   time.Duration // when the context ends; 0: it doesn't
		took  time.Duration
		sign  bool
	}{
		"the first after a quiet while":  {since: time.Second, took: 0},
		"right after a turn":             {since: 0, took: rest},
		"a little later":                 {since: 5 * time.Millisecond, took: rest - 5*time.Millisecond},
		"an envelope waits":              {since: 0, hurry: 3 * time.Millisecond, took: 3 * time.Millisecond, sign: true},
		"the node stops":                 {since: 0, end: 2 * time.Millisecond, took: 2 * time.Millisecond},
		"an envelope waits, nobody else": {since: time.Second, hurry: 3 * time.Millisecond, took: 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &Log{hurry: make(chan struct{}, 1)}
				ctx, stop := context.WithCancel(context.Background())
				defer stop()
				if c.hurry > 0 {
					time.AfterFunc(c.hurry, l.Hurry)
				}
				if c.end > 0 {
					time.AfterFunc(c.end, stop)
				}
				began := time.Now()
				sign := l.gather(ctx, rest-c.since)
				if took := time.Since(began); took != c.took || sign != c.sign {
					t.Errorf("gathered for %v, hurried %v; want %v, %v", took, sign, c.took, c.sign)
				}
			})
		})
	}
}
