package document

import (
	"unicode"
	"unicode/utf8"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// Written returns the span's characters as a writer puts them down: without the invisible characters that steer
// direction, which only the writers set. A new line (\n) and a tab stay; any other control character, and bytes that
// are not UTF-8, are an [errs.Invalid] that names them, so that no file shows something else than what was written.
func (s Span) Written() (string, error) {
	if !utf8.ValidString(s.Text) {
		return "", errs.Invalidf("text %q is not UTF-8", s.Text)
	}
	for _, r := range s.Text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\ufffe' || r == '\uffff' {
			return "", errs.Invalidf("text %q: character U+%04X cannot be written", s.Text, r)
		}
	}
	clean, _ := language.StripBidi(s.Text)
	return clean, nil
}
