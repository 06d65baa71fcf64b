// Package agree measures how far coders who worked apart have agreed: Krippendorff's alpha for nominal data with missing
// values, and Cohen's kappa of two coders for one code.
//
// The formulas are those of K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), and J. Cohen, "A
// coefficient of agreement for nominal scales" (1960).
package agree

import "math"

// Alpha returns Krippendorff's alpha for nominal data. ratings holds, for each unit, what each coder said, "" for nothing.
// pairable is how many values stand in units with at least two; NaN is returned where agreement can't be measured: nothing
// to pair, or one value only.
func Alpha(units [][]string) (alpha float64, pairable int) {
	pairs := map[[2]string]float64{} // coincidences of two values within a unit
	totals := map[string]float64{}
	for _, u := range units {
		var said []string
		for _, v := range u {
			if v != "" {
				said = append(said, v)
			}
		}
		if len(said) < 2 {
			continue
		}
		pairable += len(said)
		for i, a := range said {
			totals[a]++
			for j, b := range said {
				if i != j {
					pairs[[2]string{a, b}] += 1 / float64(len(said)-1)
				}
			}
		}
	}
	n := float64(pairable)
	var observed, expected float64
	for p, o := range pairs {
		if p[0] != p[1] {
			observed += o
		}
	}
	for a, x := range totals {
		for b, y := range totals {
			if a != b {
				expected += x * y
			}
		}
	}
	if expected == 0 {
		return math.NaN(), pairable
	}
	return 1 - (n-1)*observed/expected, pairable
}

// Kappa returns Cohen's kappa of two coders on whether each unit carries one code. NaN is returned where chance alone would
// make them agree always.
func Kappa(a, b []bool) float64 {
	n := float64(len(a))
	if n == 0 || len(a) != len(b) {
		return math.NaN()
	}
	var same, yesA, yesB float64
	for i := range a {
		if a[i] == b[i] {
			same++
		}
		if a[i] {
			yesA++
		}
		if b[i] {
			yesB++
		}
	}
	chance := (yesA*yesB + (n-yesA)*(n-yesB)) / (n * n)
	if chance == 1 {
		return math.NaN()
	}
	return (same/n - chance) / (1 - chance)
}
