package review

import (
	"context"
	"fmt"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/store/db"
)

// reading is a document read in a language.
type reading struct {
	tx    *db.Tx
	doc   Document
	tag   language.Tag
	texts map[string]Translated
}

func (q *Reviews) reading(ctx context.Context, tx *db.Tx, doc Document, tag language.Tag) (reading, error) {
	t := reading{tx: tx, doc: doc, tag: tag}
	if q.texts == nil || tag == doc.Lang {
		return t, nil
	}
	var err error
	t.texts, err = q.texts.Texts(ctx, tx, id.NewRef(KindDocument, doc.ID), tag)
	if err != nil {
		return t, fmt.Errorf("translations of document %s: %w", doc.ID, err)
	}
	return t, nil
}

// text returns a text in the language of the reading: its translation where there is one, otherwise the text itself with
// the language it is in.
func (t reading) text(field, text string) (string, language.Tag, bool) {
	if m := t.texts[field]; m.Text != "" {
		return m.Text, t.tag, m.Stale
	}
	return text, t.doc.Lang, false
}

// shown is a block as it is shown to a reader.
type shown struct {
	Block
	Text    string
	Lang    language.Tag // the language that the text is in
	Foreign bool         // it is not the one asked for
	Stale   bool         // the translation is of an earlier wording
}

// blocksIn returns the blocks of a version in the language of the reading.
func (q *Reviews) blocksIn(ctx context.Context, t reading, version id.ID) ([]shown, error) {
	blocks, err := Blocks(ctx, t.tx, version)
	if err != nil {
		return nil, err
	}
	all := make([]shown, len(blocks))
	for i, b := range blocks {
		s := shown{Block: b}
		s.Text, s.Lang, s.Stale = t.text(blockField(b.ID), b.Text)
		s.Foreign = t.tag != "" && s.Lang != t.tag
		all[i] = s
	}
	return all, nil
}

// print makes the document of a version in a language.
func (q *Reviews) print(ctx context.Context, t reading, v Version, p *language.Printer) (*document.Doc, error) {
	blocks, err := q.blocksIn(ctx, t, v.ID)
	if err != nil {
		return nil, err
	}
	title, lang, _ := t.text("title", t.doc.Name(t.tag))
	d := q.sheetOf(t.doc, v, p, title)
	d.Blocks = append(d.Blocks, document.Heading{Level: 1, Text: document.Text{{Kind: document.Name, Text: title, Lang: lang}}})
	var notes []document.Block
	for _, b := range blocks {
		text := document.Text{{Text: b.Text}}
		if b.Foreign {
			text[0].Lang = b.Lang
		}
		foreign := language.Tag("")
		if b.Foreign {
			foreign = b.Lang
		}
		switch b.Kind {
		case Heading:
			d.Blocks = append(d.Blocks, document.Heading{Level: min(max(b.Level+1, 2), 3), Number: b.Number, Text: text})
		case Figure:
			label := document.Span{Kind: document.Strong, Text: p.T("Figure {number}", "number", b.Number) + " "}
			d.Blocks = append(d.Blocks, document.Paragraph{Text: append(document.Text{label}, text...), Lang: foreign})
		case Footnote:
			notes = append(notes, document.Paragraph{Number: b.Number, Text: text, Lang: foreign})
		case Finding, Option:
			label := document.Span{Kind: document.Strong, Text: p.T(blockWords()[b.Kind]) + " "}
			d.Blocks = append(d.Blocks, document.Paragraph{Number: b.Number, Text: append(document.Text{label}, text...), Lang: foreign})
		default:
			d.Blocks = append(d.Blocks, document.Paragraph{Number: b.Number, Text: text, Lang: foreign})
		}
	}
	if len(notes) > 0 {
		d.Blocks = append(append(d.Blocks, document.Rule{}), notes...)
	}
	return d, nil
}

// sheetOf is the frame that a document and its compilation share: masthead, foot, watermark.
func (q *Reviews) sheetOf(doc Document, v Version, p *language.Printer, title string) *document.Doc {
	self := q.Exchange.Self().Card
	us := self.Name(string(p.Tag()))
	d := &document.Doc{Lang: p.Tag(), Title: title, Subject: doc.Symbol, Author: us, Created: v.Issued}
	if v.Working() {
		d.Created = doc.At
	}
	if doc.Symbol != "" {
		d.Header = append(d.Header, document.Text{{Kind: document.Identifier, Text: doc.Symbol}})
		d.Footer = document.Text{{Kind: document.Identifier, Text: doc.Symbol}}
	}
	d.Header = append(d.Header,
		document.T(p.T(distributionWords()[string(doc.Distribution)])),
		document.T(p.T("Version {number} · {status}", "number", fmt.Sprint(v.N), "status", language.Plain(p.T(q.statusOf(doc, v))))))
	switch {
	case doc.Synthetic:
		d.Exercise = p.T("Synthetic")
	case self.Exercise:
		d.Exercise = p.T("Exercise")
	}
	return d
}

func (q *Reviews) statusOf(d Document, v Version) string {
	if v.Working() {
		return statusWords()[string(Working)]
	}
	return statusWords()[string(d.Status)]
}

// compile makes the compilation of comments: each with its place, in the words and the language in which it came, and
// what was done about it where the reader may know.
func (q *Reviews) compile(d Document, v Version, blocks []Block, comments []Comment, p *language.Printer) *document.Doc {
	doc := q.sheetOf(d, v, p, p.T("Compilation of comments"))
	doc.Blocks = append(doc.Blocks,
		document.Heading{Level: 1, Text: document.T(doc.Title)},
		document.Paragraph{Text: document.Text{{Kind: document.Name, Text: d.Name(p.Tag())}}})
	if len(comments) == 0 {
		doc.Blocks = append(doc.Blocks, document.Paragraph{Text: document.T(p.T("There are no comments that may be shown."))})
	}
	last := ""
	for i, k := range comments {
		if who := k.Party.Label(p); who != last {
			last = who
			doc.Blocks = append(doc.Blocks, document.Heading{Level: 2, Text: document.Text{{Kind: document.Name, Text: who}}})
		}
		doc.Blocks = append(doc.Blocks, compiled(p, i+1, k, blocks)...)
	}
	return doc
}

func compiled(p *language.Printer, n int, k Comment, blocks []Block) []document.Block {
	var defs []document.Definition
	add := func(term string, t document.Text) {
		if t.String() != "" {
			defs = append(defs, document.Definition{Term: document.T(p.T(term)), Text: t})
		}
	}
	own := func(s string) document.Text { return document.Text{{Kind: document.Quote, Text: s, Lang: k.Lang}} }
	add(language.M("On behalf of"), document.Text{{Kind: document.Name, Text: k.Behalf}})
	add(language.M("Section or paragraph"), document.Text{{Kind: document.Identifier, Text: label(k.Target, blocks)}})
	if k.Target.Kind != OnWhole {
		add(language.M("Quoted text"), document.Text{{Kind: document.Quote, Text: clip(k.Target.Exact, 600)}})
	}
	add(language.M("Comment"), own(k.Body))
	add(language.M("Proposed text"), own(k.Proposal))
	add(language.M("Disposition"), document.T(dispositionWord(p, k.Disposed.Value)))
	add(language.M("Observations of the Secretariat"), document.Text{{Kind: document.Quote, Text: k.Disposed.Reasoning}})
	return []document.Block{
		document.Paragraph{Number: fmt.Sprint(n) + ".", Text: document.T(typeWord(p, k.Type))},
		document.Definitions{Items: defs},
	}
}
