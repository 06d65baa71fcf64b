// Package rule says what a request still lacks, and on whose word.
//
// A rule is a row of data: where to look, what must hold there, what to say, and the article, requirement or practice
// behind it. The program knows no treaty and no State by name. The same rules run before signing and at intake on the
// other side. Start with [Load] and [Set.Check]; how a row is written stands at [Rule].
package rule

import (
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument/xpath"
)

// Severity is how much a finding weighs.
type Severity string

// An error is what the treaty says with "shall": a request with one isn't signed without a written reason. A warning is
// a published requirement of the requested State or a fact that can be checked. Advice is practice.
const (
	Error   Severity = "error"
	Warning Severity = "warn"
	Advice  Severity = "advice"
)

// weight orders severities; 0 is no severity at all.
func (s Severity) weight() int { return 1 + slices.Index([]Severity{Advice, Warning, Error}, s) }

// lower is one level down.
func (s Severity) lower() Severity {
	if s == Error {
		return Warning
	}
	return Advice
}

// Origin is who asks for what a rule asks.
type Origin string

// A house rule is never told as the treaty's.
const (
	FromTreaty  Origin = "treaty"
	FromOverlay Origin = "overlay" // a State's or a provider's own requirement
	FromHouse   Origin = "house"
)

// Side is when a rule is asked.
type Side string

// Most rules are asked of a request by both sides. Those on an answer (a refusal, an outcome) or on clocks are asked of
// the document that holds it.
const (
	OfRequest  Side = "request"  // /request/…
	OfResponse Side = "response" // /response/…, what the receiver is about to say
	OfClock    Side = "clock"    // /clock/…, what [Clocks] has computed
)

// Rule is one row, as it stands in a file:
//
//	[[rule]]
//	id = "SEL-03"
//	rev = 1
//	sev = "error"
//	origin = "house"
//	types = ["produce.*"]                         # measures it is about; none: every one
//	basis = []                                    # treaties without which it isn't asked; none: always asked
//	context = "/request/measure/selector[@kind='ipv4']"   # where; the rule is asked of each node
//	when = "string(instant/local) != ''"          # asked only if this holds
//	assert = "string(instant/@offset) != ''"      # told when this doesn't hold
//	message = "Add the time zone of the log."     # {places} are filled from args
//	fix = "instant/@offset"                       # the field, from the node
//	cite = ["TOC 18(15)(d)", "template of the Cybercrime Convention Committee for article 29"]
type Rule struct {
	ID     string
	Rev    int
	Sev    Severity
	Origin Origin
	Side   Side

	Types    []string
	Except   []string
	Replaced Replaced
	Basis    []treaty.Code
	State    string // an overlay's State: asked only when that State is requested

	SevBy     map[treaty.Code]Severity // where a treaty weighs it otherwise
	Soften    string                   // one level down where this holds
	Context   string
	When      string
	Assert    string
	Message   string
	Fix       string
	Args      []Arg
	Missing   []Word
	Cites     []Cite
	Unchecked bool
	Place     string // file:line

	context, when, assert, soften *xpath.Expr
}

// Replaced names measures for which other rules speak under some treaties: under article 29 of the Convention on
// Cybercrime the list of 29(2) stands in for the headings of a letter of request.
type Replaced struct {
	Types []string
	Basis []treaty.Code
}

// Arg is a value that the message names. Kind says what it is, so that it can be shown in the reader's language.
type Arg struct {
	Name, Kind, Value string
	expr              *xpath.Expr
}

// Kinds of arguments: a State's code, a treaty's code, a day, an English word that has translations, anything else.
const (
	KindState  = "state"
	KindTreaty = "treaty"
	KindDate   = "date"
	KindWord   = "word"
	KindText   = "text"
)

// Word is one item of the list that fills {missing}, told when its condition doesn't hold.
type Word struct {
	Unless, Word string
	expr         *xpath.Expr
}

// Cite is what a rule rests on: an article of a treaty, or in words another source.
type Cite struct {
	Treaty  treaty.Code // "" for another source
	Article string
	Source  string
	Checked bool // read in the official text
}

// Finding is what a rule has to say of one place in the answers.
type Finding struct {
	Rule     string
	Rev      int
	Severity Severity
	Origin   Origin
	Path     string // of the field to fill: "/request/measure[2]/selector[1]/instant/@offset"
	Message  string // English with {places}, the key of its translations
	Args     []Arg
	Missing  []string // English items of {missing}
	Cites    []Cite
	Checked  bool // every citation shown was read in an official text
	Info     bool // only for information: the treaty doesn't bind these States on this day
	Stale    bool // rests on an old overlay: check it
}

// Set is all rules with the overlays of States and providers. It never changes and may be used by many at once.
type Set struct {
	rules      []*Rule
	states     map[string]*Overlay
	custodians map[string]*Overlay
	catalogue  *Catalogue
	hash       canonical.Hash
}

// Rules lists the rules in order of their ids.
func (s *Set) Rules() []*Rule { return slices.Clone(s.rules) }

// Rule finds a rule by its id.
func (s *Set) Rule(id string) (*Rule, bool) {
	i := slices.IndexFunc(s.rules, func(r *Rule) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return s.rules[i], true
}

// Hash is the digest of everything that decides what the set finds. A request keeps that of the set it passed.
func (s *Set) Hash() canonical.Hash { return s.hash }

// Catalogue is the list of measure types that rules may name.
func (s *Set) Catalogue() *Catalogue { return s.catalogue }
