package xpath

// expr is a part of a compiled expression. It never changes.
type expr interface {
	eval(s *scope) Value
}

type (
	constant struct{ value Value }

	variable struct{ name string }

	// binary is an operator of arithmetic, comparison or logic.
	binary struct {
		op          operator
		left, right expr
	}

	negation struct{ of expr }

	union struct{ left, right expr }

	// filter takes nodes of what an expression gives: (…)[1].
	filter struct {
		of    expr
		preds []predicate
	}

	// path is a location path. from is nil for paths that start at the context node or at the root.
	path struct {
		from     expr
		absolute bool
		steps    []step
		plain    bool // see isPlain
	}

	call struct {
		name string
		args []expr
		run  builtin
	}

	// houseCall calls a function of the house.
	houseCall struct {
		name string
		args []expr
		fn   Function
	}

	// lateCall is a call that can't be made; it is an error only when it is reached.
	lateCall struct {
		name string
		err  error
	}
)

func newPath(from expr, absolute bool, steps []step) *path {
	return &path{from, absolute, steps, from == nil && isPlain(steps)}
}

// builtin is a function of the language. It evaluates its arguments itself, so that it may leave some alone.
type builtin func(s *scope, args []expr) Value

type operator uint8

const (
	opOr operator = iota
	opAnd
	opEqual
	opNotEqual
	opLess
	opLessEqual
	opMore
	opMoreEqual
	opAdd
	opSubtract
	opMultiply
	opDivide
	opModulo
)

type axis uint8

const (
	axisChild axis = iota
	axisDescendant
	axisDescendantOrSelf
	axisSelf
	axisAttribute
	axisFollowing
	axisFollowingSibling
	axisNamespace
	axisParent // from here on, nodes come in reverse document order
	axisAncestor
	axisAncestorOrSelf
	axisPreceding
	axisPrecedingSibling
)

var axes = map[string]axis{
	"child":              axisChild,
	"descendant":         axisDescendant,
	"descendant-or-self": axisDescendantOrSelf,
	"self":               axisSelf,
	"attribute":          axisAttribute,
	"following":          axisFollowing,
	"following-sibling":  axisFollowingSibling,
	"namespace":          axisNamespace,
	"parent":             axisParent,
	"ancestor":           axisAncestor,
	"ancestor-or-self":   axisAncestorOrSelf,
	"preceding":          axisPreceding,
	"preceding-sibling":  axisPrecedingSibling,
}

func (a axis) reverse() bool { return a >= axisParent }

// principal is the kind of node that a name on the axis means.
func (a axis) principal() NodeKind {
	switch a {
	case axisAttribute:
		return AttributeNode
	case axisNamespace:
		return NamespaceNode
	}
	return ElementNode
}

type step struct {
	axis  axis
	test  test
	preds []predicate
}

// predicate is a condition on a node, or its place when at is set.
type predicate struct {
	at int // [3]; 0 when there is a condition
	is expr
}

type testKind uint8

const (
	testName        testKind = iota // a name, "*" or "prefix:*"
	testNode                        // node()
	testText                        // text()
	testComment                     // comment()
	testInstruction                 // processing-instruction('name')
)

// test says which nodes of an axis a step takes.
type test struct {
	kind   testKind
	prefix string
	local  string // "*" is any
	space  string
	strict bool // compare the namespace's address, not the prefix
}

func (t *test) fits(n *Node, principal NodeKind) bool {
	switch t.kind {
	case testNode:
		return true
	case testText:
		return n.kind == TextNode
	case testComment:
		return n.kind == CommentNode
	case testInstruction:
		return n.kind == InstructionNode && (t.local == "" || t.local == n.local)
	}
	if n.kind != principal || t.local != "*" && t.local != n.local {
		return false
	}
	switch {
	case t.local == "*" && t.prefix == "":
		return true
	case t.strict:
		return t.space == n.space
	}
	return t.prefix == "" || t.prefix == n.prefix
}
