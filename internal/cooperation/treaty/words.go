package treaty

import (
	"embed"

	"comity/internal/base/language"
)

//go:embed po
var po embed.FS

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "treaty", FS: po} }

// Messages lists the English labels and notes of the grounds, for the check that all are translated.
func (ts *Treaties) Messages() []string {
	var out []string
	for _, t := range ts.list {
		for _, g := range t.Grounds {
			out = append(out, g.Label)
			if g.Note != "" {
				out = append(out, g.Note)
			}
		}
	}
	return out
}
