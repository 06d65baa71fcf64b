package instrument

import (
	"strconv"
	"strings"
	"unicode"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// pathStep is one name of a path with its number; 0 when it has none.
type pathStep struct {
	name  string
	index int
}

func (s pathStep) String() string {
	if s.index == 0 {
		return s.name
	}
	return s.name + "[" + strconv.Itoa(s.index) + "]"
}

const (
	maxPath  = 1000      // bytes
	maxIndex = 1_000_000 // of a repeat, in a path
)

// parsePath reads "request/measure[1]/@type", with or without a slash in front.
func parsePath(path string) ([]pathStep, error) {
	trimmed := strings.TrimPrefix(path, "/")
	if trimmed == "" || len(trimmed) > maxPath {
		return nil, errs.Invalidf("path %.60q: not a path", path)
	}
	parts := strings.Split(trimmed, "/")
	if len(parts) > canonical.MaxDepth-1 {
		return nil, errs.Invalidf("path %.60q: too deep", path)
	}
	steps := make([]pathStep, len(parts))
	for i, part := range parts {
		st, ok := parseStep(part)
		if !ok || st.name == ownText || st.name[0] == '@' && (i < len(parts)-1 || st.index > 0) {
			return nil, errs.Invalidf("path %.60q: not a path", path)
		}
		steps[i] = st
	}
	return steps, nil
}

func parseStep(part string) (pathStep, bool) {
	name, index, numbered := strings.Cut(part, "[")
	st := pathStep{name: name}
	if numbered {
		digits, closed := strings.CutSuffix(index, "]")
		n, err := strconv.Atoi(digits)
		if err != nil || !closed || n < 1 || n > maxIndex {
			return st, false
		}
		st.index = n
	}
	return st, validMember(name)
}

func joinPath(steps []pathStep) string {
	parts := make([]string, len(steps))
	for i, st := range steps {
		parts[i] = st.String()
	}
	return strings.Join(parts, "/")
}

// validMember reports whether a member can have this name: what a question can be called, with "@" for attributes.
func validMember(name string) bool {
	return name == ownText || validName(strings.TrimPrefix(name, "@"))
}

// validName reports whether a question can be called so: letters, digits, "_", "-", "."; a letter or "_" first.
func validName(name string) bool {
	if name == "" || len(name) > 100 {
		return false
	}
	for i, r := range name {
		switch {
		case r == '_' || unicode.IsLetter(r):
		case i > 0 && (r == '-' || r == '.' || unicode.IsDigit(r)):
		default:
			return false
		}
	}
	return true
}
