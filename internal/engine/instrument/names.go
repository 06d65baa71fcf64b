package instrument

import (
	"slices"
	"strings"
)

// resolve returns the path that ${name} stands for in an expression of the item: relative inside a repeat that both
// are in, so that an answer is looked for in the same instance; else from the root. filter is for expressions that
// stand at a choice and not at the item.
func (in *Instrument) resolve(it *Item, name string, filter bool) (string, error) {
	to, err := in.nearest(it, name)
	if err != nil {
		return "", err
	}
	repeat := sharedRepeat(it, to)
	if repeat == nil {
		return to.path.String(), nil
	}
	up := strings.Repeat("../", len(it.path)-len(repeat.path))
	path := up + strings.Join(to.path[len(repeat.path):], "/")
	if to == repeat {
		path = strings.TrimSuffix(up, "/")
	}
	switch {
	case filter:
		return "current()/" + path, nil
	case path == "":
		return ".", nil
	}
	return path, nil
}

// nearest finds the item of a name that shares the most groups with it.
func (in *Instrument) nearest(it *Item, name string) (*Item, error) {
	var best *Item
	shared, twice := -1, false
	for _, o := range in.byName[name] {
		n := sharedGroups(it, o)
		if n > shared {
			best, shared, twice = o, n, false
		} else if n == shared && o.path.String() != best.path.String() {
			twice = true
		}
	}
	switch {
	case best == nil:
		return nil, &nameError{refUnknown, name}
	case twice:
		return nil, &nameError{refTwice, name}
	}
	return best, nil
}

func (it *Item) above() []*Item {
	var chain []*Item
	for p := it; p != nil; p = p.parent {
		chain = append(chain, p)
	}
	slices.Reverse(chain)
	return chain
}

func sharedGroups(a, b *Item) int {
	x, y := a.above(), b.above()
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

// sharedRepeat returns the innermost repeat that both items are in, or are; nil when there is none.
func sharedRepeat(a, b *Item) *Item {
	shared := a.above()[:sharedGroups(a, b)]
	for _, it := range slices.Backward(shared) {
		if it.Type == RepeatType {
			return it
		}
	}
	return nil
}

// DependsOn lists the questions whose answers decide whether the item is asked, those of the groups around it too.
func (in *Instrument) DependsOn(it *Item) []*Item {
	var out []*Item
	for _, around := range it.above() {
		if around.relevant == nil {
			continue
		}
		for _, p := range around.relevant.uses {
			for _, o := range in.byPath[p.String()] {
				if !slices.Contains(out, o) {
					out = append(out, o)
				}
			}
		}
	}
	return out
}

// Question returns the item that a path of the answers leads to: with numbers at repeats and nowhere else, none above
// what the repeat may have. It is nil for any other path, so that what a stranger's file names has a place in the form.
func (in *Instrument) Question(path string) *Item {
	steps, err := parsePath(path)
	if err != nil {
		return nil
	}
	at := ""
	for i, st := range steps {
		at += "/" + st.name
		items := in.byPath[at]
		repeat := len(items) > 0 && items[0].Type == RepeatType
		if repeat != (st.index > 0) || repeat && st.index > items[0].Most || i == len(steps)-1 && len(items) == 0 {
			return nil
		}
	}
	return in.byPath[at][0]
}
