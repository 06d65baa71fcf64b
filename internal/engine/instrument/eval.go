package instrument

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/engine/instrument/xpath"
)

// cell is one item of the form in one set of answers: in a repeat there is one for each instance.
type cell struct {
	item     *Item
	path     string // in the answers, each repeat with its number
	node     *xpath.Node
	parent   *cell
	inside   []*cell
	relevant bool
	value    string // as answered, or calculated; kept when the cell isn't relevant
	required bool
	missing  bool
	doubted  bool   // the check of the form finds the value unlikely
	code     string // what is wrong with the value
	args     map[string]string
}

// Eval says how things stand with the answers at a moment: what is asked, what is missing, what is wrong. The answers
// aren't changed. Days are taken in UTC and functions of the house get nothing; use [Instrument.EvalIn] for more.
func (in *Instrument) Eval(a Answers, now time.Time) State {
	return in.EvalIn(a, xpath.Context{Now: now})
}

// EvalIn is [Instrument.Eval] with all that expressions can know: of c it takes everything but the nodes and the
// instances, which are the form's own.
func (in *Instrument) EvalIn(a Answers, c xpath.Context) State {
	e := evaluation{in: in, c: c, cells: make([][]*cell, len(in.all)), byPath: map[string]*cell{}}
	e.c.Root = a.Tree()
	e.c.Instances = in.instances
	if e.c.Text == nil {
		e.c.Text = in.itext
	}
	e.top = &cell{node: e.c.Root, relevant: true}
	e.build(e.top, in.Items)
	for _, it := range in.order {
		for _, c := range e.cells[it.number] {
			e.settle(c)
		}
	}
	for _, cells := range e.cells {
		for _, c := range cells {
			if c.relevant {
				e.judge(c)
			}
		}
	}
	return State{in: in, answers: a, top: e.top, cells: e.cells, byPath: e.byPath, ctx: e.c, errs: e.errs}
}

// evaluation is one Eval under way. It owns the tree, in which it writes calculated values and empties what isn't
// asked, so that expressions see it so.
type evaluation struct {
	in     *Instrument
	c      xpath.Context
	top    *cell
	cells  [][]*cell // by the item's number
	byPath map[string]*cell
	errs   []error
}

// build makes the cells of items inside a cell, and the nodes that the answers lack: every question has one, so that
// an expression can compare an answer that isn't there with "".
func (e *evaluation) build(parent *cell, items []*Item) {
	for _, it := range items {
		if it.Type != RepeatType {
			e.add(parent, it, 0, node(parent.node, it.Name))
			continue
		}
		n := 0
		for _, child := range parent.node.Children() {
			if child.Kind() == xpath.ElementNode && child.Name() == it.Name {
				n++
				e.add(parent, it, n, child)
			}
		}
	}
}

func (e *evaluation) add(parent *cell, it *Item, index int, n *xpath.Node) {
	c := &cell{item: it, node: n, parent: parent, path: pathStep{it.Name, index}.String()}
	if parent.path != "" {
		c.path = parent.path + "/" + c.path
	}
	parent.inside = append(parent.inside, c)
	e.cells[it.number] = append(e.cells[it.number], c)
	e.byPath[c.path] = c
	if it.Type != GroupType && it.Type != RepeatType {
		c.value = ownValue(n)
		return
	}
	e.build(c, it.Items)
	if len(it.Variants) > 0 {
		if kind := n.Attr("type"); kind != nil {
			e.build(c, it.Variants[kind.Value()])
		}
	}
}

// node finds the node of an item below its group's node, and makes it when the answers don't have it.
func node(n *xpath.Node, name string) *xpath.Node {
	for part := range strings.SplitSeq(name, "/") {
		if attr, ok := strings.CutPrefix(part, "@"); ok {
			if n.Attr(attr) == nil {
				n.SetAttr(attr, "")
			}
			return n.Attr(attr)
		}
		child := n.Child(part)
		if child == nil {
			child = n.Element(part)
		}
		n = child
	}
	return n
}

// ownValue is a question's answer: its text, without that of anything inside it.
func ownValue(n *xpath.Node) string {
	if n.Kind() == xpath.AttributeNode {
		return n.Value()
	}
	for _, c := range n.Children() {
		if c.Kind() == xpath.TextNode {
			return c.Value()
		}
	}
	return ""
}

// put writes a question's answer into the tree.
func (c *cell) put(value string) {
	if c.node.Kind() == xpath.AttributeNode {
		c.node.Parent().SetAttr(c.node.Name(), value)
		return
	}
	c.node.SetOwnText(value)
}

// settle finds whether the cell is asked and calculates its value. What it depends on was settled before.
func (e *evaluation) settle(c *cell) {
	c.relevant = c.parent.relevant && (c.item.relevant == nil || e.holds(c.item.relevant, c.node))
	leaf := c.item.Type != GroupType && c.item.Type != RepeatType
	switch {
	case !leaf:
	case !c.relevant:
		c.put("")
	case c.item.calculation != nil:
		if value, ok := e.text(c.item.calculation, c.node); ok {
			c.value = value
			c.put(value)
		}
	}
}

func (e *evaluation) holds(r *rule, n *xpath.Node) bool {
	if r.expr == nil {
		return true
	}
	c := e.c
	c.Node = n
	ok, err := r.expr.EvalBool(c)
	if err != nil {
		e.errs = append(e.errs, err)
	}
	return ok
}

func (e *evaluation) text(r *rule, n *xpath.Node) (string, bool) {
	if r.expr == nil {
		return "", false
	}
	c := e.c
	c.Node = n
	v, err := r.expr.Eval(c)
	if err != nil {
		e.errs = append(e.errs, err)
		return "", false
	}
	if f := v.Number(c.Zone); v.Kind() == xpath.Number && f != f {
		return "", true // a sum of answers that aren't there yet is nothing, not "NaN"
	}
	return v.String(), true
}

// judge finds what is missing and wrong with a cell that is asked.
func (e *evaluation) judge(c *cell) {
	it := c.item
	if !it.Type.answered() {
		return
	}
	c.required = it.required != nil && e.holds(it.required, c.node)
	if c.value == "" {
		c.missing = c.required
		return
	}
	c.code, c.args = it.wrongForm(c.value)
	if c.code == "" && it.List != "" {
		c.code, c.args = e.wrongChoice(c)
	}
	if c.code == "" && it.Type == RankType {
		c.code, c.args = e.wrongRank(c)
	}
	if c.code == "" && it.constraint != nil && !e.holds(it.constraint, c.node) {
		c.code = CodeConstraint
	}
	c.doubted = c.code == "" && it.check != nil && !e.holds(it.check, c.node)
}

// wrongChoice looks only at what was chosen: lists are long, and most of them aren't on the page at hand.
func (e *evaluation) wrongChoice(c *cell) (string, map[string]string) {
	for _, name := range c.item.Chosen(c.value) {
		ok := false
		for _, i := range e.in.choiceAt[c.item.List][name] {
			offered, err := e.in.offers(c, i, e.c)
			if err != nil {
				e.errs = append(e.errs, err)
			}
			ok = ok || offered
		}
		if !ok {
			return CodeNotChoice, map[string]string{"value": name}
		}
	}
	return "", nil
}

// wrongRank wants every choice that is offered, each once.
func (e *evaluation) wrongRank(c *cell) (string, map[string]string) {
	chosen := c.item.Chosen(c.value)
	slices.Sort(chosen)
	n := 0
	for i := range e.in.Lists[c.item.List] {
		offered, err := e.in.offers(c, i, e.c)
		if err != nil {
			e.errs = append(e.errs, err)
		}
		if offered {
			n++
		}
	}
	if len(chosen) != n || len(slices.Compact(chosen)) != n {
		return CodeNotRanked, map[string]string{"n": number(n)}
	}
	return "", nil
}

// offers reports whether the filter of a select lets the i-th choice of its list through.
func (in *Instrument) offers(c *cell, i int, ctx xpath.Context) (bool, error) {
	f := c.item.filter
	if f == nil || f.expr == nil {
		return true, nil
	}
	ctx.Current = c.node
	ctx.Node = in.instances[c.item.List].Child("root").Children()[i]
	return f.expr.EvalBool(ctx)
}

// Defaults returns the answers with the defaults of questions that have none: of the whole form when path is "", or of
// the instance of a repeat at path, such as [Answers.AddRepeat] gives. It never puts anything where an answer is.
func (in *Instrument) Defaults(a Answers, path string, c xpath.Context) Answers {
	out := a.Clone()
	s := in.EvalIn(out, c)
	for _, cells := range s.cells {
		for _, cell := range cells {
			if cell.value != "" || path != "" && cell.path != path && !strings.HasPrefix(cell.path, path+"/") {
				continue
			}
			value := cell.item.initialText
			if r := cell.item.initial; r != nil && r.expr != nil {
				ctx := s.ctx
				ctx.Node = cell.node
				v, err := r.expr.EvalString(ctx)
				if err != nil {
					continue // a default that can't be made leaves the question open
				}
				value = v
			}
			if value != "" && out.Set(cell.path, value) != nil {
				continue
			}
		}
	}
	return out
}

// normalPath brings a path to the form in which cells have it: a repeat with its number, nothing else with one.
func (in *Instrument) normalPath(path string) string {
	steps, err := parsePath(path)
	if err != nil {
		return path
	}
	var at strings.Builder
	for i := range steps {
		at.WriteString("/" + steps[i].name)
		repeat := slices.ContainsFunc(in.byPath[at.String()], func(it *Item) bool { return it.Type == RepeatType })
		switch {
		case repeat && steps[i].index == 0:
			steps[i].index = 1
		case !repeat && steps[i].index == 1:
			steps[i].index = 0
		}
	}
	return joinPath(steps)
}

// number writes a count for a sentence.
func number(n int) string { return strconv.Itoa(n) }
