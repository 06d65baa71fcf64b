package protect

// place is where a cell stands in [Table.Cells].
type place struct{ row, col int }

// derivable finds a hidden cell that can have one value only, given what is shown.
//
// A table with its sums is a flow: from a source through each row's sum to its cells, through each column's sum to a
// sink and back. Hidden counts may be any that keep the flow whole and are not negative, so a count can be another one
// exactly when a circle of hidden edges leads through it along which one can be added and taken away. That is exact
// for whole numbers; bounds handed from line to line would miss what only several lines together give away.
//
// The flow is that of the answers which may be shown only in sums: the others are taken as known.
func (t *Table) derivable() (place, bool) {
	f := t.flow()
	for n, e := range f.edges {
		if c := t.Cells[e.at.row][e.at.col]; c.Flag == Complementary && c.Hidden == 0 {
			continue // hidden for the others' sake; nothing in it is to be kept
		}
		more := f.leads(e.to, e.from, n)
		less := e.value > 0 && f.leads(e.from, e.to, n)
		if !more && !less {
			return e.at, true
		}
	}
	return place{}, false
}

type edge struct {
	at       place
	from, to int
	value    int
}

// flow holds the hidden edges, which alone can change.
type flow struct {
	edges []edge
	nodes int
}

func (t *Table) flow() flow {
	rows, cols := t.rows(), t.cols()
	source, sink := 0, rows+cols+1
	f := flow{nodes: sink + 1}
	for i := range t.Cells {
		for j, c := range t.Cells[i] {
			if c.Flag == Shown {
				continue
			}
			e := edge{at: place{i, j}, from: 1 + i, to: 1 + rows + j, value: c.Hidden}
			switch {
			case i == rows && j == cols: // what comes out at the end goes in at the beginning
				e.from, e.to = sink, source
			case i == rows:
				e.from, e.to = 1+rows+j, sink
			case j == cols:
				e.from, e.to = source, 1+i
			}
			f.edges = append(f.edges, e)
		}
	}
	return f
}

// leads reports whether one can be moved from a node to another without the edge skip: forward always, backward where
// there is something to take away.
func (f flow) leads(from, to, skip int) bool {
	seen := make([]bool, f.nodes)
	seen[from] = true
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			return true
		}
		for n, e := range f.edges {
			next := -1
			switch {
			case n == skip:
			case e.from == at:
				next = e.to
			case e.to == at && e.value > 0:
				next = e.from
			}
			if next >= 0 && !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return false
}
