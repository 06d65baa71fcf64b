package xpath

// compares evaluates a comparison. A plain path beside a single value is followed only until a node holds.
func (s *scope) compares(e *binary) bool {
	if p, ok := e.left.(*path); ok && p.plain {
		b := e.right.eval(s)
		if !single(e.op, b) {
			return s.holds(e.op, p.eval(s), b)
		}
		return p.find(s, func(n *Node) bool { return s.holdsSimple(e.op, Text(n.Value()), b) }) != nil
	}
	a := e.left.eval(s)
	if p, ok := e.right.(*path); ok && p.plain && single(e.op, a) {
		return p.find(s, func(n *Node) bool { return s.holdsSimple(e.op, a, Text(n.Value())) }) != nil
	}
	return s.holds(e.op, a, e.right.eval(s))
}

// single reports a value that is compared with each node of a set for itself.
func single(op operator, v Value) bool {
	truth := op == opEqual || op == opNotEqual
	return v.kind != NodeSet && !(truth && v.kind == Boolean)
}

// holds compares two values as XPath 1.0 §3.4 has it, but for one thing: "<" and its like compare a truth value with
// each node of a set, as programs in use do, and not with the set's own truth. A node-set compares as true when one
// of its nodes does. Dates compare as numbers; so does a text with a number when it is a date.
func (s *scope) holds(op operator, a, b Value) bool {
	switch {
	case a.kind == NodeSet && b.kind == NodeSet:
		return s.anyPair(op, a.nodes, b.nodes)
	case a.kind == NodeSet && single(op, b):
		for _, n := range a.nodes {
			if s.holdsSimple(op, Text(n.Value()), b) {
				return true
			}
		}
		return false
	case b.kind == NodeSet && single(op, a):
		for _, n := range b.nodes {
			if s.holdsSimple(op, a, Text(n.Value())) {
				return true
			}
		}
		return false
	}
	return s.holdsSimple(op, a, b)
}

func (s *scope) anyPair(op operator, a, b []*Node) bool {
	right := make([]Value, len(b))
	for i, n := range b {
		right[i] = Text(n.Value())
	}
	for _, n := range a {
		left := Text(n.Value())
		if !s.visit(len(right)) {
			return false
		}
		for _, r := range right {
			if s.holdsSimple(op, left, r) {
				return true
			}
		}
	}
	return false
}

// holdsSimple compares two values; one that is a node-set is only ever equal, or not, to a truth value.
func (s *scope) holdsSimple(op operator, a, b Value) bool {
	switch op {
	case opEqual:
		return s.equal(a, b)
	case opNotEqual:
		return !s.equal(a, b)
	}
	x, y := a.Number(s.ctx.Zone), b.Number(s.ctx.Zone)
	switch op {
	case opLess:
		return x < y
	case opLessEqual:
		return x <= y
	case opMore:
		return x > y
	}
	return x >= y
}

func (s *scope) equal(a, b Value) bool {
	switch {
	case a.kind == Boolean || b.kind == Boolean:
		return a.Bool() == b.Bool()
	case a.kind == String && b.kind == String:
		return a.str == b.str
	}
	return a.Number(s.ctx.Zone) == b.Number(s.ctx.Zone)
}
