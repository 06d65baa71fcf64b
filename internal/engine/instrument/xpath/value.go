package xpath

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Kind is the type of a value.
type Kind uint8

// The kinds of values. Date isn't one of XPath's: it is a day or an instant that shows itself as text and counts as
// days since 1970-01-01T00:00Z.
const (
	NodeSet Kind = iota
	String
	Number
	Boolean
	Date
)

func (k Kind) String() string {
	return [...]string{"set of nodes", "text", "number", "truth value", "date"}[k]
}

// Value is what an expression gives. The zero value is an empty node-set.
type Value struct {
	kind  Kind
	num   float64 // Number; 1 or 0 for Boolean; days for Date
	str   string  // String; how a Date is shown; how a Number is shown when it isn't shown as itself
	nodes []*Node // in document order, each once
}

// Text returns a text as a value.
func Text(s string) Value { return Value{kind: String, str: s} }

// Num returns a number as a value.
func Num(f float64) Value { return Value{kind: Number, num: f} }

// Bool returns a truth value.
func Bool(b bool) Value {
	if b {
		return Value{kind: Boolean, num: 1}
	}
	return Value{kind: Boolean}
}

// Nodes returns a node-set as a value: nodes in document order, each once. The slice now belongs to the value.
func Nodes(nodes ...*Node) Value { return Value{kind: NodeSet, nodes: nodes} }

// Kind returns the value's type.
func (v Value) Kind() Kind { return v.kind }

// Nodes returns the nodes of a node-set, in document order; nil for other values. The caller doesn't change them.
func (v Value) Nodes() []*Node { return v.nodes }

// String returns the value as text, as XPath's string() does.
func (v Value) String() string {
	switch v.kind {
	case NodeSet:
		if len(v.nodes) == 0 {
			return ""
		}
		return v.nodes[0].Value()
	case Number:
		if v.str == "" {
			return FormatNumber(v.num)
		}
	case Boolean:
		if v.num != 0 {
			return "true"
		}
		return "false"
	}
	return v.str
}

// Bool returns the value as a truth value, as XPath's boolean() does. A date is true when it is one.
func (v Value) Bool() bool {
	switch v.kind {
	case NodeSet:
		return len(v.nodes) > 0
	case String:
		return v.str != ""
	case Date:
		return !math.IsNaN(v.num)
	}
	return v.num != 0 && !math.IsNaN(v.num)
}

// Number returns the value as a number, NaN when it isn't one. A text that is a date counts as days since
// 1970-01-01T00:00Z; without an offset of its own it is a date in zone (nil is UTC).
func (v Value) Number(zone *time.Location) float64 {
	switch v.kind {
	case NodeSet, String:
		return textNumber(v.String(), zone)
	}
	return v.num
}

// FormatNumber writes a number as XPath does: never with an exponent, -0 as 0.
func FormatNumber(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// ParseNumber reads a number as XPath writes it: white space, a minus, digits with a point among them; else NaN.
func ParseNumber(s string) float64 {
	s = strings.Trim(s, " \t\r\n")
	digits, points := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		case c != '-' || i > 0:
			return math.NaN()
		}
	}
	if digits == 0 || points > 1 {
		return math.NaN()
	}
	f, _ := strconv.ParseFloat(s, 64) // the only error left is a number out of range, and then f is ±Inf
	return f
}

func textNumber(s string, zone *time.Location) float64 {
	f := ParseNumber(s)
	if !math.IsNaN(f) {
		return f
	}
	if d, ok := parseDate(s, zone); ok {
		return d.num
	}
	return f
}
