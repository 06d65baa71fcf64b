package workshop

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
)

// TestEverySentenceIsTranslated holds the translations against what the pages of workshops say, in six languages.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("workshop", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(used) < 170 {
		t.Fatalf("%d sentences found, want the more than 170 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if !strings.HasPrefix(p.Where, "language/") { // those of all pages
			t.Error(p)
		}
	}
}
