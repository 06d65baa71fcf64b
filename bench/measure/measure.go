// Package measure compares sides in one run: each side has its turn in each round, so that what else the machine does
// falls on all of them. What counts is the ratio of their medians. Start with [Rounds].
package measure

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

// Side is one thing that is measured. Run does it once and returns how long it took.
type Side struct {
	Name string
	Run  func() (time.Duration, error)
}

// Took times f.
func Took(f func() error) (time.Duration, error) {
	began := time.Now()
	err := f()
	return time.Since(began), err
}

// Medians is the median of each side, by name.
type Medians map[string]time.Duration

// Rounds gives each side its turn, n times over: A B A B. The first round warms up and isn't counted.
func Rounds(n int, sides ...Side) (Medians, error) {
	times := map[string][]time.Duration{}
	for round := range n + 1 {
		for _, s := range sides {
			d, err := s.Run()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			if round > 0 {
				times[s.Name] = append(times[s.Name], d)
			}
		}
	}
	m := Medians{}
	for name, all := range times {
		slices.Sort(all)
		m[name] = all[len(all)/2]
	}
	return m, nil
}

// Head prints when and on what a result was taken.
func Head(w io.Writer, what string) {
	fmt.Fprintf(w, "# %s\n# %s, %d cores, %s, %s/%s\n", what, time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// Goal prints one line: the figure, the goal and whether it is met.
func Goal(w io.Writer, what string, figure float64, unit string, atLeast bool, goal float64) {
	word, met := "at most", figure <= goal
	if atLeast {
		word, met = "at least", figure >= goal
	}
	answer := "met"
	if !met {
		answer = "NOT MET"
	}
	fmt.Fprintf(w, "%-66s %9.2f%s  goal: %s %g%s  %s\n", what, figure, unit, word, goal, unit, answer)
}

// Figure prints one line with no goal.
func Figure(w io.Writer, what string, figure float64, unit string) {
	fmt.Fprintf(w, "%-66s %9.2f%s\n", what, figure, unit)
}
