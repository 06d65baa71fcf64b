package organisation

import (
	"slices"
	"strings"

	"comity/internal/base/language"
)

// ExerciseStates are codes that ISO 3166-1 leaves to users, for the invented States of exercises.
func ExerciseStates() []string { return []string{"XA", "XB", "XC", "XD", "XE", "XF", "XG"} }

// StateName returns a State's name in the printer's language; of an invented one a name that says so.
func StateName(p *language.Printer, code string) string {
	if slices.Contains(ExerciseStates(), code) {
		return p.T("Exercise State {letter}", "letter", strings.TrimPrefix(code, "X"))
	}
	return p.Country(code)
}

// KnowsState reports whether the code is of a Member or an observer of the United Nations, or, on a node for exercises,
// of an invented State. Territories have no authorities of their own here.
func (q *Organisations) KnowsState(code string) bool {
	return slices.Contains(q.States(), code)
}

// States lists the codes of the States that can take part: ISO 3166-1 alpha-2, and on a node for exercises the invented
// ones first.
func (q *Organisations) States() []string {
	var all []string
	if q.exercise {
		all = ExerciseStates()
	}
	for _, c := range q.catalog.Countries() {
		if c.Member != language.NotUN {
			all = append(all, c.ISO2)
		}
	}
	return all
}
