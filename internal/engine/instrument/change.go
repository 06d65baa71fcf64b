package instrument

import (
	"slices"

	"comity/internal/base/errs"
)

// Set puts an answer at a path and makes the groups on the way. A number one more than there are makes the next
// instance of a repeat. An empty text takes the answer away, and the groups that hold nothing then. The error is
// [errs.Invalid]: a path that can't be, a number that leaves a gap, a text in the place of a group.
func (a Answers) Set(path, value string) error {
	if value == "" {
		return a.Delete(path)
	}
	steps, err := parsePath(path)
	if err != nil {
		return err
	}
	if err := checkGaps(a.root, steps); err != nil {
		return err
	}
	o := a.root
	for _, st := range steps[:len(steps)-1] {
		o = st.enter(o)
	}
	if err := steps[len(steps)-1].put(o, value); err != nil {
		return errs.Invalidf("%s: %v", path, err)
	}
	return nil
}

// checkGaps refuses numbers that leave a gap, before anything is changed.
func checkGaps(root map[string]any, steps []pathStep) error {
	if root == nil {
		return errs.Invalidf("answers that were never begun")
	}
	var v any = root
	for i, st := range steps {
		o, _ := v.(map[string]any) // a text has nothing inside
		have := 0
		list, isList := o[st.name].([]any)
		switch {
		case isList:
			have = len(list)
		case o[st.name] != nil:
			have = 1
		}
		n := max(st.index, 1)
		if n > have+1 {
			return errs.Invalidf("%s: there are only %d", joinPath(steps[:i+1]), have)
		}
		switch {
		case n > have:
			v = nil
		case isList:
			v = list[n-1]
		default:
			v = o[st.name]
		}
	}
	return nil
}

// enter returns the object of the step inside o, and makes it when it isn't there. The step leaves no gap.
func (s pathStep) enter(o map[string]any) map[string]any {
	v, ok := o[s.name]
	if !ok {
		made := map[string]any{}
		o[s.name] = made
		if s.index == 1 {
			o[s.name] = []any{made}
		}
		return made
	}
	list, isList := v.([]any)
	if !isList && s.index <= 1 {
		inner := asObject(v)
		o[s.name] = inner
		return inner
	}
	if !isList {
		list = []any{v}
	}
	n := max(s.index, 1)
	if n > len(list) {
		list = append(list, map[string]any{})
	}
	inner := asObject(list[n-1])
	list[n-1] = inner
	o[s.name] = list
	return inner
}

// asObject returns v as an object; a text becomes the object's own text, so that it can have attributes.
func asObject(v any) map[string]any {
	if o, ok := v.(map[string]any); ok {
		return o
	}
	if v == nil {
		return map[string]any{}
	}
	return map[string]any{ownText: v}
}

// put sets the text of the step inside o.
func (s pathStep) put(o map[string]any, value string) error {
	v, ok := o[s.name]
	list, isList := v.([]any)
	switch {
	case !ok && s.index <= 1:
		o[s.name] = value
		if s.index == 1 {
			o[s.name] = []any{value}
		}
		return nil
	case ok && !isList && s.index <= 1:
		return putText(v, value, func(text any) { o[s.name] = text })
	case ok && !isList:
		list = []any{v}
	}
	n := max(s.index, 1)
	if n > len(list) {
		o[s.name] = append(list, value)
		return nil
	}
	return putText(list[n-1], value, func(text any) { list[n-1] = text })
}

// putText puts a text where v stands: beside v's attributes, or in its place.
func putText(v any, value string, replace func(any)) error {
	o, ok := v.(map[string]any)
	if !ok {
		replace(value)
		return nil
	}
	for name := range o {
		if name[0] != '@' && name != ownText {
			return errs.Invalidf("a group can't have a text")
		}
	}
	o[ownText] = value
	return nil
}

// Delete takes away what stands at a path, and the groups that hold nothing then. An instance of a repeat goes with
// everything in it only by [Answers.RemoveRepeat]; a path that isn't there is no error.
func (a Answers) Delete(path string) error {
	steps, err := parsePath(path)
	if err != nil {
		return err
	}
	deleteAt(a.root, steps)
	return nil
}

// deleteAt takes away the answer and reports whether o holds nothing any more.
func deleteAt(o map[string]any, steps []pathStep) (empty bool) {
	st := steps[0]
	v, ok := o[st.name]
	if !ok {
		return len(o) == 0
	}
	if list, isList := v.([]any); isList {
		deleteInList(list, steps)
		return false // an instance that holds nothing is still an instance
	}
	if st.index > 1 {
		return false
	}
	inner, isObject := v.(map[string]any)
	switch {
	case len(steps) == 1 && isObject:
		delete(inner, ownText)
		if len(inner) == 0 || !onlyAttributes(inner) {
			delete(o, st.name)
		}
	case len(steps) == 1:
		delete(o, st.name)
	case isObject && deleteAt(inner, steps[1:]):
		delete(o, st.name)
	case isObject && len(inner) == 1 && inner[ownText] != nil:
		o[st.name] = inner[ownText] // a text whose last attribute went is a text again
	}
	return len(o) == 0
}

func deleteInList(list []any, steps []pathStep) {
	n := max(steps[0].index, 1)
	if n > len(list) {
		return
	}
	inner, isObject := list[n-1].(map[string]any)
	switch {
	case isObject && len(steps) > 1:
		deleteAt(inner, steps[1:])
	case len(steps) == 1:
		list[n-1] = map[string]any{}
	}
}

func onlyAttributes(o map[string]any) bool {
	for name := range o {
		if name[0] != '@' {
			return false
		}
	}
	return true
}

// Ensure makes the instances of repeats that a path leads through, empty, where they aren't there yet: at most
// [MaxInstances] of each.
func (a Answers) Ensure(path string) error {
	steps, err := parsePath(path)
	if err != nil {
		return err
	}
	for i, st := range steps {
		if st.index > MaxInstances {
			return errs.Invalidf("%s: more than %d instances", path, MaxInstances)
		}
		repeat := joinPath(append(slices.Clone(steps[:i]), pathStep{name: st.name}))
		for st.index > 0 && a.Count(repeat) < st.index {
			if _, err := a.AddRepeat(repeat); err != nil {
				return err
			}
		}
	}
	return nil
}

// AddRepeat appends an empty instance to a repeat and returns its path: AddRepeat("request/measure") gives
// "request/measure[2]" when there was one.
func (a Answers) AddRepeat(path string) (string, error) {
	steps, err := parsePath(path)
	if err != nil {
		return "", err
	}
	last := &steps[len(steps)-1]
	last.index = 0
	last.index = a.Count(joinPath(steps)) + 1
	if err := checkGaps(a.root, steps); err != nil {
		return "", err
	}
	o := a.root
	for _, st := range steps {
		o = st.enter(o)
	}
	return joinPath(steps), nil
}

// RemoveRepeat takes away one instance of a repeat, such as "request/measure[2]"; those after it move up.
func (a Answers) RemoveRepeat(path string) error {
	steps, err := parsePath(path)
	if err != nil {
		return err
	}
	last := steps[len(steps)-1]
	parent, _ := find(a.root, steps[:len(steps)-1])
	o, ok := parent.(map[string]any)
	if !ok || last.index == 0 || !a.Has(path) {
		return errs.Invalidf("%s: no such instance of a repeat", path)
	}
	list, isList := o[last.name].([]any)
	if !isList || len(list) == 1 {
		delete(o, last.name)
		return nil
	}
	o[last.name] = slices.Delete(slices.Clone(list), last.index-1, last.index)
	return nil
}
