package svg

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"comity/internal/engine/document"
)

func drawing() *document.Drawing {
	square := []document.Point{{X: 10, Y: 10}, {X: 50, Y: 10}, {X: 50, Y: 40}, {X: 10, Y: 40}}
	return &document.Drawing{
		Lang: "ar", Title: `<script>"1"</script>`, Desc: "a & b", Width: 100, Height: 60,
		Shapes: []document.Shape{
			document.Area{Rings: [][]document.Point{square}, Paint: document.Paint{Fill: "#70c58c", Hatch: document.Rising | document.Level, Ink: "#00351d", Line: "#00351d", Thick: 3}, Label: "</path>"},
			document.Area{Rings: [][]document.Point{square, square[:3]}, Paint: document.Paint{Line: "#505a5f", Thick: 1, Dashed: true}},
			document.Circle{Centre: document.Point{X: 70, Y: 30}, Radius: 8, Paint: document.Paint{Fill: "#70c58c", Hatch: document.Rising | document.Level, Ink: "#00351d"}},
			document.Words{At: document.Point{X: 90, Y: 50}, Text: "<b>x</b>", Size: 12, Bold: true, Align: document.End, Colour: "#942514"},
		},
	}
}

// TestWrite reads what is written as XML: one root, words as they were given, no style.
func TestWrite(t *testing.T) {
	out := string(Write(drawing()))
	var words []string
	d := xml.NewDecoder(strings.NewReader(out))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		switch token := token.(type) {
		case xml.StartElement:
			for _, a := range token.Attr {
				if a.Name.Local == "style" {
					t.Errorf("%s has a style, which the pages' policy refuses", token.Name.Local)
				}
			}
			if token.Name.Local == "script" || token.Name.Local == "b" {
				t.Errorf("words became the element %s", token.Name.Local)
			}
		case xml.CharData:
			if s := strings.TrimSpace(string(token)); s != "" {
				words = append(words, s)
			}
		}
	}
	if got, want := strings.Join(words, "|"), `<script>"1"</script>|a & b|</path>|<b>x</b>`; got != want {
		t.Errorf("words are %q, want %q", got, want)
	}
	for _, want := range []string{
		`<path d="M10 10l40 0 0 30-40 0z" fill="url(#h570c58c00351d)" stroke="#00351d" stroke-width="3">`,
		`<path d="M10 10l40 0 0 30-40 0zM10 10l40 0 0 30z" fill="none" stroke="#505a5f" stroke-width="1" stroke-dasharray="3"/>`,
		`<circle cx="70" cy="30" r="8" fill="url(#h570c58c00351d)"/>`,
		`<text x="90" y="50" font-size="12" text-anchor="end" font-weight="700" fill="#942514">`,
		`direction="rtl"`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the file lacks %s:\n%s", want, out)
		}
	}
	if got := strings.Count(out, "<pattern "); got != 1 {
		t.Errorf("%d patterns, want the one that two shapes share", got)
	}
}
