package stats

import "math"

// normalQuantile is the value below which a share p of the normal distribution lies.
func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// studentQuantile is the value below which a share p ≥ 1/2 of Student's t lies, by the incomplete beta function:
// P(|T| > t) = I_x(ν/2, 1/2) with x = ν ÷ (ν + t²).
func studentQuantile(p float64, df int) float64 {
	nu := float64(df)
	x := betaQuantile(2*(1-p), nu/2, 0.5)
	return math.Sqrt(nu * (1 - x) / x)
}

// betaQuantile is the x at which the regularised incomplete beta function I_x(a, b) is p, by bisection: as near as
// numbers lie.
func betaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	for range 200 {
		middle := (low + high) / 2
		if middle == low || middle == high {
			break
		}
		if betaShare(middle, a, b) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// betaShare is I_x(a, b), by the continued fraction that converges on its side of the mean.
func betaShare(x, a, b float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	front := math.Exp(lnGamma(a+b) - lnGamma(a) - lnGamma(b) + a*math.Log(x) + b*math.Log1p(-x))
	if x < (a+1)/(a+b+2) {
		return front * fraction(x, a, b) / a
	}
	return 1 - front*fraction(1-x, b, a)/b
}

func lnGamma(x float64) float64 {
	l, _ := math.Lgamma(x)
	return l
}

// fraction is the continued fraction of the incomplete beta function (DLMF 8.17.22), from the front by Lentz's method.
func fraction(x, a, b float64) float64 {
	const tiny = 1e-300
	keep := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/keep(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m <= 500; m++ {
		for _, term := range []float64{m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m)), -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))} {
			d = 1 / keep(1+term*d)
			c = keep(1 + term/c)
			f *= d * c
		}
		if math.Abs(d*c-1) < 1e-16 {
			break
		}
	}
	return f
}
