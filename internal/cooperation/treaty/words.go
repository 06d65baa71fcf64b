package treaty

import (
	"embed"

	"comity/internal/base/language"
)

//go:embed po
var po embed.FS

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "treaty", FS: po} }

// Messages lists the English sentences that pages show of a treaty: grounds and their notes, clocks, what it says on
// language and channel, and what it wants a request to contain. The check that all are translated goes by it. The other
// articles are kept for those who work on the data, and declarations stand in the words of the source.
func (ts *Treaties) Messages() []string {
	var out []string
	add := func(text string) {
		if text != "" {
			out = append(out, text)
		}
	}
	for _, t := range ts.list {
		add(t.Language.Text)
		add(t.Channel.Text)
		for _, c := range t.Clocks {
			add(c.Text)
		}
		for _, d := range t.demands(t.Serves) {
			add(d.Text)
		}
		for _, g := range t.Grounds {
			out = append(out, g.Label)
			if g.Note != "" {
				out = append(out, g.Note)
			}
		}
	}
	return out
}
