package people

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
	"comity/internal/engine/access"
)

// TestWords finds sentences of these pages, of the roles and of refusals that are missing in one of the six languages, or
// that nobody says.
func TestWords(t *testing.T) {
	catalog, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("people", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	below, err := language.Extract("access", os.DirFS("../../engine/access"))
	if err != nil {
		t.Fatal(err)
	}
	policy, err := access.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, msg := range append(policy.Words(), access.SignInAgain) {
		below = append(below, language.Use{Where: "access/roles.toml", Msg: msg})
	}
	used = append(used, below...)
	if len(used) < 250 {
		t.Fatalf("found %d sentences, want those of all pages", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if p.Kind == "stale" && !strings.HasPrefix(p.Where, "people/") {
			continue // said elsewhere
		}
		t.Error(p)
	}
}
