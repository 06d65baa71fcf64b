package docx

import (
	"unicode"

	"comity/internal/engine/document"
)

// header writes a header part: on each page that the matter is an exercise, on the first the letterhead too.
func (w *writer) header(first bool) {
	w.raw("<w:hdr %s>\n", namespaces)
	if w.doc.Exercise != "" {
		w.paragraph(paragraph{style: "Exercise"}, document.T(w.doc.Exercise))
		w.watermark()
	}
	if first {
		for i, line := range w.doc.Header {
			style := "Header"
			if i == 0 {
				style = "Letterhead"
			}
			w.paragraph(paragraph{style: style}, line)
		}
		if len(w.doc.Header) > 0 {
			w.paragraph(paragraph{style: "Rule"}, nil)
		}
	}
	if w.doc.Exercise == "" && (!first || len(w.doc.Header) == 0) {
		w.paragraph(paragraph{style: "Header"}, nil) // a header may not be empty
	}
	w.raw("</w:hdr>\n")
}

// watermark draws the word across the page behind the text, in the old vector language that every word processor reads.
func (w *writer) watermark() {
	written, err := document.Span{Text: w.doc.Exercise}.Written()
	if err != nil {
		w.fail(err)
		return
	}
	w.raw(`<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr><w:r><w:rPr><w:noProof/></w:rPr><w:pict>` +
		`<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">` +
		`<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>` +
		`<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>` +
		`<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>`)
	width, height := markSize(written)
	w.raw(`<v:shape id="exercise" o:spid="_x0000_s2049" type="#_x0000_t136" alt="%s" `+
		`style="position:absolute;margin-left:0;margin-top:0;width:%dpt;height:%dpt;rotation:315;z-index:-251658752;`+
		`mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin" `+
		`o:allowincell="f" fillcolor="#e8c4bf" stroked="f"><v:fill opacity=".5"/><v:textpath style="font-family:&quot;Noto Sans&quot;;font-size:1pt" string="%s"/></v:shape>`,
		attr(written), width, height, attr(written))
	w.raw("</w:pict></w:r></w:p>\n")
}

// markSize returns the box in points that the word fills: 90 high, lower when it would be wider than the page allows.
func markSize(s string) (width, height int) {
	const highest, widest = 90, 460
	tenths := 0 // of the height, about what a letter takes
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			tenths += 10
			continue
		}
		tenths += 6
	}
	if width = tenths * highest / 10; width <= widest {
		return width, highest
	}
	return widest, widest * 10 / tenths
}

// footer writes the document's own line and, at the other side, "page / pages".
func (w *writer) footer() {
	w.raw("<w:ftr %s>\n<w:p><w:pPr><w:pStyle w:val=\"Footer\"/>", namespaces)
	if w.rightToLeft(w.doc.Lang) {
		w.raw("<w:bidi/>")
	}
	w.raw("</w:pPr>")
	w.runs(w.doc.Footer, w.doc.Lang)
	w.raw("<w:r><w:tab/></w:r>")
	w.field("PAGE")
	w.raw("<w:r>%s</w:r>", characters(" / "))
	w.field("NUMPAGES")
	w.raw("</w:p>\n</w:ftr>\n")
}

func (w *writer) field(instruction string) {
	w.raw(`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> %s </w:instrText></w:r>`+
		`<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`, instruction)
}
