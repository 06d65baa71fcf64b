package web

import (
	"os"
	"testing"

	"comity/internal/base/language"
)

// TestEverySentenceIsTranslated holds the catalogue against what the pages of this package say, in six
// languages. What is translated and used nowhere only a check of the whole program can tell.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("web", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(used) < 100 {
		t.Fatalf("%d sentences found, want the more than 100 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if p.Kind != "stale" {
			t.Error(p)
		}
	}
}
