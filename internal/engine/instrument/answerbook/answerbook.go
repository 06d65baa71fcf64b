// Package answerbook lets people answer sections of a form away from the node: in a workbook, or in one page that needs no
// network. It knows nothing of studies: plain values go in, plain values come out.
//
// A [Book] is what is handed out; it is written by [Book.WriteXLSX] or [Book.WriteHTML]. What comes back is read by [Read],
// which takes nothing from a file in which anything is of another form, another response or another section.
package answerbook

import (
	"errors"
	"maps"
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
)

// Format is what a file that comes back says of itself (docs/formats/answerbook.md).
const Format = "comity/answerbook/1"

// Diagnostic is one thing wrong with a file: File is the book and its sheet, Cell the place.
type Diagnostic = instrument.Problem

// Mark is what is said of an answer beside it.
type Mark struct {
	Missing      string `json:"missing,omitempty"`      // instead of the answer: not_known, not_available
	Confidential string `json:"confidential,omitempty"` // aggregate_only, secret
	Note         string `json:"note,omitempty"`
	Source       string `json:"source,omitempty"`
	SourceKind   string `json:"source_kind,omitempty"` // law, register, estimate, opinion
	Period       string `json:"period,omitempty"`
	Lang         string `json:"lang,omitempty"` // in which a text is written; goes through unchanged
	Provisional  bool   `json:"provisional,omitempty"`
}

// Answer is an answer and what is said of it.
type Answer struct {
	Value string `json:"value,omitempty"`
	Mark  Mark   `json:"mark,omitzero"`
}

// Head is what a file says of itself: to which response it belongs, and what may be filled in it.
type Head struct {
	Form     canonical.Hash // of the instrument
	Response string
	Sections []string // by name
	Lang     language.Tag
	Stamp    string // whatever the giver wants back, such as how far the response was
}

// Book is sections of a form with the answers that are there.
type Book struct {
	Head    // Form is filled in when it is written; no Sections are all
	Title   string
	Banner  string // a sentence on top, such as that all is an exercise
	In      *instrument.Instrument
	Answers instrument.Answers
	Marks   map[string]Mark             // by the answer's path
	Tr      func(english string) string // Comity's own sentences in Lang
}

// Filled is a file that came back.
type Filled struct {
	Head
	Answers map[string]Answer // by path, every question of the file, those left empty too
	Base    map[string]Answer // what stood there when the file was given out, as the file says
}

// Want is which files are taken: of this form and response, with these sections or fewer.
type Want struct {
	In       *instrument.Instrument
	Response string
	Sections []string
	Tr       func(tag language.Tag, english string) string // Comity's own sentences in any language: words of a workbook
}

// Apply puts what came into answers and returns them: instances of repeats that aren't there are made.
func (f Filled) Apply(a instrument.Answers) (instrument.Answers, error) {
	out := a.Clone()
	for _, path := range slices.SortedFunc(maps.Keys(f.Answers), instrument.ByPlace) {
		value := f.Answers[path].Value
		if value == "" && !out.Has(path) {
			continue
		}
		if err := out.Ensure(path); err != nil {
			return a, err
		}
		if err := out.Set(path, value); err != nil {
			return a, err
		}
	}
	return out, nil
}

// refused makes of an error among the diagnostics the error of the whole.
func refused(found []Diagnostic, err error) ([]Diagnostic, error) {
	var refusal *workbook.Refusal
	if errors.As(err, &refusal) {
		found = append(found, refusal.Problem)
	}
	if err != nil {
		return found, err
	}
	for _, d := range found {
		if d.Severity == instrument.Error {
			return found, errs.Invalidf("answer book: %s", d)
		}
	}
	return found, nil
}
