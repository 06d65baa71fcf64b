package xpath

import (
	"slices"
	"strings"
)

// Path says which nodes an expression looks at: names from the root down. "@name" is an attribute, "*" any one
// element, and [AnyDepth] any number of them. The first step of nodes of another instance is "instance(name)".
type Path []string

// AnyDepth is a step of a [Path] for any number of elements, also none.
const AnyDepth = "**"

// String returns the path as "/request/measure".
func (p Path) String() string { return "/" + strings.Join(p, "/") }

// Covers reports whether a node at q could be one that p means. q holds names only.
func (p Path) Covers(q Path) bool {
	switch {
	case len(p) == 0:
		return len(q) == 0
	case p[0] == AnyDepth:
		return p[1:].Covers(q) || len(q) > 0 && p.Covers(q[1:])
	case len(q) == 0:
		return false
	}
	fits := p[0] == q[0] || p[0] == "*" && q[0][0] != '@' || p[0] == "@*" && q[0][0] == '@'
	return fits && p[1:].Covers(q[1:])
}

// Paths returns what the expression depends on when it stands at the node base, sorted and each once. A path means
// the node with everything inside it. What can't be told before the evaluation is any node: [AnyDepth].
func (e *Expr) Paths(base Path) []Path { return e.PathsFrom(base, base) }

// PathsFrom is [Expr.Paths] where current() is another node than the one the expression stands at.
func (e *Expr) PathsFrom(base, current Path) []Path {
	a := &analysis{current: current, found: map[string]Path{}}
	for _, p := range a.expr(e.root, []Path{base}) {
		a.add(p)
	}
	keys := make([]string, 0, len(a.found))
	for k := range a.found {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([]Path, len(keys))
	for i, k := range keys {
		out[i] = a.found[k]
	}
	return out
}

type analysis struct {
	current Path
	found   map[string]Path
}

func (a *analysis) add(p Path) { a.found[p.String()] = p }

// expr notes what the parts of e look at and returns which nodes e itself gives. at is where e stands.
func (a *analysis) expr(e expr, at []Path) []Path {
	switch e := e.(type) {
	case *binary:
		a.use(e.left, at)
		a.use(e.right, at)
	case *negation:
		a.use(e.of, at)
	case *union:
		return append(slices.Clone(a.expr(e.left, at)), a.expr(e.right, at)...)
	case *filter:
		nodes := a.expr(e.of, at)
		a.preds(e.preds, nodes)
		return nodes
	case *path:
		return a.path(e, at)
	case *call:
		return a.call(e, at)
	case *houseCall:
		for _, arg := range e.args {
			a.use(arg, at)
		}
	}
	return nil
}

// use notes what e looks at, its own nodes too.
func (a *analysis) use(e expr, at []Path) {
	for _, p := range a.expr(e, at) {
		a.add(p)
	}
}

func (a *analysis) preds(preds []predicate, nodes []Path) {
	for _, p := range preds {
		if p.is != nil {
			a.use(p.is, nodes)
		}
	}
}

func (a *analysis) call(e *call, at []Path) []Path {
	switch e.name {
	case "current":
		return []Path{a.current}
	case "instance":
		if c, ok := e.args[0].(*constant); ok {
			return []Path{{"instance(" + c.value.String() + ")"}}
		}
		a.use(e.args[0], at)
		return nil
	case "if":
		a.use(e.args[0], at)
		return append(slices.Clone(a.expr(e.args[1], at)), a.expr(e.args[2], at)...)
	case "coalesce", "randomize", "indexed-repeat":
		nodes := slices.Clone(a.expr(e.args[0], at))
		for _, arg := range e.args[1:] {
			a.use(arg, at)
		}
		return nodes
	case "position", "last", "true", "false":
		return nil // a place doesn't change with what stands there
	}
	for _, arg := range e.args {
		a.use(arg, at)
	}
	if len(e.args) == 0 && readsNodeAtHand(e.name) {
		for _, p := range at {
			a.add(p)
		}
	}
	return nil
}

func readsNodeAtHand(name string) bool {
	switch name {
	case "string", "number", "string-length", "normalize-space":
		return true
	}
	return false
}

func (a *analysis) path(e *path, at []Path) []Path {
	nodes := at
	switch {
	case e.from != nil:
		nodes = a.expr(e.from, at)
	case e.absolute:
		nodes = []Path{{}}
	}
	for i := range e.steps {
		st := &e.steps[i]
		next := make([]Path, 0, len(nodes))
		for _, p := range nodes {
			if q, ok := st.after(p); ok {
				next = append(next, q)
			}
		}
		a.preds(st.preds, next)
		nodes = next
	}
	return nodes
}

// after returns where the step leads from p; false when it leads nowhere.
func (st *step) after(p Path) (Path, bool) {
	switch st.axis {
	case axisSelf:
		return p, true
	case axisParent:
		return p.up()
	case axisChild:
		if st.test.kind == testText {
			return p, true
		}
		return p.down(st.test.String()), true
	case axisAttribute:
		return p.down("@" + st.test.String()), true
	case axisDescendant:
		return p.down(AnyDepth).down(st.test.String()), true
	case axisDescendantOrSelf:
		return p.down(AnyDepth), true
	case axisFollowingSibling, axisPrecedingSibling:
		up, ok := p.up()
		return up.down(st.test.String()), ok
	}
	return Path{AnyDepth}, true
}

func (p Path) down(name string) Path { return append(slices.Clone(p), name) }

func (p Path) up() (Path, bool) {
	switch {
	case len(p) == 0:
		return nil, false
	case p[len(p)-1] == AnyDepth:
		return p, true
	}
	return p[: len(p)-1 : len(p)-1], true
}

func (t *test) String() string {
	if t.kind != testName {
		return "*"
	}
	if t.prefix == "" {
		return t.local
	}
	return t.prefix + ":" + t.local
}
