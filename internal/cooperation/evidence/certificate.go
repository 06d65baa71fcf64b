package evidence

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/document"
	"comity/internal/engine/document/pdf"
	"comity/internal/engine/document/sign"
	"comity/internal/store/db"
)

// Certificate makes the certificate of an item's custody as PDF, in the language of those who will read it, signed by
// the person who asks for it. That it was signed is on record before it is handed out; its digest stands in the ledger.
func (e *Evidence) Certificate(ctx context.Context, who access.Person, n id.ID, tag language.Tag) ([]byte, error) {
	if !e.Catalog.Has(tag) {
		return nil, errs.WithFields(errs.Field{Path: "lang", Code: "Choose one of the answers that are offered."})
	}
	if err := e.may(ctx, who, "evidence.certify", ref(n)); err != nil {
		return nil, err
	}
	var doc *document.Doc
	err := e.Read.Read(ctx, db.House("evidence"), func(tx *db.Tx) error {
		it, err := get(ctx, tx, n)
		if err != nil {
			return err
		}
		doc, err = e.certificate(ctx, tx, it, who, e.Catalog.Get(tag))
		return err
	})
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := pdf.Write(&file, doc, e.Fonts); err != nil {
		return nil, fmt.Errorf("certificate of item %s: %w", n, err)
	}
	cert, key, err := e.Sign(ctx, who.ID)
	if err != nil {
		return nil, fmt.Errorf("certificate of item %s: %w", n, err)
	}
	signed, err := sign.PDF(ctx, file.Bytes(), sign.Signer{Cert: cert, Key: key}, sign.Options{Time: e.Now(), Name: shorten(who.Name), Reason: shorten(doc.Title)})
	if err != nil {
		return nil, fmt.Errorf("certificate of item %s: %w", n, err)
	}
	return signed, e.certified(ctx, who, n, canonical.Sum(signed), tag)
}

func (e *Evidence) certified(ctx context.Context, who access.Person, n id.ID, sum canonical.Hash, tag language.Tag) error {
	return e.Desk.Do(ctx, who, "evidence.certify", ref(n), func(c *desk.Change) error {
		it, err := get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		c.Record(map[string]any{"certificate": sum, "lang": tag})
		return e.record(ctx, c, "evidence.certify", it, Event{What: WasCertified, Note: string(sum), SHA256: it.SHA256, Before: it.Custodian, After: it.Custodian})
	})
}

// shorten keeps a text within what a signature may say beside itself.
func shorten(s string) string {
	if r := []rune(s); len(r) > maxShort {
		return string(r[:maxShort])
	}
	return s
}

// certificate writes the document. It says what the record says and nothing about guilt, worth or meaning.
func (e *Evidence) certificate(ctx context.Context, tx *db.Tx, it Item, who access.Person, p *language.Printer) (*document.Doc, error) {
	file := folder + string(it.ID) + "/" + safeName(it.Name)
	k, err := e.custody(ctx, tx, it, file)
	if err != nil {
		return nil, err
	}
	data, err := canonical.Marshal(k)
	if err != nil {
		return nil, err
	}
	w := certifier{e, p, it, k}
	us := e.authorityName(e.authority(who), p.Tag())
	doc := &document.Doc{
		Lang: p.Tag(), Title: p.T("Certificate of custody"), Subject: it.Label, Author: us, Created: e.Now().UTC().Truncate(time.Second),
		Header: []document.Text{{{Kind: document.Name, Text: us}}},
		Footer: document.Text{{Kind: document.Identifier, Text: string(it.ID)}},
		Files:  []document.File{{Name: custodyFile, Media: "application/json", Description: p.T("The same record as data"), Data: data}},
	}
	if e.Exchange.Self().Card.Exercise {
		doc.Exercise = p.T("Exercise")
	}
	doc.Blocks = append(doc.Blocks,
		document.Heading{Level: 1, Text: document.T(doc.Title)},
		document.Paragraph{Text: w.say(language.M("{authority} certifies what its records say about the item named here: where it comes from, every hand it has passed through, and how anyone can check that its bytes are the same."), "authority", name(us))},
	)
	for _, part := range []func() []document.Block{w.what, w.whence, w.hands, w.terms, w.check} {
		doc.Blocks = append(doc.Blocks, part()...)
	}
	doc.Blocks = append(doc.Blocks, document.Signature{
		Name: document.Text{name(who.Name)}, Function: document.Text{name(us)},
		Date: document.Text{{Kind: document.Date, Text: string(p.When(e.Now().UTC()))}},
	})
	return doc, nil
}

// certifier writes the parts of one certificate.
type certifier struct {
	e  *Evidence
	p  *language.Printer
	it Item
	k  Custody
}

func name(s string) document.Span       { return document.Span{Kind: document.Name, Text: s} }
func identifier(s string) document.Span { return document.Span{Kind: document.Identifier, Text: s} }
func quoted(s string) document.Text     { return document.Text{{Kind: document.Quote, Text: s}} }

// say turns a sentence of the catalogue into typed spans; values are spans or plain words.
func (w certifier) say(msg string, kv ...any) document.Text {
	_, parts := w.p.Parts(msg, kv...)
	var t document.Text
	for _, part := range parts {
		if s, ok := part.Value.(document.Span); ok {
			t = append(t, s)
			continue
		}
		t = append(t, document.Span{Text: part.Text})
	}
	return t
}

func (w certifier) heading(msg string) document.Block {
	return document.Heading{Level: 2, Text: document.T(w.p.T(msg))}
}

// definitions collects terms and leaves out those with nothing to say.
type definitions []document.Definition

func (d *definitions) add(term string, t document.Text) {
	if t.String() != "" {
		*d = append(*d, document.Definition{Term: document.T(term), Text: t})
	}
}

func (w certifier) what() []document.Block {
	p, it := w.p, w.it
	var d definitions
	d.add(p.T("Label"), quoted(it.Label))
	d.add(p.T("What it is"), document.T(string(words(p, sortWords(), string(it.Sort)))))
	d.add(p.T("Name of the file"), document.Text{identifier(it.Name)})
	d.add(p.T("Size in bytes"), document.Text{{Kind: document.Amount, Text: p.Number(it.Size)}})
	d.add(p.T("SHA-256 of the bytes"), document.Text{identifier(string(it.SHA256))})
	d.add(p.T("Number of the item"), document.Text{identifier(string(it.ID))})
	d.add(p.T("Request"), document.Text{identifier(it.Request)})
	d.add(p.T("Measure"), document.Text{identifier(it.Measure)})
	for _, h := range it.Details.Handling {
		d.add(p.T("Handling"), document.T(string(words(p, handlingWords(), h))))
	}
	for _, from := range w.k.Item.DerivedFrom {
		d.add(p.T("Made from"), w.say(language.M("Item {item} with SHA-256 {digest}: {process}"), "item", identifier(string(from.Item)),
			"digest", identifier(string(from.SHA256)), "process", document.Span{Kind: document.Quote, Text: from.Process}))
	}
	return []document.Block{w.heading(language.M("What it is")), document.Definitions{Items: d}}
}

func (w certifier) whence() []document.Block {
	p := w.p
	var d definitions
	if s := w.it.Details.Source; s != nil {
		d.add(p.T("Where the data lay"), document.Text{{Text: string(words(p, sourceWords(), s.Kind)) + " "}, name(s.Name)})
		d.add(p.T("Account"), document.Text{identifier(s.Account)})
	}
	if a := w.it.Details.Acquired; a != nil {
		d.add(p.T("Secured at"), document.Text{w.instant(a.At)})
		d.add(p.T("Secured by"), document.Text{name(a.Person)})
		d.add(p.T("Office"), document.Text{name(a.Office)})
		d.add(p.T("Place"), document.Text{name(a.Place)})
		d.add(p.T("Tool and version"), document.Text{identifier(joined(a.Tool, a.Version))})
		d.add(p.T("Method"), quoted(a.Method))
		d.add(p.T("Write blocker"), document.Text{identifier(a.WriteBlocker)})
		d.add(p.T("Error of the device's clock"), quoted(a.ClockOffset))
	}
	if l := w.it.Details.Legal; l != nil {
		d.add(p.T("Order or warrant"), document.Text{identifier(l.Order)})
		d.add(p.T("Court or authority"), document.Text{name(l.Court)})
		d.add(p.T("Date of the order"), document.Text{w.day(l.Date)})
	}
	if r := w.it.Details.Received; r != nil {
		d.add(p.T("Received from"), document.Text{name(w.e.authorityName(r.From, p.Tag()))})
		d.add(p.T("SHA-256 of the envelope's manifest"), document.Text{identifier(string(r.Envelope))})
	}
	if len(d) == 0 {
		return nil
	}
	return []document.Block{w.heading(language.M("Where it comes from")), document.Definitions{Items: d}}
}

func joined(a, b string) string {
	if b == "" {
		return a
	}
	return a + " " + b
}

// instant shows an instant in the zone in which it was written down.
func (w certifier) instant(s string) document.Span {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return identifier(s)
	}
	return document.Span{Kind: document.Date, Text: string(w.p.When(t))}
}

// day spells a day.
func (w certifier) day(s string) document.Span {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return identifier(s)
	}
	return document.Span{Kind: document.Date, Text: string(w.p.Date(t))}
}

func (w certifier) hands() []document.Block {
	p := w.p
	t := document.Table{
		Caption: document.T(p.T("Every event on record, from the first. Times are in UTC.")),
		Head:    []document.Text{document.T(p.T("When")), document.T(p.T("What happened")), document.T(p.T("By whom")), document.T(p.T("In whose custody afterwards")), document.T(p.T("Bytes"))},
		Widths:  []float64{20, 24, 24, 22, 10},
	}
	for _, v := range w.k.Events {
		t.Rows = append(t.Rows, []document.Text{
			{{Kind: document.Date, Text: language.Instant(v.when())}},
			w.happened(v),
			w.by(v),
			w.custodian(v),
			document.T(w.seen(v)),
		})
	}
	return []document.Block{w.heading(language.M("Every hand it has passed through")), t}
}

func (w certifier) happened(v CustodyEvent) document.Text {
	t := document.T(string(words(w.p, eventWords(), string(v.What))))
	if v.Corrects > 0 {
		return document.T(w.p.T("Correction of event {number}", "number", v.Corrects))
	}
	return t
}

func (w certifier) by(v CustodyEvent) document.Text {
	if by := w.it.securedBy(); v.What == WasCollected && by != "" {
		return document.Text{name(by)}
	}
	who := name(w.e.authorityName(v.Authority, w.p.Tag()))
	if v.Role == "" {
		return document.Text{who}
	}
	return w.say(language.M("{authority}, {role}"), "authority", who, "role", roleName(w.p, w.e.Policy, v.Role))
}

func (w certifier) custodian(v CustodyEvent) document.Text {
	switch {
	case v.After != "":
		return document.Text{name(w.e.authorityName(v.After, w.p.Tag()))}
	case v.What == WasSent:
		return document.T(w.p.T("On the way"))
	}
	return document.T("–")
}

// seen says whether the digest seen at an event was the item's.
func (w certifier) seen(v CustodyEvent) string {
	switch v.SHA256 {
	case "":
		return "–"
	case w.it.SHA256:
		return w.p.T("Same")
	}
	return w.p.T("Different")
}

func (w certifier) terms() []document.Block {
	blocks := []document.Block{w.heading(language.M("Conditions of use"))}
	if len(w.k.Conditions) == 0 {
		return append(blocks, document.Paragraph{Text: w.say(language.M("No conditions are on record."))})
	}
	list := document.List{}
	for _, t := range w.k.Conditions {
		list.Items = append(list.Items, w.say(language.M("{authority}: {condition}"), "authority", name(w.e.authorityName(t.By, w.p.Tag())),
			"condition", document.Span{Kind: document.Quote, Text: t.Says}))
	}
	return append(blocks, list)
}

func (w certifier) check() []document.Block {
	list := document.List{Ordered: true, Items: []document.Text{
		w.say(language.M("Compute the SHA-256 of the file, for example with {command}, and compare it with the one above."), "command", identifier("sha256sum "+safeName(w.it.Name))),
		w.say(language.M("The file {file} inside this document holds the same record as data; each event names its entry in a node's ledger, of which that node gives a proof."), "file", identifier(custodyFile)),
		w.say(language.M("The signature on this document shows whether anything in it was changed afterwards: any reader of signed PDF files checks it.")),
	}}
	return []document.Block{w.heading(language.M("How to check")), list}
}
