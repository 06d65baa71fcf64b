package protect

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestGroups: the examples of the design, with k = 5.
func TestGroups(t *testing.T) {
	for _, c := range []struct {
		n     []int
		want  []bool
		whole bool
	}{
		{[]int{14, 14}, []bool{true, true}, true},
		{[]int{24, 4}, []bool{false, false}, true},
		{[]int{14, 10, 4}, []bool{true, false, false}, true},
		{[]int{4}, []bool{false}, false},
		{[]int{4, 3, 14}, []bool{false, false, true}, true},
		{[]int{0, 14}, []bool{true, true}, true},
		{[]int{1, 1, 1, 14, 20}, []bool{false, false, false, false, true}, true},
		{nil, []bool{}, false},
	} {
		var groups []Group
		for _, n := range c.n {
			groups = append(groups, Group{N: n, Sum: n * 7, Most: 36})
		}
		shown, whole := Groups(5, groups)
		if !slices.Equal(shown, c.want) || whole != c.whole {
			t.Errorf("%v: %v, whole %v; want %v, %v", c.n, shown, whole, c.want, c.whole)
		}
	}
}

// T5: whoever knows how many are in each group, the means that are shown and the mean of all finds no hidden group's sum:
// of 200 random cohorts each hidden sum can have at least two values, found by trying all.
func TestT5NoHiddenGroupCanBeFound(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 200))
	hiddenSums := 0
	for cohort := range 200 {
		groups := make([]Group, 2+r.IntN(5))
		for i := range groups {
			g := Group{N: r.IntN(16), Most: 1 + r.IntN(4)}
			if cohort%7 == 0 { // everyone right, or nobody
				g.Sum = g.N * g.Most * r.IntN(2)
			} else {
				g.Sum = r.IntN(g.N*g.Most + 1)
			}
			groups[i] = g
		}
		shown, whole := Groups(5, groups)
		left, most := 0, 0
		var hidden []Group
		for i, g := range groups {
			if g.N > 0 && !shown[i] {
				hidden, left, most = append(hidden, g), left+g.Sum, most+g.N*g.Most
			}
		}
		if !whole {
			continue // nothing is known of the sum of what is hidden
		}
		for i, h := range hidden {
			values := 0
			rest := most - h.N*h.Most
			for s := 0; s <= h.N*h.Most; s++ {
				if other := left - s; other >= 0 && other <= rest {
					values++
				}
			}
			if hiddenSums++; values < 2 {
				t.Errorf("cohort %d, %+v: the sum of hidden group %d can only be %d", cohort, groups, i, h.Sum)
			}
			if h.N < 5 && len(hidden) == 1 {
				t.Errorf("cohort %d: one small group alone is hidden: %+v", cohort, groups)
			}
		}
	}
	if hiddenSums < 200 {
		t.Errorf("only %d hidden sums were tried", hiddenSums)
	}
}
