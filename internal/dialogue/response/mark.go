package response

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// Hash is a SHA-256 of a canonical document.
type Hash = canonical.Hash

// Answers are the answers of a response by path.
type Answers = instrument.Answers

// Why an answer isn't there. An answer that is just blank has neither: nobody has said anything yet.
const (
	NotKnown     = "not_known"
	NotAvailable = "not_available"
)

// How far one answer may be shown, beside the level of the whole response. "" is: as the level says.
const (
	AggregateOnly = "aggregate_only" // only in tables that tell nobody's answer
	Secret        = "secret"         // only to the respondent and named analysts; never in what comes out
)

// SourceKinds are what an answer can rest on.
func SourceKinds() []string { return []string{"law", "register", "estimate", "opinion"} }

// Limits of what can be said about an answer, in characters.
const (
	MaxNote   = 2000
	MaxSource = 1000
	MaxPeriod = 40
)

// Mark is what is said about an answer beside it.
type Mark struct {
	Missing      string `json:"missing,omitempty"`      // "", not_known, not_available
	Confidential string `json:"confidential,omitempty"` // "", aggregate_only, secret
	Note         string `json:"note,omitempty"`
	Source       string `json:"source,omitempty"`
	SourceKind   string `json:"source_kind,omitempty"` // law, register, estimate, opinion
	Period       string `json:"period,omitempty"`      // to which a number belongs, "2025"
	Lang         string `json:"lang,omitempty"`        // in which a text is written
	Provisional  bool   `json:"provisional,omitempty"`

	Author id.ID     `json:"-"` // never leaves the respondent's node
	At     time.Time `json:"-"`
}

// said is the mark without who made it and when.
func (m Mark) said() Mark {
	m.Author, m.At = "", time.Time{}
	return m
}

// empty reports that nothing is said; the language of a text that isn't there says nothing.
func (m Mark) empty() bool {
	m = m.said()
	m.Lang = ""
	return m == Mark{}
}

// check refuses a mark that no page of ours sends, and says what is too long.
func (m Mark) check(path string) error {
	known := func(v string, list ...string) bool { return v == "" || slices.Contains(list, v) }
	switch {
	case !known(m.Missing, NotKnown, NotAvailable), !known(m.Confidential, AggregateOnly, Secret),
		!known(m.SourceKind, SourceKinds()...):
		return errs.Invalidf("%s: a mark that there isn't", path)
	case m.Lang != "" && !slices.Contains(language.Official(), language.Tag(m.Lang)):
		return errs.Invalidf("%s: %q is not one of the six languages", path, m.Lang)
	}
	for _, t := range []struct {
		text string
		most int
	}{{m.Note, MaxNote}, {m.Source, MaxSource}, {m.Period, MaxPeriod}} {
		if utf8.RuneCountInString(t.text) > t.most {
			return errs.WithFields(errs.Field{Path: path, Code: "At most {n} characters can be kept here.", Args: map[string]string{"n": number(t.most)}})
		}
	}
	return nil
}

func (m Mark) json() (string, error) {
	b, err := canonical.Marshal(m)
	return string(b), err
}

func readMark(s string) (m Mark, err error) {
	return m, json.Unmarshal([]byte(s), &m)
}

// Answer is one answer with what is said about it.
type Answer struct {
	Value string
	Mark  Mark
}

// same reports that two answers say the same, whoever wrote them.
func (a Answer) same(b Answer) bool {
	if a.Value == "" && b.Value == "" {
		a.Mark.Lang, b.Mark.Lang = "", ""
	}
	return a.Value == b.Value && a.Mark.said() == b.Mark.said()
}

func (a Answer) empty() bool { return a.Value == "" && a.Mark.empty() }
