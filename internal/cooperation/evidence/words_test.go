package evidence_test

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
	"comity/internal/cooperation/evidence"
)

// TestEverySentenceIsTranslated holds the catalogue against what this package says, in six languages.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load(evidence.Words())
	must(t, err)
	used, err := language.Extract("evidence", os.DirFS("."))
	must(t, err)
	if len(used) < 100 {
		t.Fatalf("%d sentences found, want the more than 100 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if !strings.HasPrefix(p.Where, "language/") { // those of all pages
			t.Error(p)
		}
	}
}
