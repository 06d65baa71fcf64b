package language

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// Unicode's isolates (UAX 9): what stands between them doesn't change the order of what stands around them.
const (
	firstStrongIsolate    = "\u2068"
	popDirectionalIsolate = "\u2069"
)

// Isolate sets s apart so that an address, a number or a name keeps its own order inside a sentence of the other
// direction. An isolate that s brings open is closed, and one too many closed is dropped, so that s can't reach out.
func Isolate(s string) string {
	if s == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(firstStrongIsolate)
	depth := 0
	for _, r := range s {
		switch {
		case r == '\u2066' || r == '\u2067' || r == '\u2068':
			depth++
		case r == '\u2069' && depth == 0:
			continue
		case r == '\u2069':
			depth--
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(popDirectionalIsolate, depth+1))
	return b.String()
}

// StripBidi removes the invisible characters that steer direction from text that a person typed or pasted, and says how
// many there were. They can make an identifier read as another one; the page tells the person when some were removed.
func StripBidi(s string) (clean string, removed int) {
	clean = strings.Map(func(r rune) rune {
		if steers(r) {
			removed++
			return -1
		}
		return r
	}, s)
	return clean, removed
}

// steers is true of the characters with the property Bidi_Control.
func steers(r rune) bool {
	return r == '\u061c' || r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// mixes says whether s has a character that runs from right to left, or one that steers direction.
func mixes(s string) bool {
	for _, r := range s {
		if r < 0x590 {
			continue
		}
		if steers(r) {
			return true
		}
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.R, bidi.AL, bidi.AN:
			return true
		}
	}
	return false
}
