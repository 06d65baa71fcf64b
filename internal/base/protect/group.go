package protect

import (
	"cmp"
	"slices"
)

// Group is one group of people of whom a sum is printed: how many, the sum of their points, and the most one can have.
type Group struct {
	N    int
	Sum  int
	Most int // of one person
}

// Groups says which groups' means may be shown beside the mean of all of them, and whether that may be shown. A group
// below k is hidden; where it could be subtracted, the smallest other goes too; where all that is hidden is nothing or
// everything that could be scored, which would tell of each one, more is hidden. A group of nobody is shown as that.
func Groups(k int, groups []Group) (shown []bool, whole bool) {
	shown = make([]bool, len(groups))
	hidden := Group{}
	count, most := 0, 0
	hide := func(i int) {
		shown[i] = false
		hidden.N += groups[i].N
		hidden.Sum += groups[i].Sum
		most += groups[i].N * groups[i].Most
		count++
	}
	order := make([]int, 0, len(groups))
	for i, g := range groups {
		shown[i] = true
		if g.N > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(groups[a].N, groups[b].N) })
	told := func() bool {
		return hidden.N < k || count == 1 || hidden.Sum == 0 || hidden.Sum == most
	}
	for _, i := range order {
		if groups[i].N < k || count > 0 && told() {
			hide(i)
		}
	}
	return shown, count == 0 && len(order) > 0 || !told()
}
