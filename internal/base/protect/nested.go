package protect

// difference is P4 between two tables on the same question: where a group of the one lies within a group of the other,
// the counts give those of the group between, which has to pass P1 and P2 as if it were printed.
func (p Policy) difference(s *Survey, out []*Release, r *Release) bool {
	hid := false
	mine := r.groups(s)
	for _, other := range out {
		if other.Item != r.Item || other.Sums != r.Sums || other.Table.cols() != r.Table.cols() {
			continue
		}
		for i, g := range mine {
			for a, h := range other.groups(s) {
				between, ok := g.between(h)
				if !ok {
					continue
				}
				for j := range r.Table.cols() {
					c := &r.Table.Cells[i][j]
					if c.Flag == Shown && other.Table.Cells[a][j].Flag == Shown && p.gives(s, r, between, j) {
						hid = c.hide(Differencing) || hid
					}
				}
			}
		}
	}
	return hid
}

// group is the column of each member of a row; −1 for who isn't one.
type group []int

// groups are the rows of a table and, last, all of it.
func (r *Release) groups(s *Survey) []group {
	size := len(s.Values[r.On[0]])
	all := make([]group, len(r.Table.Cells))
	for i := range all {
		all[i] = make(group, size)
		for who := range size {
			all[i][who] = -1
		}
	}
	for who := range size {
		if row, col, ok := r.Place(who, s.answer(who)); ok {
			all[row][who], all[len(all)-1][who] = col, col
		}
	}
	return all
}

// between returns who is in one of two groups only, when one lies within the other and they are not the same.
func (g group) between(h group) (group, bool) {
	var more, less int
	d := make(group, len(g))
	for who := range g {
		d[who] = -1
		switch {
		case g[who] >= 0 && h[who] < 0:
			more++
			d[who] = g[who]
		case g[who] < 0 && h[who] >= 0:
			less++
			d[who] = h[who]
		}
	}
	return d, (more == 0) != (less == 0)
}

// gives reports that the count of column j in a group would have to be hidden.
func (p Policy) gives(s *Survey, r *Release, g group, j int) bool {
	var c, all Cell
	for who, col := range g {
		if col < 0 {
			continue
		}
		hidden := 0
		for _, q := range r.On {
			if s.hides(q, who) {
				hidden = 1
			}
		}
		all.N, all.Hidden = all.N+1, all.Hidden+hidden
		if col == j {
			c.N, c.Hidden = c.N+1, c.Hidden+hidden
		}
	}
	if r.Sums {
		return c.Hidden > 0 && (c.N < p.k() || c.Hidden < 2)
	}
	return c.Hidden > 0 && c.N < p.k() || tells(c, all)
}
