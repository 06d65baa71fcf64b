package mandate

import (
	"os"
	"strings"
	"testing"

	"comity/internal/base/language"
)

// said lists what the shipped register says: its summaries, titles and organs.
func said(t testing.TB) []language.Use {
	t.Helper()
	var uses []language.Use
	for _, d := range data(t).Documents {
		where := "data/" + d.Slug() + ".toml"
		for _, s := range []string{d.Title, d.Organ} {
			uses = append(uses, language.Use{Msg: s, Where: where})
		}
		for _, p := range d.Paras {
			uses = append(uses, language.Use{Msg: p.Say, Where: where})
		}
	}
	return uses
}

// TestEverySentenceIsTranslated holds the translations against what the pages and the shipped register say.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalog, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	used, err := language.Extract("mandate", os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(used) < 100 {
		t.Fatalf("%d sentences found, want the more than 100 there are", len(used))
	}
	for _, p := range language.Lint(catalog, append(used, said(t)...)) {
		if !strings.HasPrefix(p.Where, "language/") { // those of all pages
			t.Error(p)
		}
	}
}
