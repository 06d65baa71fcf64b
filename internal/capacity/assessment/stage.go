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

// Assess returns how each factor stands by a model that was checked. An indicator without a rating isn't known. A rating of an indicator that the
// model doesn't have, or a value or basis that doesn't exist, is [errs.Invalid].
func (m Model) Assess(ratings map[string]Rating) ([]Standing, error) {
	all := make([]Standing, 0, len(m.Factors))
	found := 0
	for _, f := range m.Factors {
		all = append(all, m.stand(f, ratings, &found))
	}
	for code, r := range ratings {
		switch {
		case found < len(ratings) && !m.has(code):
			return nil, errs.Invalidf("ratings: the model has no indicator %q", code)
		case !slices.Contains([]Value{Met, Partly, NotMet, NotApplicable, NotKnown}, r.Value):
			return nil, errs.Invalidf("ratings: %s: there is no value %q", code, r.Value)
		case !slices.Contains([]Basis{Document, TwoGroups, Observed, Asserted, ""}, r.Basis):
			return nil, errs.Invalidf("ratings: %s: there is no basis %q", code, r.Basis)
		}
	}
	return all, nil
}

func (m Model) has(code string) bool {
	_, _, ok := m.indicator(code)
	return ok
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

// judged is an indicator with its rating; not known where there is none.
type judged struct {
	Rating
	essential bool
}

// stand says how a factor stands, and adds to found how many of its indicators have a rating.
func (m Model) stand(f Factor, ratings map[string]Rating, found *int) Standing {
	s := Standing{Factor: f.Code, Vacuous: []int{}}
	of := make([][]judged, len(m.Stages)+1) // by stage, what applies
	some := make([]bool, len(m.Stages)+1)   // the model has something at the stage
	for _, i := range f.Indicators {
		r, ok := ratings[i.Code]
		if ok {
			*found++
		}
		if m.Rule == Points {
			continue
		}
		if some[i.Stage] = true; r.Value != NotApplicable {
			of[i.Stage] = append(of[i.Stage], judged{r, i.Essential})
		}
	}
	if m.Rule == Points {
		s.Points = points(f, ratings)
		return s
	}
	for stage := 2; stage <= len(m.Stages); stage++ {
		if some[stage] && len(of[stage]) == 0 {
			s.Vacuous = append(s.Vacuous, stage)
		}
	}
	s.Lower, s.Upper = m.reach(of, false), m.reach(of, true)
	s.Stage = s.Lower
	for next := s.Stage + 1; next <= len(m.Stages); next++ {
		if s.Next = len(of[next]); s.Next == 0 {
			continue // nothing of it applies: the next above counts
		}
		for _, i := range of[next] {
			if met(i.Rating, false) {
				s.Met++
			}
		}
		break
	}
	return s
}

// reach returns the highest stage such that each stage up to it is fulfilled and something of it applies itself.
func (m Model) reach(of [][]judged, best bool) int {
	reached := 1
	for stage := 2; stage < len(of); stage++ {
		if len(of[stage]) == 0 {
			continue
		}
		if !m.fulfilled(of[stage], best) {
			break
		}
		reached = stage
	}
	return reached
}

func (m Model) fulfilled(of []judged, best bool) bool {
	n := 0
	for _, i := range of {
		switch {
		case met(i.Rating, best):
			n++
		case m.Rule == All, i.essential:
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
