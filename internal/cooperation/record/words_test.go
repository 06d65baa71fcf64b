package record

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/language"
	"comity/internal/engine/envelope"
)

// TestEverySentenceIsTranslated holds the translations against what the pages of this package say, in six
// languages.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("record", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(used) < 100 {
		t.Fatalf("%d sentences found, want the more than 100 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if !strings.HasPrefix(p.Where, "language/") { // those of all pages
			t.Error(p)
		}
	}
}

// TestCommandsAreSaid: whatever the public commands show has its sentence in the catalogue.
func TestCommandsAreSaid(t *testing.T) {
	for _, card := range []bool{false, true} {
		for _, c := range envelope.Commands("x.asice.age", true, card, time.Time{}) {
			if !slices.Contains(shows(), c.Shows) {
				t.Errorf("%q is not among the sentences of shows", c.Shows)
			}
		}
	}
}
