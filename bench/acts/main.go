// Command acts measures recorded acts per second, through the desk with everything that belongs to one: the thing's
// turn, the policy on facts read there, the change, the ledger entry with work for later on it, and the sequencer that
// gives entries their places and turns that work into jobs at the same time. Nobody does the jobs.
//
// It is compared with one durable INSERT of a row by a bare connection (raw), with BEGIN, INSERT, COMMIT (transaction),
// and with the same rows read and changed in the same turn but with no entry (unrecorded).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"comity/bench/measure"
)

const (
	rounds  = 5
	workers = 16
	things  = 1000 // cases among which the acts are spread
)

// batch is how many operations one turn of a side does: enough for the sequencer to have several turns of its own.
const batch = 1500

func main() {
	url := flag.String("database", "", "sqlite:PATH of a new file, or postgres://… of a database in which the schema bench is made anew")
	profile := flag.String("profile", "", "file for a CPU profile of the recorded acts alone, in place of the comparison")
	flag.Parse()
	if err := run(context.Background(), *url, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "acts:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, profile string) (err error) {
	b, err := open(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if profile != "" {
		return b.profile(profile)
	}
	measure.Head(os.Stdout, fmt.Sprintf("recorded acts on %s, %d workers, %d things", b.name(), workers, things))
	var placed []time.Duration
	m, err := measure.Rounds(rounds,
		measure.Side{Name: "raw", Run: func() (time.Duration, error) { return b.spread(b.raw) }},
		measure.Side{Name: "transaction", Run: func() (time.Duration, error) { return b.spread(b.transaction) }},
		measure.Side{Name: "unrecorded", Run: func() (time.Duration, error) { return b.spread(b.unrecorded) }},
		measure.Side{Name: "act", Run: func() (time.Duration, error) {
			d, err := b.spread(b.act)
			if err != nil {
				return d, err
			}
			after, err := measure.Took(b.allPlaced)
			placed = append(placed, after)
			return d, err
		}},
	)
	if err != nil {
		return err
	}
	b.report(m, placed)
	return nil
}

func perSecond(d time.Duration) float64 { return batch / d.Seconds() }

func (b *bench) report(m measure.Medians, placed []time.Duration) {
	w := os.Stdout
	for _, side := range []struct{ name, what string }{
		{"raw", "raw durable INSERT"}, {"transaction", "BEGIN, INSERT, COMMIT"},
		{"unrecorded", "the same rows changed, no entry"}, {"act", "recorded act, sequencer running"},
	} {
		measure.Figure(w, side.what, perSecond(m[side.name]), "/s")
	}
	measure.Figure(w, "after the last act, all entries have their place within", slowest(placed).Seconds()*1000, " ms")
	ratio := func(to string) float64 { return float64(m[to]) / float64(m["act"]) }
	if b.DB.Postgres() {
		measure.Goal(w, "recorded act : the same rows with no entry", ratio("unrecorded"), "", true, 0.75)
		measure.Figure(w, "recorded act : raw INSERT", ratio("raw"), "")
		measure.Figure(w, "recorded act : BEGIN, INSERT, COMMIT", ratio("transaction"), "")
		return
	}
	measure.Goal(w, "recorded act : raw INSERT", ratio("raw"), "", true, 0.55)
	measure.Goal(w, "recorded act : the same rows with no entry", ratio("unrecorded"), "", true, 0.65)
}

func slowest(all []time.Duration) (most time.Duration) {
	for _, d := range all {
		most = max(most, d)
	}
	return most
}

// profile records acts alone, for as long as ten batches take.
func (b *bench) profile(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	for range 10 {
		if _, err := b.spread(b.act); err != nil {
			return err
		}
	}
	return nil
}
