package organisation

import (
	"slices"
	"strings"
	"unicode"

	"comity/internal/base/language"
)

// FindStates returns the codes of the States that somebody may mean who writes a State into a list: by its code (ISO 3166-1
// or M49), or by its short or formal name in one of the six languages. A name without words of the form of government
// finds every State that is called so: "Congo" finds two, and whoever asks says which. None is nil.
func (q *Organisations) FindStates(written string) []string {
	written = strings.TrimSpace(written)
	known := q.States()
	if code := strings.ToUpper(written); slices.Contains(known, code) {
		return []string{code}
	}
	if c, ok := q.catalog.Country(written); ok && slices.Contains(known, c.ISO2) {
		return []string{c.ISO2}
	}
	if core(written) != plain(written) {
		if codes := q.named(known, plain, written); len(codes) > 0 {
			return codes
		}
	}
	return q.named(known, core, written)
}

// named returns the States one of whose names is the same as what is written, when both are read by a function.
func (q *Organisations) named(known []string, read func(string) string, written string) (codes []string) {
	want := read(written)
	if want == "" {
		return nil
	}
	for _, code := range known {
		if slices.ContainsFunc(language.Official(), func(tag language.Tag) bool {
			if c, ok := q.catalog.Country(code); ok {
				return read(c.Short(tag)) == want || read(c.Formal(tag)) == want
			}
			return read(StateName(q.catalog.Get(tag), code)) == want
		}) {
			codes = append(codes, code)
		}
	}
	return codes
}

// plain is a name in small letters without marks between its words and without the article in front.
func plain(name string) string {
	name = strings.NewReplacer("’", "'", "（布）", "", "（金）", "").Replace(strings.ToLower(name))
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",()-—", r) })
	if len(words) > 1 && slices.Contains([]string{"the", "la", "le", "les", "el", "los"}, words[0]) {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

// core is a name without what says how a State is governed.
func core(name string) string {
	name = strings.NewReplacer("l'", "", "d'", "", "共和国", "", "民主", "", "人民", "").Replace(plain(name))
	return strings.Join(slices.DeleteFunc(strings.Fields(name), func(w string) bool { return slices.Contains(government(), w) }), " ")
}

func government() []string {
	return strings.Fields(`the of and republic democratic people's federal federated kingdom state states islamic arab plurinational bolivarian commonwealth united
		la le les de du des et république démocratique populaire fédérale royaume état islamique unie
		el los del y república democrática popular federal reino estado islámica unida
		республика демократическая народная федеративная королевство государство исламская
		جمهورية الديمقراطية الشعبية مملكة دولة الإسلامية`)
}
