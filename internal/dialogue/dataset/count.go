package dataset

import (
	"errors"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/protect"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
)

// Table says what is counted: a question for one audience, as a whole, by region, or by another question's answers, and
// of those only who gave an answer to one more question.
type Table struct {
	Audience study.Audience
	Item     string // path of the question
	By       string // "", "region", or the path of a select_one question
	Where    string // "", "region", or the path of a question whose answers come from a list
	Is       string // the answer to it that counts, alone or among others
}

// region stands for the path of a question, where the M49 region of a respondent is meant.
const region = "region"

// plain writes paths without the slash at the beginning: one question has one name, or two tables on it would not be held
// against each other.
func (t Table) plain() Table {
	t.Item, t.By, t.Where = strings.TrimPrefix(t.Item, "/"), strings.TrimPrefix(t.By, "/"), strings.TrimPrefix(t.Where, "/")
	return t
}

// known reports that everybody knows who belongs to the groups of the table.
func (t Table) known() bool { return (t.By == "" || t.By == region) && !t.part() }

// part reports that an answer decides who is counted at all, so that how many there are is told by answers too.
func (t Table) part() bool { return t.Where != "" && t.Where != region }

// hides reports whether a respondent gave an answer on which the table depends that may be shown in sums only.
func (t Table) hides(r Row) bool {
	return hidden(r, t.Item) || t.By != "" && hidden(r, t.By) || t.Where != "" && hidden(r, t.Where)
}

// The sorts of results.
const (
	Choices = "choices" // each answered with one of the columns
	Several = "several" // each column was chosen or not
	Numbers = "numbers" // n, mean, median, sum
)

// Result is a table with what may be shown of it.
type Result struct {
	Table   Table
	Sort    string
	Label   string   // the question, in the language of the form
	Columns []Column // the answers, in the order of the list
	Rows    []Group  // the last one is everybody
	Only    Only     // who is counted, "" for everybody
	Without Without  // of everybody: why there is no answer; not counted of those whom an answer chooses, since it would tell who they are
	Rule    string   // how shares are rounded: an English sentence of the catalogue
}

// Only is the question and its answer that choose who is counted, in the language of the form.
type Only struct{ Question, Answer string }

// Column is one answer.
type Column struct{ Code, Label string }

// Group is one row: a region, an answer to another question, or everybody.
type Group struct {
	Code, Label string
	Answered    int          // how many have an answer
	Kept        protect.Flag // why that isn't shown: protected answers to another question made the group
	Cells       []Cell
	Mean        string // of numbers, "" when they are kept back
	Median, Sum string
}

// Cell is one count.
type Cell struct {
	N     int
	Flag  protect.Flag // what isn't shown is printed as ":"
	Share string       // in per cent of Answered, "" when it isn't shown
}

// Hidden reports whether the count is kept back.
func (c Cell) Hidden() bool { return c.Flag != protect.Shown }

// Without counts those who have no answer, by reason.
type Without struct{ NotAsked, NoAnswer, NotKnown, NotAvailable, Sealed int }

// Whole is everybody's code as a group.
const Whole = "*"

// answer is one respondent's answer to a question, "" without one that is counted.
func (c *Content) answer(r Row, path string) string {
	if path == region {
		return r.Region
	}
	q, ok := r.state["/"+strings.TrimPrefix(path, "/")]
	if !ok {
		q, ok = r.state[strings.TrimPrefix(path, "/")]
	}
	if !ok || !q.Relevant {
		return ""
	}
	return q.Value
}

// hidden reports whether an answer may be shown in sums only.
func hidden(r Row, path string) bool {
	if path == region {
		return false
	}
	if r.Level == string(response.Statistical) || r.Level == string(response.Confidential) {
		return true
	}
	return r.Marks[strings.TrimPrefix(path, "/")].Confidential == response.AggregateOnly
}

// rows are those of an audience.
func (c *Content) rows(a study.Audience) []Row {
	var out []Row
	for _, r := range c.Rows {
		if r.Audience == a {
			out = append(out, r)
		}
	}
	return out
}

// Count counts a table, given the tables that are out already, in their order: what is shown of it together with them
// leaves no protected answer to be known. The error is [errs.Invalid]: a question that isn't there, or can't be counted.
func (c *Content) Count(t Table, out ...Table) (*Result, error) {
	t = t.plain()
	s := &protect.Survey{Values: map[string][]string{}, Hidden: map[string][]bool{}, Domain: map[string][]string{}, Options: map[string][]string{}}
	var before []*protect.Release
	for _, o := range out {
		if o = o.plain(); o == t || o.Audience != t.Audience {
			continue
		}
		_, releases, err := c.release(o, s, before)
		if errors.Is(err, errs.Invalid) {
			continue // these data don't have it: nothing of them is out by it
		}
		if err != nil {
			return nil, err
		}
		before = append(before, releases...)
	}
	r, _, err := c.release(t, s, before)
	return r, err
}

func (c *Content) release(t Table, s *protect.Survey, before []*protect.Release) (*Result, []*protect.Release, error) {
	form := c.Form(t.Audience)
	if form == nil {
		return nil, nil, errs.Invalidf("nobody of the audience %q has answered", t.Audience)
	}
	it := form.Item("/" + t.Item)
	if it == nil {
		return nil, nil, errs.Invalidf("the questionnaire has no question %q", t.Item)
	}
	groups, err := c.groups(form, t)
	if err != nil {
		return nil, nil, err
	}
	r := &Result{Table: t, Label: it.Label}
	if r.Only, err = c.only(form, t); err != nil {
		return nil, nil, err
	}
	rows := c.rows(t.Audience)
	if !t.part() {
		r.Without = c.without(c.within(rows, t), t.Item)
	}
	p := c.split(t, groups, s, rows)
	switch r.Columns = c.options(t.Audience, t.Item); {
	case c.several(t.Audience, t.Item):
		r.Sort = Several
	case r.Columns != nil:
		r.Sort = Choices
	case it.Type == instrument.IntegerType || it.Type == instrument.DecimalType || it.Type == instrument.RangeType:
		r.Sort = Numbers
		return c.numbers(r, p, before)
	default:
		return nil, nil, errs.Invalidf("answers to %q can't be counted: they are %s", t.Item, it.Type)
	}
	return c.choices(r, p, before)
}

// options are what the answers to a question of an audience can be, nil where they come from no list.
func (c *Content) options(a study.Audience, path string) []Column {
	if path == region {
		return regions()
	}
	if t, ok := c.coded[Open{a, path}]; ok {
		return t.codes
	}
	form := c.Form(a)
	if form == nil {
		return nil
	}
	it := form.Item("/" + path)
	if it == nil || it.Type != instrument.SelectOneType && it.Type != instrument.SelectMultipleType {
		return nil
	}
	out := []Column{}
	for _, k := range form.Lists[it.List] {
		out = append(out, Column{k.Name, k.Label})
	}
	return out
}

// several reports a question to which more than one answer can be given, or more than one code.
func (c *Content) several(a study.Audience, path string) bool {
	if _, ok := c.coded[Open{a, path}]; ok {
		return true
	}
	form := c.Form(a)
	if form == nil {
		return false
	}
	it := form.Item("/" + path)
	return it != nil && it.Type == instrument.SelectMultipleType
}

// only says who is counted.
func (c *Content) only(form *instrument.Instrument, t Table) (Only, error) {
	if t.Where == "" {
		if t.Is != "" {
			return Only{}, errs.Invalidf("an answer %q chooses who is counted, but no question", t.Is)
		}
		return Only{}, nil
	}
	all := c.options(t.Audience, t.Where)
	i := slices.IndexFunc(all, func(k Column) bool { return k.Code == t.Is })
	if i < 0 || t.Where == t.Item || t.Where == t.By {
		return Only{}, errs.Invalidf("who is counted can be chosen by an answer to another question, not by %q of %q", t.Is, t.Where)
	}
	question := ""
	if it := form.Item("/" + t.Where); it != nil {
		question = it.Label
	}
	return Only{question, all[i].Label}, nil
}

// within are those who are counted.
func (c *Content) within(rows []Row, t Table) []Row {
	if t.Where == "" {
		return rows
	}
	var out []Row
	for _, r := range rows {
		if slices.Contains(strings.Fields(c.counted(r, t.Where)), t.Is) {
			out = append(out, r)
		}
	}
	return out
}

// groups are the rows of a table, without everybody.
func (c *Content) groups(form *instrument.Instrument, t Table) ([]Column, error) {
	switch t.By {
	case "":
		return nil, nil
	case region:
		return regions(), nil
	}
	by := form.Item("/" + t.By)
	if by == nil || by.Type != instrument.SelectOneType || t.By == t.Item {
		return nil, errs.Invalidf("a table can be broken down by region or by a question with one answer, not by %q", t.By)
	}
	return c.options(t.Audience, t.By), nil
}

// regions are those of M49, as a table has them.
func regions() []Column {
	var out []Column
	for _, r := range []string{"002", "019", "142", "150", "009"} {
		out = append(out, Column{r, regionName(r)})
	}
	return out
}

// regionName is the M49 region in English.
func regionName(code string) string {
	switch code {
	case "002":
		return "Africa"
	case "019":
		return "Americas"
	case "142":
		return "Asia"
	case "150":
		return "Europe"
	}
	return "Oceania"
}

func (c *Content) without(rows []Row, path string) (w Without) {
	bare := strings.TrimPrefix(path, "/")
	for _, r := range rows {
		q, ok := r.state["/"+bare]
		if !ok {
			q, ok = r.state[bare]
		}
		m := r.Marks[bare]
		switch {
		case slices.Contains(r.Sealed, bare):
			w.Sealed++
		case !ok || !q.Relevant:
			w.NotAsked++
		case q.Value != "":
		case m.Missing == response.NotKnown:
			w.NotKnown++
		case m.Missing == response.NotAvailable:
			w.NotAvailable++
		default:
			w.NoAnswer++
		}
	}
	return w
}

// Group finds a row by its code, nil when there is none.
func (r *Result) Group(code string) *Group {
	for i := range r.Rows {
		if r.Rows[i].Code == code {
			return &r.Rows[i]
		}
	}
	return nil
}
