// Package html writes a document as HTML, for a page of the product or as a page of its own that prints well.
//
// Nothing in the output was markup in the document: every character is escaped, and every typed span stands in a bdi
// element, so that an address inside Arabic is read in its own order. Start with [Fragment].
package html

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"html/template"
	"io"
	"strings"
	"unicode"

	"comity/internal/engine/document"
)

//go:embed document.css
var style string

// Style returns the style sheet that [Page] carries and a page around a [Fragment] has to bring. Every rule is inside
// the class doc.
func Style() string { return style }

// pageStyle is what only a page of its own may say: the paper, the number at its foot and, on each sheet, that the
// matter is an exercise.
func pageStyle(d *document.Doc) string {
	return "@page { size: A4; margin: 25mm 20mm;\n" +
		"  @top-center { content: \"" + cssString(d.Exercise) + "\"; color: #942514; font: bold 11pt sans-serif; }\n" +
		"  @bottom-center { content: counter(page) \" / \" counter(pages); font: 10pt sans-serif; } }\n"
}

// cssString escapes everything but letters, digits and spaces, so that no text can end the string or the style element.
func cssString(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ' {
			b.WriteRune(r)
			continue
		}
		fmt.Fprintf(&b, "\\%06x ", r) // the space ends the escape and belongs to it
	}
	return b.String()
}

// Fragment returns the document as one article element. Its first headings are h2, since the page around it has the h1.
// A text that cannot be written is an errs.Invalid, see [document.Span.Written].
func Fragment(d *document.Doc) (template.HTML, error) {
	w := &writer{lang: d.Lang, headingShift: 1}
	w.article(d)
	if w.err != nil {
		return "", fmt.Errorf("write HTML of %q: %w", d.Title, w.err)
	}
	return template.HTML(w.b.String()), nil // every text in it was escaped by writer.characters
}

// Page writes the document as a whole page that needs no other file and loads none. Its first headings are h1.
func Page(out io.Writer, d *document.Doc) error {
	w := &writer{lang: d.Lang}
	w.article(d)
	if w.err != nil {
		return fmt.Errorf("write HTML page of %q: %w", d.Title, w.err)
	}
	if _, err := io.WriteString(out, head(d)+w.b.String()+"</body>\n</html>\n"); err != nil {
		return fmt.Errorf("write HTML page of %q: %w", d.Title, err)
	}
	return nil
}

// head opens a page that allows itself its one style sheet and nothing else, wherever it is opened from.
func head(d *document.Doc) string {
	styles := style + pageStyle(d)
	sum := sha256.Sum256([]byte(styles))
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", escape(string(d.Lang)), d.Lang.Direction())
	fmt.Fprintf(&b, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'\">\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	b.WriteString("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	if d.Author != "" {
		fmt.Fprintf(&b, "<meta name=\"author\" content=\"%s\">\n", escape(d.Author))
	}
	fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n", escape(d.Title), styles)
	return b.String()
}

func escape(s string) string { return html.EscapeString(s) }
