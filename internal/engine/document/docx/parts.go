package docx

import (
	_ "embed"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/language"
	"comity/internal/engine/document"
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// Parts that are the same in every document.
var (
	//go:embed parts/content_types.xml
	contentTypes string
	//go:embed parts/package_rels.xml
	packageRels string
	//go:embed parts/document_rels.xml
	documentRels string
	//go:embed parts/styles.xml
	stylesTemplate string
)

// wordLang is a language as a word processor's spelling wants it, with a region; other tags stand as they are.
func wordLang(t language.Tag) string {
	switch t {
	case language.Arabic:
		return "ar-SA"
	case language.Chinese:
		return "zh-CN"
	case language.English:
		return "en-GB"
	case language.French:
		return "fr-FR"
	case language.Russian:
		return "ru-RU"
	case language.Spanish:
		return "es-ES"
	}
	return string(t)
}

// langAttrs writes a language as the attributes of w:lang and w:themeFontLang: scripts from right to left, East Asian
// ones and all others each have their own.
func langAttrs(t language.Tag) string {
	switch {
	case t == "":
		return ""
	case t.Direction() == language.RightToLeft:
		return ` w:bidi="` + attr(wordLang(t)) + `"`
	case t == language.Chinese || t == "ja" || t == "ko":
		return ` w:eastAsia="` + attr(wordLang(t)) + `"`
	}
	return ` w:val="` + attr(wordLang(t)) + `"`
}

func styles(t language.Tag) string {
	return strings.Replace(stylesTemplate, "<w:lang/>", "<w:lang"+langAttrs(t)+"/>", 1)
}

func settings(t language.Tag) string {
	return xmlHead + `<w:settings ` + namespaces + `><w:defaultTabStop w:val="720"/>` +
		`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>` +
		`<w:themeFontLang` + langAttrs(t) + `/></w:settings>` + "\n"
}

// The numberings of lists: bullets are the first, each ordered list has one of its own after it, so that it begins at 1.
const (
	bullets      = 1
	firstOrdered = 2
)

func numbering(ordered int) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<w:numbering ` + namespaces + `>`)
	for id, level := range []string{
		`<w:numFmt w:val="bullet"/><w:lvlText w:val="•"/>`,
		`<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>`,
	} {
		fmt.Fprintf(&b, `<w:abstractNum w:abstractNumId="%d"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/>`+
			`%s<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>`, id, level)
	}
	fmt.Fprintf(&b, `<w:num w:numId="%d"><w:abstractNumId w:val="0"/></w:num>`, bullets)
	for i := range ordered {
		fmt.Fprintf(&b, `<w:num w:numId="%d"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>`,
			firstOrdered+i)
	}
	b.WriteString("</w:numbering>\n")
	return b.String()
}

// coreProperties writes title, subject, author, language and time (ECMA-376 part 2, 11).
func coreProperties(d *document.Doc) (string, error) {
	var b strings.Builder
	b.WriteString(xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"` +
		` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`)
	for _, p := range []struct{ name, value string }{
		{"dc:title", d.Title}, {"dc:subject", d.Subject}, {"dc:creator", d.Author}, {"dc:language", string(d.Lang)},
	} {
		written, err := document.Span{Text: p.value}.Written()
		if err != nil {
			return "", err
		}
		if written != "" {
			fmt.Fprintf(&b, "<%s>%s</%s>", p.name, attr(written), p.name)
		}
	}
	if !d.Created.IsZero() {
		at := d.Created.UTC().Format(time.RFC3339)
		fmt.Fprintf(&b, `<dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">%s</dcterms:modified>`, at, at)
	}
	b.WriteString("</cp:coreProperties>\n")
	return b.String(), nil
}

// attr escapes text for an element or an attribute.
func attr(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "" // a strings.Builder takes everything
	}
	return b.String()
}
