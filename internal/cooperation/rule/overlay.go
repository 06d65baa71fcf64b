package rule

import (
	"slices"
	"strings"
	"time"

	"comity/internal/cooperation/treaty"
)

// Ages in days at which a word is too old to be relied on. What a provider does changes from month to month: a finding on
// an old word weighs one level less. What a State published stays its word, and the finding says how old it is.
const (
	custodianAge = 180
	stateAge     = 365
)

// Overlay is what a State requires of requests to it, or what a provider is known to do, as published and dated. A
// State's own signed overlay beats one that others reported.
type Overlay struct {
	ID     string // the State's two letters, or the provider's id
	Name   string // of the provider
	AsOf   treaty.Date
	Status string // "own" or "reported"
	Signer string
	Rows   []Row
	Relax  []Relax
}

// Row is one published requirement. Rows on language, channel, thresholds and the like feed the general rules.
type Row struct {
	Topic   string
	Applies string // in words, "" for everything
	Value   []string
	Source  string
	Checked bool
}

// Relax silences rules for one State with a citation of its own.
type Relax struct {
	Rules  []string
	Source string
}

// Value returns the values of a topic joined by blanks, "" when nothing is known.
func (o *Overlay) Value(topic string) string {
	if o == nil {
		return ""
	}
	for _, r := range o.Rows {
		if r.Topic == topic {
			return strings.Join(r.Value, " ")
		}
	}
	return ""
}

// relaxes reports whether the overlay silences a rule.
func (o *Overlay) relaxes(id string) bool {
	return o != nil && slices.ContainsFunc(o.Relax, func(r Relax) bool { return slices.Contains(r.Rules, id) })
}

// stale reports whether the overlay is older than an age on a day.
func (o *Overlay) stale(on treaty.Date, age int) bool {
	d, ok := daysBetween(string(o.AsOf), string(on))
	return !ok || d > age
}

// State returns what is known of a State's requirements, nil when nothing is. A page shows it beside the draft.
func (s *Set) State(code string) *Overlay { return s.states[code] }

// Requirements lists the rules that only requests to one State meet: its overlay's own.
func (s *Set) Requirements(state string) []*Rule {
	var out []*Rule
	for _, r := range s.rules {
		if r.State == state && state != "" {
			out = append(out, r)
		}
	}
	return out
}

// Custodian returns what is known of a provider, nil when nothing is.
func (s *Set) Custodian(id string) *Overlay { return s.custodians[id] }

// daysBetween counts the days from one date to another; instants count by their day.
func daysBetween(a, b string) (int, bool) {
	if len(a) < 10 || len(b) < 10 {
		return 0, false
	}
	from, err := time.Parse(time.DateOnly, a[:10])
	if err != nil {
		return 0, false
	}
	to, err := time.Parse(time.DateOnly, b[:10])
	if err != nil {
		return 0, false
	}
	return int(to.Sub(from).Hours() / 24), true
}
