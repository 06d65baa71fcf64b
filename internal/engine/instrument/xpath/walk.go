package xpath

// each calls yield for the nodes on the step's axis that fit its test, nearest first, until yield says stop. What
// stands above or outside the context's root isn't there.
func (st *step) each(s *scope, n *Node, yield func(*Node) bool) {
	principal := st.axis.principal()
	w := walker{s: s, yield: func(m *Node) bool { return !st.test.fits(m, principal) || yield(m) }}
	switch st.axis {
	case axisChild:
		w.list(n.children)
	case axisDescendant:
		w.below(n)
	case axisDescendantOrSelf:
		_ = w.give(n) && w.below(n)
	case axisSelf:
		w.give(n)
	case axisAttribute:
		w.list(n.attrs)
	case axisNamespace:
		w.list(namespaces(n))
	case axisParent:
		if p := w.up(n); p != nil {
			w.give(p)
		}
	case axisAncestor:
		w.above(w.up(n))
	case axisAncestorOrSelf:
		w.above(n)
	case axisFollowingSibling:
		if isChild(n) && w.up(n) != nil {
			w.list(after(n))
		}
	case axisPrecedingSibling:
		if isChild(n) && w.up(n) != nil {
			w.backwards(n.parent.children[:n.index])
		}
	case axisFollowing:
		w.following(n)
	case axisPreceding:
		w.preceding(n)
	}
}

type walker struct {
	s     *scope
	yield func(*Node) bool
}

func (w *walker) give(n *Node) bool { return w.s.visit(1) && w.yield(n) }

func (w *walker) list(nodes []*Node) bool {
	for _, n := range nodes {
		if !w.give(n) {
			return false
		}
	}
	return true
}

func (w *walker) backwards(nodes []*Node) bool {
	for i := len(nodes) - 1; i >= 0; i-- {
		if !w.give(nodes[i]) {
			return false
		}
	}
	return true
}

// up returns the parent, nil at the context's root.
func (w *walker) up(n *Node) *Node {
	if n == w.s.ctx.Root {
		return nil
	}
	return n.parent
}

func (w *walker) above(n *Node) {
	for ; n != nil; n = w.up(n) {
		if !w.give(n) {
			return
		}
	}
}

func (w *walker) below(n *Node) bool {
	for _, c := range n.children {
		if !w.give(c) || !w.below(c) {
			return false
		}
	}
	return true
}

// belowBackwards gives what is inside n and then n, last first.
func (w *walker) belowBackwards(n *Node) bool {
	for i := len(n.children) - 1; i >= 0; i-- {
		if !w.belowBackwards(n.children[i]) {
			return false
		}
	}
	return w.give(n)
}

func isChild(n *Node) bool {
	return n.kind != AttributeNode && n.kind != NamespaceNode && n.parent != nil
}

// after returns the siblings that come after n; none when n only stands aside.
func after(n *Node) []*Node {
	all := n.parent.children
	return all[min(n.index+1, len(all)):]
}

func (w *walker) following(n *Node) {
	if !isChild(n) {
		if n.parent == nil || !w.below(n.parent) {
			return
		}
		n = n.parent
	}
	for ; w.up(n) != nil; n = n.parent {
		for _, c := range after(n) {
			if !w.give(c) || !w.below(c) {
				return
			}
		}
	}
}

func (w *walker) preceding(n *Node) {
	if !isChild(n) {
		if n = n.parent; n == nil {
			return
		}
	}
	for ; w.up(n) != nil; n = n.parent {
		for i := n.index - 1; i >= 0; i-- {
			if !w.belowBackwards(n.parent.children[i]) {
				return
			}
		}
	}
}

// namespaces returns the declarations in force at an element, those of the outermost element first.
func namespaces(n *Node) []*Node {
	if n.kind != ElementNode {
		return nil
	}
	var chain []*Node
	for p := n; p != nil; p = p.parent {
		chain = append(chain, p)
	}
	var out []*Node
	for i := len(chain) - 1; i >= 0; i-- {
		for _, d := range chain[i].spaces {
			out = replaceOrAppend(out, d)
		}
	}
	return out
}

func replaceOrAppend(list []*Node, d *Node) []*Node {
	for i, have := range list {
		if have.local == d.local {
			list[i] = d
			return list
		}
	}
	return append(list, d)
}
