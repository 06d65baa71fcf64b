package translation

import (
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/base/language"
)

// State is how far a text is in one language.
type State string

// The states. Original is the source itself.
const (
	Original State = "original"
	Missing  State = "missing"
	Draft    State = "draft"
	Reviewed State = "reviewed" // read by a second person
	Approved State = "approved" // may be published
	Outdated State = "outdated" // of an earlier source; the old text stays
)

// States lists what a translation can be, in the order of the work.
func States() []State { return []State{Missing, Outdated, Draft, Reviewed, Approved} }

// Waiting reports whether somebody has to do something before the text can be published.
func (s State) Waiting() bool { return s != Approved && s != Original }

// Current reports whether there is a translation of the source as it is now.
func (s State) Current() bool { return s == Draft || s == Reviewed || s == Approved }

// Source is one text of an object. Field names it within the object and stays the same for the same text: "title",
// "block/01J…". Texts are put in the order in which they are read.
type Source struct{ Field, Text string }

// Unit is one text in one language, beside its source.
type Unit struct {
	ID       id.ID
	Object   id.ID // of the texts, not of the thing: see [Object.Ref]
	Field    string
	Place    int
	Lang     language.Tag
	State    State
	Text     string
	Source   string // as it is now
	Of       string // the source that Text was made from, when it is another one
	Hash     canonical.Hash
	By       id.ID
	Reviewer id.ID
	Approver id.ID  // also of the earlier source, when the text is outdated
	Remark   string // why it was given back
	Version  int64
}

// Object is a thing with texts.
type Object struct {
	ID   id.ID
	Ref  id.Ref
	Kind string
	Lang language.Tag // of the source
}

// Hash returns what a translation is bound to: the SHA-256 of the source's bytes.
func Hash(text string) canonical.Hash { return canonical.Sum([]byte(text)) }

// Targets lists the languages into which a source is translated: the six official ones but its own.
func Targets(source language.Tag) []language.Tag {
	return slices.DeleteFunc(slices.Clone(language.Official()), func(t language.Tag) bool { return t == source })
}
