package dataset

import (
	"slices"
	"strings"

	"comity/internal/base/protect"
	"comity/internal/dialogue/study"
)

// split is how respondents come into a table, told so that protect can ask what another answer would have changed.
type split struct {
	table  Table
	groups []Column
	rows   []Row // of the audience, numbered as in the survey
	survey *protect.Survey
	on     []string                                  // questions that decide it: the one that is counted comes first
	row    func(answer func(path string) string) int // −1 for who isn't counted
}

// split adds the questions of a table to the survey.
func (c *Content) split(t Table, groups []Column, s *protect.Survey, rows []Row) split {
	p := split{table: t, groups: groups, rows: rows, survey: s}
	for _, path := range []string{t.Item, t.By, t.Where} {
		if path != "" {
			c.ask(s, t.Audience, rows, path)
			p.on = append(p.on, path)
		}
	}
	p.row = func(answer func(string) string) int {
		switch {
		case t.Where != "" && !slices.Contains(strings.Fields(answer(t.Where)), t.Is):
			return -1
		case t.By == "":
			return 0
		}
		return slices.IndexFunc(groups, func(g Column) bool { return g.Code == answer(t.By) })
	}
	return p
}

// ask adds a question to the survey: what each one answered, and what may be shown in sums only.
func (c *Content) ask(s *protect.Survey, a study.Audience, rows []Row, path string) {
	if s.Values[path] != nil {
		return
	}
	var given, codes []string
	for _, r := range rows {
		given = append(given, c.counted(r, path))
		s.Hidden[path] = append(s.Hidden[path], hidden(r, path))
	}
	for _, k := range c.options(a, path) {
		codes = append(codes, k.Code)
	}
	s.Values[path], s.Domain[path] = given, codes
	if c.several(a, path) {
		// What somebody answered anybody could have; whether other options go together only the form knows.
		s.Options[path], s.Domain[path] = codes, slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(given))), func(v string) bool { return v == "" })
	}
}

// height is how many groups a table has.
func (p split) height() int { return max(1, len(p.groups)) }

// release counts the respondents by group and by the column in which col puts their answer; −1 is none.
func (p split) release(item string, columns int, col func(value string) int) *protect.Release {
	place := func(_ int, answer func(string) string) (int, int, bool) {
		row, k := p.row(answer), col(answer(p.table.Item))
		return row, k, row >= 0 && k >= 0
	}
	cells := make([][]protect.Cell, p.height())
	for i := range cells {
		cells[i] = make([]protect.Cell, columns)
	}
	for who, x := range p.rows {
		row, k, ok := place(who, p.answers(who))
		if !ok {
			continue
		}
		cells[row][k].N++
		if p.table.hides(x) {
			cells[row][k].Hidden++
		}
	}
	t := protect.NewTable(p.table.known(), cells)
	t.Part = p.table.part()
	return &protect.Release{Table: t, Item: item, On: p.on, Place: place}
}

// answers are what one respondent answered.
func (p split) answers(who int) func(path string) string {
	return func(path string) string { return p.survey.Values[path][who] }
}
