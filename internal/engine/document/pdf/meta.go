package pdf

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"sort"

	"comity/internal/engine/document"
)

const producer = "Comity"

// xmp writes the document's metadata, with what it claims to be: PDF/A-3, level A, and PDF/UA-1 (ISO 19005-3, 6.6;
// ISO 14289-1, 5). The description of the schema pdfuaid is there because PDF/A knows no schema it was not told.
func xmp(d *document.Doc) []byte {
	var b bytes.Buffer
	b.WriteString("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` + "\n" +
		`<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"` +
		` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">` + "\n" +
		"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>\n" +
		"<dc:format>application/pdf</dc:format>\n")
	field := func(before, text, after string) {
		if text == "" {
			return
		}
		b.WriteString(before)
		// Writing to a buffer cannot fail.
		_ = xml.EscapeText(&b, []byte(text))
		b.WriteString(after + "\n")
	}
	field(`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">`, d.Title, "</rdf:li></rdf:Alt></dc:title>")
	field(`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">`, d.Subject, "</rdf:li></rdf:Alt></dc:description>")
	field("<dc:creator><rdf:Seq><rdf:li>", d.Author, "</rdf:li></rdf:Seq></dc:creator>")
	field("<dc:language><rdf:Bag><rdf:li>", string(d.Lang), "</rdf:li></rdf:Bag></dc:language>")
	field("<pdf:Producer>", producer, "</pdf:Producer>")
	if !d.Created.IsZero() {
		at := d.Created.UTC().Format("2006-01-02T15:04:05Z")
		fmt.Fprintf(&b, "<xmp:CreateDate>%s</xmp:CreateDate><xmp:ModifyDate>%s</xmp:ModifyDate>\n", at, at)
	}
	b.WriteString("</rdf:Description>\n" + uaSchema + "</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return b.Bytes()
}

const uaSchema = `<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"` +
	` xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
`

// sortedFiles returns the files by name, as a name tree has them.
func sortedFiles(files []document.File) []document.File {
	out := append([]document.File(nil), files...)
	sort.Slice(out, func(i, k int) bool { return str(out[i].Name) < str(out[k].Name) })
	return out
}
