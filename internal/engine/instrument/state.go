package instrument

import (
	"errors"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument/xpath"
)

// State is how things stand with a set of answers: what [Instrument.Eval] found. It is read only.
type State struct {
	in      *Instrument
	answers Answers
	top     *cell
	cells   [][]*cell
	byPath  map[string]*cell
	ctx     xpath.Context
	errs    []error
}

// ItemState is how things stand with one question.
type ItemState struct {
	Path     string // in the answers
	Item     *Item
	Relevant bool   // it is asked
	Value    string // as answered or calculated; kept while it isn't asked
	Required bool
	Missing  bool
	Code     string // what is wrong with the value, "" when nothing is; see [Sentence]
	Args     map[string]string
}

// At returns the state of the question at a path. A number left out in the path is 1. It reports false for what the
// form doesn't have.
func (s State) At(path string) (ItemState, bool) {
	c := s.byPath[strings.TrimPrefix(path, "/")]
	if c == nil {
		c = s.byPath[s.in.normalPath(path)]
	}
	if c == nil {
		return ItemState{}, false
	}
	return c.state(), true
}

func (c *cell) state() ItemState {
	return ItemState{c.path, c.item, c.relevant, c.value, c.required, c.missing, c.code, c.args}
}

// Each calls f for every question, group and instance of a repeat, in the order of the form.
func (s State) Each(f func(ItemState)) { s.top.each(func(c *cell) { f(c.state()) }) }

func (c *cell) each(f func(*cell)) {
	for _, i := range c.inside {
		f(i)
		i.each(f)
	}
}

// SectionState is how far a section is.
type SectionState struct {
	Section
	Relevant bool // something in it is asked
	Answered int
	Missing  int // required answers and instances that aren't there
	Wrong    int
}

// Complete reports that nothing is missing or wrong.
func (s SectionState) Complete() bool { return s.Missing == 0 && s.Wrong == 0 }

// Sections returns the state of every section, in the form's order.
func (s State) Sections() []SectionState {
	out := make([]SectionState, len(s.in.Sections))
	for i, section := range s.in.Sections {
		out[i] = s.count(section, selection{section: section.Name})
	}
	return out
}

// Section returns the state of one section; "measures[2]" is the second instance of the repeat that the section is
// made of. It reports false for a section that the form or the answers don't have.
func (s State) Section(name string) (SectionState, bool) {
	sel, ok := s.selects(name)
	if !ok {
		return SectionState{}, false
	}
	i := slices.IndexFunc(s.in.Sections, func(sec Section) bool { return sec.Name == sel.section })
	return s.count(s.in.Sections[i], sel), true
}

// Instances returns how many instances the section's repeat has, 0 for a section that isn't made of one.
func (s State) Instances(section string) int {
	n := 0
	s.top.each(func(c *cell) {
		if c.item.Type == RepeatType && c.item.Section == section && c.opens() {
			n++
		}
	})
	return n
}

// selection is a section, or one instance of the repeat that it is made of.
type selection struct {
	section string
	inside  string // path of the instance, "" for the whole section
}

// selects reads a section's name as pages give it: "facts", "measures[2]".
func (s State) selects(name string) (selection, bool) {
	st, ok := parseStep(name)
	if !ok || !slices.ContainsFunc(s.in.Sections, func(sec Section) bool { return sec.Name == st.name }) {
		return selection{}, false
	}
	sel := selection{section: st.name}
	if st.index == 0 {
		return sel, true
	}
	n := 0
	s.top.each(func(c *cell) {
		if c.item.Type == RepeatType && c.item.Section == st.name && c.opens() {
			if n++; n == st.index {
				sel.inside = c.path
			}
		}
	})
	return sel, sel.inside != ""
}

// opens reports that the section begins with the cell: what it is in belongs to another.
func (c *cell) opens() bool {
	return c.parent.item == nil || c.parent.item.Section != c.item.Section
}

func (sel selection) has(c *cell) bool {
	if sel.inside != "" {
		return c.path == sel.inside || strings.HasPrefix(c.path, sel.inside+"/")
	}
	return c.item.Section == sel.section
}

func (s State) count(section Section, sel selection) SectionState {
	out := SectionState{Section: section}
	s.top.each(func(c *cell) {
		if !c.relevant || !sel.has(c) || !c.item.Type.answered() {
			return
		}
		out.Relevant = true
		switch {
		case c.missing:
			out.Missing++
		case c.code != "":
			out.Wrong++
		case c.value != "":
			out.Answered++
		}
	})
	s.eachRepeat(func(parent *cell, repeat *Item, count int) {
		inside := sel.inside == "" && repeat.Section == sel.section || sel.inside != "" && sel.has(parent)
		if !inside || !s.asked(parent, repeat) {
			return
		}
		out.Relevant = true
		least, most := s.bounds(parent, repeat)
		out.Missing += max(0, least-count)
		if count > most {
			out.Wrong++
		}
	})
	return out
}

// eachRepeat calls f for every repeat with the number of its instances, also when there is none.
func (s State) eachRepeat(f func(parent *cell, repeat *Item, count int)) {
	visit := func(c *cell) {
		for _, it := range s.in.itemsOf(c) {
			if it.Type == RepeatType {
				f(c, it, len(c.of(it)))
			}
		}
	}
	visit(s.top)
	s.top.each(visit)
}

// EachRepeat calls f for every repeat that the answers have a place for, with its path and how many instances there are.
// f may change the answers.
func (in *Instrument) EachRepeat(a Answers, f func(path string, repeat *Item, count int)) {
	in.layout(a).eachRepeat(func(parent *cell, repeat *Item, count int) {
		f(strings.TrimPrefix(parent.path+"/"+repeat.Name, "/"), repeat, count)
	})
}

// itemsOf returns the items that stand in a cell's group.
func (in *Instrument) itemsOf(c *cell) []*Item {
	if c.item == nil {
		return in.Items
	}
	if len(c.item.Variants) == 0 {
		return c.item.Items
	}
	if kind := c.node.Attr("type"); kind != nil {
		return append(slices.Clip(c.item.Items), c.item.Variants[kind.Value()]...)
	}
	return c.item.Items
}

// of returns the cells of an item inside a cell.
func (c *cell) of(it *Item) []*cell {
	var out []*cell
	for _, i := range c.inside {
		if i.item == it {
			out = append(out, i)
		}
	}
	return out
}

// asked reports whether a repeat without instances would be asked.
func (s State) asked(parent *cell, repeat *Item) bool {
	if !parent.relevant {
		return false
	}
	if cells := parent.of(repeat); len(cells) > 0 {
		return slices.ContainsFunc(cells, func(c *cell) bool { return c.relevant })
	}
	if repeat.relevant == nil || repeat.relevant.expr == nil {
		return true
	}
	ok, err := repeat.relevant.expr.EvalBool(s.beside(parent, repeat))
	return err == nil && ok
}

// beside is where a repeat's own expressions are evaluated when there is no instance to stand at: one is made beside
// the tree, where relative paths lead the same way.
func (s State) beside(parent *cell, repeat *Item) xpath.Context {
	ctx := s.ctx
	ctx.Node = parent.node.Aside(repeat.Name)
	return ctx
}

// bounds returns how many instances a repeat must and may have: as many as its repeat_count says, when it has one, else
// what its parameters say.
func (s State) bounds(parent *cell, repeat *Item) (least, most int) {
	if repeat.count == nil || repeat.count.expr == nil || s.ctx.Root == nil {
		return repeat.Least, repeat.Most
	}
	f, err := repeat.count.expr.EvalNumber(s.beside(parent, repeat))
	if err != nil || !(f >= 0) {
		return 0, 0 // what it is counted by isn't answered yet
	}
	n := int(min(f, float64(repeat.Most)))
	return n, n
}

// Problems returns everything missing and wrong in what is asked, by path, in the order of the form.
func (s State) Problems() []errs.Field {
	var out []errs.Field
	s.eachRepeat(func(parent *cell, repeat *Item, count int) {
		if !s.asked(parent, repeat) {
			return
		}
		path := strings.TrimPrefix(parent.path+"/"+repeat.Name, "/")
		least, most := s.bounds(parent, repeat)
		if count < least {
			out = append(out, errs.Field{Path: path, Code: CodeTooFew, Args: map[string]string{"n": number(least)}})
		}
		if count > most {
			out = append(out, errs.Field{Path: path, Code: CodeTooMany, Args: map[string]string{"n": number(most)}})
		}
	})
	s.top.each(func(c *cell) {
		switch {
		case !c.relevant:
		case c.missing:
			out = append(out, errs.Field{Path: c.path, Code: CodeMissing})
		case c.code != "":
			out = append(out, errs.Field{Path: c.path, Code: c.code, Args: c.args})
		}
	})
	return out
}

// Doubts returns the answers that are asked and can't be called wrong, and that the form's checks find unlikely all the same: a
// total that isn't the sum of its parts, two answers that contradict each other. Whoever answers corrects or explains them.
func (s State) Doubts() []errs.Field {
	var out []errs.Field
	s.top.each(func(c *cell) {
		if c.relevant && c.doubted {
			out = append(out, errs.Field{Path: c.path, Code: CodeDoubted})
		}
	})
	return out
}

// Err returns what went wrong in expressions while they were evaluated, such as a function of the house that has no
// data; nil when nothing did. What such an expression decides counts as false.
func (s State) Err() error { return errors.Join(s.errs...) }

// Answers returns the answers as they are sent: with what is calculated, and without what isn't asked. The error is
// [errs.Invalid]: answers of another shape than the form's, so that a calculated value has no place.
func (s State) Answers() (Answers, error) {
	out := s.answers.Clone()
	var gone []*cell
	var wrong []error
	s.top.each(func(c *cell) {
		switch {
		case !c.relevant && c.parent.relevant:
			gone = append(gone, c) // with everything in it
		case c.relevant && c.item.calculation != nil:
			wrong = append(wrong, out.Set(c.path, c.value))
		}
	})
	for _, c := range slices.Backward(gone) { // from the end, so that the numbers of those before stay true
		switch {
		case !out.Has(c.path):
		case c.item.Type == RepeatType:
			wrong = append(wrong, out.RemoveRepeat(c.path))
		default:
			wrong = append(wrong, out.Delete(c.path))
		}
	}
	return out, errors.Join(wrong...)
}

// Unknown returns the paths of what the answers hold and the form doesn't ask: members it has no question for, an
// answer given twice that is asked once. Members of the document beside the form's own, such as its format, don't count.
func (in *Instrument) Unknown(a Answers) []string {
	known := map[*xpath.Node]bool{}
	s := in.layout(a)
	s.top.each(func(c *cell) {
		for n := c.node; n != nil && !known[n]; n = n.Parent() {
			known[n] = true
		}
	})
	var out []string
	for _, member := range s.top.node.Children() {
		if !known[member] {
			continue
		}
		member.Each(func(n *xpath.Node) {
			if n.Kind() != xpath.TextNode && !known[n] && known[n.Parent()] {
				out = append(out, strings.TrimPrefix(n.Path(), "/"))
			}
		})
	}
	return out
}
