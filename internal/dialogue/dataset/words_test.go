package dataset

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
)

// TestEverySentenceIsTranslated holds the translations against what tables, files and pictures say, in six languages.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load(Words(), response.Words(), study.Words())
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("dataset", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(used) < 20 {
		t.Fatalf("%d sentences found, want the more than 20 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if strings.HasPrefix(p.Where, "dataset") { // the rest is the other slices'
			t.Error(p)
		}
	}
}
