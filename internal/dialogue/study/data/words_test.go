package data

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// TestEveryTextIsTranslated: a questionnaire is fielded in six languages or not at all, and a folder holds all of its own
// words, so that it can be given away alone.
func TestEveryTextIsTranslated(t *testing.T) {
	eachForm(t, func(t *testing.T, s Study, audience string, in *instrument.Instrument) {
		if !slices.Equal(in.Languages, []language.Tag{"ar", "en", "es", "fr", "ru", "zh"}) || in.Audience != audience || in.Version == "" {
			t.Errorf("the form is for %q, version %q, in %v", in.Audience, in.Version, in.Languages)
		}
		if in.ID != s.Code+"-"+audience {
			t.Errorf("the form is called %q, want %q", in.ID, s.Code+"-"+audience)
		}
		var texts []string
		for _, text := range in.Texts() {
			texts = append(texts, text.English)
		}
		lint(t, s.Dir(audience), texts)
		for _, tag := range language.Official() {
			if lacks := in.Lacks(tag); len(lacks) > 0 {
				t.Errorf("%s: %d texts are missing, %q first", tag, len(lacks), lacks[0].English)
			}
		}
	})
	for _, s := range studies(t) {
		lint(t, s.Code, s.Texts())
		for _, tag := range language.Official() {
			if s.Title[tag] == "" {
				t.Errorf("%s: no title in %s", s.Code, tag)
			}
		}
	}
}

// lint holds the translations of one folder against its texts: none missing, none unused, no place lost, none fuzzy.
func lint(t *testing.T, dir string, texts []string) {
	t.Helper()
	sub, err := fs.Sub(FS(), dir)
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := language.Load(language.Source{Name: dir, FS: sub})
	if err != nil {
		t.Fatal(err)
	}
	var used []language.Use
	for _, text := range texts {
		used = append(used, language.Use{Msg: text, Open: true, Where: dir})
	}
	for _, p := range language.Lint(catalog, used) {
		if !strings.HasPrefix(p.Where, "language/") { // those of all pages
			t.Error(p)
		}
	}
	for _, tag := range language.Official() {
		if tag == language.English {
			continue
		}
		if _, err := fs.Stat(sub, path.Join("po", string(tag)+".po")); err != nil {
			t.Error(err)
		}
	}
}

// TestOneSentenceHasOneTranslation: what another part of the program has translated is said the same way here.
func TestOneSentenceHasOneTranslation(t *testing.T) {
	sources := append(Words(), words("*/*/po")...)
	if len(sources) < 8 {
		t.Fatalf("%d folders of words, want those of two studies and six questionnaires", len(sources))
	}
	err := filepath.WalkDir("../../..", func(dir string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "po" && !strings.Contains(filepath.ToSlash(dir), "base/language") {
			sources = append(sources, language.Source{Name: dir, FS: os.DirFS(filepath.Dir(dir))})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := language.Load(sources...); err != nil {
		t.Error(err)
	}
}

// scripts are the letters without which a text isn't in that language.
var scripts = map[language.Tag]func(rune) bool{
	"ar": func(r rune) bool { return r >= 0x0600 && r <= 0x06FF },
	"ru": func(r rune) bool { return r >= 0x0400 && r <= 0x04FF },
	"zh": func(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF },
}

// A translation that slipped into the next language's line is whole to every other check.
func TestTranslationsAreInTheirLanguage(t *testing.T) {
	eachForm(t, func(t *testing.T, _ Study, _ string, in *instrument.Instrument) {
		for _, text := range in.Texts() {
			for tag, of := range scripts {
				if said := in.In(tag, text.English); !strings.ContainsFunc(said, of) && said != text.English {
					t.Errorf("%s: %q says %q", tag, text.English, said)
				}
			}
			for _, tag := range []language.Tag{"fr", "es"} {
				said := in.In(tag, text.English)
				for other, of := range scripts {
					if strings.ContainsFunc(said, of) {
						t.Errorf("%s: %q has letters of %s: %q", tag, text.English, other, said)
					}
				}
				if question := strings.HasSuffix(text.English, "?"); question != strings.HasSuffix(said, "?") || tag == "es" && question && !strings.Contains(said, "¿") {
					t.Errorf("%s: %q is a question: %v, its translation %q", tag, text.English, question, said)
				}
			}
		}
	})
}
