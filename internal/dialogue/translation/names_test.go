package translation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity/internal/base/language"
)

func TestNames(t *testing.T) {
	c, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]struct {
		source, text string
		from, to     language.Tag
		want         []Name
	}{
		"a longer name isn't taken for a shorter one": {
			"Equatorial Guinea, Niger and Nigeria", "", "en", "fr",
			[]Name{{"Equatorial Guinea", "Guinée équatoriale", false}, {"Nigeria", "Nigéria", false}, {"Niger", "Niger", false}},
		},
		"both the longer and the shorter": {
			"Guinea and Guinea-Bissau", "الغينيا: غينيا", "en", "ar",
			[]Name{{"Guinea-Bissau", "غينيا - بيساو", false}, {"Guinea", "غينيا", true}},
		},
		"part of a word is no name": {"Omani and Chadian law", "", "en", "es", nil},
		"Chinese has no spaces":     {"法国和肯尼亚答复", "France", "zh", "fr", []Name{{"肯尼亚", "Kenya", false}, {"法国", "France", true}}},
		"nothing is named":          {"All States", "", "en", "ru", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(names(c, k.source, k.text, k.from, k.to), k.want); d != "" {
				t.Errorf("names of %q (-got +want):\n%s", k.source, d)
			}
		})
	}
}
