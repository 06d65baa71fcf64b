package mandate

import (
	"strings"
	"unicode"
)

// alike is the share of common shingles from which two paragraphs say nearly the same.
const alike = 0.6

// Pair is two paragraphs that say nearly the same.
type Pair struct {
	A, B  Para
	Share float64 // Jaccard index of their shingles, 0 to 1
}

// Similar finds paragraphs of different documents that ask nearly the same, in shingles of three words: candidates for
// "renews" and "supersedes", for a person to judge.
func Similar(docs []Document) []Pair {
	type shingled struct {
		p   Para
		set map[string]bool
	}
	var all []shingled
	for _, d := range docs {
		for _, p := range d.Paras {
			if p.Class.Asks() {
				all = append(all, shingled{p, shingles(p.Say)})
			}
		}
	}
	var pairs []Pair
	for i, a := range all {
		for _, b := range all[i+1:] {
			if share := jaccard(a.set, b.set); share >= alike && a.p.Symbol != b.p.Symbol {
				pairs = append(pairs, Pair{a.p, b.p, share})
			}
		}
	}
	return pairs
}

// shingles are the runs of three words of a text; of three characters where words aren't set apart.
func shingles(s string) map[string]bool {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		words = strings.Split(strings.Join(words, ""), "")
	}
	set := map[string]bool{}
	for i := 0; i+3 <= len(words); i++ {
		set[strings.Join(words[i:i+3], " ")] = true
	}
	return set
}

func jaccard(a, b map[string]bool) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	both := 0
	for s := range a {
		if b[s] {
			both++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}
