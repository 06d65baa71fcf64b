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

// Clean brings what was typed or pasted as the answer to the question to the form in which it is kept, and says what was
// done to it or is wrong with its length: a code for [Sentence], "" when nothing is.
func (it *Item) Clean(typed string) (value, code string, args map[string]string) {
	value, removed := CleanText(typed)
	value = it.normal(value)
	if code, args := it.wrongForm(value); code == CodeTooLong {
		return value, code, args
	}
	if removed > 0 {
		return value, CodeRemovedControl, map[string]string{"n": number(removed)}
	}
	return value, "", nil
}
