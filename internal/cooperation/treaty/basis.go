package treaty

import "slices"

// Basis is a treaty looked at as the ground of one measure between two States: whether it can be chosen, and what comes
// with it.
type Basis struct {
	Treaty   *Treaty
	Articles []Serves
	Offered  bool
	Why      Standing // "" when the treaty binds; Unknown is offered all the same, to be checked with the depositary
	Serves   bool     // whether the treaty has an article for the measure at all
	Checked  bool     // whether articles and membership were read in an official text
	Declared []Declaration
	Clocks   []Clock
	Demands  []Article // what the treaty says that such a request contains, each paragraph once
	AsOf     Date      // of the table of parties
}

// Bases returns every treaty with its answer to: can a measure of this type be asked from one State of another on this
// day? Those offered come first, then by code; so a page can say of the rest why not.
func (ts *Treaties) Bases(from, to, measure string, on Date) []Basis {
	var out []Basis
	for _, t := range ts.list {
		b := Basis{Treaty: t, Articles: t.Serving(measure), Clocks: t.ClocksOf(measure), AsOf: ts.status.Of(t.Code).AsOf}
		b.Serves = len(b.Articles) > 0
		standing := ts.Standing(t.Code, from, to, on)
		b.Offered = b.Serves && (standing == Binding || standing == Unknown)
		if standing != Binding {
			b.Why = standing
		}
		b.Checked = ts.status.Of(t.Code).checked(from, to) && !slices.ContainsFunc(b.Articles, func(s Serves) bool { return !s.Checked })
		for _, a := range b.Articles {
			b.Declared = append(b.Declared, ts.Declares(to, t.Code, a.Article)...)
		}
		b.Demands = t.demands(b.Articles)
		out = append(out, b)
	}
	slices.SortStableFunc(out, func(a, b Basis) int {
		switch {
		case a.Offered == b.Offered:
			return 0
		case a.Offered:
			return -1
		}
		return 1
	})
	return out
}

func (t *Treaty) demands(serving []Serves) []Article {
	var out []Article
	var told []string
	for _, s := range serving {
		if s.Contents != "" && !slices.Contains(told, s.Contents) {
			told = append(told, s.Contents)
			out = append(out, t.Under(s.Contents)...)
		}
	}
	return out
}

// Procedures returns the treaties of assistance that bind both States on a day: where there is one, the subsidiary
// paragraphs of a treaty against crime give way to it unless both States agree (TOC 18(7), COR 46(7), N88 7(7),
// BUD 27(1)).
func (ts *Treaties) Procedures(from, to string, on Date) []*Treaty {
	var out []*Treaty
	for _, t := range ts.list {
		if t.Kind == Assistance && ts.InForce(t.Code, from, to, on) {
			out = append(out, t)
		}
	}
	return out
}

// Grounds returns what the one who answers may choose from for a measure under a treaty, and what is barred. A type with
// a list of its own (preservation under BUD 29) has only that list.
func (ts *Treaties) Grounds(c Code, measure string) []Ground {
	t, ok := ts.Get(c)
	if !ok {
		return nil
	}
	var own, general []Ground
	for _, g := range t.Grounds {
		switch {
		case len(g.Types) == 0:
			general = append(general, g)
		case slices.ContainsFunc(g.Types, func(p string) bool { return Match(p, measure) }):
			own = append(own, g)
		}
	}
	if len(own) > 0 {
		return own
	}
	return general
}
