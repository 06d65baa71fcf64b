package dataset

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/language"
	"comity/internal/base/protect"
)

// choices counts and protects a table of choices. One where several can be chosen is one table of yes and no for each;
// what each respondent chose is protected as a whole, so that nothing can be had of one option from the others.
func (c *Content) choices(r *Result, p split, before []*protect.Release) (*Result, []*protect.Release, error) {
	r.Rule = language.M("Shares are rounded to whole per cent, halves away from zero.")
	columns := len(r.Columns)
	if r.Sort == Choices {
		rel := p.release(r.Table.Item, columns, func(value string) int {
			return slices.IndexFunc(r.Columns, func(k Column) bool { return k.Code == value })
		})
		protect.Policy{}.Release(p.survey, before, rel)
		r.Rows = printed(p, func(g, k int) protect.Cell { return rel.Table.Cells[g][k] }, columns, func(g int) protect.Cell { return rel.Table.Cells[g][columns] })
		return r, []*protect.Release{rel}, nil
	}
	var each []*protect.Release
	for _, k := range r.Columns {
		rel := p.release(r.Table.Item+"="+k.Code, 2, func(value string) int {
			switch {
			case value == "":
				return -1
			case slices.Contains(strings.Fields(value), k.Code):
				return 0
			}
			return 1
		})
		protect.Policy{}.Release(p.survey, append(before[:len(before):len(before)], each...), rel)
		each = append(each, rel)
	}
	r.Rows = printed(p, func(g, k int) protect.Cell { return each[k].Table.Cells[g][0] }, columns, func(g int) protect.Cell {
		sum := protect.Cell{}
		for i, rel := range each { // it is one number, however many answers can be chosen
			if x := rel.Table.Cells[g][2]; i == 0 || x.Flag != protect.Shown {
				sum = x
			}
		}
		return sum
	})
	return r, each, nil
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
func printed(p split, cell func(g, k int) protect.Cell, columns int, answered func(g int) protect.Cell) []Group {
	var out []Group
	add := func(code, label string, g int) {
		row := sized(Group{Code: code, Label: label}, answered(g))
		for k := range columns {
			n := cell(g, k)
			if n.Flag == protect.Complementary && len(p.groups) == 0 && cell(0, k).Flag != protect.Shown {
				n.Flag = cell(0, k).Flag // everybody is the one group: why it is kept back there is the reason
			}
			x := Cell{N: n.N, Flag: n.Flag}
			if !x.Hidden() && row.Answered > 0 {
				x.Share = percent(n.N, row.Answered)
			}
			if x.Hidden() {
				x.N = 0 // what isn't shown isn't there
			}
			row.Cells = append(row.Cells, x)
		}
		out = append(out, row)
	}
	for g, k := range p.groups {
		add(k.Code, k.Label, g)
	}
	add(Whole, "", p.height())
	return out
}

func percent(n, of int) string { return strconv.Itoa(int(math.Round(100 * float64(n) / float64(of)))) }
