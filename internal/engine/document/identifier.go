package document

import "golang.org/x/text/unicode/bidi"

// Stretch is a part of an identifier whose letters run one way.
type Stretch struct {
	Text        string
	RightToLeft bool
}

// Stretches cuts an identifier so that each of its right-to-left words stands alone. The writers isolate those words
// inside the identifier: by the rules for running text (UAX 9) the signs and digits beside a word would follow its
// direction, and "example.org/ا/7" would be shown as "example.org/7/ا", which is another address.
func Stretches(s string) []Stretch {
	var all []Stretch
	begin, current := 0, false
	for i, r := range s {
		p, _ := bidi.LookupRune(r)
		c := p.Class()
		rightToLeft := c == bidi.R || c == bidi.AL || c == bidi.NSM && current // a mark belongs to its letter
		if rightToLeft == current {
			continue
		}
		if i > begin {
			all = append(all, Stretch{s[begin:i], current})
		}
		begin, current = i, rightToLeft
	}
	if begin < len(s) {
		all = append(all, Stretch{s[begin:], current})
	}
	return all
}
