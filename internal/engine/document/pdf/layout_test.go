package pdf_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/pdf"
)

var update = flag.Bool("update", false, "write the golden files anew")

func geometry(t *testing.T, d *document.Doc) string {
	t.Helper()
	got, err := pdf.Geometry(d, fonts)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestGeometry compares the layout of the sample letters with golden files.
func TestGeometry(t *testing.T) {
	for _, lang := range language.Official() {
		t.Run(string(lang), func(t *testing.T) {
			got := geometry(t, sample(lang))
			name := filepath.Join("testdata", "geometry-"+string(lang)+".txt")
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
			for i := range min(len(g), len(w)) {
				if g[i] != w[i] {
					t.Fatalf("line %d is\n%s\nwant\n%s", i+1, g[i], w[i])
				}
			}
			if len(g) != len(w) {
				t.Errorf("%d lines, want %d", len(g), len(w))
			}
		})
	}
}

func table(rows int, text string) document.Table {
	t := document.Table{Head: []document.Text{document.T("Head one"), document.T("Head two")}}
	for i := range rows {
		t.Rows = append(t.Rows, []document.Text{document.T(fmt.Sprintf("row %d", i+1)), document.T(text)})
	}
	return t
}

func TestTableGoesOnWithItsHead(t *testing.T) {
	pages := strings.Split(geometry(t, &document.Doc{Lang: language.English, Title: "T", Blocks: []document.Block{table(80, "text")}}), "page ")[1:]
	if len(pages) < 2 {
		t.Fatalf("%d pages, want several", len(pages))
	}
	for i, p := range pages {
		first := strings.Split(p, "\n")[1]
		if !strings.Contains(first, `"Head one"`) {
			t.Errorf("page %d begins with %s, want the head", i+1, first)
		}
		if artifact := strings.Contains(first, " artifact "); artifact != (i > 0) {
			t.Errorf("the head of page %d is an artifact: %v", i+1, artifact)
		}
	}
	for i := range 80 {
		row := fmt.Sprintf("%q", fmt.Sprintf("row %d", i+1))
		if n := strings.Count(strings.Join(pages, ""), row); n != 1 {
			t.Errorf("%s stands %d times, want once", row, n)
		}
	}
}

// TestLongCell breaks a row that no page can hold.
func TestLongCell(t *testing.T) {
	d := &document.Doc{Lang: language.English, Title: "T", Blocks: []document.Block{table(1, strings.Repeat("many words follow each other here ", 600))}}
	got := geometry(t, d)
	if n := strings.Count(got, "page "); n < 3 {
		t.Errorf("%d pages, want at least 3", n)
	}
	words := 0
	for _, w := range regexp.MustCompile(`".*"`).FindAllString(got, -1) {
		words += strings.Count(w, "follow")
	}
	if words != 600 {
		t.Errorf("%d of 600 sentences are set", words)
	}
}

// TestNothingLeavesThePage sets words without a place to break, in all sorts of boxes.
func TestNothingLeavesThePage(t *testing.T) {
	long := strings.Repeat("x", 700)
	id := document.Text{{Kind: document.Identifier, Text: strings.Repeat("4f9c", 80)}}
	d := &document.Doc{Lang: language.Arabic, Title: "T", Header: []document.Text{document.T(long)}, Blocks: []document.Block{
		document.Heading{Level: 1, Number: "1.2.3.4.5.6.", Text: id},
		document.Paragraph{Number: "1000.1000.1000.", Text: document.T(long)},
		document.List{Items: []document.Text{id}},
		document.Definitions{Items: []document.Definition{{Term: id, Text: id}}},
		document.Table{Head: []document.Text{id, id, id}, Rows: [][]document.Text{{id, document.T(long), {}}}},
		document.Signature{Name: id, Function: id, Place: id, Date: id},
	}}
	for _, g := range readFile(t, write(t, d)).glyphs() {
		if g.text != " " && (g.x < 70 || g.x+g.width > 595.276-70) {
			t.Fatalf("%v stands in the margin", g)
		}
	}
}

// tree writes the structure below an object: the kinds of elements, their languages, and for content its characters.
func (f *file) tree(object string, content map[string]string) string {
	body := string(f.objects[object])
	kind := regexp.MustCompile(`/S/(\w+)`).FindStringSubmatch(body)[1]
	if m := regexp.MustCompile(`/Lang\((\w+)\)`).FindStringSubmatch(body); m != nil {
		kind += ":" + m[1]
	}
	page := ""
	if m := regexp.MustCompile(`/Pg (\d+) 0 R`).FindStringSubmatch(body); m != nil {
		page = m[1]
	}
	var parts []string
	kids := regexp.MustCompile(`/K\[(.*)\]>>$`).FindStringSubmatch(body)[1]
	for _, m := range regexp.MustCompile(`(\d+) 0 R|<</Type/MCR/Pg (\d+) 0 R/MCID (\d+)>>|(\d+)`).FindAllStringSubmatch(kids, -1) {
		switch {
		case m[1] != "":
			parts = append(parts, f.tree(m[1], content))
		case m[2] != "":
			parts = append(parts, "#"+m[2]+"."+m[3])
			content[m[2]+"."+m[3]] = kind
		default:
			parts = append(parts, "#")
			content[page+"."+m[4]] = kind
		}
	}
	return kind + "(" + strings.Join(parts, " ") + ")"
}

func TestTags(t *testing.T) {
	d := &document.Doc{Lang: language.English, Title: "T", Blocks: []document.Block{
		document.Heading{Level: 1, Text: document.T("A")},
		document.Paragraph{Number: "1.", Text: document.Text{{Text: "b "}, {Text: "c", Lang: language.French, Kind: document.Quote}, {Text: " d"}}},
		document.Paragraph{Lang: language.Arabic, Text: document.T("نص")},
		document.List{Items: []document.Text{document.T("e")}},
		document.Table{Caption: document.T("f"), Head: []document.Text{document.T("g"), document.T("h")}, Rows: [][]document.Text{{document.T("i"), {}}}},
	}}
	f := readFile(t, write(t, d))
	root := regexp.MustCompile(`/StructTreeRoot (\d+) 0 R`).FindStringSubmatch(string(f.objects["1"]))[1]
	top := regexp.MustCompile(`/K (\d+) 0 R`).FindStringSubmatch(string(f.objects[root]))[1]
	content := map[string]string{}
	got := f.tree(top, content)
	want := "Document:en(H1:en(#) P:en(# Span:fr(#) #) P:ar(#) L:en(LI(Lbl(#) LBody(#)))" +
		" Table:en(Caption(#) THead(TR(TH(#) TH(#))) TBody(TR(TD(#) TD()))))"
	if got != want {
		t.Errorf("structure is\n%s\nwant\n%s", got, want)
	}
	marked := f.stream(f.match(pagePattern, "3")[2])
	for _, m := range regexp.MustCompile(`/(\w+)<</MCID (\d+)>>BDC`).FindAllStringSubmatch(marked, -1) {
		if kind := strings.SplitN(content["3."+m[2]], ":", 2)[0]; kind != m[1] {
			t.Errorf("content %s is marked %s, the structure says %s", m[2], m[1], kind)
		}
		delete(content, "3."+m[2])
	}
	if len(content) > 0 {
		t.Errorf("the structure names content that is not there: %v", content)
	}
}

// TestNobodySignsAnEmptyPage moves the end of a text along with the signature, wherever the page ends.
func TestNobodySignsAnEmptyPage(t *testing.T) {
	for lines := range 45 {
		var blocks []document.Block
		for range lines {
			blocks = append(blocks, document.Paragraph{Text: document.T("line")})
		}
		blocks = append(blocks, document.Paragraph{Text: document.T(strings.Repeat("the last words ", 30))})
		blocks = append(blocks, document.Signature{Name: document.T("Name"), Place: document.T("Place")})
		pages := strings.Split(geometry(t, &document.Doc{Lang: language.English, Title: "T", Blocks: blocks}), "page ")[1:]
		last := pages[len(pages)-1]
		if !strings.Contains(last, `"Name"`) || !strings.Contains(last, `"Place"`) || strings.Count(last, "words") < 2 {
			t.Fatalf("after %d lines the last page is\n%s", lines, last)
		}
		if n := strings.Count(strings.Join(pages, ""), `"Name"`); n != 1 {
			t.Fatalf("the name stands %d times", n)
		}
	}
}

func TestHeadingsSkipNoLevel(t *testing.T) {
	d := &document.Doc{Lang: language.English, Title: "T", Blocks: []document.Block{
		document.Heading{Level: 2, Text: document.T("A")}, document.Heading{Level: 3, Text: document.T("B")},
		document.Heading{Level: 1, Text: document.T("C")}, document.Heading{Level: 3, Text: document.T("D")},
	}}
	var got []string
	for _, line := range strings.Split(geometry(t, d), "\n") {
		if f := strings.Fields(line); len(f) > 3 {
			got = append(got, f[3])
		}
	}
	if want := "H1 H2 H1 H2 artifact"; strings.Join(got[:5], " ") != want {
		t.Errorf("headings %v, want %s", got, want)
	}
}

func TestBookmarks(t *testing.T) {
	d := &document.Doc{Lang: language.English, Title: "T", Blocks: []document.Block{
		document.Heading{Level: 1, Text: document.T("One")},
		document.Heading{Level: 2, Number: "1.", Text: document.T("Two")},
		document.Heading{Level: 2, Text: document.T("Three")},
		document.Heading{Level: 1, Text: document.T("Four")},
	}}
	f := readFile(t, write(t, d))
	var walk func(object string) string
	walk = func(object string) string {
		body := string(f.objects[object])
		out := ""
		if m := regexp.MustCompile(`/Title\((.*?)\)`).FindStringSubmatch(body); m != nil {
			out = m[1]
		}
		if m := regexp.MustCompile(`/First (\d+)`).FindStringSubmatch(body); m != nil {
			out += "(" + walk(m[1]) + ")"
		}
		if m := regexp.MustCompile(`/Next (\d+)`).FindStringSubmatch(body); m != nil {
			out += " " + walk(m[1])
		}
		return out
	}
	top := regexp.MustCompile(`/Outlines (\d+)`).FindStringSubmatch(string(f.objects["1"]))[1]
	if got, want := walk(top), "(One(1. Two Three) Four)"; got != want {
		t.Errorf("bookmarks %s, want %s", got, want)
	}
}

// TestCrossReferences checks the table by which others find the objects.
func TestCrossReferences(t *testing.T) {
	data := string(write(t, sample(language.French)))
	at, err := strconv.Atoi(regexp.MustCompile(`startxref\n(\d+)\n`).FindStringSubmatch(data)[1])
	if err != nil {
		t.Fatal(err)
	}
	entries := regexp.MustCompile(`(\d{10}) 00000 n `).FindAllStringSubmatch(data[at:], -1)
	for i, e := range entries {
		offset, err := strconv.Atoi(e[1])
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%d 0 obj\n", i+1); !strings.HasPrefix(data[offset:], want) {
			t.Errorf("object %d: at %d stands %.12q", i+1, offset, data[offset:])
		}
	}
	if len(entries) < 10 {
		t.Errorf("%d entries", len(entries))
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("plain", "203.0.113.7:443", true)
	f.Add("نص ا\u0301\u200Dب", "٣(א]", true)
	f.Add("a\nb\tc\u00ADd", "中，e\u0301", false)
	f.Fuzz(func(t *testing.T, plain, identifier string, arabic bool) {
		d := &document.Doc{Lang: language.English, Title: "T", Blocks: []document.Block{
			document.Paragraph{Text: document.Text{{Text: plain}, {Kind: document.Identifier, Text: identifier}, {Kind: document.Name, Text: plain}}},
		}}
		if arabic {
			d.Lang = language.Arabic
		}
		_, err := pdf.Geometry(d, fonts) // must not panic or hang; characters that no font has are refused
		if err != nil && !strings.Contains(err.Error(), "block 1") {
			t.Errorf("the error names no place: %v", err)
		}
	})
}
