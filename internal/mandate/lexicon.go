package mandate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// verb finds the words with which a paragraph begins, and their class. The longest that fits decides.
func (l *lexicon) verb(text string) (string, Class) {
	low := strings.ToLower(text)
	best, class := 0, Class("")
	for _, c := range classes {
		for _, v := range l.Verbs[c] {
			if len(v) > best && strings.HasPrefix(low, v) && wordEnds(low[len(v):]) {
				best, class = len(v), c
			}
		}
	}
	if best == 0 {
		return "", ""
	}
	return text[:best], class
}

// wordEnds reports whether a word ends before rest. Chinese has no spaces between words, Arabic verbs take endings.
func wordEnds(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || !unicode.IsLetter(r) || unicode.Is(unicode.Han, r) || unicode.Is(unicode.Arabic, r)
}

// addressees are the bodies that a paragraph that asks speaks to: the one that stands first after the verb, and those
// joined to it before the verb of what they are to do. Bodies that are only mentioned later are no addressees, so
// only what stands near the beginning counts.
func (l *lexicon) addressees(low string, c Class) []string {
	if !c.Asks() {
		return nil
	}
	type hit struct {
		name string
		at   int
		end  int
	}
	var hits []hit
	for _, b := range l.Body {
		for _, as := range b.As {
			if at := strings.Index(low, as); at >= 0 {
				hits = append(hits, hit{b.Name, at, at + len(as)})
			}
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return a.at - b.at })
	var to []string
	reach := 0
	for i, h := range hits {
		if i > 0 && h.at-reach > nearBy {
			break
		}
		if i > 0 && h.at < reach { // a name inside a longer one
			continue
		}
		if reach = h.end; !slices.Contains(to, h.name) {
			to = append(to, h.name)
		}
	}
	return to
}

// nearBy is how far apart, in bytes, two addressees of one paragraph stand at most: "the Secretariat and the ".
const nearBy = 24

// named lists the names whose words stand in the text, in the order of order, or sorted.
func named(words map[string][]string, low string, order []string) []string {
	var found []string
	for name, list := range words {
		if slices.ContainsFunc(list, func(w string) bool { return strings.Contains(low, w) }) {
			found = append(found, name)
		}
	}
	slices.SortFunc(found, func(a, b string) int {
		if i, j := slices.Index(order, a), slices.Index(order, b); i != j {
			return i - j
		}
		return strings.Compare(a, b)
	})
	return found
}

// due finds "prior to the twentieth session" and what day that is for the body.
func (l *lexicon) due(d *Data, low, body string) Due {
	for _, form := range l.Session.Before {
		before, after, _ := strings.Cut(form, "{n}")
		at := strings.Index(low, before)
		if at < 0 {
			continue
		}
		rest := low[at+len(before):]
		for _, words := range l.Session.Ordinals {
			for i, w := range words {
				if strings.HasPrefix(rest, w) && strings.HasPrefix(rest[len(w):], after) {
					return d.before(body, i+1)
				}
			}
		}
		if n, tail := leadingNumber(rest); n > 0 && strings.HasPrefix(strings.TrimLeft(tail, "-йeаªºthndrsè"), strings.TrimLeft(after, " ")) || n > 0 && strings.Contains(tail, strings.TrimSpace(after)) {
			return d.before(body, n)
		}
	}
	return Due{}
}

func leadingNumber(s string) (int, string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' && i < 3 {
		i++
	}
	if i == 0 {
		return 0, s
	}
	return atoi(s[:i]), s[i:]
}
