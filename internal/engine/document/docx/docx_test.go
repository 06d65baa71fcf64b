package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/engine/document"
	"comity/internal/engine/document/doctest"
	"comity/internal/engine/document/docx"
)

var update = flag.Bool("update", false, "write the golden files anew")

func letters() map[string]*document.Doc {
	return map[string]*document.Doc{"en": doctest.English(), "ar": doctest.Arabic()}
}

func written(t testing.TB, d *document.Doc) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := docx.Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// parts reads every entry of the file by name.
func parts(t *testing.T, file []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(b)
	}
	return all
}

func TestWrite_golden(t *testing.T) {
	for name, d := range letters() {
		t.Run(name, func(t *testing.T) {
			all := parts(t, written(t, d))
			for part, golden := range map[string]string{"word/document.xml": name + ".xml", "word/header1.xml": name + ".header.xml"} {
				path := filepath.Join("testdata", golden)
				if *update {
					if err := os.WriteFile(path, []byte(all[part]), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if all[part] != string(want) {
					t.Errorf("%s differs from %s; renew it with -update and read the difference\n%s", part, path, all[part])
				}
			}
		})
	}
}

func TestWrite_sameBytes(t *testing.T) {
	for name, d := range letters() {
		if a, b := written(t, d), written(t, d); !bytes.Equal(a, b) {
			t.Errorf("%s: two files of one document differ", name)
		}
	}
}

// TestWrite_wellFormed reads every part, and holds that each one is declared and each relation leads somewhere.
func TestWrite_wellFormed(t *testing.T) {
	for name, d := range letters() {
		t.Run(name, func(t *testing.T) {
			all := parts(t, written(t, d))
			for part, content := range all {
				dec := xml.NewDecoder(strings.NewReader(content))
				for {
					if _, err := dec.Token(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatalf("%s: %v", part, err)
					}
				}
				if strings.HasSuffix(part, ".xml") && part != "[Content_Types].xml" &&
					!strings.Contains(all["[Content_Types].xml"], `PartName="/`+part+`"`) {
					t.Errorf("%s has no content type", part)
				}
			}
			for _, rel := range strings.Split(all["word/_rels/document.xml.rels"], `Target="`)[1:] {
				target, _, _ := strings.Cut(rel, `"`)
				if all["word/"+target] == "" {
					t.Errorf("relation to %s, which is not there", target)
				}
			}
		})
	}
}

func TestWrite_unzip(t *testing.T) {
	tool, err := exec.LookPath("unzip")
	if err != nil {
		if os.Getenv("COMITY_TEST_TOOLS") == "1" {
			t.Fatal(err)
		}
		t.Log("not checked with unzip: the command is not there")
		return
	}
	path := filepath.Join(t.TempDir(), "letter.docx")
	if err := os.WriteFile(path, written(t, doctest.Arabic()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "-t", path).CombinedOutput(); err != nil {
		t.Errorf("unzip -t: %v\n%s", err, out)
	}
}

// body returns the runs of the one paragraph.
func body(t *testing.T, d *document.Doc) string {
	t.Helper()
	xml := parts(t, written(t, d))["word/document.xml"]
	_, after, _ := strings.Cut(xml, "<w:body>\n")
	first, _, _ := strings.Cut(after, "<w:sectPr>")
	return strings.TrimSuffix(first, "\n")
}

func TestSpans(t *testing.T) {
	identifier := document.Span{Kind: document.Identifier, Text: "10.0.0.1:443"}
	const run, text, end = "<w:r><w:rPr>", `</w:rPr><w:t xml:space="preserve">`, "</w:t></w:r>"
	for name, c := range map[string]struct {
		lang  string
		spans document.Text
		want  string
	}{
		"an identifier in Arabic runs left to right in an isolate": {
			"ar", document.Text{identifier},
			run + `<w:rFonts w:cs="Noto Sans"/><w:noProof/>` + text + "\u206610.0.0.1:443\u2069" + end,
		},
		"in English it stands as it is": {
			"en", document.Text{identifier},
			run + "<w:noProof/>" + text + "10.0.0.1:443" + end,
		},
		"in English after a stray Arabic word it is isolated": {
			"en", document.Text{{Text: "و"}, identifier},
			run + "<w:rtl/>" + text + "و" + end + run + `<w:rFonts w:cs="Noto Sans"/><w:noProof/>` + text + "\u206610.0.0.1:443\u2069" + end,
		},
		"a word in an identifier is apart": {
			"en", document.Text{{Kind: document.Identifier, Text: "a/ا/7"}},
			run + `<w:rFonts w:cs="Noto Sans"/><w:noProof/>` + text + "\u2066a/" + end + run + "<w:noProof/><w:rtl/>" + text + "\u2068ا\u2069" + end +
				run + `<w:rFonts w:cs="Noto Sans"/><w:noProof/>` + text + "/7\u2069" + end,
		},
		"a name finds its direction": {
			"en", document.Text{{Kind: document.Name, Text: "اسم"}},
			run + "<w:rtl/>" + text + "\u2068اسم\u2069" + end,
		},
		"mixed text is cut where direction changes": {
			"ar", document.Text{{Text: "قبل abc (1) بعد"}},
			run + "<w:rtl/>" + text + "قبل " + end + run + text + "abc (1)" + end + run + "<w:rtl/>" + text + " بعد" + end,
		},
		"brackets around the other direction stay with their own": {
			"ar", document.Text{{Text: "في (UTC+01:00)."}},
			run + "<w:rtl/>" + text + "في (" + end + run + text + "UTC+01:00" + end + run + "<w:rtl/>" + text + ")." + end,
		},
		"another language is said": {
			"ar", document.Text{{Kind: document.Strong, Text: "oui", Lang: "fr"}},
			run + `<w:b/><w:bCs/><w:lang w:val="fr-FR"/>` + text + "oui" + end,
		},
		"markup is text, a new line breaks, steering characters go": {
			"en", document.Text{{Text: "<a>&\n\u202eb"}},
			run + text + `&lt;a&gt;&amp;</w:t><w:br/><w:t xml:space="preserve">b` + end,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := body(t, &document.Doc{Lang: "en", Blocks: []document.Block{document.Paragraph{Text: c.spans}}})
			bidi := ""
			if c.lang == "ar" {
				bidi = "<w:bidi/>"
				got = body(t, &document.Doc{Lang: "ar", Blocks: []document.Block{document.Paragraph{Text: c.spans}}})
			}
			if want := "<w:p><w:pPr>" + bidi + "</w:pPr>" + c.want + "</w:p>"; got != want {
				t.Errorf("paragraph = %s\nwant %s", got, want)
			}
		})
	}
}

func TestBreaks(t *testing.T) {
	const begins = "<w:pageBreakBefore/>"
	for name, c := range map[string]struct {
		blocks []document.Block
		want   int
	}{
		"before a paragraph": {[]document.Block{document.Break{}, document.Paragraph{}}, 1},
		"before a table":     {[]document.Block{document.Break{}, document.Table{Head: []document.Text{document.T("a")}}}, 1},
		"at the end":         {[]document.Block{document.Paragraph{}, document.Break{}}, 1},
		"twice":              {[]document.Block{document.Break{}, document.Break{}, document.Paragraph{}}, 2},
	} {
		if got := strings.Count(body(t, &document.Doc{Lang: "en", Blocks: c.blocks}), begins); got != c.want {
			t.Errorf("%s: %d pages begun, want %d", name, got, c.want)
		}
	}
}

func TestOrderedLists_beginAtOne(t *testing.T) {
	list := document.List{Ordered: true, Items: []document.Text{document.T("a")}}
	all := parts(t, written(t, &document.Doc{Lang: "en", Blocks: []document.Block{list, list}}))
	for _, want := range []string{`<w:numId w:val="2"/>`, `<w:numId w:val="3"/>`} {
		if !strings.Contains(all["word/document.xml"], want) {
			t.Errorf("no %s in the document", want)
		}
	}
	if n := strings.Count(all["word/numbering.xml"], `<w:startOverride w:val="1"/>`); n != 2 {
		t.Errorf("%d numberings that begin at 1, want 2", n)
	}
}

// TestPicture_isInTheFile: a picture is a part of its own, related and typed, with its words for those who don't see it.
func TestPicture_isInTheFile(t *testing.T) {
	box := []document.Point{{X: 10, Y: 10}, {X: 90, Y: 10}, {X: 90, Y: 40}, {X: 10, Y: 40}}
	drawing := &document.Drawing{Lang: "ar", Width: 100, Height: 50, Shapes: []document.Shape{
		document.Area{Rings: [][]document.Point{box}, Paint: document.Paint{Fill: "#2078dd"}},
		document.Words{At: document.Point{X: 90, Y: 45}, Text: "الدول", Size: 4},
	}}
	one := document.Picture{Drawing: drawing, Caption: document.T("Map 1"), Alt: `A "map" of the world`}
	d := &document.Doc{Lang: "ar", Title: "T", Blocks: []document.Block{one, document.Break{}, one}}
	all := parts(t, written(t, d))
	for name, want := range map[string][]string{
		"word/document.xml": {
			">Map 1<", `descr="A &#34;map&#34; of the world"`, `r:embed="rId7"`, `r:embed="rId8"`, `<wp:extent cx="6120130" cy="3060065"/>`,
		},
		"word/_rels/document.xml.rels": {`Id="rId7"`, `Target="media/picture2.png"`},
		"[Content_Types].xml":          {`<Default Extension="png" ContentType="image/png"/>`},
	} {
		for _, w := range want {
			if !strings.Contains(all[name], w) {
				t.Errorf("%s lacks %s:\n%s", name, w, all[name])
			}
		}
	}
	for _, name := range []string{"word/media/picture1.png", "word/media/picture2.png"} {
		img, err := png.Decode(strings.NewReader(all[name]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r, _, _, _ := img.At(800, 400).RGBA(); img.Bounds().Dx() != 1600 || r>>8 != 0x20 {
			t.Errorf("%s is %v with red %#x in its middle, want 1600 pixels and 0x20", name, img.Bounds(), r>>8)
		}
	}
	if a, b := written(t, d), written(t, d); !bytes.Equal(a, b) {
		t.Error("two files of one document differ")
	}
}

func TestWrite_refuses(t *testing.T) {
	for name, d := range map[string]*document.Doc{
		"a control character":             {Blocks: []document.Block{document.Paragraph{Text: document.T("a\x07")}}},
		"a control character in the foot": {Footer: document.T("a\x07")},
		"a control character in a title":  {Title: "a\x07"},
		"a control character in the mark": {Exercise: "a\x07"},
		"a picture without words":         {Blocks: []document.Block{document.Picture{Drawing: &document.Drawing{Width: 1, Height: 1}}}},
		"a row too short": {Blocks: []document.Block{document.Table{
			Head: []document.Text{document.T("a"), document.T("b")}, Rows: [][]document.Text{{document.T("1")}},
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := docx.Write(&b, d); !errors.Is(err, errs.Invalid) || b.Len() > 0 {
				t.Errorf("Write = %d bytes, %v, want none and not valid", b.Len(), err)
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	d := doctest.Arabic()
	for b.Loop() {
		if err := docx.Write(io.Discard, d); err != nil {
			b.Fatal(err)
		}
	}
}
