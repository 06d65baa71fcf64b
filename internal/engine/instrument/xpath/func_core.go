package xpath

import (
	"math"
	"strings"
	"unicode/utf8"
)

// The functions of XPath 1.0 §4.

func fnLast(s *scope, _ []expr) Value { return Num(float64(s.size)) }

// position() is the place in the list that a predicate works on; position(node) the node's place among the elements
// beside it, which is the number of a repeat.
func fnPosition(s *scope, a []expr) Value {
	if len(a) == 0 {
		return Num(float64(s.pos))
	}
	nodes := s.nodes(a[0])
	if len(nodes) == 0 || nodes[0].parent == nil {
		return Num(math.NaN())
	}
	place, n := 0, nodes[0]
	for _, m := range n.parent.children {
		if m.kind == n.kind && m.local == n.local && m.space == n.space {
			place++
		}
		if m == n {
			break
		}
	}
	return Num(float64(place))
}

func fnCount(s *scope, a []expr) Value { return Num(float64(len(s.nodes(a[0])))) }

func fnID(s *scope, a []expr) Value {
	wanted := map[string]bool{}
	for _, text := range s.texts(a[0]) {
		for _, id := range strings.Fields(text) {
			wanted[id] = true
		}
	}
	if s.node == nil || len(wanted) == 0 {
		return Value{}
	}
	var found []*Node
	w := walker{s: s, yield: func(n *Node) bool {
		if id := n.Attr("id"); id != nil && wanted[id.value] {
			found = append(found, n)
			delete(wanted, id.value) // an id stands once; the first counts
		}
		return len(wanted) > 0
	}}
	w.below(s.node.top())
	return Nodes(found...)
}

// named gives the node that a name function is about: its argument's first, or the one at hand.
func (s *scope) named(a []expr) *Node {
	if len(a) == 0 {
		return s.node
	}
	if nodes := s.nodes(a[0]); len(nodes) > 0 {
		return nodes[0]
	}
	return nil
}

func fnLocalName(s *scope, a []expr) Value {
	if n := s.named(a); n != nil {
		return Text(n.local)
	}
	return Text("")
}

func fnNamespaceURI(s *scope, a []expr) Value {
	if n := s.named(a); n != nil {
		return Text(n.space)
	}
	return Text("")
}

func fnName(s *scope, a []expr) Value {
	if n := s.named(a); n != nil {
		return Text(n.Name())
	}
	return Text("")
}

// own gives the text of the argument, or of the node at hand when there is none.
func (s *scope) own(a []expr) string {
	if len(a) > 0 {
		return s.str(a[0])
	}
	if s.node == nil {
		return ""
	}
	return s.node.Value()
}

// texts gives the texts of every node of a node-set, or the one text of another value.
func (s *scope) texts(e expr) []string {
	v := e.eval(s)
	if v.kind != NodeSet {
		return []string{v.String()}
	}
	texts := make([]string, len(v.nodes))
	for i, n := range v.nodes {
		texts[i] = n.Value()
	}
	return texts
}

func fnString(s *scope, a []expr) Value { return Text(s.own(a)) }

func fnConcat(s *scope, a []expr) Value {
	var b strings.Builder
	for _, e := range a {
		for _, t := range s.texts(e) {
			b.WriteString(t)
		}
	}
	return Text(b.String())
}

func fnStartsWith(s *scope, a []expr) Value { return Bool(strings.HasPrefix(s.str(a[0]), s.str(a[1]))) }

func fnContains(s *scope, a []expr) Value { return Bool(strings.Contains(s.str(a[0]), s.str(a[1]))) }

func fnSubstringBefore(s *scope, a []expr) Value {
	before, _, found := strings.Cut(s.str(a[0]), s.str(a[1]))
	if !found {
		return Text("")
	}
	return Text(before)
}

func fnSubstringAfter(s *scope, a []expr) Value {
	_, after, _ := strings.Cut(s.str(a[0]), s.str(a[1]))
	return Text(after)
}

// substring counts characters from 1 and rounds, so that positions that are NaN or infinite have a meaning too.
func fnSubstring(s *scope, a []expr) Value {
	text, from := s.str(a[0]), math.Floor(s.num(a[1])+0.5)
	to := math.Inf(1)
	if len(a) > 2 {
		to = from + math.Floor(s.num(a[2])+0.5)
	}
	var b strings.Builder
	at := 1.0
	for _, r := range text {
		if at >= from && at < to {
			b.WriteRune(r)
		}
		at++
	}
	return Text(b.String())
}

func fnStringLength(s *scope, a []expr) Value {
	return Num(float64(utf8.RuneCountInString(s.own(a))))
}

func fnNormalizeSpace(s *scope, a []expr) Value {
	words := strings.FieldsFunc(s.own(a), func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' })
	return Text(strings.Join(words, " "))
}

func fnTranslate(s *scope, a []expr) Value {
	text, from, to := s.str(a[0]), []rune(s.str(a[1])), []rune(s.str(a[2]))
	into := make(map[rune]rune, len(from))
	for i, r := range from {
		if _, ok := into[r]; ok {
			continue
		}
		into[r] = -1
		if i < len(to) {
			into[r] = to[i]
		}
	}
	return Text(strings.Map(func(r rune) rune {
		if t, ok := into[r]; ok {
			return t
		}
		return r
	}, text))
}

func fnBoolean(s *scope, a []expr) Value { return Bool(s.bool(a[0])) }

func fnNot(s *scope, a []expr) Value { return Bool(!s.bool(a[0])) }

func fnTrue(*scope, []expr) Value { return Bool(true) }

func fnFalse(*scope, []expr) Value { return Bool(false) }

func fnLang(s *scope, a []expr) Value {
	want := strings.ToLower(s.str(a[0]))
	for n := s.node; n != nil; n = n.parent {
		if tag := n.Attr("xml:lang"); tag != nil {
			got := strings.ToLower(tag.value)
			return Bool(got == want || strings.HasPrefix(got, want+"-"))
		}
	}
	return Bool(false)
}

// number() of a date shows itself as the whole day, as in forms written for ODK, and counts with its part of a day.
func fnNumber(s *scope, a []expr) Value {
	var v Value
	switch {
	case len(a) > 0:
		v = a[0].eval(s)
	case s.node != nil:
		v = Text(s.node.Value())
	}
	n := Num(v.Number(s.ctx.Zone))
	if v.kind != Date && (v.kind == Number || v.kind == Boolean || !math.IsNaN(ParseNumber(v.String()))) {
		return n
	}
	if !math.IsNaN(n.num) {
		n.str = FormatNumber(math.Floor(n.num))
	}
	return n
}

func fnSum(s *scope, a []expr) Value {
	total := 0.0
	for _, n := range s.nodes(a[0]) {
		total += textNumber(n.Value(), s.ctx.Zone)
	}
	return Num(total)
}

func fnFloor(s *scope, a []expr) Value { return Num(math.Floor(s.num(a[0]))) }

func fnCeiling(s *scope, a []expr) Value { return Num(math.Ceil(s.num(a[0]))) }
