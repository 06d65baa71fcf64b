package instrument

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// CleanText brings a text that a person typed or pasted to the form in which it is kept, and returns how many
// characters were taken out: bidi controls, with which a text can be read otherwise than it is written, and other
// control characters. Lines end in "\n"; characters are composed (NFC). Nothing else changes, no space is trimmed.
func CleanText(s string) (text string, removed int) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			removed++
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(text), removed
}
