package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/base/protect"
)

// numbers counts a numeric question: how many, mean, median and sum. They are kept back as counts are, in this table and
// together with those that are out.
func (c *Content) numbers(r *Result, p split, before []*protect.Release) (*Result, []*protect.Release, error) {
	r.Rule = language.M("Means and medians are rounded to one decimal, halves away from zero.")
	rel := p.release(r.Table.Item, 1, func(value string) int {
		if value == "" {
			return -1
		}
		return 0
	})
	rel.Sums = true
	values := make([][]float64, p.height()+1)
	for who := range p.rows {
		row, _, ok := rel.Place(who, p.answers(who))
		if !ok {
			continue
		}
		text := p.answers(who)(r.Table.Item)
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, nil, fmt.Errorf("answer %q to %s is no number: %w", text, r.Table.Item, errs.Invalid)
		}
		values[row], values[p.height()] = append(values[row], v), append(values[p.height()], v)
	}
	protect.Policy{}.Release(p.survey, before, rel)
	for i, g := range append(slices.Clone(p.groups), Column{Code: Whole}) {
		if g.Code == Whole {
			i = p.height()
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
