package docx

import (
	"fmt"
	"strings"

	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
	"comity/internal/engine/document/raster"
)

// drawingNamespaces stand on the picture itself, so that a document without one doesn't name them.
const drawingNamespaces = `xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" ` +
	`xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`

const (
	pictureWidth = 1600      // pixels
	emuPerTwip   = 635       // the format's unit of length in pictures is the 914,400th part of an inch
	maxHeight    = 8_000_000 // in that unit: a page, less room for the caption
	firstPicture = 7         // number of the first relationship after those that every document has
)

// picture sets a drawing as pixels, as wide as the text, under its caption. A word processor reads its Alt aloud. Vectors
// are left to the PDF: what word processors make of hatches in SVG differs.
func (w *writer) picture(p document.Picture) {
	alt, err := w.draw(p)
	if err != nil {
		w.fail(err)
		return
	}
	if len(p.Caption) > 0 {
		w.paragraph(paragraph{style: "Caption"}, p.Caption)
	}
	width := textWidth * emuPerTwip
	height := width * p.Drawing.Height / p.Drawing.Width
	if height > maxHeight {
		width, height = width*maxHeight/height, maxHeight
	}
	w.raw("<w:p><w:pPr>")
	if w.breakPending {
		w.raw(`<w:pageBreakBefore/>`)
		w.breakPending = false
	}
	if w.rightToLeft(w.doc.Lang) {
		w.raw(`<w:bidi/>`)
	}
	n := len(w.pictures)
	w.raw(`</w:pPr><w:r><w:drawing><wp:inline %s distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%d" cy="%d"/>`, drawingNamespaces, width, height)
	w.raw(`<wp:docPr id="%d" name="Picture %d" descr="%s"/>`, n, n, attr(alt))
	w.raw(`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>`)
	w.raw(`<pic:nvPicPr><pic:cNvPr id="%d" name="Picture %d"/><pic:cNvPicPr/></pic:nvPicPr>`, n, n)
	w.raw(`<pic:blipFill><a:blip r:embed="rId%d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>`, firstPicture+n-1)
	w.raw(`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>`, width, height)
	w.raw("</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>\n")
}

// draw keeps the picture's pixels and returns its words for those who don't see it.
func (w *writer) draw(p document.Picture) (alt string, err error) {
	if err := p.Check(); err != nil {
		return "", err
	}
	if alt, err = (document.Span{Text: p.Alt}).Written(); err != nil {
		return "", err
	}
	if w.fonts == nil {
		w.fonts = font.Noto()
	}
	png, err := raster.PNG(p.Drawing, w.fonts, pictureWidth)
	if err != nil {
		return "", err
	}
	w.pictures = append(w.pictures, string(png))
	return alt, nil
}

// withPictures adds the pictures to the relationships and the content types, and returns their parts.
func withPictures(pictures []string) (relations, contents string, parts []part) {
	if len(pictures) == 0 {
		return documentRels, contentTypes, nil
	}
	var add strings.Builder
	for i, png := range pictures {
		name := fmt.Sprintf("media/picture%d.png", i+1)
		fmt.Fprintf(&add, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="%s"/>`, firstPicture+i, name)
		parts = append(parts, part{"word/" + name, png})
	}
	relations = strings.Replace(documentRels, "</Relationships>", add.String()+"</Relationships>", 1)
	contents = strings.Replace(contentTypes, "<Override", `<Default Extension="png" ContentType="image/png"/><Override`, 1)
	return relations, contents, parts
}
