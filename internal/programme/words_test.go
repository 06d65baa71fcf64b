package programme

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
)

// TestEverySentenceIsTranslated holds the translations against what the pages of programmes say, in six languages. Those
// of the programmes themselves are held by "comity check" and [TestPacks].
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("programme", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(used) < 50 {
		t.Fatalf("%d sentences found, want the more than 50 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if !strings.HasPrefix(p.Where, "language/") { // those of all pages
			t.Error(p)
		}
	}
}
