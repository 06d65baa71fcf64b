package assessment

import (
	"os"
	"slices"
	"strings"
	"testing"

	"comity/internal/base/language"
)

// TestEverySentenceIsTranslated holds the translations against what the pages of assessments and the models say, in six
// languages.
func TestEverySentenceIsTranslated(t *testing.T) {
	models, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := language.Load(Words()...)
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("assessment", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		used = append(used, m.Messages()...)
	}
	if len(used) < 350 {
		t.Fatalf("%d sentences found, want the more than 350 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if !strings.HasPrefix(p.Where, "language/") { // those of all pages
			t.Error(p)
		}
	}
}

// TestModel: the model that is part of the program has seven dimensions, 25 factors, each asked about at every stage, and
// lacks nothing.
func TestModel(t *testing.T) {
	models, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	m := models["national-capacity"]
	for _, l := range m.Lacks() {
		t.Error(l)
	}
	n := 0
	for _, f := range m.Factors {
		n += len(f.Indicators)
		for stage := 2; stage <= len(m.Stages); stage++ {
			if !slices.ContainsFunc(f.Indicators, func(i Indicator) bool { return i.Stage == stage }) {
				t.Errorf("factor %s has no indicator of stage %d", f.Code, stage)
			}
		}
	}
	if len(m.Areas) != 7 || len(m.Factors) != 25 || n < 110 || n > 140 {
		t.Errorf("%d dimensions, %d factors, %d indicators", len(m.Areas), len(m.Factors), n)
	}
	broken := Model{Name: "broken", Factors: []Factor{{Code: "f", Indicators: []Indicator{{Code: "a", Text: "No full stop", Asks: nil}}}}}
	if got := broken.Lacks(); len(got) != 2 {
		t.Errorf("a model without names: %v", got)
	}
}
