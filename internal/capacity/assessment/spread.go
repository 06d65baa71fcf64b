package assessment

import (
	"cmp"
	"context"
	"slices"

	"comity/internal/base/id"
	"comity/internal/base/protect"
	"comity/internal/capacity/organisation"
	"comity/internal/store/db"
)

// leastPrivate is of how many private bodies at least their answers are printed, as counts.
const leastPrivate = 3

// agendaSize is how many indicators the agenda of the consensus has: the widest spreads.
const agendaSize = 10

// Said is what a public body says of an indicator.
type Said struct {
	Rated
	Name  string
	Group organisation.Kind
}

// Count is how many private bodies say a value.
type Count struct {
	Value Value
	N     int
}

// Spread is what is said of an indicator: by each public body, and by private ones as counts where at least three
// answered. With fewer, nothing of them is here, and so nothing can be had from what is computed from it.
type Spread struct {
	Indicator string
	Said      []Said
	Private   []Count
}

// values are all shown values.
func (s Spread) values() (all []Value) {
	for _, x := range s.Said {
		all = append(all, x.Value)
	}
	for _, c := range s.Private {
		for range c.N {
			all = append(all, c.Value)
		}
	}
	return all
}

// degree orders the values that say how far something is; the others say nothing of it.
func degree(v Value) (int, bool) {
	switch v {
	case Met:
		return 2, true
	case Partly:
		return 1, true
	case NotMet:
		return 0, true
	}
	return 0, false
}

// Width is how far apart the values are, 0 to 2, and then by how many pairs and steps they differ.
func (s Spread) Width() (span, pairs int) {
	var all []int
	for _, v := range s.values() {
		if d, ok := degree(v); ok {
			all = append(all, d)
		}
	}
	for i, a := range all {
		for _, b := range all[:i] {
			apart := max(a-b, b-a)
			span, pairs = max(span, apart), pairs+apart
		}
	}
	return span, pairs
}

// Undisputed returns what all who know say of an indicator, and the best that it rests on: a proof that stands, two groups
// of different sectors, or their word alone. ok is false where they differ or nobody knows.
func (s Spread) Undisputed() (r Rating, ok bool) {
	for _, v := range s.values() {
		if v == NotKnown {
			continue
		}
		if ok && v != r.Value {
			return Rating{}, false
		}
		r.Value, ok = v, true
	}
	if !ok || r.Value == NotApplicable {
		return r, ok
	}
	switch {
	case s.proven():
		r.Basis = Document
	case len(s.sectors(r.Value)) > 1:
		r.Basis = TwoGroups
	default:
		r.Basis = Asserted
	}
	return r, ok
}

// proven reports whether a proof of somebody stands.
func (s Spread) proven() bool {
	return slices.ContainsFunc(s.Said, func(x Said) bool { return x.Stands() })
}

// sector is the part of the State or of society for which a group speaks: two groups of one sector don't confirm each
// other.
func sector(k organisation.Kind) string {
	switch k {
	case organisation.Prosecution, organisation.Judiciary:
		return "justice"
	case organisation.Ministry, organisation.Police, organisation.Authority, organisation.Regulator:
		return "executive"
	}
	return "private"
}

// sectors lists from which sectors a value is said.
func (s Spread) sectors(v Value) (all []string) {
	add := func(name string) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for _, x := range s.Said {
		if x.Value == v {
			add(sector(x.Group))
		}
	}
	for _, c := range s.Private {
		if c.Value == v {
			add("private")
		}
	}
	return all
}

// spread lays together what stakeholders say of an indicator. Private bodies are counted, from three of them.
func spread(indicator string, ratings map[id.ID]Rated, stakeholders []Stakeholder) Spread {
	s := Spread{Indicator: indicator}
	counts, n := map[Value]int{}, 0
	for _, k := range stakeholders {
		r, ok := ratings[k.ID]
		switch {
		case !ok:
		case k.Organisation.Kind.Private():
			counts[r.Value]++
			n++
		default:
			s.Said = append(s.Said, Said{r, k.Organisation.Name, k.Organisation.Kind})
		}
	}
	if shown, _ := protect.Groups(leastPrivate, []protect.Group{{N: n}}); n == 0 || !shown[0] {
		return s
	}
	for _, v := range Values() {
		if counts[v] > 0 {
			s.Private = append(s.Private, Count{v, counts[v]})
		}
	}
	return s
}

// Spreads returns what is said of each indicator of the model in closed rounds, in the model's order.
func Spreads(ctx context.Context, tx *db.Tx, m Model, a Assessment) ([]Spread, error) {
	ratings, err := rated(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	stakeholders, err := Stakeholders(ctx, tx, a.ID)
	var all []Spread
	for _, f := range m.Factors {
		for _, i := range f.Indicators {
			all = append(all, spread(i.Code, ratings[i.Code], stakeholders))
		}
	}
	return all, err
}

// Agenda returns the ten widest spreads, the widest first; those where nobody differs are none of it.
func Agenda(all []Spread) []Spread {
	wide := slices.DeleteFunc(slices.Clone(all), func(s Spread) bool { n, _ := s.Width(); return n == 0 })
	slices.SortStableFunc(wide, func(a, b Spread) int {
		x, i := a.Width()
		y, j := b.Width()
		return cmp.Or(cmp.Compare(y, x), cmp.Compare(j, i))
	})
	return wide[:min(len(wide), agendaSize)]
}
