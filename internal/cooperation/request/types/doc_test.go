package types

import (
	"os"
	"strings"
	"testing"

	"comity/internal/engine/instrument"
)

// docs/formats/answers.md names every question of every form.
func TestAnswersAreDocumented(t *testing.T) {
	b, err := os.ReadFile("../../../../docs/formats/answers.md")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(items []*instrument.Item)
	walk = func(items []*instrument.Item) {
		for _, it := range items {
			if p := it.Path(); p != "/request" && !strings.Contains(string(b), "`"+p+"`") && !strings.Contains(string(b), "`"+p+"[]`") {
				t.Errorf("docs/formats/answers.md doesn't name %s: add the row\n| `%s` | %s | %s |  |", p, p, it.Type, it.Label)
			}
			walk(it.Items)
			for _, v := range it.Variants {
				walk(v)
			}
		}
	}
	walk(load(t).types.Form().Items)
}
