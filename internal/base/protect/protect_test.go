package protect_test

import (
	"fmt"
	"strings"
	"testing"

	"comity/internal/base/protect"

	"pgregory.net/rapid"
)

// table reads rows such as "24 4 0" in which every answer may be shown in sums only, or "5/1" where one of five may.
func table(known, all bool, rows ...string) *protect.Table {
	var cells [][]protect.Cell
	for _, row := range rows {
		var line []protect.Cell
		for _, f := range strings.Fields(row) {
			var c protect.Cell
			if n, _ := fmt.Sscanf(f, "%d/%d", &c.N, &c.Hidden); n == 1 && all {
				c.Hidden = c.N
			}
			line = append(line, c)
		}
		cells = append(cells, line)
	}
	return protect.NewTable(known, cells)
}

// shown writes a table as it would be printed, with its sums.
func shown(t *protect.Table) string {
	var lines []string
	for _, row := range t.Cells {
		var f []string
		for _, c := range row {
			s := fmt.Sprint(c.N)
			if c.Flag != protect.Shown {
				s = ":"
			}
			f = append(f, s)
		}
		lines = append(lines, strings.Join(f, " "))
	}
	return strings.Join(lines, " | ")
}

func TestApply(t *testing.T) {
	for _, c := range []struct {
		name  string
		k     int
		table *protect.Table
		want  string
	}{
		{"nothing hidden, nothing suppressed", 3, table(true, false, "1 0 2", "0 0 1"), "1 0 2 3 | 0 0 1 1 | 1 0 3 4"},
		{"a small count, and the one that would give it", 3, table(true, false, "2/1 9/3", "7/2 8/2"), ": : 11 | : : 15 | 9 17 26"},
		{"all hidden answers of a known group alike", 3, table(true, false, "5/2 6", "7/2 8/2", "6/1 9/3"), ": : 11 | 7 8 15 | : : 15 | 18 23 41"},
		{"none of a known group", 3, table(true, false, "0 6/3", "7/2 8/2"), ": : 6 | : : 15 | 7 14 21"},
	} {
		t.Run(c.name, func(t *testing.T) {
			protect.Policy{K: c.k}.Apply(c.table)
			if got := shown(c.table); got != c.want {
				t.Errorf("Apply: %s, want %s", got, c.want)
			}
		})
	}
}

// TestSmallGroups: groups of learners, of whom none may be shown alone (k = 5).
func TestSmallGroups(t *testing.T) {
	for groups, want := range map[string]string{
		"14 14":   "14 14 28",
		"24 4":    ": : 28",
		"14 10 4": "14 : : 28",
	} {
		c := table(false, true, groups)
		protect.Policy{K: 5}.Apply(c)
		if got := strings.Split(shown(c), " | ")[1]; got != want {
			t.Errorf("groups of %s are shown as %s, want %s", groups, got, want)
		}
	}
}

// TestNothingHiddenIsDerivable: no hidden count of a random table has one possible value only, by trying every filling
// of the hidden cells that fits the shown ones.
func TestNothingHiddenIsDerivable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cells := make([][]protect.Cell, rapid.IntRange(2, 3).Draw(rt, "rows"))
		cols := rapid.IntRange(2, 3).Draw(rt, "cols")
		for i := range cells {
			for range cols {
				n := rapid.IntRange(0, 4).Draw(rt, "n")
				cells[i] = append(cells[i], protect.Cell{N: n, Hidden: n})
			}
		}
		tb := protect.NewTable(rapid.Bool().Draw(rt, "known"), cells)
		protect.Policy{}.Apply(tb)
		for at := range fillings(tb) {
			c := tb.Cells[at[0]][at[1]]
			if (c.N > 0 || c.Flag != protect.Complementary) && len(fillings(tb)[at]) == 1 {
				rt.Fatalf("%s: cell %v can only be %v", shown(tb), at, fillings(tb)[at])
			}
		}
	})
}

// fillings lists for each hidden inner cell the values that it has in fillings up to 5 which agree with what is shown.
func fillings(t *protect.Table) map[[2]int]map[int]bool {
	rows, cols := len(t.Cells)-1, len(t.Cells[0])-1
	var free [][2]int
	value := make([][]int, rows)
	for i := range value {
		value[i] = make([]int, cols)
		for j := range value[i] {
			if value[i][j] = t.Cells[i][j].N; t.Cells[i][j].Flag != protect.Shown {
				free = append(free, [2]int{i, j})
			}
		}
	}
	seen := map[[2]int]map[int]bool{}
	for _, at := range free {
		seen[at] = map[int]bool{}
	}
	if len(free) > 6 {
		return nil // too many to try; what has so much cover is not what this test is after
	}
	var try func(n int)
	try = func(n int) {
		if n < len(free) {
			for v := range 6 {
				value[free[n][0]][free[n][1]] = v
				try(n + 1)
			}
			return
		}
		for i := range t.Cells {
			for j := range t.Cells[i] {
				if i < rows && j < cols || t.Cells[i][j].Flag != protect.Shown {
					continue
				}
				sum := 0
				for a := range rows {
					for b := range cols {
						if (i == rows || i == a) && (j == cols || j == b) {
							sum += value[a][b]
						}
					}
				}
				if sum != t.Cells[i][j].N {
					return
				}
			}
		}
		for _, at := range free {
			seen[at][value[at[0]][at[1]]] = true
		}
	}
	try(0)
	return seen
}
