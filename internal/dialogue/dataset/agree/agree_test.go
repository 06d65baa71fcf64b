package agree

import (
	"math"
	"testing"
)

// TestC4 computes the example that Krippendorff's article works through: four observers, twelve units, nominal data with
// missing values, alpha = 0.743 ("Computing Krippendorff's Alpha-Reliability", section C).
func TestC4(t *testing.T) {
	// Observers A to D by unit 1 to 12; "" is a unit that the observer did not code.
	observers := [4][12]string{
		{"1", "2", "3", "3", "2", "1", "4", "1", "2", "", "", ""},
		{"1", "2", "3", "3", "2", "2", "4", "1", "2", "5", "", "3"},
		{"", "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", ""},
		{"1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", ""},
	}
	var units [][]string
	for u := range 12 {
		var unit []string
		for _, o := range observers {
			unit = append(unit, o[u])
		}
		units = append(units, unit)
	}
	alpha, pairable := Alpha(units)
	if pairable != 40 || math.Abs(alpha-0.743) > 0.0005 {
		t.Errorf("Alpha = %.4f over %d values, want 0.743 over 40", alpha, pairable)
	}
}

func TestAlphaEnds(t *testing.T) {
	if a, _ := Alpha([][]string{{"x", "x"}, {"y", "y"}}); a != 1 {
		t.Errorf("full agreement: %v, want 1", a)
	}
	if a, n := Alpha([][]string{{"x", "x"}, {"x", ""}}); !math.IsNaN(a) || n != 2 {
		t.Errorf("one value only: %v over %d, want NaN over 2", a, n)
	}
	if a, _ := Alpha([][]string{{"x", "y"}, {"y", "x"}}); a >= 0 {
		t.Errorf("full disagreement: %v, want less than 0", a)
	}
}

// TestKappa is worked out by hand: 50 units, both say yes 20 times and no 15 times, A alone yes 5 times, B alone 10 times;
// observed 0.7, by chance 0.5, kappa 0.4.
func TestKappa(t *testing.T) {
	var a, b []bool
	for _, c := range []struct {
		n    int
		a, b bool
	}{{20, true, true}, {5, true, false}, {10, false, true}, {15, false, false}} {
		for range c.n {
			a, b = append(a, c.a), append(b, c.b)
		}
	}
	if k := Kappa(a, b); math.Abs(k-0.4) > 1e-12 {
		t.Errorf("Kappa = %v, want 0.4", k)
	}
	if k := Kappa([]bool{true}, []bool{true}); !math.IsNaN(k) {
		t.Errorf("no variation: %v, want NaN", k)
	}
}
