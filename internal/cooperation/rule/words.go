package rule

import (
	"embed"
	"strings"

	"comity/internal/base/language"
)

//go:embed po
var po embed.FS

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "rule", FS: po} }

// Messages lists every English sentence and word that findings can hold, for the check that all are translated.
func (s *Set) Messages() []string {
	var out []string
	for _, r := range s.rules {
		out = append(out, r.Message)
		for _, w := range r.Missing {
			out = append(out, w.Word)
		}
		for _, c := range r.Cites {
			if strings.ToUpper(c.Source) != c.Source { // a bare number such as "RFC 5321" needs no words
				out = append(out, c.Source)
			}
		}
	}
	for _, t := range s.catalogue.types {
		out = append(out, t.Label)
	}
	return out
}
