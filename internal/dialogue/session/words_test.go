package session

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
)

// TestEverySentenceIsTranslated holds the translations against what the pages of sessions say, in six languages.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("session", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	bodies, err := Bodies()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bodies {
		used = append(used, language.Use{Msg: b.Name, Where: "data/bodies.toml"})
	}
	if len(used) < 90 {
		t.Fatalf("%d sentences found, want the more than 90 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if !strings.HasPrefix(p.Where, "language/") { // those of all pages
			t.Error(p)
		}
	}
}
