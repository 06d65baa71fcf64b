package translation

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"comity/internal/base/language"
)

// Name is a State or territory that a source names, and what it is called in the language of the translation by UNTERM,
// the terminology database of the United Nations.
type Name struct {
	Source, Target string
	Found          bool // word for word in the translation; a language that bends names has it in another form
}

// maxNames is how many names stand beside a text.
const maxNames = 20

// names finds the names of countries in a source.
func names(c *language.Catalog, source, text string, from, to language.Tag) []Name {
	all := c.Countries()
	slices.SortStableFunc(all, func(a, b language.Country) int { return len(b.Short(from)) - len(a.Short(from)) }) // "Equatorial Guinea" before "Guinea"
	var found []Name
	for _, k := range all {
		rest, ok := without(source, k.Short(from))
		if !ok {
			continue
		}
		source = rest
		n := Name{Source: k.Short(from), Target: k.Short(to)}
		n.Found = strings.Contains(text, n.Target)
		if found = append(found, n); len(found) == maxNames {
			break
		}
	}
	return found
}

// without takes a name out of a text, wherever it stands as words of its own, and reports whether it did.
func without(text, name string) (rest string, found bool) {
	var b strings.Builder
	for {
		i := strings.Index(text, name)
		if i < 0 {
			b.WriteString(text)
			return b.String(), found
		}
		end := i + len(name)
		if apart(text, i, end) {
			b.WriteString(text[:i] + "\x00")
			found = true
		} else {
			b.WriteString(text[:end])
		}
		text = text[end:]
	}
}

// apart reports whether no letter touches what stands between two places; Chinese has no spaces between words.
func apart(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return !touches(before) && !touches(after)
}

func touches(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) }
