package letter

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/language"
	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/selector"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/document"
	"comity/internal/engine/instrument"
)

var update = flag.Bool("update", false, "write the letters wanted anew")

type world struct {
	types   *types.Types
	letters *Letters
	catalog *language.Catalog
}

func load(t testing.TB) world {
	t.Helper()
	ts, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	ty, err := types.Load(ts)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Load(ty, ts)
	if err != nil {
		t.Fatal(err)
	}
	c, err := language.Load(append(types.Words(), selector.Words(), treaty.Words(), rule.Words())...)
	if err != nil {
		t.Fatal(err)
	}
	return world{ty, l, c}
}

func (w world) render(t testing.TB, example []byte, tag language.Tag) *Letter {
	t.Helper()
	a, err := instrument.ParseAnswers(example)
	if err != nil {
		t.Fatal(err)
	}
	letter, err := w.letters.Render(a, w.catalog.Get(tag), Options{Reference: a.Get("request/ref/own"), Exercise: true, At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

// plain writes a document as text, to be read and compared; ‹…› stands around what writers isolate.
func plain(d *document.Doc) string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.TrimRight(strings.Join(parts, " "), " ") + "\n") }
	text := func(t document.Text) string {
		var s strings.Builder
		for _, sp := range t {
			if sp.Kind.Isolated() {
				s.WriteString("‹" + sp.Text + "›")
			} else {
				s.WriteString(sp.Text)
			}
		}
		return s.String()
	}
	for _, h := range d.Header {
		line(text(h))
	}
	for _, bl := range d.Blocks {
		switch bl := bl.(type) {
		case document.Heading:
			line("\n"+strings.Repeat("#", bl.Level), text(bl.Text))
		case document.Paragraph:
			line(bl.Number, text(bl.Text))
		case document.Definitions:
			for _, it := range bl.Items {
				line(" ", text(it.Term)+":", text(it.Text))
			}
		case document.Table:
			for _, row := range append([][]document.Text{bl.Head}, bl.Rows...) {
				var cells []string
				for _, c := range row {
					cells = append(cells, text(c))
				}
				line(" |", strings.Join(cells, " | "))
			}
		case document.Rule:
			line("\n* * *")
		case document.Signature:
			line("\n", text(bl.Name)+",", text(bl.Function)+",", text(bl.Place)+",", text(bl.Date))
		}
	}
	line("\n--", text(d.Footer))
	return b.String()
}

// Every example has its letter in every language beside it.
func TestLetters(t *testing.T) {
	w := load(t)
	for _, ty := range w.types.All() {
		for _, tag := range language.Official() {
			t.Run(ty.Code+"/"+string(tag), func(t *testing.T) {
				got := plain(w.render(t, ty.Example, tag).Doc)
				name := filepath.Join("..", "types", ty.Code, "want", string(tag)+".txt")
				if *update {
					if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(name)
				if err != nil {
					t.Fatalf("no letter to compare with (read what -update writes, then keep it): %v", err)
				}
				if got != string(want) {
					t.Errorf("%s: the letter has changed; write it with -update and read git diff:\n%s", name, got)
				}
			})
		}
	}
}

// Everything that forms, rules, selectors, grounds and letters say is said in six languages, with the same places.
func TestTranslated(t *testing.T) {
	w := load(t)
	ts, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := w.types.Rules(ts)
	if err != nil {
		t.Fatal(err)
	}
	said := slices.Concat(w.types.Messages(), w.letters.Messages(), rules.Messages(), ts.Messages())
	for _, m := range selector.Messages() {
		said = append(said, m)
	}
	for _, k := range selector.Kinds() {
		said = append(said, k.Label)
	}
	slices.Sort(said)
	said = slices.Compact(said)
	for _, tag := range language.Official() {
		p := w.catalog.Get(tag)
		for _, m := range said {
			if onlyPlace(m) {
				continue
			}
			got, parts := p.Parts(m)
			if got != tag {
				t.Errorf("%s: no translation of %q", tag, m)
				continue
			}
			var text string
			for _, part := range parts {
				text += part.Text
			}
			want, have := language.Places(m), language.Places(text)
			slices.Sort(want)
			slices.Sort(have)
			if !slices.Equal(want, have) {
				t.Errorf("%s: %q has the places %v, want %v", tag, m, have, want)
			}
		}
	}
}

func TestLetterIsWhole(t *testing.T) {
	w := load(t)
	for _, ty := range w.types.All() {
		l := w.render(t, ty.Example, language.English)
		if len(l.Untranslated) > 0 {
			t.Errorf("%s: English is its own translation: %v", ty.Code, l.Untranslated)
		}
		s := plain(l.Doc)
		if strings.Contains(s, "{") {
			t.Errorf("%s: a place is empty:\n%s", ty.Code, s)
		}
		if len(l.Doc.Files) != 1 || l.Doc.Exercise == "" || l.Doc.Title == "" || len(l.Doc.Header) < 2 {
			t.Errorf("%s: no data, no watermark, no title or no letterhead: %+v", ty.Code, l.Doc)
		}
	}
}

// Another outline says the same in another order, with the same measures and the same facts.
func TestOutlines(t *testing.T) {
	w := load(t)
	ty, _ := w.types.Get("records.bank")
	a, err := instrument.ParseAnswers(ty.Example)
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.letters.Render(a, w.catalog.Get(language.French), Options{Outline: "rogatory"})
	if err != nil {
		t.Fatal(err)
	}
	s := plain(l.Doc)
	at := -1
	for _, heading := range []string{"# Commission rogatoire internationale", "## Base juridique", "## Faits", "## L’affaire", "## Mission", "### Mesure ‹1›"} {
		i := strings.Index(s, heading)
		if i <= at {
			t.Fatalf("%q stands at %d, after %d:\n%s", heading, i, at, s)
		}
		at = i
	}
	if _, err := w.letters.Render(a, w.catalog.Get(language.French), Options{Outline: "sonnet"}); err == nil {
		t.Error("an unknown outline was taken")
	}
}

// An identifier is an identifier in every language: typed, isolated and with the same characters.
func TestIdentifiersAreSpans(t *testing.T) {
	w := load(t)
	ty, _ := w.types.Get("preserve.stored")
	for _, tag := range language.Official() {
		if s := plain(w.render(t, ty.Example, tag).Doc); !strings.Contains(s, "‹198.51.100.23›") || !strings.Contains(s, "‹2026-02-12T03:14:00Z›") {
			t.Errorf("%s: the address or the instant isn't set apart:\n%s", tag, s)
		}
	}
}

// What people wrote keeps its language in a letter of another one.
func TestOwnWordsKeepTheirLanguage(t *testing.T) {
	w := load(t)
	ty, _ := w.types.Get("preserve.stored")
	for _, bl := range w.render(t, ty.Example, language.Arabic).Doc.Blocks {
		p, ok := bl.(document.Paragraph)
		if ok && strings.HasPrefix(p.Text.String(), "On 12 February") {
			if p.Lang != language.English {
				t.Errorf("the summary's language = %q, want en", p.Lang)
			}
			return
		}
	}
	t.Error("the summary isn't in the letter")
}

// A translation stands in the letter while it is of the present wording; one that is missing or old is listed and the
// original stands.
func TestOwnWordsTranslated(t *testing.T) {
	w := load(t)
	ty, _ := w.types.Get("preserve.stored")
	a, err := instrument.ParseAnswers(ty.Example)
	if err != nil {
		t.Fatal(err)
	}
	const summary, purpose = "/request/facts/summary", "/request/purpose"
	var doc map[string]any
	if err := json.Unmarshal(ty.Example, &doc); err != nil {
		t.Fatal(err)
	}
	doc["translation"] = []any{
		map[string]any{"@lang": "fr", "@path": summary, "@of": Wording(a.Get(summary)), "#text": "Le 12 février 2026 des inconnus ont chiffré les ordinateurs."},
		map[string]any{"@lang": "fr", "@path": purpose, "@of": Wording("an earlier wording"), "#text": "Autre but."},
		map[string]any{"@lang": "es", "@path": purpose, "@of": Wording(a.Get(purpose)), "#text": "Otra finalidad."},
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	l := w.render(t, b, language.French)
	states := map[string]OwnState{}
	for _, o := range l.Own {
		states[o.Path] = o.State
	}
	for path, want := range map[string]OwnState{summary: Translated, purpose: Stale, "/request/matter/nature": Missing} {
		if states[path] != want {
			t.Errorf("%s is %q, want %q", path, states[path], want)
		}
	}
	s := plain(l.Doc)
	if !strings.Contains(s, "des inconnus ont chiffré") || strings.Contains(s, "Autre but") || !strings.Contains(s, "To identify the persons") {
		t.Errorf("the letter has the wrong words:\n%s", s)
	}
	for _, o := range w.render(t, b, language.English).Own {
		if o.State != Original {
			t.Errorf("%s is %q in the language it was written in", o.Path, o.State)
		}
	}
}

func TestRefusesUnknownType(t *testing.T) {
	w := load(t)
	a, err := instrument.ParseAnswers([]byte(`{"format":"comity/answers/1","request":{"measure":[{"@type":"no.such"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.letters.Render(a, w.catalog.Get(language.English), Options{}); err == nil || !strings.Contains(err.Error(), "no.such") {
		t.Errorf("Render = %v, want an error that names the type", err)
	}
	if _, err := w.letters.Render(instrument.NewAnswers(), w.catalog.Get(language.English), Options{}); err == nil {
		t.Error("a letter of nothing was written")
	}
}

// A draft with nothing in it makes a letter too, without empty headings, tables and lists.
func TestEmptyDraft(t *testing.T) {
	w := load(t)
	l := w.render(t, []byte(`{"format":"comity/answers/1","request":{}}`), language.English)
	var kinds []string
	for _, b := range l.Doc.Blocks {
		switch b.(type) {
		case document.Heading:
			kinds = append(kinds, "heading")
		case document.Paragraph:
			kinds = append(kinds, "paragraph")
		default:
			kinds = append(kinds, "other")
		}
	}
	if want := []string{"heading", "other", "paragraph"}; !slices.Equal(kinds, want) {
		t.Errorf("blocks = %v, want %v", kinds, want)
	}
}

func BenchmarkRender(b *testing.B) {
	w := load(b)
	ty, _ := w.types.Get("records.bank")
	for b.Loop() {
		w.render(b, ty.Example, language.French)
	}
}
