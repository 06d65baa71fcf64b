package canonical

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"comity/internal/base/errs"
)

// transform writes valid JSON in the form of RFC 8785, for the numbers that Comity's formats have, and refuses what is nested
// too deep and a member that stands twice. exact is for a document that has to be as it is: its numbers are written as
// whole ones. It is our own for its speed: one pass over the bytes, members sorted once. Every act enters such a document
// in the ledger, and a form in six languages has thousands of members in one object. The tests hold it to the usual library.
func transform(b []byte, exact bool) ([]byte, error) {
	t := transformer{in: b, exact: exact}
	return t.value(make([]byte, 0, len(b)), 0)
}

// transformer reads valid JSON from in, at the place at.
type transformer struct {
	in    []byte
	at    int
	exact bool
}

// next skips spaces and returns the byte after them, without taking it.
func (t *transformer) next() byte {
	for {
		switch c := t.in[t.at]; c {
		case ' ', '\t', '\n', '\r':
			t.at++
		default:
			return c
		}
	}
}

// value writes the value that comes next behind out; depth is how many lists and objects it lies in.
func (t *transformer) value(out []byte, depth int) ([]byte, error) {
	c := t.next()
	if (c == '{' || c == '[') && depth == MaxDepth {
		return nil, errs.Invalidf("JSON is nested deeper than %d", MaxDepth)
	}
	switch c {
	case '{':
		return t.object(out, depth+1)
	case '[':
		return t.list(out, depth+1)
	case '"':
		s, err := t.text()
		return writeText(out, s), err
	case 't', 'f', 'n':
		return append(out, t.word()...), nil
	}
	return writeNumber(out, json.Number(t.word()), t.exact)
}

// word takes a number, true, false or null.
func (t *transformer) word() []byte {
	from := t.at
	for t.at < len(t.in) && strings.IndexByte(",]} \t\n\r", t.in[t.at]) < 0 {
		t.at++
	}
	return t.in[from:t.at]
}

// text takes a string.
func (t *transformer) text() (string, error) {
	from, escaped := t.at, false
	for t.at++; t.in[t.at] != '"'; t.at++ {
		if t.in[t.at] == '\\' {
			escaped = true
			t.at++
		}
	}
	t.at++
	if !escaped {
		return string(t.in[from+1 : t.at-1]), nil
	}
	var s string
	err := json.Unmarshal(t.in[from:t.at], &s)
	return s, err
}

func (t *transformer) list(out []byte, depth int) ([]byte, error) {
	out = append(out, '[')
	t.at++
	for t.next() != ']' {
		if t.in[t.at] == ',' {
			out = append(out, ',')
			t.at++
		}
		var err error
		if out, err = t.value(out, depth); err != nil {
			return nil, err
		}
	}
	t.at++
	return append(out, ']'), nil
}

// member is a member of an object, its value in canonical form.
type member struct {
	name  string
	value []byte
}

func (t *transformer) object(out []byte, depth int) ([]byte, error) {
	var members []member
	t.at++
	for t.next() != '}' {
		if t.in[t.at] == ',' {
			t.at++
			t.next()
		}
		m, err := t.member(depth)
		if err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	t.at++
	slices.SortFunc(members, func(a, b member) int { return byUnits(a.name, b.name) })
	out = append(out, '{')
	for i, m := range members {
		if i > 0 {
			if m.name == members[i-1].name {
				return nil, errs.Invalidf("JSON member %q stands twice", m.name)
			}
			out = append(out, ',')
		}
		out = append(append(writeText(out, m.name), ':'), m.value...)
	}
	return append(out, '}'), nil
}

func (t *transformer) member(depth int) (m member, err error) {
	if m.name, err = t.text(); err != nil {
		return m, err
	}
	t.next()
	t.at++ // the colon
	m.value, err = t.value(nil, depth)
	return m, err
}

// byUnits orders names by their UTF-16 code units (RFC 8785 §3.2.3). That differs from the order of characters only
// where a surrogate meets U+E000 or above.
func byUnits(a, b string) int {
	for a != "" && b != "" {
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if x != y {
			return slices.Compare(utf16.AppendRune(nil, x), utf16.AppendRune(nil, y))
		}
		a, b = a[n:], b[m:]
	}
	return len(a) - len(b)
}

// writeText escapes what RFC 8785 §3.2.2.2 says and nothing else.
func writeText(out []byte, s string) []byte {
	out = append(out, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		out = append(out, s[from:i]...)
		from = i + 1
		if at := bytes.IndexByte([]byte("\b\t\n\f\r\"\\"), c); at >= 0 {
			out = append(out, '\\', `btnfr"\`[at])
		} else {
			out = append(out, fmt.Sprintf(`\u%04x`, c)...)
		}
	}
	return append(append(out, s[from:]...), '"')
}

// writeNumber writes whole numbers within ±[MaxInt]: in whatever way they were written, or exactly as whole ones.
func writeNumber(out []byte, n json.Number, exact bool) ([]byte, error) {
	f, err := n.Float64()
	if exact && err == nil {
		_, err = n.Int64()
	}
	if err != nil || f != math.Trunc(f) || math.Abs(f) > MaxInt {
		return nil, errs.Invalidf("JSON number %s: only whole numbers within ±%d are allowed, others are strings", n, int64(MaxInt))
	}
	return strconv.AppendInt(out, int64(f), 10), nil
}
