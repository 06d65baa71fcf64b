package learning

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
)

// TestEverySentenceIsTranslated holds the translations against what the pages of learning say, in six languages.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load(Words()...)
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("learning", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(used) < 100 {
		t.Fatalf("%d sentences found, want the more than 100 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if strings.HasPrefix(p.Where, "learning/") {
			t.Error(p)
		}
	}
}
