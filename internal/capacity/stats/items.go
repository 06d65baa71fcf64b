package stats

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
)

// Alpha returns Cronbach's alpha of scores, persons × items; for items of 0 and 1 it is KR-20. Fewer than two persons or
// items are [ErrPairs]; totals that are all equal are [ErrConstant].
func Alpha(scores [][]float64) (float64, error) {
	if err := table(scores); err != nil {
		return 0, err
	}
	k := len(scores[0])
	if k < 2 {
		return 0, ErrPairs
	}
	parts := make([]float64, k)
	for j := range k {
		parts[j] = variance(column(scores, j))
	}
	whole := variance(totals(scores, -1))
	if whole == 0 {
		return 0, ErrConstant
	}
	return float64(k) / float64(k-1) * (1 - sum(parts)/whole), nil
}

// Value is a figure, or why there is none.
type Value struct {
	X   float64
	Why error
}

// MarshalJSON writes the number, or null where there is none.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.Why != nil {
		return []byte("null"), nil
	}
	return json.Marshal(v.X)
}

// Item is how one question did.
type Item struct {
	Difficulty float64 `json:"difficulty"` // mean ÷ maximum: near 1 is easy
	Rest       Value   `json:"rest"`       // r(item, sum of the others): the headline of discrimination
	Total      Value   `json:"total"`      // r(item, sum of all)
	Index      float64 `json:"index"`      // share of the upper 27 % − share of the lower 27 %
	IfDeleted  Value   `json:"if_deleted"` // alpha without the item
}

// upperShare is the part of the persons at each end that the index compares.
const upperShare = 0.27

// Items returns how each question did, from scores of persons × items and the items' maxima. Fewer than two persons are
// [ErrPairs]; a score outside 0 … its maximum is [ErrRange].
func Items(scores [][]float64, most []float64) ([]Item, error) {
	if err := table(scores); err != nil {
		return nil, err
	}
	if len(most) != len(scores[0]) {
		return nil, ErrShape
	}
	all := make([]Item, len(most))
	whole := totals(scores, -1)
	low, high := ends(whole)
	for j := range all {
		x := column(scores, j)
		if !(most[j] > 0) || !sound(x, most[j]) {
			return nil, ErrRange
		}
		all[j] = Item{Difficulty: mean(x) / most[j], Index: (weighted(x, high) - weighted(x, low)) / most[j]}
		all[j].Rest = correlation(x, totals(scores, j))
		all[j].Total = correlation(x, whole)
		a, err := Alpha(without(scores, j))
		all[j].IfDeleted = Value{a, err}
	}
	return all, nil
}

func table(scores [][]float64) error {
	if len(scores) < 2 || len(scores[0]) == 0 {
		return ErrPairs
	}
	for _, row := range scores {
		if len(row) != len(scores[0]) {
			return ErrShape
		}
		if slices.ContainsFunc(row, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
			return ErrRange
		}
	}
	return nil
}

func column(scores [][]float64, j int) []float64 {
	x := make([]float64, len(scores))
	for i, row := range scores {
		x[i] = row[j]
	}
	return x
}

// totals returns each person's sum but for the item left out (-1: none). Items are added in their order, which permuting
// persons leaves alone.
func totals(scores [][]float64, left int) []float64 {
	t := make([]float64, len(scores))
	for i, row := range scores {
		for j, v := range row {
			if j != left {
				t[i] += v
			}
		}
	}
	return t
}

func without(scores [][]float64, j int) [][]float64 {
	all := make([][]float64, len(scores))
	for i, row := range scores {
		all[i] = slices.Concat(row[:j], row[j+1:])
	}
	return all
}

// correlation is Pearson's r of the pairs.
func correlation(x, y []float64) Value {
	mx, my := mean(x), mean(y)
	xx, yy, xy := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		a, b := x[i]-mx, y[i]-my
		xx[i], yy[i], xy[i] = a*a, b*b, a*b
	}
	sx, sy := sum(xx), sum(yy)
	if sx == 0 || sy == 0 {
		return Value{Why: ErrConstant}
	}
	return Value{X: sum(xy) / math.Sqrt(sx*sy)}
}

// ends returns the weights of the persons in the lower and the upper 27 % by their totals. Persons with equal totals at the
// border share the places that are left.
func ends(whole []float64) (low, high []float64) {
	places := int(math.Ceil(upperShare * float64(len(whole))))
	return end(whole, places, cmp.Compare[float64]), end(whole, places, func(a, b float64) int { return cmp.Compare(b, a) })
}

func end(whole []float64, places int, order func(a, b float64) int) []float64 {
	sorted := slices.SortedFunc(slices.Values(whole), order)
	border := sorted[places-1]
	inside, at := 0, 0
	for _, v := range whole {
		switch c := order(v, border); {
		case c < 0:
			inside++
		case c == 0:
			at++
		}
	}
	w := make([]float64, len(whole))
	for i, v := range whole {
		switch c := order(v, border); {
		case c < 0:
			w[i] = 1 / float64(places)
		case c == 0:
			w[i] = float64(places-inside) / float64(at) / float64(places)
		}
	}
	return w
}

func weighted(x, w []float64) float64 {
	p := make([]float64, len(x))
	for i := range x {
		p[i] = x[i] * w[i]
	}
	return sum(p)
}
