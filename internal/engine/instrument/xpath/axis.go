package xpath

// eval returns the nodes that the path leads to, in document order and each once.
func (e *path) eval(s *scope) Value {
	if e.from == nil {
		n := e.start(s)
		if n == nil {
			return Value{}
		}
		if len(e.steps) == 0 {
			return Nodes(n)
		}
		return Nodes(e.walk(s, e.steps[0].from(s, n), 1)...)
	}
	return Nodes(e.walk(s, s.nodes(e.from), 0)...)
}

// start is the node that a path without an expression in front begins at. Absolute paths begin in the form's own
// tree, also in a predicate on nodes of another instance.
func (e *path) start(s *scope) *Node {
	switch {
	case !e.absolute:
		return s.node
	case s.ctx.Root != nil:
		return s.ctx.Root
	case s.ctx.Node != nil:
		return s.ctx.Node.top()
	}
	return nil
}

// walk takes the steps from i on.
func (e *path) walk(s *scope, nodes []*Node, i int) []*Node {
	for ; i < len(e.steps) && len(nodes) > 0; i++ {
		st := &e.steps[i]
		if len(nodes) == 1 {
			nodes = st.from(s, nodes[0])
			continue
		}
		var all []*Node
		sorted := apart(nodes) && st.keepsApart()
		for _, n := range nodes {
			all = append(all, st.from(s, n)...)
		}
		if !sorted {
			all = inOrder(all)
		}
		nodes = all
	}
	if s.err != nil {
		return nil
	}
	return nodes
}

// keepsApart reports that nodes which stand apart give, one after the other, nodes in document order.
func (st *step) keepsApart() bool {
	switch st.axis {
	case axisChild, axisAttribute, axisSelf, axisDescendant, axisDescendantOrSelf:
		return true
	}
	return false
}

// apart reports that no node stands inside another: in document order, it is enough that each isn't inside the one
// before it.
func apart(nodes []*Node) bool {
	for i := 1; i < len(nodes); i++ {
		a, b := nodes[i-1], nodes[i]
		if a.parent == b.parent {
			continue
		}
		for p := b.parent; p != nil; p = p.parent {
			if p == a {
				return false
			}
		}
	}
	return true
}

// from takes one step from n and returns what fits, in document order.
func (st *step) from(s *scope, n *Node) []*Node {
	var out []*Node
	st.each(s, n, func(m *Node) bool {
		out = append(out, m)
		return len(st.preds) != 1 || st.preds[0].at == 0 || len(out) < st.preds[0].at
	})
	for i := range st.preds {
		out = s.filter(out, &st.preds[i])
	}
	if st.axis.reverse() && len(out) > 1 {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

// filter keeps the nodes for which the predicate is true. It counts places in the order given, and reuses the slice.
func (s *scope) filter(nodes []*Node, p *predicate) []*Node {
	if p.at > 0 {
		if p.at > len(nodes) {
			return nil
		}
		return nodes[p.at-1 : p.at]
	}
	inner := scope{run: s.run, size: len(nodes)}
	kept := nodes[:0]
	for i, n := range nodes {
		inner.node, inner.pos = n, i+1
		if !s.visit(1) {
			return nil
		}
		if inner.keeps(p.is) {
			kept = append(kept, n)
		}
	}
	return kept
}

func (s *scope) keeps(e expr) bool {
	if p, ok := e.(*path); ok {
		return p.first(s) != nil
	}
	v := e.eval(s)
	if v.kind == Number {
		return v.num == float64(s.pos)
	}
	return v.Bool()
}

// first returns the first node of the path in document order, or nil. Of a plain path it doesn't list the others.
func (e *path) first(s *scope) *Node {
	if e.plain {
		return e.find(s, func(*Node) bool { return true })
	}
	if v := e.eval(s); len(v.nodes) > 0 {
		return v.nodes[0]
	}
	return nil
}

// find returns the first node of a plain path that is wanted, or nil, without listing any.
func (e *path) find(s *scope, wanted func(*Node) bool) *Node {
	n := e.start(s)
	if n == nil {
		return nil
	}
	return find(s, n, e.steps, wanted)
}

// isPlain reports a path of the kind that most rules use: names downwards, attributes, "." and, in front, "..". Its
// nodes come in document order when each step is followed to its end before the next node is tried.
func isPlain(steps []step) bool {
	for i := range steps {
		switch steps[i].axis {
		case axisChild, axisAttribute, axisSelf:
		case axisParent: // from several nodes up, a parent would come more than once
			if i > 0 && steps[i-1].axis != axisParent {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func find(s *scope, n *Node, steps []step, wanted func(*Node) bool) *Node {
	if len(steps) == 0 {
		if wanted(n) {
			return n
		}
		return nil
	}
	st := &steps[0]
	if len(st.preds) > 0 {
		return findIn(s, st.from(s, n), steps, wanted)
	}
	switch st.axis {
	case axisSelf:
		return findIn(s, []*Node{n}, steps, wanted)
	case axisParent:
		if n.parent == nil || n == s.ctx.Root {
			return nil
		}
		return findIn(s, []*Node{n.parent}, steps, wanted)
	case axisAttribute:
		return findIn(s, n.attrs, steps, wanted)
	}
	if st.test.kind == testName && st.test.local != "*" {
		return findIn(s, n.called(st.test.local), steps, wanted)
	}
	return findIn(s, n.children, steps, wanted)
}

// findIn goes on from those nodes that fit the first step.
func findIn(s *scope, nodes []*Node, steps []step, wanted func(*Node) bool) *Node {
	if !s.visit(len(nodes)) {
		return nil
	}
	st := &steps[0]
	principal := st.axis.principal()
	for _, m := range nodes {
		if !st.test.fits(m, principal) {
			continue
		}
		if found := find(s, m, steps[1:], wanted); found != nil {
			return found
		}
	}
	return nil
}
