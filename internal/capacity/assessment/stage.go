package assessment

import (
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/capacity/organisation"
)

// Value is how an indicator was rated.
type Value string

// The values of a rating.
const (
	Met           Value = "met"
	Partly        Value = "partly"
	NotMet        Value = "not_met"
	NotApplicable Value = "not_applicable"
	NotKnown      Value = "not_known"
)

// Basis is what a rating rests on.
type Basis string

// The bases: a document that is kept, two groups of different sectors, what the team saw, or somebody's word alone.
const (
	Document  Basis = "document"
	TwoGroups Basis = "two_groups"
	Observed  Basis = "observed"
	Asserted  Basis = "asserted"
)

// Rating is what was agreed of an indicator.
type Rating struct {
	Value Value `json:"value"`
	Basis Basis `json:"basis"`
}

// Rule is how the stage of a factor follows from its ratings.
type Rule string

// The rules of models.
const (
	All    Rule = "all"    // every applicable indicator of each stage up to it is met
	Share  Rule = "share"  // the share of the met reaches a threshold, and every essential one is met
	Points Rule = "points" // weights × 1, ½ or 0, of 100
)

// Indicator is one thing that is looked at.
type Indicator struct {
	Code      string
	Stage     int // from which on it is asked for: 2 is the first above the lowest
	Weight    int // of rule points; 1 where left out
	Essential bool
	Text      string              // one fact that can be checked; English, the key of its translations
	Asks      []organisation.Kind // the groups that are asked
	Evidence  []Evidence          // what can show it
	Treaty    string              // a treaty whose article asks for it or something near, "" for none
	Article   string
	Checked   bool // whether the article was read in the official text
}

// Factor is a part of a dimension.
type Factor struct {
	Code       string
	Dimension  string
	Name       string      // English, the key of its translations
	Indicators []Indicator `toml:"indicator"`
}

// Area is a dimension by its name.
type Area struct {
	Code string
	Name string // English, the key of its translations
}

// Model says which factors there are and how their stages follow.
type Model struct {
	Name      string
	Version   string
	Areas     []Area `toml:"dimension"`
	Rule      Rule
	Threshold float64  // of rule share
	Stages    []string // their names, the lowest first
	Factors   []Factor `toml:"factor"`
}

// Standing is the stage of a factor. For the rules all and share it is the lower bound itself.
type Standing struct {
	Factor  string `json:"factor"`
	Stage   int    `json:"stage"` // 0 under the rule points
	Lower   int    `json:"lower"`
	Upper   int    `json:"upper"`
	Met     int    `json:"met"`  // of the next stage's applicable indicators …
	Next    int    `json:"next"` // … how many there are; 0 at the highest stage
	Vacuous []int  `json:"vacuous"`

	Points Score `json:"points"` // of rule points
}

// Score is the result of the rule points. Below 80 % known there is only a list: Shown is false.
type Score struct {
	Value float64 `json:"value"`
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
	Known float64 `json:"known"` // per cent of the weights
	Shown bool    `json:"shown"`
}

// leastKnown is the share of the weights, in per cent, that has to be known before a score is shown.
const leastKnown = 80

// Check says what is wrong with a model: [errs.Invalid].
func (m Model) Check() error {
	if m.Rule != All && m.Rule != Share && m.Rule != Points {
		return errs.Invalidf("model: there is no rule %q", m.Rule)
	}
	if m.Rule == Share && (m.Threshold <= 0 || m.Threshold > 1) {
		return errs.Invalidf("model: threshold %v, want a share above 0 and up to 1", m.Threshold)
	}
	seen := map[string]bool{}
	for _, f := range m.Factors {
		for _, i := range f.Indicators {
			switch {
			case i.Code == "" || seen[i.Code]:
				return errs.Invalidf("model: factor %s: the indicator %q stands there twice, or has no code", f.Code, i.Code)
			case m.Rule != Points && (i.Stage < 2 || i.Stage > len(m.Stages)):
				return errs.Invalidf("model: indicator %s: stage %d, want 2 to %d", i.Code, i.Stage, len(m.Stages))
			case i.Weight < 0:
				return errs.Invalidf("model: indicator %s: weight %d", i.Code, i.Weight)
			}
			seen[i.Code] = true
		}
	}
	return nil
}

// Assess returns how each factor stands. An indicator without a rating isn't known. A rating of an indicator that the
// model doesn't have, or a value or basis that doesn't exist, is [errs.Invalid].
func (m Model) Assess(ratings map[string]Rating) ([]Standing, error) {
	known := map[string]bool{}
	for _, f := range m.Factors {
		for _, i := range f.Indicators {
			known[i.Code] = true
		}
	}
	for code, r := range ratings {
		switch {
		case !known[code]:
			return nil, errs.Invalidf("ratings: the model has no indicator %q", code)
		case !slices.Contains([]Value{Met, Partly, NotMet, NotApplicable, NotKnown}, r.Value):
			return nil, errs.Invalidf("ratings: %s: there is no value %q", code, r.Value)
		case !slices.Contains([]Basis{Document, TwoGroups, Observed, Asserted, ""}, r.Basis):
			return nil, errs.Invalidf("ratings: %s: there is no basis %q", code, r.Basis)
		}
	}
	var all []Standing
	for _, f := range m.Factors {
		all = append(all, m.stand(f, ratings))
	}
	return all, nil
}

// open reports whether a rating may be one thing or another: it isn't known, or only asserted.
func open(r Rating) bool {
	return r.Value == "" || r.Value == NotKnown || r.Basis == Asserted && (r.Value == Met || r.Value == Partly)
}

// met reports whether an indicator counts as met, where what is open counts as best says.
func met(r Rating, best bool) bool {
	if open(r) {
		return best
	}
	return r.Value == Met
}

func (m Model) stand(f Factor, ratings map[string]Rating) Standing {
	s := Standing{Factor: f.Code, Vacuous: []int{}}
	if m.Rule == Points {
		s.Points = points(f, ratings)
		return s
	}
	s.Lower, s.Upper = m.reach(f, ratings, false, &s.Vacuous), m.reach(f, ratings, true, nil)
	s.Stage = s.Lower
	for next := s.Stage + 1; next <= len(m.Stages); next++ {
		of := applicable(f, ratings, next)
		if s.Next = len(of); s.Next == 0 {
			continue // nothing of it applies: the next above counts
		}
		for _, i := range of {
			if met(ratings[i.Code], false) {
				s.Met++
			}
		}
		break
	}
	return s
}

// applicable lists the indicators of a stage that apply.
func applicable(f Factor, ratings map[string]Rating, stage int) (all []Indicator) {
	for _, i := range f.Indicators {
		if i.Stage == stage && ratings[i.Code].Value != NotApplicable {
			all = append(all, i)
		}
	}
	return all
}

// reach returns the highest stage such that each stage up to it is fulfilled and it has an applicable indicator itself.
// vacuous takes the stages of which no indicator applies, though the model has some.
func (m Model) reach(f Factor, ratings map[string]Rating, best bool, vacuous *[]int) int {
	reached := 1
	fulfilled := true
	for stage := 2; stage <= len(m.Stages); stage++ {
		of := applicable(f, ratings, stage)
		if len(of) == 0 {
			if vacuous != nil && slices.ContainsFunc(f.Indicators, func(i Indicator) bool { return i.Stage == stage }) {
				*vacuous = append(*vacuous, stage)
			}
			continue
		}
		fulfilled = fulfilled && m.fulfilled(of, ratings, best)
		if fulfilled {
			reached = stage
		}
	}
	return reached
}

func (m Model) fulfilled(of []Indicator, ratings map[string]Rating, best bool) bool {
	n := 0
	for _, i := range of {
		switch {
		case met(ratings[i.Code], best):
			n++
		case m.Rule == All, i.Essential:
			return false
		}
	}
	return m.Rule == All || float64(n) >= m.Threshold*float64(len(of))
}

// points scores a factor by weights.
func points(f Factor, ratings map[string]Rating) (s Score) {
	var whole, known, got float64
	for _, i := range f.Indicators {
		r := ratings[i.Code]
		if r.Value == NotApplicable {
			continue
		}
		w := float64(max(1, i.Weight))
		whole += w
		if open(r) {
			continue
		}
		known += w
		switch r.Value {
		case Met:
			got += w
		case Partly:
			got += w / 2
		}
	}
	if whole == 0 {
		return s
	}
	s.Known = 100 * known / whole
	s.Lower, s.Upper = 100*got/whole, 100*(got+whole-known)/whole
	if s.Shown = s.Known >= leastKnown; s.Shown {
		s.Value = 100 * got / known
	}
	return s
}

// Dimension is the span of the stages of its factors; its headline is the lowest. There is no average.
type Dimension struct {
	Name    string `json:"name"`
	Lowest  int    `json:"lowest"`
	Highest int    `json:"highest"`
}

// Dimensions sums the factors up, in the model's order.
func (m Model) Dimensions(all []Standing) []Dimension {
	var out []Dimension
	for i, f := range m.Factors {
		at := slices.IndexFunc(out, func(d Dimension) bool { return d.Name == f.Dimension })
		if at < 0 {
			out = append(out, Dimension{f.Dimension, all[i].Stage, all[i].Stage})
			continue
		}
		out[at].Lowest, out[at].Highest = min(out[at].Lowest, all[i].Stage), max(out[at].Highest, all[i].Stage)
	}
	return out
}

// String says a standing in a line: "2 [2, 3], next 1 of 4".
func (s Standing) String() string {
	if s.Next == 0 {
		return fmt.Sprintf("%d [%d, %d]", s.Stage, s.Lower, s.Upper)
	}
	return fmt.Sprintf("%d [%d, %d], next %d of %d", s.Stage, s.Lower, s.Upper, s.Met, s.Next)
}
