package practice

import (
	"time"

	"comity/internal/cooperation/request"
)

// Narrow computes the figures of parts of the histories; each of parts says which belong to it. What a part shows must not
// be subtracted from what all show together, nor from another part that holds it: where the difference is of one to four
// requests, the part keeps its figure back.
func Narrow(all []request.History, parts []func(request.History) bool, direction request.Direction, at time.Time) []Figures {
	whole := Compute(all, direction, at)
	out, in := make([]Figures, len(parts)), make([][]bool, len(parts))
	for i, part := range parts {
		var some []request.History
		for _, h := range all {
			in[i] = append(in[i], part(h))
			if in[i][len(in[i])-1] {
				some = append(some, h)
			}
		}
		out[i] = Compute(some, direction, at)
	}
	plain := append([]Figures(nil), out...)
	for i := range out {
		out[i] = keepBack(plain[i], whole)
		for j := range out {
			if j != i && within(in[i], in[j]) {
				out[i] = keepBack(out[i], plain[j])
			}
		}
	}
	return out
}

// within reports whether every member of the one is one of the other.
func within(a, b []bool) bool {
	for i := range a {
		if a[i] && !b[i] {
			return false
		}
	}
	return true
}

// tells reports whether the difference of two counts is about so few requests that it could tell of one.
func tells(part, whole int) bool { return whole-part > 0 && whole-part < Least }

// keepBack hides of a part what could be subtracted from the whole.
func keepBack(part, whole Figures) Figures {
	few := tells(part.Requests, whole.Requests)
	part.Shown = part.Shown && !few
	of := map[string]int{}
	for _, w := range whole.Waits {
		of[w.Step] = w.N
	}
	waits := append([]Wait(nil), part.Waits...)
	for i, w := range waits {
		if few || tells(w.N, of[w.Step]) {
			waits[i] = Wait{Step: w.Step}
		}
	}
	part.Waits = waits
	part.Rules, part.Grounds, part.Tracks = hide(part.Rules, whole.Rules, few), hide(part.Grounds, whole.Grounds, few), hide(part.Tracks, whole.Tracks, few)
	return part
}

func hide(part, whole []Count, few bool) []Count {
	of := map[string]int{}
	for _, c := range whole {
		of[c.Code] = c.N
	}
	out := append([]Count(nil), part...)
	for i, c := range out {
		if few || tells(c.N, of[c.Code]) {
			out[i].Shown = false
		}
	}
	return out
}

// Share is a share of the requests with its reasons to be kept back: k of n, Shown only where both n and what is left of
// it are large enough, as for the whole beside it.
type Share struct {
	K, N  int
	Shown bool
}

// shareOf protects k of n: a share of which it could be known that it is of one to four requests, or of all but so few, is
// kept back.
func shareOf(k, n int, shown bool) Share {
	small := func(x int) bool { return x > 0 && x < Least }
	return Share{k, n, shown && !small(k) && !small(n-k)}
}

// AskedShare is how many of the requests were asked back about.
func (f Figures) AskedShare() Share { return shareOf(f.Asked, f.Requests, f.Shown) }

// RefusedShare is how many of them were refused.
func (f Figures) RefusedShare() Share { return shareOf(f.Refused, f.Requests, f.Shown) }
