// Package protect keeps a published number from telling what one respondent answered.
//
// A table of counts goes in, with how many of each count may be shown only in sums; out comes which cells are shown.
// Four rules, as the design of the study has them: a small cell (P1), all or none of a group whose members are known
// (P2), what could be subtracted from the rest (P3), what two tables give together (P4). [Policy.Apply] does the first
// three on one table, [Policy.Release] all four against what is out already. It knows counts and no subject: studies,
// learning and practice reports use it alike.
package protect

// K is the smallest group that is shown when one of it may be shown only in sums.
const K = 3

// Flag says why a cell is shown or not.
type Flag string

// The flags; what isn't Shown is printed as ":".
const (
	Shown         Flag = ""
	Small         Flag = "small"   // P1: fewer than k, and one of them may be shown only in sums
	Uniform       Flag = "uniform" // P2: all or none of a group whose members are known
	Complementary Flag = "rest"    // P3: it could be had by subtracting
	Differencing  Flag = "tables"  // P4: it could be had from this and another table
)

// Cell is one count of a table.
type Cell struct {
	N      int // how many are counted
	Hidden int // how many of them may be shown only in sums
	Flag   Flag
}

func (c *Cell) hide(f Flag) bool {
	if c.Flag != Shown {
		return false
	}
	c.Flag = f
	return true
}

// Table is a table of counts in which every member of a row's group stands in exactly one column: rows are groups,
// columns answers. Cells has one row and one column more than there are groups and answers, for the sums.
type Table struct {
	Cells [][]Cell
	// Known says that who belongs to a row is known anyway (a region, a kind of respondent): the rows' sums tell
	// nothing and are always shown, and a group that is all of one answer tells everything.
	Known bool
	// Part says that only those are counted who gave some answer to another question: then the sum over everything is
	// itself a count of answers, and can be hidden as any other.
	Part bool
}

// NewTable makes a table with its sums from rows of counts of the same length.
func NewTable(known bool, rows [][]Cell) *Table {
	t := &Table{Known: known, Cells: make([][]Cell, len(rows)+1)}
	width := 0
	if len(rows) > 0 {
		width = len(rows[0])
	}
	last := make([]Cell, width+1)
	for i, row := range rows {
		t.Cells[i] = append(append(make([]Cell, 0, width+1), row...), Cell{})
		for j, c := range row {
			for _, sum := range []*Cell{&t.Cells[i][width], &last[j], &last[width]} {
				sum.N, sum.Hidden = sum.N+c.N, sum.Hidden+c.Hidden
			}
		}
	}
	t.Cells[len(rows)] = last
	return t
}

// rows and cols are the numbers of groups and of answers, without the sums.
func (t *Table) rows() int { return len(t.Cells) - 1 }
func (t *Table) cols() int { return len(t.Cells[0]) - 1 }

// fixed reports a cell that is never hidden: the sum over everybody, and sums that everybody knows.
func (t *Table) fixed(i, j int) bool {
	return j == t.cols() && (t.Known || i == t.rows() && !t.Part)
}

// Policy is how small is too small.
type Policy struct {
	K int // 0 is [K]
}

func (p Policy) k() int {
	if p.K == 0 {
		return K
	}
	return p.K
}

// Apply hides what P1, P2 and P3 hide in one table. Flags that are set stay.
func (p Policy) Apply(t *Table) {
	for i := range t.Cells {
		for j := range t.Cells[i] {
			if t.fixed(i, j) {
				continue
			}
			c := &t.Cells[i][j]
			switch {
			case c.Hidden > 0 && c.N < p.k():
				c.hide(Small)
			case t.Known && j < t.cols() && tells(*c, t.Cells[i][t.cols()]):
				c.hide(Uniform)
			}
		}
	}
	t.complement()
}

// tells reports a count that says of every hidden answer of its known group what it is, or of the whole group what
// nobody in it answered. What may be shown with a name is taken as known, so that only the hidden ones give cover.
func tells(c, group Cell) bool {
	return group.Hidden > 0 && (c.Hidden == group.Hidden || c.N == 0)
}

// complement is P3: as long as a hidden count can have one value only, the smallest count that could give it cover is
// hidden too.
func (t *Table) complement() {
	for {
		e, exact := t.derivable()
		if !exact {
			return
		}
		c := t.cover(e)
		if c == nil {
			return // all that can be hidden is
		}
		c.hide(Complementary)
	}
}

// cover chooses what to hide beside a count that can be derived. A line with one hidden count gives that count away by
// subtraction, so it comes first; else the smallest count of the lines through the one that is derived, else any.
func (t *Table) cover(at place) *Cell {
	for x := range t.rows() + 1 {
		if l := t.line(place{row: x}, true); l.hidden == 1 && len(l.shown) > 0 {
			return smallest(l.shown)
		}
	}
	for x := range t.cols() + 1 {
		if l := t.line(place{col: x}, false); l.hidden == 1 && len(l.shown) > 0 {
			return smallest(l.shown)
		}
	}
	near := append(t.line(at, true).shown, t.line(at, false).shown...)
	if len(near) > 0 {
		return smallest(near)
	}
	var rest []*Cell
	for x := range t.rows() + 1 {
		rest = append(rest, t.line(place{row: x}, true).shown...)
	}
	return smallest(rest)
}

// line is a row or a column: what of it is shown and can be hidden, and how much is hidden.
type line struct {
	shown  []*Cell
	hidden int
}

func (t *Table) line(at place, row bool) line {
	var l line
	n := len(t.Cells)
	if row {
		n = len(t.Cells[at.row])
	}
	for x := range n {
		i, j := x, at.col
		if row {
			i, j = at.row, x
		}
		switch c := &t.Cells[i][j]; {
		case c.Flag != Shown:
			l.hidden++
		case !t.fixed(i, j):
			l.shown = append(l.shown, c)
		}
	}
	return l
}

// smallest takes the smallest count that isn't zero; zeros give cover only when nothing else does.
func smallest(cells []*Cell) *Cell {
	var best *Cell
	for _, c := range cells {
		if best == nil || best.N == 0 && c.N > 0 || c.N > 0 && c.N < best.N {
			best = c
		}
	}
	return best
}
