package translation

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// checkCharacters refuses what no format of ours can carry, and what makes a text read in another order than it is
// written: embeddings and overrides (UAX 9). Marks and isolates that are closed stay as they are.
func checkCharacters(text string) error {
	if !utf8.ValidString(text) {
		return errs.Invalidf("a text is not UTF-8")
	}
	open := 0
	for _, r := range text {
		switch {
		case unicode.IsControl(r) && r != '\n' && r != '\t', r == '\ufffe', r == '\uffff':
			return errs.Invalidf("character U+%04X can't be written", r)
		case r >= '\u202a' && r <= '\u202e':
			return errs.Invalidf("character U+%04X turns the order of a text round; use an isolate (U+2068 … U+2069)", r)
		case r >= '\u2066' && r <= '\u2068':
			open++
		case r == '\u2069':
			open--
		}
		if open < 0 {
			break
		}
	}
	if open != 0 {
		return errs.Invalidf("an isolate (U+2066 to U+2069) is not closed, or closed twice")
	}
	return nil
}

// checkTarget says what is wrong with a translation of a source, as a field of the form.
func checkTarget(source, text string) error {
	code := ""
	want, got := language.Places(source), language.Places(text)
	slices.Sort(want)
	slices.Sort(got)
	switch {
	case strings.TrimSpace(text) == "":
		code = language.M("Write the translation.")
	case len([]rune(text)) > maxText:
		code = language.M("The translation is longer than 20,000 characters.")
	case checkCharacters(text) != nil:
		code = language.M("The translation has an invisible character that can't be kept. Write it anew without copying.")
	case !slices.Equal(want, got):
		code = language.M("The places in curly brackets must be those of the source, none more and none less.")
	default:
		return nil
	}
	return errs.WithFields(errs.Field{Path: "text", Code: code})
}
