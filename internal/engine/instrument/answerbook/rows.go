package answerbook

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// spare is how many instances of a repeat are there to fill beyond those that have answers.
const spare = 3

// part is a section of the book, ready to be written in whatever form.
type part struct {
	Name, Title, Hint string
	Rows              []row
}

// row is a heading, a note or a question. A question has a Path.
type row struct {
	Depth   int
	Number  string
	Label   string
	Hint    string
	How     string // what kind of answer is wanted
	Path    string
	Kind    instrument.Type
	Value   string
	Mark    Mark
	Choices []choice
	Allow   allowed
	Item    *instrument.Item
}

// allowed is what may be said of an answer.
type allowed struct{ NotKnown, NotAvailable, Confidential bool }

type choice struct {
	Name, Label string // labels are told apart: no two of a list are alike
	Chosen      bool
	Place       string // in a question of rank, from "1"
}

var (
	howText     = language.M("Write text.")
	howInteger  = language.M("Write a whole number.")
	howDecimal  = language.M("Write a number.")
	howDate     = language.M("Write a date such as 2026-12-31.")
	howTime     = language.M("Write a time such as 14:30.")
	howDateTime = language.M("Write a date and a time with its difference from UTC, such as 2026-12-31T14:30:00+01:00.")
	howOne      = language.M("Choose one from the list.")
	howSeveral  = language.M("Write x beside each choice that applies.")
	howRank     = language.M("Write 1 beside the first choice, 2 beside the next, and so on.")
	howRange    = language.M("Write a number from {least} to {most}, in steps of {step}.")
	howConfirm  = language.M("Write x to confirm.")
	howFile     = language.M("A file is added on the page, not here.")
	dependsOn   = language.M("Depends on the answer to: {questions}.")
)

var how = map[instrument.Type]string{
	instrument.TextType: howText, instrument.IntegerType: howInteger, instrument.DecimalType: howDecimal,
	instrument.DateType: howDate, instrument.TimeType: howTime, instrument.DateTimeType: howDateTime,
	instrument.SelectOneType: howOne, instrument.SelectMultipleType: howSeveral, instrument.RankType: howRank,
	instrument.RangeType: howRange, instrument.AcknowledgeType: howConfirm, instrument.FileType: howFile,
}

// head fills in what the file says of itself. A section that the form doesn't have is [errs.Invalid].
func (b *Book) head() error {
	hash, err := b.In.Hash()
	if err != nil {
		return err
	}
	b.Form = hash
	if len(b.Sections) == 0 {
		for _, s := range b.In.Sections {
			b.Sections = append(b.Sections, s.Name)
		}
	}
	for _, name := range b.Sections {
		if !slices.ContainsFunc(b.In.Sections, func(s instrument.Section) bool { return s.Name == name }) {
			return errs.Invalidf("answer book: the form has no section %q", name)
		}
	}
	return nil
}

// tr translates a text of the form, or a sentence of ours.
func (b *Book) tr(text string) string {
	if own := b.In.In(b.Lang, text); own != "" && b.Lang != b.In.Tongue() {
		return own
	}
	return b.Tr(text)
}

// parts lays the sections out.
func (b *Book) parts() ([]part, error) {
	answers, err := b.roomy()
	if err != nil {
		return nil, err
	}
	state := b.In.Eval(answers, time.Time{}) // what is asked now doesn't matter: all of it is written
	var out []part
	for _, s := range b.In.Sections {
		if !slices.Contains(b.Sections, s.Name) {
			continue
		}
		l := layout{book: b}
		for _, f := range state.ViewIn(s.Name, b.Lang, b.Tr) {
			l.field(f, 0)
		}
		out = append(out, part{s.Name, b.tr(s.Label), b.trHint(s.Hint), l.rows})
	}
	return out, nil
}

func (b *Book) trHint(text string) string {
	if text == "" {
		return ""
	}
	return b.tr(text)
}

// roomy are the answers with empty instances of repeats to fill.
func (b *Book) roomy() (instrument.Answers, error) {
	out := b.Answers.Clone()
	var err error
	b.In.EachRepeat(out, func(path string, repeat *instrument.Item, count int) {
		for n := count; n < min(count+spare, repeat.Most) && err == nil; n++ {
			_, err = out.AddRepeat(path)
		}
	})
	return out, err
}

type layout struct {
	book *Book
	rows []row
	n    int
}

func (l *layout) field(f instrument.Field, depth int) {
	switch f.Kind {
	case instrument.GroupType, instrument.RepeatType:
		l.rows = append(l.rows, row{Depth: depth, Label: headingOf(f), Hint: f.Hint})
		for _, inside := range f.Fields {
			l.field(inside, depth+1)
		}
	case instrument.NoteType:
		l.rows = append(l.rows, row{Depth: depth, Label: f.Label, Hint: f.Hint, Kind: f.Kind})
	default:
		if !f.Calculated {
			l.question(f, depth)
		}
	}
}

// headingOf is the label of a group; instances of a repeat have their number.
func headingOf(f instrument.Field) string {
	if f.Index > 0 {
		return strings.TrimSpace(f.Label + " " + strconv.Itoa(f.Index))
	}
	return f.Label
}

func (l *layout) question(f instrument.Field, depth int) {
	l.n++
	it := f.Item
	r := row{
		Depth: depth, Number: strconv.Itoa(l.n), Label: f.Label, Hint: f.Hint, Path: f.Path, Kind: f.Kind, Value: f.Value,
		Mark: l.book.Marks[f.Path], Item: it, How: l.how(it),
		Allow: allowed{it.Allows(instrument.NotKnown), it.Allows(instrument.NotAvailable), it.Allows(instrument.Confidential)},
	}
	if it.List != "" {
		r.Choices = l.choices(it, f.Value)
	}
	l.rows = append(l.rows, r)
}

func (l *layout) how(it *instrument.Item) string {
	text := l.book.Tr(how[it.Type])
	if it.Type == instrument.RangeType {
		from, to, step := it.Bounds()
		text = strings.NewReplacer("{least}", short(min(from, to)), "{most}", short(max(from, to)), "{step}", short(max(step, -step))).Replace(text)
	}
	if it.Unit != "" {
		text += " (" + it.Unit + ")"
	}
	var labels []string
	for _, o := range l.book.In.DependsOn(it) {
		if o.Label != "" {
			labels = append(labels, "“"+l.book.tr(o.Label)+"”")
		}
	}
	if len(labels) > 0 {
		text += " " + strings.ReplaceAll(l.book.Tr(dependsOn), "{questions}", strings.Join(labels, ", "))
	}
	return text
}

func short(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// choices are all of the list: which of them a filter lets through can't be told away from the node.
func (l *layout) choices(it *instrument.Item, value string) []choice {
	chosen := strings.Fields(value)
	if it.Type == instrument.SelectOneType {
		chosen = []string{value}
	}
	labels := labelsOf(l.book.In.Lists[it.List], l.book.tr)
	var out []choice
	for i, c := range l.book.In.Lists[it.List] {
		if slices.ContainsFunc(out, func(o choice) bool { return o.Name == c.Name }) {
			continue // there again under another filter
		}
		o := choice{Name: c.Name, Label: labels[i], Chosen: slices.Contains(chosen, c.Name)}
		if place := slices.Index(chosen, c.Name); it.Type == instrument.RankType && place >= 0 {
			o.Place = strconv.Itoa(place + 1)
		}
		out = append(out, o)
	}
	return out
}

// labelsOf are a list's labels; those that are alike get their names, so that a label means one choice.
func labelsOf(list []instrument.Choice, tr func(string) string) []string {
	labels, times := make([]string, len(list)), map[string]int{}
	for i, c := range list {
		labels[i] = c.Name
		if c.Label != "" {
			labels[i] = strings.Join(strings.Fields(tr(c.Label)), " ")
		}
		times[labels[i]]++
	}
	for i, c := range list {
		if times[labels[i]] > 1 {
			labels[i] += " (" + c.Name + ")"
		}
	}
	return labels
}
