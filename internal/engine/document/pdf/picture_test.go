package pdf_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/pdf"
	"comity/internal/engine/picture"
)

// drawn is a document with a map and a chart, all of it invented but the world and its Internet use (exercise).
func drawn(t testing.TB, lang language.Tag) *document.Doc {
	t.Helper()
	m, err := picture.New(fonts)
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := language.Load(picture.Words())
	if err != nil {
		t.Fatal(err)
	}
	use, err := picture.Internet(2011)
	if err != nil {
		t.Fatal(err)
	}
	w := sampleWords[lang]
	spec := picture.MapSpec{
		Frame:   picture.Frame{Title: w.title, Desc: w.facts, Synthetic: w.exercise, Source: picture.InternetSource},
		Areas:   map[string]picture.Value{},
		Classes: []picture.Class{{From: 0, Text: "< 50"}, {From: 50, Text: "≥ 50"}},
	}
	spec.Say(catalog.Get(lang))
	for code, v := range use {
		spec.Areas[code] = picture.Value{Number: v.Percent, Known: true, Answered: code < "H" && m.OnMap(code)}
	}
	world, err := m.Map(spec)
	if err != nil {
		t.Fatal(err)
	}
	bars, err := m.Bars(picture.BarsSpec{
		Frame: picture.Frame{Lang: lang, Title: w.caption, Desc: w.facts}, Max: 100,
		Bars: []picture.Bar{{Label: w.item1, Value: 60, Text: "60", Note: "n = 12"}, {Label: w.item2, Suppressed: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &document.Doc{Lang: lang, Title: w.title, Blocks: []document.Block{
		document.Picture{Drawing: world, Caption: document.T(w.caption), Alt: w.long},
		document.Picture{Drawing: bars, Alt: w.facts},
	}}
}

// TestPictureIsOneFigure: to a screen reader a picture is a figure with words for it, drawn in lines and in text that
// can be searched, and the same bytes every time.
func TestPictureIsOneFigure(t *testing.T) {
	for _, lang := range language.Official() {
		d := drawn(t, lang)
		file := write(t, d)
		if again := write(t, drawn(t, lang)); !bytes.Equal(file, again) {
			t.Errorf("%s: two files differ", lang)
		}
		f := readFile(t, file)
		root := regexp.MustCompile(`/StructTreeRoot (\d+) 0 R`).FindStringSubmatch(string(f.objects["1"]))[1]
		top := regexp.MustCompile(`/K (\d+) 0 R`).FindStringSubmatch(string(f.objects[root]))[1]
		l := string(lang)
		want := "Document:" + l + "(P:" + l + "(#) Figure:" + l + "(#) Figure:" + l + "(#))"
		if got := f.tree(top, map[string]string{}); got != want {
			t.Errorf("structure is %s, want %s", got, want)
		}
		if got := len(regexp.MustCompile(`/Alt[(<]`).FindAll(file, -1)); got != 2 {
			t.Errorf("%s: %d figures have words, want 2", lang, got)
		}
		text := strings.Join(f.lines(), "\n")
		if !strings.Contains(text, "60") || !strings.Contains(text, "IT.NET.USER.ZS") {
			t.Errorf("%s: the words of the pictures are not in the text:\n%s", lang, text)
		}
		for _, g := range f.glyphs() {
			if strings.TrimSpace(g.text) != "" && (g.x < 65 || g.x+g.width > 595.276-65) {
				t.Errorf("%s: %v stands in the margin", lang, g)
			}
		}
		content := f.stream(f.match(pagePattern, "3")[2])
		for _, operator := range []string{" c\n", "f*\n", "W* n\n", " rg\n"} {
			if !strings.Contains(content, operator) {
				t.Errorf("%s: the page has no %q", lang, operator)
			}
		}
		if saved, restored := strings.Count(content, "\nq\n"), strings.Count(content, "\nQ\n"); saved != restored {
			t.Errorf("%s: the page saves its state %d times and restores it %d times", lang, saved, restored)
		}
		if qpdf := tool(t, "qpdf"); qpdf != "" {
			dir := os.Getenv("COMITY_TEST_KEEP")
			if dir == "" {
				dir = t.TempDir()
			}
			path := filepath.Join(dir, "picture-"+l+".pdf")
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, qpdf, "--check", path)
		}
	}
}

func TestPictureWithoutWordsIsRefused(t *testing.T) {
	d := drawn(t, language.English)
	p := d.Blocks[0].(document.Picture)
	p.Alt = ""
	d.Blocks[0] = p
	if err := pdf.Write(&bytes.Buffer{}, d, fonts); !errors.Is(err, errs.Invalid) {
		t.Errorf("a picture without words for those who don't see it: %v, want it refused", err)
	}
}
