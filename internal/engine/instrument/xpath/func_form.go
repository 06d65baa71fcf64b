package xpath

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"comity/internal/base/errs"
)

// The functions that choose, count choices and find nodes: XForms 1.1 and ODK.

func fnIf(s *scope, a []expr) Value {
	if s.bool(a[0]) {
		return a[1].eval(s)
	}
	return a[2].eval(s)
}

// blank reports a value that answers nothing: no text, or a number that isn't one.
func blank(v Value) bool {
	if v.kind == Number {
		return math.IsNaN(v.num)
	}
	return v.String() == ""
}

func fnCoalesce(s *scope, a []expr) Value {
	if v := a[0].eval(s); !blank(v) {
		return v
	}
	return a[1].eval(s)
}

// once keeps what the node at hand already holds.
func fnOnce(s *scope, a []expr) Value {
	if s.node != nil {
		if have := s.node.Value(); have != "" {
			return Text(have)
		}
	}
	v := a[0].eval(s)
	if blank(v) {
		return Text("")
	}
	return v
}

func fnBooleanFromString(s *scope, a []expr) Value {
	text := s.str(a[0])
	return Bool(text == "1" || text == "true")
}

// truths gives the truth of a value; of a node-set that of every node: one that holds any text is true.
func (s *scope) truths(e expr) []bool {
	v := e.eval(s)
	if v.kind != NodeSet {
		return []bool{v.Bool()}
	}
	out := make([]bool, len(v.nodes))
	for i, n := range v.nodes {
		out[i] = n.Value() != ""
	}
	return out
}

func within(x, least, most float64) bool {
	return (least < 0 || x >= least) && (most < 0 || x <= most)
}

func fnChecklist(s *scope, a []expr) Value {
	least, most := s.num(a[0]), s.num(a[1])
	count := 0.0
	for _, e := range a[2:] {
		for _, t := range s.truths(e) {
			if t {
				count++
			}
		}
	}
	return Bool(within(count, least, most))
}

func fnWeightedChecklist(s *scope, a []expr) Value {
	least, most := s.num(a[0]), s.num(a[1])
	total := 0.0
	for i := 2; i+1 < len(a); i += 2 {
		truths, weights := s.truths(a[i]), s.each(a[i+1])
		for j := 0; j < min(len(truths), len(weights)); j++ {
			if truths[j] {
				total += weights[j]
			}
		}
	}
	return Bool(within(total, least, most))
}

// each gives the number of a value, of a node-set that of every node.
func (s *scope) each(e expr) []float64 {
	v := e.eval(s)
	if v.kind != NodeSet {
		return []float64{v.Number(s.ctx.Zone)}
	}
	out := make([]float64, len(v.nodes))
	for i, n := range v.nodes {
		out[i] = textNumber(n.Value(), s.ctx.Zone)
	}
	return out
}

func fnSelected(s *scope, a []expr) Value {
	want := strings.TrimSpace(s.str(a[1]))
	for choice := range strings.FieldsSeq(s.str(a[0])) {
		if choice == want {
			return Bool(true)
		}
	}
	return Bool(false)
}

func fnSelectedAt(s *scope, a []expr) Value {
	choices, at := strings.Fields(s.str(a[0])), s.num(a[1])
	if !(at >= 0 && at < float64(len(choices))) { // also when it is NaN
		return Text("")
	}
	return Text(choices[int(at)])
}

func fnCountSelected(s *scope, a []expr) Value {
	return Num(float64(len(strings.Fields(s.str(a[0])))))
}

func fnCurrent(s *scope, _ []expr) Value {
	n := s.ctx.Current
	if n == nil {
		n = s.ctx.Node
	}
	if n == nil {
		return Value{}
	}
	return Nodes(n)
}

func fnInstance(s *scope, a []expr) Value {
	if n := s.ctx.Instances[s.str(a[0])]; n != nil {
		return Nodes(n)
	}
	return Value{}
}

// indexed-repeat(target, repeat, index, …) keeps those target nodes that stand in the index-th repeat, up to three
// repeats deep; each further repeat is looked for inside the one before.
func fnIndexedRepeat(s *scope, a []expr) Value {
	if len(a)%2 == 0 {
		s.fail(errs.Invalidf("indexed-repeat() takes a path and then pairs of a repeat and a number"))
		return Value{}
	}
	targets := s.nodes(a[0])
	var inside *Node
	for i := 1; i < len(a); i += 2 {
		repeats := s.nodes(a[i])
		if outer := inside; outer != nil {
			repeats = slices.DeleteFunc(slices.Clone(repeats), func(n *Node) bool { return !contains(outer, n) })
		}
		at := s.num(a[i+1])
		if !(at >= 1 && at <= float64(len(repeats))) {
			return Value{}
		}
		inside = repeats[int(at)-1]
	}
	return Nodes(slices.DeleteFunc(slices.Clone(targets), func(n *Node) bool { return !contains(inside, n) })...)
}

func contains(outer, n *Node) bool {
	for ; n != nil; n = n.parent {
		if n == outer {
			return true
		}
	}
	return false
}

func fnCountNonEmpty(s *scope, a []expr) Value {
	count := 0
	for _, n := range s.nodes(a[0]) {
		if n.Value() != "" {
			count++
		}
	}
	return Num(float64(count))
}

// randomize gives the nodes in another order. The order depends on the seed alone; without one, on the moment of the
// evaluation, so that an evaluation can be repeated.
func fnRandomize(s *scope, a []expr) Value {
	nodes := slices.Clone(s.nodes(a[0]))
	seed := uint64(s.ctx.Now.UnixNano())
	if len(a) > 1 {
		seed = math.Float64bits(s.num(a[1]))
	}
	r := rand.New(rand.NewPCG(seed, 0))
	r.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	return Nodes(nodes...)
}

func fnItext(s *scope, a []expr) Value {
	if s.ctx.Text == nil {
		return Text("")
	}
	return Text(s.ctx.Text(s.ctx.Lang, s.str(a[0])))
}
