package study

import (
	"math"

	"comity/internal/base/language"
)

// Rate is how many of those who were to be asked have answered.
type Rate struct {
	Region   string // M49 code, "" for all together
	Answered int
	Of       int
}

// Percent is the rate as a whole number, halves rounded away from zero; 0 where nobody was to be asked.
func (r Rate) Percent() int {
	if r.Of == 0 {
		return 0
	}
	return int(math.Round(100 * float64(r.Answered) / float64(r.Of)))
}

// Rates is the response of one audience: by region, together, and the observer States apart. The denominator of States is
// the Members of the United Nations in the frame; an observer that answers is counted, and counted beside them.
type Rates struct {
	Audience  Audience
	Regions   []Rate
	All       Rate
	Observers Rate
}

// RatesOf counts the response of an audience. Whoever is in the frame is in the denominator, asked or not: a frame that
// shrinks to those who answered would always be complete.
func RatesOf(a Audience, frame []Respondent) Rates {
	by := map[string]*Rate{}
	out := Rates{Audience: a}
	for _, r := range frame {
		if r.Audience != a {
			continue
		}
		to := []*Rate{&out.All}
		if a == States && r.Membership == language.UNObserver {
			to = []*Rate{&out.Observers}
		} else if r.Region != "" {
			if by[r.Region] == nil {
				by[r.Region] = &Rate{Region: r.Region}
			}
			to = append(to, by[r.Region])
		}
		for _, rate := range to {
			rate.Of++
			if r.Status == Submitted {
				rate.Answered++
			}
		}
	}
	for _, region := range language.Regions() {
		if rate, ok := by[region]; ok {
			out.Regions = append(out.Regions, *rate)
		}
	}
	return out
}
