// Package practice computes what the requests of a node show together, from the log of their moves alone: nobody types a
// figure. Requests that still wait are counted as waiting (Kaplan–Meier), since a median of the closed ones alone flatters
// every authority. Fewer than five requests show nothing. Start with [Practice.Figures].
package practice

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"comity/internal/base/protect"
	"comity/internal/capacity/stats"
	"comity/internal/cooperation/request"
	"comity/internal/desk"
	"comity/internal/engine/picture"
	"comity/internal/store/db"
)

// Practice reads what requests show.
type Practice struct{ Config }

// Config is what it needs of a node.
type Config struct {
	Desk     *desk.Desk
	Read     *db.Reader
	Pictures *picture.Maker
	Exercise bool
}

// New returns the practice of a node.
func New(c Config) *Practice { return &Practice{c} }

// Least is the smallest number of requests of which something is shown.
const Least = 5

// Wait is how long one step takes, counted from when the request was sent or came in.
type Wait struct {
	Step  string // acknowledged, decided, delivered
	N     int
	Came  int
	Curve stats.Curve // none with fewer than five requests
	Shown bool
	Days  []stats.Value // share that had come after each of Marks, in per cent
}

// Marks are the days at which shares are told.
func Marks() []int { return []int{1, 7, 30, 90, 150, 365} }

// Count is how often something was said; Shown is false where it could tell of one request.
type Count struct {
	Code  string
	N     int
	Shown bool
}

// Figures are what the requests of one direction show that began in a span of time.
type Figures struct {
	Requests int
	Shown    bool // there are five at least
	Waits    []Wait
	Asked    int // how many were asked back about
	Rules    []Count
	Refused  int
	Grounds  []Count
	Tracks   []Count
}

// began says when the clock of a request starts: when it was sent, or came in. false for one that never left.
func began(h request.History) (time.Time, bool) {
	for _, s := range h.Steps {
		if s.Move == "transmit" || s.Move == "receive" {
			return s.At, true
		}
	}
	return time.Time{}, false
}

// steps are the moves that end each wait.
var steps = map[string][]string{
	"acknowledged": {"acknowledge", "ask", "accept", "condition", "refuse", "postpone", "deliver"},
	"decided":      {"accept", "condition", "refuse", "deliver"},
	"delivered":    {"deliver"},
}

// ends are the moves after which nothing more is waited for.
var ends = []string{"withdraw", "forward", "close", "refuse"}

// Compute counts the histories of one direction as they stand at an instant.
func Compute(all []request.History, direction request.Direction, at time.Time) Figures {
	var f Figures
	rules, grounds, tracks := map[string]int{}, map[string]int{}, map[string]int{}
	times, open := map[string][]float64{}, map[string][]bool{}
	for _, h := range all {
		start, sent := began(h)
		if h.Direction != direction || !sent {
			continue
		}
		f.Requests++
		if h.Track != "" {
			tracks[h.Track]++
		}
		f.tally(h, rules, grounds)
		for _, step := range Steps() {
			days, came, counts := wait(h, start, step, at)
			if counts {
				times[step], open[step] = append(times[step], days), append(open[step], !came)
			}
		}
	}
	f.Shown = f.Requests >= Least
	for _, step := range Steps() {
		f.Waits = append(f.Waits, waitOf(step, times[step], open[step]))
	}
	f.Rules, f.Grounds, f.Tracks = counts(rules), counts(grounds), counts(tracks)
	return f
}

// Steps lists the waits in the order of pages.
func Steps() []string { return []string{"acknowledged", "decided", "delivered"} }

// tally counts once for each request what was asked back and on which ground it was refused.
func (f *Figures) tally(h request.History, rules, grounds map[string]int) {
	seen := map[string]bool{}
	asked, refused := false, false
	for _, s := range h.Steps {
		switch s.Move {
		case "ask":
			asked = true
			for _, r := range s.Rules {
				if !seen["r"+r] {
					seen["r"+r], rules[r] = true, rules[r]+1
				}
			}
		case "refuse":
			refused = true
			for _, g := range s.Grounds {
				if !seen["g"+g] {
					seen["g"+g], grounds[g] = true, grounds[g]+1
				}
			}
		}
	}
	if asked {
		f.Asked++
	}
	if refused {
		f.Refused++
	}
}

// wait returns after how many days a step came, or for how long it has been waited for. A request that was refused is no
// longer waited for: its delivery counts as open until the refusal.
func wait(h request.History, start time.Time, step string, at time.Time) (days float64, came, counts bool) {
	days = at.Sub(start).Hours() / 24
	for _, s := range h.Steps {
		if s.At.Before(start) {
			continue
		}
		d := s.At.Sub(start).Hours() / 24
		if slices.Contains(steps[step], s.Move) {
			return d, true, true
		}
		if slices.Contains(ends, s.Move) {
			return d, false, true
		}
	}
	return max(0, days), false, days >= 0
}

func waitOf(step string, times []float64, open []bool) Wait {
	w := Wait{Step: step, N: len(times)}
	for _, o := range open {
		if !o {
			w.Came++
		}
	}
	curve, err := stats.KaplanMeier(times, open, 0.95)
	w.Shown = err == nil && w.N >= Least
	if !w.Shown {
		return w
	}
	w.Curve = curve
	longest := slices.Max(times)
	for _, m := range Marks() {
		v := stats.Value{X: 0}
		for _, s := range curve.Steps {
			if s.Time <= float64(m) {
				v.X = 100 * (1 - s.Survival)
			}
		}
		if float64(m) > longest && w.Came < w.N { // nobody has waited so long: nothing is known
			v = stats.Value{Why: stats.ErrPairs}
		}
		w.Days = append(w.Days, v)
	}
	return w
}

// counts protects counts that stand beside their whole: below five nothing is shown, nor what would give it away.
func counts(of map[string]int) []Count {
	codes := slices.Collect(maps.Keys(of))
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
	var groups []protect.Group
	for _, c := range codes {
		groups = append(groups, protect.Group{N: of[c], Sum: of[c], Most: 2})
	}
	shown, _ := protect.Groups(Least, groups)
	var all []Count
	for i, c := range codes {
		all = append(all, Count{c, of[c], shown[i]})
	}
	return all
}

// Figures counts the requests of a direction that began in a span of time.
func (q *Practice) Figures(ctx context.Context, tx *db.Tx, direction request.Direction, from, to time.Time) (Figures, error) {
	all, err := request.Histories(ctx, tx, from, to)
	return Compute(all, direction, tx.Now()), err
}

// Rate tells of the requests that we sent in a span of time how many came back for one reason: asked about by a rule, or
// refused on a ground. It is what a need is measured by, before training and after.
func (q *Practice) Rate(ctx context.Context, tx *db.Tx, code string, from, to time.Time) (k, n int, err error) {
	all, err := request.Histories(ctx, tx, from, to)
	for _, h := range all {
		if _, sent := began(h); h.Direction != request.Out || !sent {
			continue
		}
		n++
		if slices.ContainsFunc(h.Steps, func(s request.Step) bool {
			return s.Move == "ask" && slices.Contains(s.Rules, code) || s.Move == "refuse" && slices.Contains(s.Grounds, code)
		}) {
			k++
		}
	}
	return k, n, err
}

// Within tells of the requests that came in to this node in a span of time how many were dealt with as a commitment has it:
// "preservation-24h", "receipt-24h", "acceptance-30d". One whose time is not over yet doesn't count.
func (q *Practice) Within(ctx context.Context, tx *db.Tx, measure string, from, to time.Time) (k, n int, err error) {
	limits := map[string]struct {
		step  string
		limit time.Duration
		only  string
	}{
		"preservation-24h": {"decided", 24 * time.Hour, "preserve.stored"}, "receipt-24h": {"acknowledged", 24 * time.Hour, ""}, "acceptance-30d": {"decided", 30 * 24 * time.Hour, ""},
	}
	l, ok := limits[measure]
	if !ok {
		return 0, 0, nil
	}
	all, err := request.Histories(ctx, tx, from, to)
	for _, h := range all {
		start, sent := began(h)
		if h.Direction != request.In || !sent || l.only != "" && !slices.Contains(h.Types, l.only) {
			continue
		}
		days, came, counts := wait(h, start, l.step, tx.Now())
		kept := came && days <= l.limit.Hours()/24
		if !counts || !kept && !came && days <= l.limit.Hours()/24 {
			continue
		}
		n++
		if kept {
			k++
		}
	}
	return k, n, err
}
