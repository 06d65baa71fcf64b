package instrument

import (
	"slices"
	"strings"

	"comity/internal/engine/instrument/xpath"
)

// sort finds an order in which every item comes after what its relevance and calculation depend on, and after the
// group it is in. A circle is a problem that names its rows.
func (in *Instrument) sort() {
	if in.edges > maxEdges {
		in.order = in.all // the form is wrong already
		return
	}
	s := sorter{in: in, state: make([]visitState, len(in.all))}
	for _, it := range in.all {
		s.visit(it)
	}
}

// Limits: how many questions the paths with “//” and “*” of all expressions may mean, and how many circles are told.
const (
	maxEdges   = 5_000_000
	maxCircles = 20
)

type visitState uint8

const (
	unseen visitState = iota
	underWay
	done
)

type sorter struct {
	in    *Instrument
	state []visitState
	stack []*Item
	// circles that were found
	circles int
}

func (s *sorter) visit(it *Item) {
	switch s.state[it.number] {
	case done:
		return
	case underWay:
		s.circle(it)
		return
	}
	s.state[it.number] = underWay
	s.stack = append(s.stack, it)
	if it.parent != nil {
		s.visit(it.parent)
	}
	for _, r := range []*rule{it.relevant, it.calculation} {
		if r == nil {
			continue
		}
		for _, p := range r.uses {
			for _, o := range s.in.meant(p) {
				s.visit(o)
			}
		}
	}
	s.stack = s.stack[:len(s.stack)-1]
	s.state[it.number] = done
	s.in.order = append(s.in.order, it)
}

// meant are the items at a path without numbers; “//” and “*” mean many.
func (in *Instrument) meant(p xpath.Path) []*Item {
	if !wild(p) {
		return in.byPath[p.String()]
	}
	items, known := in.covered[p.String()]
	if known {
		return items
	}
	for _, it := range in.all {
		if p.Covers(it.path) {
			items = append(items, it)
		}
	}
	in.covered[p.String()] = items
	return items
}

func (s *sorter) circle(it *Item) {
	if s.circles++; s.circles > maxCircles {
		return // those before have to be mended first
	}
	from := slices.Index(s.stack, it)
	around := s.stack[from:]
	var names []string
	for n, o := range around {
		if n == maxCircles {
			names = append(names, "…")
			break
		}
		column := o.reads(around[(n+1)%len(around)])
		names = append(names, o.Name+" ("+o.source.short(column)+")")
	}
	code := circle
	if len(names) == 1 {
		code = circleSelf
	}
	s.in.report(it.source, it.reads(around[1%len(around)]), Error, code, "names", strings.Join(names, ", "))
}

// reads is the column whose expression leads to another item; that it is in a group is no expression.
func (it *Item) reads(other *Item) string {
	for _, r := range []*rule{it.relevant, it.calculation} {
		if r != nil && slices.ContainsFunc(r.uses, func(p xpath.Path) bool { return p.Covers(other.path) }) {
			return r.column
		}
	}
	return "name"
}
