// Package stats computes the figures of the capacity pages, each with its n, or says why there is none.
//
// It is pure: no database, no clock, no words. What can't be computed is a named error, never NaN; the order of rows changes
// no bit of a result, because sums run over sorted values. Formulas and reference values are those of the design, section
// "Formulas"; the tests hold them.
package stats

import (
	"errors"
	"math"
	"slices"
)

// Why there is no figure.
var (
	ErrPairs    = errors.New("fewer than two rows")               // no interval, no correlation
	ErrConstant = errors.New("no variance")                       // no alpha, no correlation
	ErrCeiling  = errors.New("every score before is the highest") // no normalised gain
	ErrRange    = errors.New("a value outside its range")         // a score below 0 or above its maximum, k above n
	ErrShape    = errors.New("rows of unequal length")
)

// Interval is a confidence interval with its level, like 0.95.
type Interval struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Level float64 `json:"level"`
}

// sum adds the values from the smallest to the largest, so that their order doesn't matter.
func sum(x []float64) float64 {
	s := 0.0
	for _, v := range slices.Sorted(slices.Values(x)) {
		s += v
	}
	return s
}

func mean(x []float64) float64 { return sum(x) / float64(len(x)) }

// variance is the sample's, with n − 1.
func variance(x []float64) float64 {
	m := mean(x)
	d := make([]float64, len(x))
	for i, v := range x {
		d[i] = (v - m) * (v - m)
	}
	return sum(d) / float64(len(x)-1)
}

// sound reports whether every value is a number from 0 to most.
func sound(x []float64, most float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || v < 0 || v > most })
}

func level(l float64) bool { return l > 0 && l < 1 }
