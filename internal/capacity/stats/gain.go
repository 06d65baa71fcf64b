package stats

import "math"

// Paired is the gain of the same people between two tests of the same form.
type Paired struct {
	N    int      `json:"n"` // pairs
	Pre  float64  `json:"pre"`
	Post float64  `json:"post"`
	Mean float64  `json:"mean"` // of post − pre
	SD   float64  `json:"sd"`   // of post − pre
	T    float64  `json:"t"`    // 0 where all differences are equal
	DF   int      `json:"df"`
	CI   Interval `json:"ci"` // d̄ ± t(n−1) · s_d/√n
}

// Gain returns the mean gain with its confidence interval by Student's t. pre[i] and post[i] are one person's. Fewer than
// two pairs are [ErrPairs]; slices of unequal length are [ErrShape].
func Gain(pre, post []float64, confidence float64) (Paired, error) {
	switch {
	case len(pre) != len(post):
		return Paired{}, ErrShape
	case len(pre) < 2:
		return Paired{}, ErrPairs
	case !level(confidence):
		return Paired{}, ErrRange
	}
	d := make([]float64, len(pre))
	for i := range pre {
		d[i] = post[i] - pre[i]
	}
	p := Paired{N: len(d), Pre: mean(pre), Post: mean(post), Mean: mean(d), DF: len(d) - 1}
	if math.IsNaN(p.Mean) || math.IsInf(p.Mean, 0) {
		return Paired{}, ErrRange
	}
	p.SD = math.Sqrt(variance(d))
	se := p.SD / math.Sqrt(float64(p.N))
	if se > 0 {
		p.T = p.Mean / se
	}
	half := studentQuantile((1+confidence)/2, p.DF) * se
	p.CI = Interval{p.Mean - half, p.Mean + half, confidence}
	return p, nil
}

// Norm is the gain measured against what there was to gain, by three names that are not one figure.
type Norm struct {
	Class      float64 `json:"class"`      // (mean post − mean pre) ÷ (max − mean pre)
	Individual float64 `json:"individual"` // mean of each person's (post − pre) ÷ (max − pre); pre = max left out
	Change     float64 `json:"change"`     // the same, but a fall is divided by pre; pre = post = 0 or max dropped
	Left       int     `json:"left"`       // people left out of Individual
	Dropped    int     `json:"dropped"`    // people dropped from Change
}

// Normalised returns the normalised gains of scores from 0 to most. Where everyone had the highest score before, there is
// nothing to gain: [ErrCeiling]. A score outside 0 … most is [ErrRange].
func Normalised(pre, post []float64, most float64) (Norm, error) {
	switch {
	case len(pre) != len(post):
		return Norm{}, ErrShape
	case len(pre) == 0:
		return Norm{}, ErrPairs
	case !(most > 0) || !sound(pre, most) || !sound(post, most):
		return Norm{}, ErrRange
	}
	var single, change []float64
	var n Norm
	for i := range pre {
		a, b := pre[i], post[i]
		if a < most {
			single = append(single, (b-a)/(most-a))
		} else {
			n.Left++
		}
		switch {
		case a == b && (a == 0 || a == most):
			n.Dropped++
		case b < a:
			change = append(change, (b-a)/a)
		default:
			change = append(change, (b-a)/(most-a))
		}
	}
	if len(single) == 0 {
		return Norm{}, ErrCeiling
	}
	n.Class = (mean(post) - mean(pre)) / (most - mean(pre))
	n.Individual = mean(single)
	if len(change) > 0 {
		n.Change = mean(change)
	}
	return n, nil
}
