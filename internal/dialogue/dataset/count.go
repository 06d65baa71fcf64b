package dataset

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/base/protect"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
)

// Table says what is counted: a question for one audience, as a whole, by region, or by another question's answers.
type Table struct {
	Audience study.Audience
	Item     string // path of the question
	By       string // "", "region", or the path of a select_one question
}

// plain writes paths without the slash at the beginning: one question has one name, or two tables on it would not be held
// against each other.
func (t Table) plain() Table {
	t.Item, t.By = strings.TrimPrefix(t.Item, "/"), strings.TrimPrefix(t.By, "/")
	return t
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
	Without Without  // of everybody: why there is no answer
	Rule    string   // how shares are rounded: an English sentence of the catalogue
}

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
	if path == "region" {
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
	if path == "region" {
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
	s := c.survey(t.Audience)
	var before []*protect.Release
	for _, o := range out {
		if o = o.plain(); o == t || o.Audience != t.Audience {
			continue
		}
		_, releases, err := c.release(o, s, before)
		if err != nil {
			return nil, err
		}
		before = append(before, releases...)
	}
	r, _, err := c.release(t, s, before)
	return r, err
}

// survey is what an attacker would wish to know of an audience.
func (c *Content) survey(study.Audience) *protect.Survey {
	return &protect.Survey{Values: map[string][]string{}, Hidden: map[string][]bool{}, Domain: map[string][]string{}}
}

// know adds a question to the survey.
func (c *Content) know(s *protect.Survey, rows []Row, name string, value func(Row) string, path string, domain []string) {
	if s.Values[name] != nil {
		return
	}
	for _, r := range rows {
		s.Values[name] = append(s.Values[name], value(r))
		s.Hidden[name] = append(s.Hidden[name], hidden(r, path))
	}
	s.Domain[name] = domain
}

func (c *Content) release(t Table, s *protect.Survey, before []*protect.Release) (*Result, []*protect.Release, error) {
	form := c.Form(t.Audience)
	if form == nil {
		return nil, nil, errs.Invalidf("nobody of the audience %q has answered", t.Audience)
	}
	it := form.Item("/" + strings.TrimPrefix(t.Item, "/"))
	if it == nil {
		return nil, nil, errs.Invalidf("the questionnaire has no question %q", t.Item)
	}
	groups, err := c.groups(form, t)
	if err != nil {
		return nil, nil, err
	}
	r := &Result{Table: t, Label: it.Label}
	rows := c.rows(t.Audience)
	r.Without = c.without(rows, t.Item)
	switch it.Type {
	case instrument.SelectOneType:
		r.Sort = Choices
	case instrument.SelectMultipleType:
		r.Sort = Several
	case instrument.IntegerType, instrument.DecimalType, instrument.RangeType:
		r.Sort = Numbers
		return c.numbers(r, rows, groups, s, before)
	default:
		return nil, nil, errs.Invalidf("answers to %q can't be counted: they are %s", t.Item, it.Type)
	}
	for _, k := range form.Lists[it.List] {
		r.Columns = append(r.Columns, Column{k.Name, k.Label})
	}
	return c.choices(r, rows, groups, s, before)
}

// groups are the rows of a table, without everybody.
func (c *Content) groups(form *instrument.Instrument, t Table) ([]Column, error) {
	switch t.By {
	case "":
		return nil, nil
	case "region":
		var out []Column
		for _, r := range []string{"002", "019", "142", "150", "009"} {
			out = append(out, Column{r, regionName(r)})
		}
		return out, nil
	}
	by := form.Item("/" + strings.TrimPrefix(t.By, "/"))
	if by == nil || by.Type != instrument.SelectOneType || t.By == t.Item {
		return nil, errs.Invalidf("a table can be broken down by region or by a question with one answer, not by %q", t.By)
	}
	var out []Column
	for _, k := range form.Lists[by.List] {
		out = append(out, Column{k.Name, k.Label})
	}
	return out, nil
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

// choices counts and protects a table of choices. One where several can be chosen is one table of yes and no for each.
func (c *Content) choices(r *Result, rows []Row, groups []Column, s *protect.Survey, before []*protect.Release) (*Result, []*protect.Release, error) {
	t := r.Table
	var codes []string
	for _, k := range r.Columns {
		codes = append(codes, k.Code)
	}
	on, group := c.grouping(t, groups, s, rows)
	n := max(1, len(groups))
	var releases []*protect.Release
	one := func(name string, value func(Row) string, domain []string) *protect.Release {
		c.know(s, rows, name, value, t.Item, domain)
		cells := make([][]protect.Cell, n)
		for i := range cells {
			cells[i] = make([]protect.Cell, len(domain))
		}
		place := func(who int, answer func(string) string) (int, int, bool) {
			row := group(answer)
			col := slices.Index(domain, answer(name))
			return row, col, row >= 0 && col >= 0
		}
		for who, x := range rows {
			row, col, ok := place(who, func(q string) string { return s.Values[q][who] })
			if !ok {
				continue
			}
			cells[row][col].N++
			if hidden(x, t.Item) || t.By != "" && hidden(x, t.By) {
				cells[row][col].Hidden++
			}
		}
		rel := &protect.Release{Table: protect.NewTable(t.known(), cells), Item: name, On: append([]string{name}, on...), Place: place}
		protect.Policy{}.Release(s, append(before, releases...), rel)
		releases = append(releases, rel)
		return rel
	}
	if r.Sort == Choices {
		rel := one(t.Item, func(x Row) string { return c.answer(x, t.Item) }, codes)
		r.Rows = printed(groups, func(g, k int) protect.Cell { return rel.Table.Cells[g][k] }, len(codes), func(g int) protect.Cell { return rel.Table.Cells[g][len(codes)] }, n)
	} else {
		var each []*protect.Release
		for _, code := range codes {
			each = append(each, one(t.Item+"="+code, func(x Row) string {
				v := c.answer(x, t.Item)
				if v == "" {
					return ""
				}
				return strconv.FormatBool(slices.Contains(strings.Fields(v), code))
			}, []string{"true", "false"}))
		}
		r.Rows = printed(groups, func(g, k int) protect.Cell { return each[k].Table.Cells[g][0] }, len(codes), func(g int) protect.Cell {
			sum := each[0].Table.Cells[g][2]
			for _, rel := range each {
				if f := rel.Table.Cells[g][2].Flag; f != protect.Shown {
					sum.Flag = f // it is one number, however many answers can be chosen
				}
			}
			return sum
		}, n)
	}
	r.Rule = language.M("Shares are rounded to whole per cent, halves away from zero.")
	return r, releases, nil
}

// known reports that everybody knows who belongs to the groups of the table.
func (t Table) known() bool { return t.By == "" || t.By == "region" }

// grouping says on which questions the groups of a table depend, and in which one an answer puts somebody; −1 is none.
func (c *Content) grouping(t Table, groups []Column, s *protect.Survey, rows []Row) (on []string, group func(answer func(string) string) int) {
	if t.By == "" {
		return nil, func(func(string) string) int { return 0 }
	}
	var names []string
	for _, g := range groups {
		names = append(names, g.Code)
	}
	c.know(s, rows, t.By, func(row Row) string { return c.answer(row, t.By) }, t.By, names)
	return []string{t.By}, func(answer func(string) string) int { return slices.Index(names, answer(t.By)) }
}

// sized sets the size of a group, unless it is kept back.
func sized(g Group, sum protect.Cell) Group {
	if g.Kept = sum.Flag; g.Kept == protect.Shown {
		g.Answered = sum.N
	}
	return g
}

// Size is the size of a group as it is printed.
func (g Group) Size() string {
	if g.Kept != protect.Shown {
		return ":"
	}
	return strconv.Itoa(g.Answered)
}

// printed makes the rows as they are printed; everybody comes last.
func printed(groups []Column, cell func(g, k int) protect.Cell, columns int, answered func(g int) protect.Cell, n int) []Group {
	var out []Group
	add := func(code, label string, g int) {
		row := sized(Group{Code: code, Label: label}, answered(g))
		for k := range columns {
			p := cell(g, k)
			x := Cell{N: p.N, Flag: p.Flag}
			if !x.Hidden() && row.Answered > 0 {
				x.Share = percent(p.N, row.Answered)
			}
			if x.Hidden() {
				x.N = 0 // what isn't shown isn't there
			}
			row.Cells = append(row.Cells, x)
		}
		out = append(out, row)
	}
	for g, k := range groups {
		add(k.Code, k.Label, g)
	}
	add(Whole, "", n)
	return out
}

func percent(n, of int) string { return strconv.Itoa(int(math.Round(100 * float64(n) / float64(of)))) }

// numbers counts a numeric question: how many, mean, median and sum. They are kept back as counts are, in this table and
// together with those that are out.
func (c *Content) numbers(r *Result, rows []Row, groups []Column, s *protect.Survey, before []*protect.Release) (*Result, []*protect.Release, error) {
	t := r.Table
	r.Rule = language.M("Means and medians are rounded to one decimal, halves away from zero.")
	on, group := c.grouping(t, groups, s, rows)
	c.know(s, rows, t.Item, func(x Row) string { return c.answer(x, t.Item) }, t.Item, nil)
	n := max(1, len(groups))
	place := func(_ int, answer func(string) string) (int, int, bool) {
		row := group(answer)
		return row, 0, row >= 0 && answer(t.Item) != ""
	}
	cells, values := make([][]protect.Cell, n), make([][]float64, n+1)
	for i := range cells {
		cells[i] = make([]protect.Cell, 1)
	}
	for who, x := range rows {
		row, _, ok := place(who, func(q string) string { return s.Values[q][who] })
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(s.Values[t.Item][who], 64)
		if err != nil {
			return nil, nil, fmt.Errorf("answer %q to %s is no number: %w", s.Values[t.Item][who], t.Item, errs.Invalid)
		}
		values[row], values[n] = append(values[row], v), append(values[n], v)
		cells[row][0].N++
		if hidden(x, t.Item) || t.By != "" && hidden(x, t.By) {
			cells[row][0].Hidden++
		}
	}
	rel := &protect.Release{Table: protect.NewTable(t.known(), cells), Item: t.Item, On: append([]string{t.Item}, on...), Sums: true, Place: place}
	protect.Policy{}.Release(s, before, rel)
	for i, g := range append(slices.Clone(groups), Column{Code: Whole}) {
		if g.Code == Whole {
			i = n
		}
		row := sized(Group{Code: g.Code, Label: g.Label}, rel.Table.Cells[i][1])
		if rel.Table.Cells[i][0].Flag == protect.Shown && len(values[i]) > 0 {
			row.Mean, row.Median, row.Sum = summary(values[i])
		}
		r.Rows = append(r.Rows, row)
	}
	return r, []*protect.Release{rel}, nil
}

func summary(v []float64) (mean, median, sum string) {
	v = slices.Clone(v)
	slices.Sort(v)
	total := 0.0
	for _, x := range v {
		total += x
	}
	mid := v[len(v)/2]
	if len(v)%2 == 0 {
		mid = (v[len(v)/2-1] + mid) / 2
	}
	one := func(x float64) string { return strconv.FormatFloat(math.Round(10*x)/10, 'f', -1, 64) }
	return one(total / float64(len(v))), one(mid), one(total)
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

// CSV writes the table as it may be shown: what is kept back is ":".
func (r *Result) CSV(tr func(string) string, p *language.Printer) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{{tr(r.Label)}}
	head := []string{"", "n"}
	if r.Sort == Numbers {
		head = append(head, p.T("Mean"), p.T("Median"), p.T("Sum"))
	}
	for _, k := range r.Columns {
		head = append(head, tr(k.Label), tr(k.Label)+" (%)")
	}
	rows = append(rows, head)
	for _, g := range r.Rows {
		row := []string{groupName(g, tr, p), g.Size()}
		if r.Sort == Numbers {
			row = append(row, orColon(g.Mean), orColon(g.Median), orColon(g.Sum))
		}
		for _, x := range g.Cells {
			if x.Hidden() {
				row = append(row, ":", ":")
			} else {
				row = append(row, strconv.Itoa(x.N), x.Share)
			}
		}
		rows = append(rows, row)
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

func orColon(s string) string {
	if s == "" {
		return ":"
	}
	return s
}
