package instrument

import (
	"slices"
	"strings"
)

// What may stand in a question's column "allow".
const (
	NotKnown     = "not_known"     // the person doesn't know it
	NotAvailable = "not_available" // there is no such figure or text
	Confidential = "confidential"  // the answer may be kept from readers
)

// Allowances lists what a question may allow instead of an answer or beside it.
func Allowances() []string { return []string{NotKnown, NotAvailable, Confidential} }

// Missing codes are what stands for an answer that isn't there when answers become data, each far from any number that
// could be an answer.
const (
	CodeNotAsked        = -1
	CodeNoAnswer        = -2
	CodeNoFigure        = -7 // "not available"
	CodeUnknown         = -8 // "not known"
	CodeConfidentialOne = -9
)

// MissingCodes returns the codes by their names in data.
func MissingCodes() map[string]int {
	return map[string]int{
		"not_asked": CodeNotAsked, "no_answer": CodeNoAnswer, NotAvailable: CodeNoFigure, NotKnown: CodeUnknown,
		Confidential: CodeConfidentialOne,
	}
}

var (
	bases       = []string{"law", "practice", "perception", "statistic"}
	obligations = []string{"mandatory", "optional"}
)

// about reads the columns that say what a question is about and what may stand in place of its answer.
func (p *Part) about(it *Item, r row) {
	it.Concept, it.Unit, it.Period = r.cells["concept"], r.cells["unit"], r.cells["reference_period"]
	it.Basis = p.oneOf(r, "basis", bases)
	it.Obligation = p.oneOf(r, "obligation", obligations)
	it.MapsTo = strings.Fields(r.cells["maps_to"])
	for _, word := range strings.Fields(r.cells["allow"]) {
		if !slices.Contains(Allowances(), word) {
			p.report(r.source, "allow", Error, wordUnknown, "word", word, "words", strings.Join(Allowances(), ", "))
			continue
		}
		it.Allow = append(it.Allow, word)
	}
	switch strings.ToLower(r.cells["confidential_default"]) {
	case "", "no", "false":
	case "yes", "true":
		it.ConfidentialDefault = true
	default:
		p.report(r.source, "confidential_default", Error, notYesNo, "word", r.cells["confidential_default"])
	}
}

func (p *Part) oneOf(r row, column string, words []string) string {
	word := r.cells[column]
	if word != "" && !slices.Contains(words, word) {
		p.report(r.source, column, Error, wordUnknown, "word", word, "words", strings.Join(words, ", "))
		return ""
	}
	return word
}

// Allows reports whether the question lets this stand in place of its answer or beside it.
func (it *Item) Allows(what string) bool { return slices.Contains(it.Allow, what) }
