package stats

import (
	"math"
	"slices"
)

// Step is one step of a survival curve: at Time, of AtRisk still waiting, Events came.
type Step struct {
	Time     float64 `json:"time"`
	AtRisk   int     `json:"at_risk"`
	Events   int     `json:"events"`
	Survival float64 `json:"survival"` // share still waiting just after
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// Curve is how long it takes until something comes, with those counted for whom it has not come yet.
type Curve struct {
	N      int    `json:"n"`
	Events int    `json:"events"`
	Steps  []Step `json:"steps"`
	// Median is the first time at which at most half still wait; it is ErrPairs where more than half still do.
	Median Value `json:"median"`
	// Low and High bound the median (Brookmeyer and Crowley 1982, on the log-minus-log scale); High is often unknown.
	Low   Value   `json:"low"`
	High  Value   `json:"high"`
	Level float64 `json:"level"`
}

// KaplanMeier returns the product-limit curve of times, of which open[i] says that it had not come after times[i]
// (Kaplan and Meier 1958), with the interval of the log-minus-log scale. No times are [ErrPairs]; a time below 0 is
// [ErrRange]. An event comes before what is left open at the same time.
func KaplanMeier(times []float64, open []bool, confidence float64) (Curve, error) {
	switch {
	case len(times) != len(open):
		return Curve{}, ErrShape
	case len(times) == 0:
		return Curve{}, ErrPairs
	case !sound(times, math.MaxFloat64) || !level(confidence):
		return Curve{}, ErrRange
	}
	came := map[float64]int{}
	for i, t := range times {
		if !open[i] {
			came[t]++
		}
	}
	sorted := slices.Sorted(slices.Values(times))
	z := normalQuantile((1 + confidence) / 2)
	none := Value{Why: ErrPairs}
	c := Curve{N: len(times), Level: confidence, Median: none, Low: none, High: none}
	s, green := 1.0, 0.0
	for i, t := range sorted {
		if i > 0 && sorted[i-1] == t || came[t] == 0 {
			continue
		}
		risk, d := len(sorted)-i, came[t]
		c.Events += d
		s *= 1 - float64(d)/float64(risk)
		if d < risk {
			green += float64(d) / (float64(risk) * float64(risk-d))
		}
		step := Step{Time: t, AtRisk: risk, Events: d, Survival: s, Low: s, High: s}
		if s > 0 && s < 1 {
			wide := z * math.Sqrt(green) / math.Abs(math.Log(s))
			step.Low, step.High = math.Pow(s, math.Exp(wide)), math.Pow(s, math.Exp(-wide))
		}
		c.Steps = append(c.Steps, step)
		first(&c.Median, t, step.Survival)
		first(&c.Low, t, step.Low)
		first(&c.High, t, step.High)
	}
	return c, nil
}

// first takes the time as the value when the share has reached a half for the first time. Shares a rounding above a half
// count as a half.
func first(v *Value, t, share float64) {
	if v.Why != nil && share <= 0.5+1e-12 {
		*v = Value{X: t}
	}
}
