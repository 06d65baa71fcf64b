package html_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	xhtml "golang.org/x/net/html"

	"comity/internal/base/errs"
	"comity/internal/engine/document"
	"comity/internal/engine/document/doctest"
	"comity/internal/engine/document/html"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestFragment_golden(t *testing.T) {
	for name, d := range map[string]*document.Doc{"en": doctest.English(), "ar": doctest.Arabic()} {
		t.Run(name, func(t *testing.T) {
			got, err := html.Fragment(d)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("%s differs from %s; renew it with -update and read the difference\n%s", name, golden, got)
			}
		})
	}
}

// TestPage_isBalanced reads the page as a browser does and looks for elements that it had to close or to open itself.
func TestPage_isBalanced(t *testing.T) {
	for name, d := range map[string]*document.Doc{"en": doctest.English(), "ar": doctest.Arabic()} {
		t.Run(name, func(t *testing.T) {
			var page bytes.Buffer
			if err := html.Page(&page, d); err != nil {
				t.Fatal(err)
			}
			if open := unclosed(t, page.String()); len(open) > 0 {
				t.Errorf("not closed: %v", open)
			}
		})
	}
}

func unclosed(t *testing.T, page string) (open []string) {
	t.Helper()
	void := map[string]bool{"meta": true, "br": true, "hr": true, "col": true}
	z := xhtml.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case xhtml.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Fatal(z.Err())
			}
			return open
		case xhtml.StartTagToken:
			if name, _ := z.TagName(); !void[string(name)] {
				open = append(open, string(name))
			}
		case xhtml.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("</%s> closes nothing in %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestSpans(t *testing.T) {
	for name, c := range map[string]struct {
		span document.Span
		want string
	}{
		"markup is text":          {document.Span{Text: `<script>"&'`}, "&lt;script&gt;&#34;&amp;&#39;"},
		"an identifier runs left": {document.Span{Kind: document.Identifier, Text: "a:1"}, `<bdi class="identifier" dir="ltr" translate="no">a:1</bdi>`},
		"a word in an identifier is apart": {
			document.Span{Kind: document.Identifier, Text: "a/ا/7"}, `<bdi class="identifier" dir="ltr" translate="no">a/<bdi>ا</bdi>/7</bdi>`,
		},
		"a name finds its direction":    {document.Span{Kind: document.Name, Text: "A"}, `<bdi class="name">A</bdi>`},
		"a name in its language":        {document.Span{Kind: document.Name, Text: "A", Lang: "fr"}, `<bdi class="name" lang="fr">A</bdi>`},
		"the language around is unsaid": {document.Span{Kind: document.Amount, Text: "1", Lang: "ar"}, `<bdi class="amount">1</bdi>`},
		"steering characters go":        {document.Span{Text: "a\u202eb\u2069c\u200f"}, "abc"},
		"a line break":                  {document.Span{Text: "a\nb"}, "a<br>b"},
		"a language is escaped":         {document.Span{Text: "a", Lang: `"><b>`}, `<span lang="&#34;&gt;&lt;b&gt;">a</span>`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := html.Fragment(&document.Doc{Lang: "ar", Blocks: []document.Block{document.Paragraph{Text: document.Text{c.span}}}})
			if err != nil {
				t.Fatal(err)
			}
			want := "<article class=\"doc\" lang=\"ar\" dir=\"rtl\">\n<p>" + c.want + "</p>\n</article>\n"
			if string(got) != want {
				t.Errorf("Fragment = %s, want %s", got, want)
			}
		})
	}
}

// TestPicture_standsInThePage: the drawing is part of the page, named by its words, and loads nothing.
func TestPicture_standsInThePage(t *testing.T) {
	p := document.Picture{
		Drawing: &document.Drawing{Lang: "en", Title: "T", Desc: "D", Width: 9, Height: 7, Shapes: []document.Shape{document.Words{Text: "<x>", Size: 3}}},
		Caption: document.T("Map 1"), Alt: `A "map"`,
	}
	got, err := html.Fragment(&document.Doc{Lang: "en", Blocks: []document.Block{p}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<figcaption>Map 1</figcaption>", `<div role="img" aria-label="A &#34;map&#34;">`, `viewBox="0 0 9 7"`, "&lt;x&gt;</text>",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("the page lacks %s:\n%s", want, got)
		}
	}
	p.Alt = ""
	if _, err := html.Fragment(&document.Doc{Lang: "en", Blocks: []document.Block{p}}); !errors.Is(err, errs.Invalid) {
		t.Errorf("a picture without words: %v, want it refused", err)
	}
}

func TestParagraph_inAnotherLanguage(t *testing.T) {
	got, err := html.Fragment(&document.Doc{Lang: "fr", Blocks: []document.Block{
		document.Paragraph{Lang: "ar", Text: document.Text{{Text: "نص "}, {Text: "mot", Lang: "fr"}}},
		document.Paragraph{Text: document.T("après")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := `<p lang="ar" dir="rtl">نص <span lang="fr">mot</span></p>` + "\n<p>après</p>"
	if !strings.Contains(string(got), want) {
		t.Errorf("Fragment = %s, want %s in it", got, want)
	}
}

func TestRefuses(t *testing.T) {
	for name, b := range map[string]document.Block{
		"a control character": document.Paragraph{Text: document.T("a\x07")},
		"bytes that are none": document.Paragraph{Text: document.T("a\xff")},
		"a row too short": document.Table{
			Head: []document.Text{document.T("a"), document.T("b")}, Rows: [][]document.Text{{document.T("1")}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := html.Fragment(&document.Doc{Lang: "en", Blocks: []document.Block{b}}); !errors.Is(err, errs.Invalid) {
				t.Errorf("Fragment = %q, %v, want not valid", got, err)
			}
			var page bytes.Buffer
			if err := html.Page(&page, &document.Doc{Lang: "en", Blocks: []document.Block{b}}); !errors.Is(err, errs.Invalid) || page.Len() > 0 {
				t.Errorf("Page = %d bytes, %v, want none and not valid", page.Len(), err)
			}
		})
	}
}

func TestPage_exerciseOnEachSheet(t *testing.T) {
	var page bytes.Buffer
	if err := html.Page(&page, &document.Doc{Lang: "en", Exercise: `EXERCISE</style>"`}); err != nil {
		t.Fatal(err)
	}
	if want := `content: "EXERCISE\00003c \00002f style\00003e \000022 "`; !strings.Contains(page.String(), want) {
		t.Errorf("page = %s, want %s in it", page.String(), want)
	}
	if n := strings.Count(page.String(), "</style>"); n != 1 {
		t.Errorf("%d ends of style elements, want 1", n)
	}
}
