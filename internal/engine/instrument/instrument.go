// Package instrument is forms as data: questions in a table, rules as expressions, answers as a JSON document.
//
// A form is a folder with form.csv, one question a row in the columns of XLSForm, choices.csv for the lists, and
// sections.csv for the parts that people fill one after the other. English stands in the tables; other languages come
// from the message catalogues, by the English text. [Load] reads a form and compiles every expression, [Instrument.Check]
// says what is wrong with it, [Instrument.Eval] what a set of answers still lacks, [Instrument.Bind] takes what a page
// posted and [State.View] gives what a page shows. [Compose] puts forms into the repeats of another: a request is its
// cover and, for each measure, the form of the measure's type.
package instrument

import (
	"io/fs"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument/xpath"
)

// Type is the kind of a question.
type Type string

// The kinds of questions. A row of select_one or select_multiple names its list after the kind: "select_one states".
const (
	TextType           Type = "text"
	IntegerType        Type = "integer"
	DecimalType        Type = "decimal"
	DateType           Type = "date"
	TimeType           Type = "time"
	DateTimeType       Type = "dateTime"
	SelectOneType      Type = "select_one"
	SelectMultipleType Type = "select_multiple"
	NoteType           Type = "note"
	CalculateType      Type = "calculate"
	AcknowledgeType    Type = "acknowledge"
	FileType           Type = "file"
	RankType           Type = "rank"   // every choice of a list, in the order the person gives them
	RangeType          Type = "range"  // a number between the parameters start and end, in steps of step
	OpaqueType         Type = "opaque" // of another program's form: kept, never asked; see [Item.Was]
	GroupType          Type = "group"  // begin_group … end_group
	RepeatType         Type = "repeat" // begin_repeat … end_repeat
)

// Answered reports whether a person answers the item: it is a question, and nothing calculates it.
func (it *Item) Answered() bool { return it.Type.answered() && it.calculation == nil }

// Acknowledged is the answer to a question of [AcknowledgeType] once its box is ticked.
const Acknowledged = "OK"

// answers reports whether a person answers questions of this kind.
func (t Type) answered() bool {
	switch t {
	case NoteType, CalculateType, GroupType, RepeatType, OpaqueType:
		return false
	}
	return true
}

// Limits of a form and of what is typed into it.
const (
	MaxRows      = 20_000
	MaxFormBytes = 8 << 20
	MaxText      = 10_000 // characters of an answer, unless the question's parameters say max-length=…
	MaxInstances = 1_000  // of a repeat, unless its parameters say max=…
)

// Item is one row of the form: a question, a note, a group or a repeat. It never changes after the form is loaded.
type Item struct {
	Type    Type
	Name    string // the member in the answers; "@name" is an attribute, "instant/@offset" that of an answer beside
	Label   string // English, the catalogue's key; ${name} stands for that answer
	Hint    string
	List    string // of a select
	Section string
	Message string // constraint_message
	Look    string // appearance

	Guidance    string // guidance_hint: for whoever answers, at length
	WhyRequired string // required_message: what is said when the answer is missing
	WhyDoubted  string // check_message: what is asked when the answer is possible and yet unlikely
	Was         string // the type as another program's form has it, of [OpaqueType] or where the form says more than we do
	OrOther     bool   // a select with "or_other": the list has "other", and a text asks which
	Matrix      string // of a group: the list for each of whose choices the questions inside are asked
	Row         string // of a group inside a matrix: its choice

	Concept             string   // what is asked about, in words of its own list: "act.illegal_access"
	Basis               string   // law, practice, perception or statistic
	Obligation          string   // mandatory, optional or ""
	Allow               []string // what may stand instead of an answer or beside it: see [Allowances]
	ConfidentialDefault bool     // confidential unless the person says otherwise
	MapsTo              []string // the same question in other instruments: "uncac-sa:art46.q3"
	Unit                string
	Period              string // reference_period: the time that the answer is about

	MaxLength int // characters of a text
	Least     int // instances of a repeat
	Most      int

	Params map[string]string // the parameters column
	Extra  map[string]string // columns that aren't the form's own
	Items  []*Item           // inside a group or repeat

	// Variants are the items that an instance of a repeat has besides Items, by the instance's @type.
	Variants map[string][]*Item

	parent *Item
	path   xpath.Path
	source source
	number int // place in the form

	relevant, required, constraint, check, calculation, initial, filter, count *rule
	initialText                                                                string // default that isn't an expression

	columns []*Item                            // of a matrix: the questions that are asked of each row
	made    bool                               // no row of the form: a matrix or "or_other" asked for it
	apart   map[language.Tag]map[string]string // translations that differ from those of the same words elsewhere, by column
}

// Path returns where the item's answers are, without numbers: "/request/measure/selector".
func (it *Item) Path() string { return it.path.String() }

// Source returns the file and line of the item's row.
func (it *Item) Source() string { return it.source.String() }

// rule is an expression of an item: what the column says and what it was compiled to.
type rule struct {
	column string
	text   string // as it stands in the form
	expr   *xpath.Expr
	uses   []xpath.Path
}

// Choice is one line of a list.
type Choice struct {
	Name  string
	Label string            // English
	Extra map[string]string // the other columns, for choice_filter

	made   bool // "or_other" asked for it
	apart  map[language.Tag]string
	source source
}

// Section is a part of the form that is filled, and counted, for itself.
type Section struct {
	Name, Label, Hint string

	// Owner says who is likely to know the answers, such as "police".
	Owner string `json:",omitempty"`

	apart map[language.Tag]map[string]string
}

// Meta is what a form says of itself.
type Meta struct {
	ID         string // the same in all versions
	Version    string
	Audience   string // who is asked: "state", "private", "academic", "igo"
	Title      string
	SourceLang language.Tag      // the language of the tables; "" is English
	Languages  []language.Tag    // in which it is meant to be asked, the source's among them
	Settings   map[string]string // what a form of another program says of itself beyond this
	Crosswalk  *Crosswalk        // how the questions follow from those of the version before
}

// Instrument is a form, ready for any number of answers at once. It never changes.
type Instrument struct {
	Meta
	Name     string // of its folder or file
	Items    []*Item
	Lists    map[string][]Choice
	Sections []Section

	functions xpath.Functions
	problems  []Problem
	said      map[string]bool    // problems that are there already
	all       []*Item            // every item, in the order of the form
	byPath    map[string][]*Item // those of variants too, so that one path may have several
	byName    map[string][]*Item
	covered   map[string][]*Item                 // what paths with “//” or “*” mean; written while the form is linked only
	edges     int                                // how many items they mean, all together
	order     []*Item                            // every item, in the order of evaluation
	instances map[string]*xpath.Node             // the lists, for instance('…')
	choiceAt  map[string]map[string][]int        // by list and name
	texts     map[language.Tag]map[string]string // translations, by the text in the source language
}

// Options are what a form's expressions may use beyond the language.
type Options struct {
	Functions xpath.Functions
}

// Load reads the form in the folder dir. When something in it is wrong it returns the form, for [Instrument.Check] to
// show all of it, and an [errs.Invalid] error that names the first; such a form must not be used. A form that can't
// be read at all is nil.
func Load(fsys fs.FS, dir string) (*Instrument, error) { return Options{}.Load(fsys, dir) }

// Load reads a form; see [Load].
func (o Options) Load(fsys fs.FS, dir string) (*Instrument, error) {
	part, err := ReadPart(fsys, dir)
	if err != nil {
		return nil, err
	}
	return o.link(part.Name, part.clone())
}

func (o Options) link(name string, part *Part) (*Instrument, error) {
	in := &Instrument{
		Name: name, Items: part.items, Lists: part.lists, Sections: part.sections,
		functions: o.Functions, problems: part.problems, texts: map[language.Tag]map[string]string{}, said: map[string]bool{},
	}
	in.link()
	return in, in.firstError()
}

// firstError says the first error, which names its own file: a form may be composed of several.
func (in *Instrument) firstError() error {
	var first *Problem
	n := 0
	for i, p := range in.problems {
		if p.Severity != Error {
			continue
		}
		if n++; first == nil {
			first = &in.problems[i]
		}
	}
	switch n {
	case 0:
		return nil
	case 1:
		return errs.Invalidf("form: %s", first)
	}
	return errs.Invalidf("form: %s (and %d more)", first, n-1)
}

// Check returns everything that is wrong with the form, in the order it was found.
func (in *Instrument) Check() []Problem { return in.problems }

func (in *Instrument) report(s source, column string, sev Severity, code string, kv ...string) {
	p := newProblem(s, column, sev, code, kv)
	if !in.said[p.String()] { // a part that is in several variants is compiled for each
		in.said[p.String()] = true
		in.problems = append(in.problems, p)
	}
}

// Item returns the item at a path without numbers, such as "/request/measure/type"; in a repeat with variants the
// first that has it. It returns nil when there is none.
func (in *Instrument) Item(path string) *Item {
	if items := in.byPath["/"+strings.TrimPrefix(path, "/")]; len(items) > 0 {
		return items[0]
	}
	return nil
}

// Walk calls f for every item in the order of the form, those of all variants too.
func (in *Instrument) Walk(f func(*Item)) {
	for _, it := range in.all {
		f(it)
	}
}
