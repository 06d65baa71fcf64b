// Package treaty holds treaties as data: what their articles say, whom they bind since when, and which of them can
// carry a request from one State to another.
//
// Nothing here knows a treaty by name: each is a file in data/, with its source and whether it was read in the official
// text. Start with [Default] or [Load], then [Treaties.Bases].
package treaty

import (
	"slices"
	"strings"

	"comity/internal/base/language"
)

// Code is the short name of a treaty in data and answers: "BUD", "TOC".
type Code string

// Date is a day as "2006-01-02"; dates compare as text. "" is no day.
type Date string

// Kind says what a treaty is for. It decides which of two governs the procedure between States.
type Kind string

// A treaty against crime carries articles on assistance that give way, in part, to a treaty of assistance.
const (
	AgainstCrime Kind = "crime"
	Assistance   Kind = "assistance"
)

// Treaty is one instrument. It never changes after loading.
type Treaty struct {
	Code      Code
	Kind      Kind
	Names     map[language.Tag]string // in the six languages
	Reference string                  // of the depositary's series
	Adopted   Date
	InForce   Date   // of the treaty itself; "" while too few States are bound
	EntryRule string // how it enters into force, with its article, while InForce is ""
	Source    string // which text was read
	Checked   bool   // whether that was an official text; each article may say otherwise
	Note      string // what a person relying on the treaty has to know first

	Articles []Article
	Serves   []Serves
	Grounds  []Ground
	Clocks   []Clock
	Language Provision
	Channel  Provision
}

// Article is a paragraph, told in our own words.
type Article struct {
	ID         string // "18(15)(a)"
	Text       string
	Subsidiary bool // applies only where no other treaty of assistance governs, unless both States agree
	Checked    bool
}

// Provision is what a treaty says on one subject.
type Provision struct {
	Article, Text string
}

// Serves names the article under which a type of measure can be asked for. A type ending in ".*" is a family.
type Serves struct {
	Type     string
	Article  string
	Contents string // the paragraph that lists what such a request contains, "" when the treaty has none
	Checked  bool
}

// Ground is one reason for which help may be refused or put off, or one that the treaty bars.
type Ground struct {
	Code    string // "political", "essential-interests", "dual-criminality", …
	Label   string // English, the key of its translations
	Article string
	Stand   Stand
	Types   []string // measures it is about; none means all that have no list of their own
	Note    string
	Checked bool
}

// Stand is how a treaty stands to a ground.
type Stand string

// A barred ground isn't offered to the one who refuses, and named when it is given all the same.
const (
	Offered     Stand = "offered"
	ByRequested Stand = "law-of-requested-state" // the treaty leaves it to the law of the requested State
	Reservation Stand = "by-reservation"         // only where the State has reserved it
	Barred      Stand = "barred"
	Postpones   Stand = "postpones"
	Silent      Stand = "silent" // the treaty has no clause
)

// Clock is a length of time that a treaty attaches to an event.
type Clock struct {
	ID      string
	Types   []string
	Start   string // the event that starts it
	Days    int
	Least   bool // the length is a minimum
	Stop    string
	Article string
	Text    string
	Checked bool
}

// Name returns the treaty's name in a language, English when it has none there.
func (t *Treaty) Name(tag language.Tag) string {
	if n := t.Names[tag]; n != "" {
		return n
	}
	return t.Names[language.English]
}

// Article finds what is known of a paragraph: its own entry or that of the nearest text around it, so that
// "18(15)(a)" finds "18(15)" when the letters have none. ok is false when nothing of the article is known.
func (t *Treaty) Article(id string) (_ Article, ok bool) {
	for id != "" {
		for _, a := range t.Articles {
			if a.ID == id {
				return a, true
			}
		}
		i := strings.LastIndexByte(id, '(')
		if i < 0 {
			break
		}
		id = id[:i]
	}
	return Article{}, false
}

// Under lists the entries within an article or paragraph, for a page that shows what a treaty asks for.
func (t *Treaty) Under(id string) []Article {
	var out []Article
	for _, a := range t.Articles {
		if strings.HasPrefix(a.ID, id+"(") {
			out = append(out, a)
		}
	}
	return out
}

// Serving returns the articles under which a measure of the type can be asked for.
func (t *Treaty) Serving(measure string) []Serves {
	var out []Serves
	for _, s := range t.Serves {
		if Match(s.Type, measure) {
			out = append(out, s)
		}
	}
	return out
}

// Match reports whether a type is meant by a pattern: "*", a family "produce.*", or the type itself.
func Match(pattern, measure string) bool {
	if pattern == "*" || pattern == measure {
		return true
	}
	family, ok := strings.CutSuffix(pattern, "*")
	return ok && strings.HasPrefix(measure, family)
}

// ClocksOf returns the clocks that run for a type of measure.
func (t *Treaty) ClocksOf(measure string) []Clock {
	var out []Clock
	for _, c := range t.Clocks {
		if slices.ContainsFunc(c.Types, func(p string) bool { return Match(p, measure) }) {
			out = append(out, c)
		}
	}
	return out
}

// Treaties are all treaties known, with one table of who is bound. Its methods may be used by many at once.
type Treaties struct {
	list   []*Treaty // by code
	status *Status
	tables map[string]*Status
}

// All lists the treaties by code.
func (ts *Treaties) All() []*Treaty { return slices.Clone(ts.list) }

// Get finds a treaty by its code.
func (ts *Treaties) Get(c Code) (*Treaty, bool) {
	for _, t := range ts.list {
		if t.Code == c {
			return t, true
		}
	}
	return nil, false
}

// Status is the table in use.
func (ts *Treaties) Status() *Status { return ts.status }

// With returns the same treaties with another table of who is bound: an exercise's, a scenario's.
func (ts *Treaties) With(s *Status) *Treaties {
	return &Treaties{list: ts.list, status: s, tables: ts.tables}
}

// Exercise returns the treaties with the invented table for exercises.
func (ts *Treaties) Exercise() *Treaties { return ts.With(ts.tables["exercise"]) }
