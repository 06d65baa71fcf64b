package people

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
)

// TestWords finds sentences of these pages that are missing in one of the six languages, or that nobody says.
func TestWords(t *testing.T) {
	catalog, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("people", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(used) < 100 {
		t.Fatalf("found %d sentences, want those of all pages", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if p.Kind == "stale" && !strings.HasPrefix(p.Where, "people/") {
			continue // said elsewhere
		}
		t.Error(p)
	}
}
