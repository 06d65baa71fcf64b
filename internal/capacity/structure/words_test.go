package structure

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
	"comity/internal/cooperation/treaty"
)

// law is the elements that are part of the program.
func law(t testing.TB) *Law {
	t.Helper()
	all, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	l, err := LoadLaw(all)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestEverySentenceIsTranslated holds the translations against what the pages of structures and the elements of articles
// say, in six languages.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("structure", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	used = append(used, law(t).messages()...)
	if len(used) < 150 {
		t.Fatalf("%d sentences found, want the more than 150 there are", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if !strings.HasPrefix(p.Where, "language/") { // those of all pages
			t.Error(p)
		}
	}
}
