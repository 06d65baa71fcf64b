package letter

import (
	"errors"
	"testing"

	"comity/internal/base/errs"
)

func TestBlockRefuses(t *testing.T) {
	w := load(t)
	l := w.letters
	place := func(p string) map[string]string { return map[string]string{"x": p} }
	for name, row := range map[string]blockRow{
		"an unknown kind":               {Kind: "poem"},
		"a heading without level":       {Kind: "heading", Text: "x"},
		"a place that nothing fills":    {Kind: "paragraph", Text: "Of {x}."},
		"a place that the text forgets": {Kind: "paragraph", Text: "Of.", Place: place("id: ref")},
		"a place without a kind":        {Kind: "paragraph", Text: "Of {x}.", Place: place("ref")},
		"a place of an unknown kind":    {Kind: "paragraph", Text: "Of {x}.", Place: place("poem: ref")},
		"a list that the form lacks":    {Kind: "paragraph", Text: "Of {x}.", Place: place("choice nothing: ref")},
		"a broken condition":            {Kind: "paragraph", Text: "Of.", When: "a ="},
		"a broken path":                 {Kind: "own", Text: "a["},
		"a slip in a path":              {Kind: "paragraph", Text: "Of {x}.", Place: place("id: ref/onw")},
		"a slip in each":                {Kind: "table", Each: "persn", Item: []itemRow{{Head: "H", Text: "{x}", Place: place("name: name")}}},
		"a slip under each":             {Kind: "table", Each: "person[name != '']", Item: []itemRow{{Head: "H", Text: "{x}", Place: place("name: nmae")}}},
		"a slip in own words":           {Kind: "own", Text: "purpse"},
		"a broken item":                 {Kind: "definitions", Item: []itemRow{{Term: "T", Text: "{x}", Place: place("id: [")}}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := l.block(row, &compiler{letters: l, types: w.types, from: "/request"}); !errors.Is(err, errs.Invalid) {
				t.Errorf("block = %v, want an error that is not valid", err)
			}
		})
	}
}
