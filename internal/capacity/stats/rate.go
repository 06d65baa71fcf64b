package stats

import "math"

// Wilson returns the Wilson score interval of a share k of n, without correction for continuity (Newcombe 1998, method 3).
// n = 0 is [ErrPairs]; k outside 0 … n is [ErrRange].
func Wilson(k, n int, confidence float64) (Interval, error) {
	switch {
	case n < 1:
		return Interval{}, ErrPairs
	case k < 0 || k > n || !level(confidence):
		return Interval{}, ErrRange
	}
	z := normalQuantile((1 + confidence) / 2)
	p, m := float64(k)/float64(n), float64(n)
	middle := p + z*z/(2*m)
	half := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	by := 1 + z*z/m
	i := Interval{(middle - half) / by, (middle + half) / by, confidence}
	if k == 0 {
		i.Low = 0 // exactly, not by a rounding
	}
	if k == n {
		i.High = 1
	}
	return i, nil
}

// Change says how a rate stands to the same rate before.
type Change string

// A rate has fallen or risen when the interval of before ÷ after leaves out 1. Nothing here says why.
const (
	Fell    Change = "fell"
	Rose    Change = "rose"
	Unclear Change = "unclear"
)

// Ratio is a rate before, divided by the rate after.
type Ratio struct {
	Value float64  `json:"value"`
	CI    Interval `json:"ci"`
	// Open says that nothing was counted after: neither Value nor CI.High has an end, and both are 0.
	Open   bool   `json:"open"`
	Change Change `json:"change"`
}

// RateRatio returns k₁/n₁ ÷ k₂/n₂ with the exact interval: Clopper–Pearson on k₁ of k₁+k₂, as odds times n₂/n₁. Where
// nothing was counted at either time it is [ErrConstant]; an n below 1 is [ErrPairs].
func RateRatio(k1, n1, k2, n2 int, confidence float64) (Ratio, error) {
	switch {
	case n1 < 1 || n2 < 1:
		return Ratio{}, ErrPairs
	case k1 < 0 || k2 < 0 || k1 > n1 || k2 > n2 || !level(confidence):
		return Ratio{}, ErrRange
	case k1+k2 == 0:
		return Ratio{}, ErrConstant
	}
	odds := func(p float64) float64 { return p / (1 - p) * float64(n2) / float64(n1) }
	tail := (1 - confidence) / 2
	r := Ratio{CI: Interval{Level: confidence}, Change: Unclear}
	if k1 > 0 {
		r.CI.Low = odds(betaQuantile(tail, float64(k1), float64(k2+1)))
	}
	if k2 == 0 {
		r.Open = true
	} else {
		r.Value = float64(k1) * float64(n2) / (float64(n1) * float64(k2))
		r.CI.High = odds(betaQuantile(1-tail, float64(k1+1), float64(k2)))
	}
	switch {
	case r.CI.Low > 1:
		r.Change = Fell
	case !r.Open && r.CI.High < 1:
		r.Change = Rose
	}
	return r, nil
}
