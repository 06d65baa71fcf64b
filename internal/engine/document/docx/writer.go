package docx

import (
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
)

const namespaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"` +
	` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"` +
	` xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"`

// writer makes one part. It keeps the first error and goes on writing, as the caller asks once at the end.
type writer struct {
	b            strings.Builder
	err          error
	doc          *document.Doc
	orderedLists int       // how many there were: each has a numbering of its own
	breakPending bool      // the next paragraph begins a page
	pictures     []string  // the PNG files
	fonts        *font.Set // for pictures; nil until there is one
}

func newWriter(d *document.Doc) *writer {
	w := &writer{doc: d}
	w.b.WriteString(xmlHead)
	return w
}

func (w *writer) raw(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// document writes word/document.xml.
func (w *writer) document() {
	w.raw("<w:document %s><w:body>\n", namespaces)
	for _, block := range w.doc.Blocks {
		w.block(block)
	}
	if w.breakPending {
		w.paragraph(paragraph{}, nil)
	}
	w.section()
	w.raw("</w:body></w:document>\n")
}

// section says paper, headers and footers: A4 with a letterhead on the first page only.
func (w *writer) section() {
	w.raw(`<w:sectPr><w:headerReference w:type="first" r:id="rId4"/><w:headerReference w:type="default" r:id="rId5"/>` +
		`<w:footerReference w:type="first" r:id="rId6"/><w:footerReference w:type="default" r:id="rId6"/>` +
		`<w:pgSz w:w="11906" w:h="16838"/>` +
		`<w:pgMar w:top="1418" w:right="1134" w:bottom="1418" w:left="1134" w:header="709" w:footer="709" w:gutter="0"/><w:titlePg/>`)
	if w.rightToLeft(w.doc.Lang) {
		w.raw(`<w:bidi/>`)
	}
	w.raw("</w:sectPr>\n")
}

func (w *writer) block(block document.Block) {
	switch b := block.(type) {
	case document.Heading:
		w.paragraph(paragraph{style: fmt.Sprintf("Heading%d", min(max(b.Level, 1), 3)), number: b.Number, after: " "}, b.Text)
	case document.Paragraph:
		w.running(b)
	case document.List:
		w.list(b)
	case document.Table:
		w.table(b)
	case document.Definitions:
		w.definitions(b)
	case document.Signature:
		w.signature(b)
	case document.Picture:
		w.picture(b)
	case document.Rule:
		w.paragraph(paragraph{style: "Rule"}, nil)
	case document.Break:
		if w.breakPending {
			w.paragraph(paragraph{}, nil) // two breaks leave an empty page between them
		}
		w.breakPending = true
	default:
		w.fail(errs.Invalidf("block of unknown type %T", block))
	}
}

func (w *writer) running(p document.Paragraph) {
	form := paragraph{number: p.Number, after: "\t", lang: p.Lang}
	if p.Number != "" {
		form.style = "Numbered"
	}
	switch p.Align {
	case document.End:
		form.align = "right" // the format means the side where lines end, which is the left in Arabic
	case document.Centre:
		form.align = "center"
	}
	w.paragraph(form, p.Text)
}

func (w *writer) list(l document.List) {
	num := bullets
	if l.Ordered {
		num = firstOrdered + w.orderedLists
		w.orderedLists++
	}
	for _, item := range l.Items {
		w.paragraph(paragraph{style: "ListParagraph", list: num}, item)
	}
}

func (w *writer) signature(s document.Signature) {
	for _, line := range []struct {
		style string
		text  document.Text
	}{{"Signature", s.Place}, {"Signature", s.Date}, {"SignatureName", s.Name}, {"Signature", s.Function}} {
		if len(line.text) > 0 {
			w.paragraph(paragraph{style: line.style}, line.text)
		}
	}
}

// paragraph is everything about a paragraph but its words.
type paragraph struct {
	style  string
	list   int    // numbering of a list item
	number string // set in front, and after it what stands between
	after  string
	align  string
	lang   language.Tag // when it differs from the document's
}

// paragraph writes its properties in the order that the schema wants (CT_PPrBase), then the runs.
func (w *writer) paragraph(p paragraph, t document.Text) {
	lang := w.doc.Lang
	if p.lang != "" {
		lang = p.lang
	}
	w.raw("<w:p><w:pPr>")
	if p.style != "" {
		w.raw(`<w:pStyle w:val="%s"/>`, p.style)
	}
	if w.breakPending {
		w.raw(`<w:pageBreakBefore/>`)
		w.breakPending = false
	}
	if p.list != 0 {
		w.raw(`<w:numPr><w:ilvl w:val="0"/><w:numId w:val="%d"/></w:numPr>`, p.list)
	}
	if w.rightToLeft(lang) {
		w.raw(`<w:bidi/>`)
	}
	if p.align != "" {
		w.raw(`<w:jc w:val="%s"/>`, p.align)
	}
	w.raw("</w:pPr>")
	if p.number != "" {
		t = append(document.Text{{Text: p.number + p.after}}, t...)
	}
	w.runs(t, lang)
	w.raw("</w:p>\n")
}

func (w *writer) rightToLeft(t language.Tag) bool { return t.Direction() == language.RightToLeft }
