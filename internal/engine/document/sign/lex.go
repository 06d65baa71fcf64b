package sign

import (
	"bytes"
	"strconv"
	"strings"

	"comity/internal/base/errs"
)

// maxDepth is how deep arrays and dictionaries may stand in one another.
const maxDepth = 32

// dict is a PDF dictionary as it stands in the file.
type dict struct {
	raw    []byte            // from << to >>
	values map[string]extent // where each key's value stands in raw
}

type extent struct{ from, to int }

// get returns the bytes of a key's value, nil when the key is not there.
func (d dict) get(key string) []byte {
	e, ok := d.values[key]
	if !ok {
		return nil
	}
	return d.raw[e.from:e.to]
}

// with returns the dictionary with a key set: in its old place when it was there, at the end when not.
func (d dict) with(key, value string) string {
	raw := string(d.raw)
	if e, ok := d.values[key]; ok {
		return raw[:e.from] + value + raw[e.to:]
	}
	return strings.TrimSuffix(raw, ">>") + "/" + key + " " + value + ">>"
}

// readDict reads the dictionary that begins at i and returns where it ends.
func readDict(b []byte, i int) (dict, int, error) {
	d := dict{values: map[string]extent{}}
	start := i
	if !bytes.HasPrefix(b[min(i, len(b)):], []byte("<<")) {
		return d, 0, errs.Invalidf("PDF: no dictionary at byte %d", i)
	}
	i += 2
	for {
		i = skipSpace(b, i)
		if bytes.HasPrefix(b[i:], []byte(">>")) {
			d.raw = b[start : i+2]
			return d, i + 2, nil
		}
		keyEnd, err := nameEnd(b, i)
		if err != nil {
			return d, 0, err
		}
		key := string(b[i+1 : keyEnd])
		from := skipSpace(b, keyEnd)
		to, err := valueEnd(b, from, 0)
		if err != nil {
			return d, 0, err
		}
		if _, twice := d.values[key]; twice {
			return d, 0, errs.Invalidf("PDF: key %s twice in the dictionary at byte %d", key, start)
		}
		d.values[key] = extent{from - start, to - start}
		i = to
	}
}

// valueEnd returns where the value that begins at i ends.
func valueEnd(b []byte, i, depth int) (int, error) {
	if i >= len(b) || depth > maxDepth {
		return 0, errs.Invalidf("PDF: no value at byte %d", i)
	}
	switch c := b[i]; {
	case c == '/':
		return nameEnd(b, i)
	case c == '(':
		return literalEnd(b, i)
	case bytes.HasPrefix(b[i:], []byte("<<")):
		return groupEnd(b, i+2, ">>", depth)
	case c == '<':
		n := bytes.IndexByte(b[i:], '>')
		if n < 0 {
			return 0, errs.Invalidf("PDF: hexadecimal string at byte %d has no end", i)
		}
		return i + n + 1, nil
	case c == '[':
		return groupEnd(b, i+1, "]", depth)
	}
	return wordEnd(b, i)
}

// groupEnd skips values up to the closing mark. Keys are values like others here.
func groupEnd(b []byte, i int, closing string, depth int) (int, error) {
	for {
		i = skipSpace(b, i)
		if bytes.HasPrefix(b[i:], []byte(closing)) {
			return i + len(closing), nil
		}
		end, err := valueEnd(b, i, depth+1)
		if err != nil {
			return 0, err
		}
		i = end
	}
}

// literalEnd skips a string in parentheses.
func literalEnd(b []byte, i int) (int, error) {
	depth := 0
	for at := i; at < len(b); at++ {
		switch b[at] {
		case '\\':
			at++
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				return at + 1, nil
			}
		}
	}
	return 0, errs.Invalidf("PDF: string at byte %d has no end", i)
}

func nameEnd(b []byte, i int) (int, error) {
	if i >= len(b) || b[i] != '/' {
		return 0, errs.Invalidf("PDF: no name at byte %d", i)
	}
	end := i + 1
	for end < len(b) && regular(b[end]) {
		end++
	}
	return end, nil
}

// wordEnd skips a number, a keyword or a reference such as 12 0 R.
func wordEnd(b []byte, i int) (int, error) {
	end := i
	for end < len(b) && regular(b[end]) {
		end++
	}
	if end == i {
		return 0, errs.Invalidf("PDF: no value at byte %d", i)
	}
	if n := referenceLength(b[i:]); n > 0 {
		return i + n, nil
	}
	return end, nil
}

// referenceLength returns the length of the reference to an object of generation 0 with which b begins, or 0.
func referenceLength(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	if n == 0 || !bytes.HasPrefix(b[n:], []byte(" 0 R")) || n+4 < len(b) && regular(b[n+4]) {
		return 0
	}
	return n + 4
}

// reference reads a value that is a reference and nothing else.
func reference(value []byte) (object int, err error) {
	if n := referenceLength(value); n == 0 || n != len(value) {
		return 0, errs.Invalidf("PDF: %.20q is not a reference to an object", value)
	}
	return strconv.Atoi(string(value[:len(value)-4]))
}

// references reads an array of references.
func references(value []byte) ([]int, error) {
	if len(value) < 2 || value[0] != '[' {
		return nil, errs.Invalidf("PDF: %.20q is not an array", value)
	}
	var all []int
	inner := value[1 : len(value)-1]
	for i := skipSpace(inner, 0); i < len(inner); i = skipSpace(inner, i) {
		n := referenceLength(inner[i:])
		if n == 0 {
			return nil, errs.Invalidf("PDF: %.20q is not a reference to an object", inner[i:])
		}
		object, err := reference(inner[i : i+n])
		if err != nil {
			return nil, err
		}
		all = append(all, object)
		i += n
	}
	return all, nil
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && space(b[i]) {
		i++
	}
	return min(i, len(b))
}

func space(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

// regular is true of the characters of names, numbers and keywords (ISO 32000-1, 7.2.2).
func regular(c byte) bool { return !space(c) && !bytes.ContainsRune([]byte("()<>[]{}/%"), rune(c)) }
