package xpath

import (
	"math"

	"comity/internal/base/errs"
)

func (e *constant) eval(*scope) Value { return e.value }

func (e *variable) eval(s *scope) Value {
	v, ok := s.ctx.Vars[e.name]
	if !ok {
		s.fail(errs.Invalidf("no variable $%s", e.name))
	}
	return v
}

func (e *binary) eval(s *scope) Value {
	switch e.op {
	case opOr:
		return Bool(s.bool(e.left) || s.bool(e.right))
	case opAnd:
		return Bool(s.bool(e.left) && s.bool(e.right))
	case opEqual, opNotEqual, opLess, opLessEqual, opMore, opMoreEqual:
		return Bool(s.compares(e))
	}
	return Num(arithmetic(e.op, s.num(e.left), s.num(e.right)))
}

func arithmetic(op operator, a, b float64) float64 {
	switch op {
	case opAdd:
		return a + b
	case opSubtract:
		return a - b
	case opMultiply:
		return a * b
	case opDivide:
		return a / b
	}
	return math.Mod(a, b)
}

func (e *negation) eval(s *scope) Value { return Num(-s.num(e.of)) }

func (e *union) eval(s *scope) Value {
	left, right := s.nodes(e.left), s.nodes(e.right)
	all := make([]*Node, 0, len(left)+len(right))
	return Nodes(inOrder(append(append(all, left...), right...))...)
}

func (e *filter) eval(s *scope) Value {
	nodes := append([]*Node(nil), s.nodes(e.of)...) // the filter works in place, and the nodes may be a variable's
	for i := range e.preds {
		nodes = s.filter(nodes, &e.preds[i])
	}
	return Nodes(nodes...)
}

func (e *lateCall) eval(s *scope) Value {
	s.fail(e.err)
	return Value{}
}

func (e *call) eval(s *scope) Value {
	if s.err != nil {
		return Value{}
	}
	return e.run(s, e.args)
}

func (e *houseCall) eval(s *scope) Value {
	args := make([]Value, len(e.args))
	for i, a := range e.args {
		args[i] = a.eval(s)
	}
	if s.err != nil {
		return Value{}
	}
	v, err := e.fn.Call(s.ctx, args)
	if err != nil {
		s.fail(err)
	}
	return v
}

// bool, str, num and nodes evaluate an expression as that type. They look no further than the type needs.

func (s *scope) bool(e expr) bool {
	p, ok := e.(*path)
	if !ok {
		return e.eval(s).Bool()
	}
	return p.first(s) != nil
}

func (s *scope) str(e expr) string {
	p, ok := e.(*path)
	if !ok {
		return e.eval(s).String()
	}
	if n := p.first(s); n != nil {
		return n.Value()
	}
	return ""
}

func (s *scope) num(e expr) float64 {
	p, ok := e.(*path)
	if !ok {
		return e.eval(s).Number(s.ctx.Zone)
	}
	if n := p.first(s); n != nil {
		return textNumber(n.Value(), s.ctx.Zone)
	}
	return math.NaN()
}

// nodes gives the nodes of an expression; for a value that isn't a node-set, none and an error.
func (s *scope) nodes(e expr) []*Node {
	v := e.eval(s)
	if v.kind != NodeSet {
		s.fail(errs.Invalidf("a %s stands where nodes are wanted", v.kind))
	}
	return v.nodes
}
