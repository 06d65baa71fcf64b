// Package document is the text document that a person reads: one model, written as HTML, PDF and DOCX.
//
// A text is a sequence of typed spans. The types are not decoration: inside Arabic an address, a time or an amount
// that isn't isolated may be read in another order while its bytes are right, so the writers isolate every span that
// is not plain. Sub-packages write the files: pdf, docx, html; sign puts a PAdES signature on a PDF.
package document

import (
	"time"

	"comity/internal/base/language"
)

// Doc is a document in one main language. The zero value is an empty document.
type Doc struct {
	Lang     language.Tag
	Title    string // in the file's properties and as the PDF's title, not printed by itself
	Subject  string
	Author   string    // the authority, never a person's account
	Created  time.Time // the only time in the files, so that the same document gives the same bytes
	Exercise string    // watermark in the document's language when the matter is an exercise; "" otherwise
	Header   []Text    // letterhead, one line each
	Footer   Text      // at the foot of each page, before the page number
	Blocks   []Block
	Files    []File // embedded in the PDF (PDF/A-3), ignored by the others
}

// File is embedded in the PDF: the answers as data beside the text made from them.
type File struct {
	Name, Media, Description string
	Data                     []byte
}

// Block is one of Heading, Paragraph, List, Table, Picture, Definitions, Signature, Rule, Break.
type Block interface{ block() }

// Heading starts a section. Level is 1 to 3; Number ("2.1") is set in front and may be empty.
type Heading struct {
	Level  int
	Number string
	Text   Text
}

// Paragraph is running text. Number ("12.") hangs in the margin of the text's start side.
type Paragraph struct {
	Number string
	Text   Text
	Lang   language.Tag // when it differs from the document's: a text quoted in its original
	Align  Align
}

// Align is where a paragraph's lines stand.
type Align int

// Start is the side where the language begins: left in French, right in Arabic.
const (
	Start Align = iota
	End
	Centre
)

// List has bullets, or numbers when Ordered.
type List struct {
	Ordered bool
	Items   []Text
}

// Table has one head row and rows of the same length. Widths are parts of the whole, equal when empty.
type Table struct {
	Caption Text
	Head    []Text
	Rows    [][]Text
	Widths  []float64
}

// Definitions are terms with what is said about each, as on the cover of a request.
type Definitions struct{ Items []Definition }

// Definition is one term.
type Definition struct{ Term, Text Text }

// Signature is the place where a person signs: what they are, where and when, with room above the name.
type Signature struct {
	Name, Function, Place, Date Text
}

// Rule is a thin line across; Break begins a new page.
type (
	Rule  struct{}
	Break struct{}
)

func (Heading) block()     {}
func (Paragraph) block()   {}
func (List) block()        {}
func (Table) block()       {}
func (Definitions) block() {}
func (Signature) block()   {}
func (Rule) block()        {}
func (Break) block()       {}

// Text is a sequence of spans.
type Text []Span

// Span is a run of text of one type and language.
type Span struct {
	Kind Kind
	Text string
	Lang language.Tag // "" is the language around it
}

// Kind says what a span is, and by that whether the writers isolate it from the text around it.
type Kind int

// All kinds but Plain, Emphasis and Strong are isolated (FSI … PDI or the format's own means); Identifier is always
// set left to right.
const (
	Plain      Kind = iota
	Identifier      // an address, an account, a reference, a digest, a file name
	Name            // of a person, a body, a place
	Amount          // a number with its unit or currency
	Date            // a day or an instant with its offset
	Quote           // words taken from elsewhere
	Emphasis
	Strong
)

// Isolated reports whether the writers keep the span's order apart from the text around it.
func (k Kind) Isolated() bool { return k != Plain && k != Emphasis && k != Strong }

// T returns a text of one plain span.
func T(s string) Text { return Text{{Text: s}} }

// String returns the text's characters without its types.
func (t Text) String() string {
	var s string
	for _, sp := range t {
		s += sp.Text
	}
	return s
}
