// Package docx writes a document as an Office Open XML text (ECMA-376, transitional): the copy that people edit. What
// is signed is the PDF.
//
// The same document gives the same bytes. Spans that the model isolates are kept apart by Unicode's isolate characters,
// as the format has nothing of its own for it. Start with [Write].
package docx

import (
	"archive/zip"
	"fmt"
	"io"
	"time"

	"comity/internal/engine/document"
)

// epoch is the time of every entry in the file: a zip wants one, and the document's own stands in its properties.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Write writes the document. A text that cannot be written is an errs.Invalid (see [document.Span.Written]) and comes
// before the first byte.
func Write(out io.Writer, d *document.Doc) error {
	parts, err := partsOf(d)
	if err != nil {
		return fmt.Errorf("write DOCX of %q: %w", d.Title, err)
	}
	z := zip.NewWriter(out)
	for _, p := range parts {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: epoch})
		if err != nil {
			return fmt.Errorf("write DOCX of %q: %s: %w", d.Title, p.name, err)
		}
		if _, err := io.WriteString(w, p.content); err != nil {
			return fmt.Errorf("write DOCX of %q: %s: %w", d.Title, p.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write DOCX of %q: %w", d.Title, err)
	}
	return nil
}

// part is one file of the package.
type part struct{ name, content string }

// partsOf makes all parts. The content types come first, as readers that stream expect them there.
func partsOf(d *document.Doc) ([]part, error) {
	body := newWriter(d)
	body.document()
	first, other, foot := newWriter(d), newWriter(d), newWriter(d)
	first.header(true)
	other.header(false)
	foot.footer()
	core, err := coreProperties(d)
	if err != nil {
		return nil, err
	}
	for _, w := range []*writer{body, first, other, foot} {
		if w.err != nil {
			return nil, w.err
		}
	}
	rels, types, pictures := withPictures(body.pictures)
	return append([]part{
		{"[Content_Types].xml", types},
		{"_rels/.rels", packageRels},
		{"docProps/core.xml", core},
		{"word/document.xml", body.b.String()},
		{"word/_rels/document.xml.rels", rels},
		{"word/styles.xml", styles(d.Lang)},
		{"word/numbering.xml", numbering(body.orderedLists)},
		{"word/settings.xml", settings(d.Lang)},
		{"word/header1.xml", first.b.String()},
		{"word/header2.xml", other.b.String()},
		{"word/footer1.xml", foot.b.String()},
	}, pictures...), nil
}
