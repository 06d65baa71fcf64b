package instrument

import (
	"net/url"
	"slices"
	"strings"

	"comity/internal/base/errs"
)

// Names of what a page posts besides answers, and the endings of an answer that is typed in several fields.
const (
	AddField    = "add-repeat"    // value: path of the repeat that gets another instance
	RemoveField = "remove-repeat" // value: path of the instance that goes

	DayPart    = ":day"
	MonthPart  = ":month"
	YearPart   = ":year"
	TimePart   = ":time"
	OffsetPart = ":offset"

	// PlacePart and a number, from 1, is the field for the choice that takes this place in a question of [RankType].
	PlacePart = ":place"
)

// MaxFields is how many fields a page may post.
const MaxFields = 20_000

// Bind takes what a page posted for one section ("facts", or "measures[2]" for one instance of its repeat) and returns
// the answers with it; a is not changed. A field's name is the path of its answer; what isn't posted stays as it was,
// so a page sends an empty field beside boxes that can be left unticked. What is typed is kept even when it is wrong:
// [Instrument.Eval] tells. The fields returned say what was not taken, or not as it came: too long, with control
// characters, of another page. The error is [errs.Invalid], for what no page of ours sends.
func (in *Instrument) Bind(a Answers, section string, form url.Values) (Answers, []errs.Field, error) {
	if len(form) > MaxFields {
		return a, nil, errs.Invalidf("a page of more than %d fields", MaxFields)
	}
	s := in.layout(a)
	sel, ok := s.selects(section)
	if !ok {
		return a, nil, errs.Invalidf("there is no section %q", section)
	}
	b := binding{s: s, sel: sel, out: a.Clone(), form: form}
	for _, name := range b.names() {
		if err := b.take(name); err != nil {
			return a, nil, err
		}
	}
	if err := b.repeats(); err != nil {
		return a, nil, err
	}
	return b.out, b.said, nil
}

// layout is a state in which nothing was evaluated: it only knows what stands where.
func (in *Instrument) layout(a Answers) State {
	e := evaluation{in: in, cells: make([][]*cell, len(in.all)), byPath: map[string]*cell{}}
	e.top = &cell{node: a.Tree(), relevant: true}
	e.build(e.top, in.Items)
	return State{in: in, answers: a, top: e.top, cells: e.cells, byPath: e.byPath}
}

type binding struct {
	s    State
	sel  selection
	out  Answers
	form url.Values
	said []errs.Field
}

func (b *binding) say(path, code string, args map[string]string) {
	b.said = append(b.said, errs.Field{Path: path, Code: code, Args: args})
}

// names lists the paths of the posted answers, each once, in order.
func (b *binding) names() []string {
	var names []string
	for name := range b.form {
		if name == AddField || name == RemoveField {
			continue
		}
		base, _, _ := strings.Cut(name, ":")
		names = append(names, base)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (b *binding) take(name string) error {
	if len(name) > maxPath {
		return errs.Invalidf("a field with a name of more than %d bytes", maxPath)
	}
	c := b.s.byPath[name]
	if c == nil || !b.sel.has(c) || !c.item.Type.answered() || c.item.calculation != nil {
		b.say(name, CodeNotHere, nil)
		return nil
	}
	typed := b.typed(c.item, name)
	value, removed := CleanText(typed)
	if removed > 0 {
		b.say(name, CodeRemovedControl, map[string]string{"n": number(removed)})
	}
	value = c.item.normal(value)
	if code, args := c.item.wrongForm(value); code == CodeTooLong {
		b.say(name, code, args)
		return nil
	}
	if err := b.out.Set(name, value); err != nil {
		return err
	}
	return nil
}

// typed puts together what was typed for an answer: one field, ticked boxes, or the fields of a date.
func (b *binding) typed(it *Item, name string) string {
	if values, ok := b.form[name]; ok {
		if it.Type == SelectMultipleType {
			return strings.Join(values, " ")
		}
		return values[len(values)-1] // a box sends its value after the empty field beside it
	}
	if it.Type == RankType {
		return strings.Join(b.ranked(name), " ")
	}
	part := func(ending string) string { return strings.TrimSpace(b.form.Get(name + ending)) }
	return joinDate(dateParts{part(YearPart), part(MonthPart), part(DayPart), part(TimePart), part(OffsetPart)})
}

// ranked are the choices in the order of the places they were given.
func (b *binding) ranked(name string) []string {
	var out []string
	for n := range len(b.s.in.Lists[b.s.byPath[name].item.List]) {
		if choice := b.form.Get(name + PlacePart + number(n+1)); choice != "" {
			out = append(out, choice)
		}
	}
	return out
}

// repeats adds and removes instances, after the answers were taken: removals from the end, so that the numbers of
// those before stay true.
func (b *binding) repeats() error {
	remove := slices.Clone(b.form[RemoveField])
	slices.SortFunc(remove, func(x, y string) int { return ByPlace(y, x) })
	for _, path := range slices.Compact(remove) {
		c := b.s.byPath[path]
		if c == nil || c.item.Type != RepeatType || !b.sel.has(c) {
			return errs.Invalidf("%.60q is not an instance that this page can remove", path)
		}
		if err := b.out.RemoveRepeat(path); err != nil {
			return err
		}
	}
	for _, path := range b.form[AddField] {
		if err := b.addRepeat(path); err != nil {
			return err
		}
	}
	return nil
}

// ByPlace orders paths of answers by name, and instances of repeats as they stand in the document.
func ByPlace(x, y string) int {
	a, errA := parsePath(x)
	b, errB := parsePath(y)
	if errA != nil || errB != nil {
		return strings.Compare(x, y)
	}
	return slices.CompareFunc(a, b, func(s, t pathStep) int {
		if s.name != t.name {
			return strings.Compare(s.name, t.name)
		}
		return s.index - t.index
	})
}

func (b *binding) addRepeat(path string) error {
	parent, repeat := b.repeatAt(path)
	if repeat == nil {
		return errs.Invalidf("%.60q is not a repeat of this page", path)
	}
	if len(parent.of(repeat)) >= repeat.Most {
		b.say(path, CodeTooMany, map[string]string{"n": number(repeat.Most)})
		return nil
	}
	_, err := b.out.AddRepeat(path)
	return err
}

// repeatAt finds a repeat of the section by its path, which ends without a number.
func (b *binding) repeatAt(path string) (parent *cell, repeat *Item) {
	b.s.eachRepeat(func(p *cell, it *Item, _ int) {
		inside := b.sel.inside == "" && it.Section == b.sel.section || b.sel.inside != "" && b.sel.has(p)
		if inside && strings.TrimPrefix(p.path+"/"+it.Name, "/") == path {
			parent, repeat = p, it
		}
	})
	return parent, repeat
}
