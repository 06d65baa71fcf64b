package treaty

import "slices"

// Status is a table of who is bound by what since when, and with which reservations. It is data with a source: law
// changes while we sleep.
type Status struct {
	Name     string // "real", "exercise"
	Exercise bool   // the table is invented
	Treaties []Membership
	Declared []Declaration
	Changes  []Change
}

// Change is an amendment or a new text of a treaty, in force from a day on, that the treaty's own file doesn't tell yet.
type Change struct {
	Treaty Code
	On     Date
	Text   string
}

// Membership is what the table knows of one treaty.
type Membership struct {
	Treaty  Code
	Source  string
	AsOf    Date
	Checked bool
	// Complete says that a State not listed isn't bound. Without it nothing is known of such a State: silence of a
	// table is not a fact of law.
	Complete bool
	Parties  []Party
	Signed   []string // States that signed and are not known to be bound
}

// Party is a State bound by a treaty from a day on, until a day (exclusive) when it has left.
type Party struct {
	State       string // ISO 3166-1 alpha-2
	From, Until Date
	Unchecked   bool // known, but not read in the source of the table
}

// Declaration is a reservation or declaration that a State attached to an article.
type Declaration struct {
	Treaty  Code
	State   string
	Article string
	Kind    string // "reservation" or "declaration"
	Text    string
	From    Date
	Source  string
	AsOf    Date
	Checked bool
}

// Standing is how a treaty stands between two States on a day.
type Standing string

// The standings, from binding to nothing.
const (
	Binding    Standing = "in-force"
	NotInForce Standing = "not-in-force" // the treaty itself isn't yet
	SignedOnly Standing = "signed"       // one of the States has signed but isn't bound
	Ended      Standing = "ended"        // one of them has left
	NotParty   Standing = "not-party"
	Unknown    Standing = "unknown" // the table doesn't say
)

// Of finds what the table knows of a treaty; the zero Membership when nothing.
func (s *Status) Of(c Code) Membership {
	if s == nil {
		return Membership{Treaty: c}
	}
	i := slices.IndexFunc(s.Treaties, func(m Membership) bool { return m.Treaty == c })
	if i < 0 {
		return Membership{Treaty: c}
	}
	return s.Treaties[i]
}

// of returns how the membership stands for one State on a day.
func (m Membership) of(state string, on Date) Standing {
	out := NotParty
	for _, p := range m.Parties {
		if p.State != state {
			continue
		}
		switch {
		case p.From > on:
			out = SignedOnly
		case p.Until != "" && p.Until <= on:
			out = Ended
		default:
			return Binding
		}
	}
	switch {
	case out == NotParty && slices.Contains(m.Signed, state):
		return SignedOnly
	case out == NotParty && !m.Complete:
		return Unknown
	}
	return out
}

// Standing returns how a treaty stands between two States on a day. An unknown treaty binds nobody.
func (ts *Treaties) Standing(c Code, a, b string, on Date) Standing {
	t, ok := ts.Get(c)
	if !ok {
		return NotParty
	}
	m := ts.status.Of(c)
	first, second := m.of(a, on), m.of(b, on)
	inForce := t.InForce != "" && t.InForce <= on
	switch {
	case first == Binding && second == Binding && inForce:
		return Binding
	case !inForce:
		return NotInForce
	}
	for _, worst := range []Standing{NotParty, Ended, SignedOnly} {
		if first == worst || second == worst {
			return worst
		}
	}
	return Unknown
}

// checked reports whether both States were read as parties in the source of the table.
func (m Membership) checked(a, b string) bool {
	read := func(state string) bool {
		return slices.ContainsFunc(m.Parties, func(p Party) bool { return p.State == state && !p.Unchecked })
	}
	return m.Checked && read(a) && read(b)
}

// InForce reports whether a treaty binds both States on a day.
func (ts *Treaties) InForce(c Code, a, b string, on Date) bool {
	return ts.Standing(c, a, b, on) == Binding
}

// Declares returns what a State attached to an article, or to a paragraph of it or around it.
func (ts *Treaties) Declares(state string, c Code, article string) []Declaration {
	if ts.status == nil {
		return nil
	}
	var out []Declaration
	for _, d := range ts.status.Declared {
		if d.State == state && d.Treaty == c && (within(article, d.Article) || within(d.Article, article)) {
			out = append(out, d)
		}
	}
	return out
}

// within reports whether a paragraph is outer itself or lies in it: "29(4)" lies in "29".
func within(inner, outer string) bool {
	return inner == outer || len(inner) > len(outer) && inner[:len(outer)] == outer && inner[len(outer)] == '('
}

// Changed returns what changed in a treaty up to a day and isn't told in its file, "" when nothing is known.
func (ts *Treaties) Changed(c Code, on Date) string {
	if ts.status == nil {
		return ""
	}
	for _, ch := range ts.status.Changes {
		if ch.Treaty == c && ch.On <= on {
			return ch.Text
		}
	}
	return ""
}
