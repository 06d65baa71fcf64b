package learning

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/document"
	"comity/internal/engine/document/pdf"
	"comity/internal/engine/document/sign"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// CertificateFile is the name of the data inside the document.
const CertificateFile = "certificate.json"

// Document makes a certificate as PDF in a language, signed by who issued it. Which language it is read in is the reader's
// choice: the data inside, whose digest was entered when it was issued, is the same. who is the person themselves
// ("certificate.take") or a trainer ("certificate.read"), as act says.
func (q *Learning) Document(ctx context.Context, who access.Person, act access.Act, n id.ID, tag language.Tag) ([]byte, error) {
	if !q.Catalog.Has(tag) {
		return nil, fmt.Errorf("certificate %s in %q: %w", n, tag, errs.NotFound)
	}
	var x Certificate
	err := q.Read.Read(ctx, db.House("learning"), func(tx *db.Tx) (err error) {
		if err := q.Desk.See(ctx, tx, who, act, id.NewRef(RefCertificate, n)); err != nil {
			return err
		}
		x, err = certificate(ctx, tx, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !x.Revoked.IsZero() {
		return nil, errs.Say(fmt.Errorf("certificate %s: %w", n, errs.Conflict), language.M("This certificate was revoked."), nil)
	}
	var c Certified
	if err := json.Unmarshal([]byte(x.Content), &c); err != nil {
		return nil, fmt.Errorf("certificate %s: %w", n, err)
	}
	doc := q.certificateDoc(x, c, q.Catalog.Get(tag))
	var file bytes.Buffer
	if err := pdf.Write(&file, doc, q.Fonts); err != nil {
		return nil, fmt.Errorf("certificate %s: %w", n, err)
	}
	cert, key, err := q.Sign(ctx, x.By)
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", n, err)
	}
	signed, err := sign.PDF(ctx, file.Bytes(), sign.Signer{Cert: cert, Key: key}, sign.Options{Time: q.Now(), Name: c.Authority, Reason: doc.Title})
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", n, err)
	}
	return signed, nil
}

// certificateDoc writes the document around the data.
func (q *Learning) certificateDoc(x Certificate, c Certified, p *language.Printer) *document.Doc {
	us := q.Exchange.Self().Card.Name(string(p.Tag()))
	course, _ := q.Library.Course(c.Course)
	name := func(s string) document.Text { return document.Text{{Kind: document.Name, Text: s}} }
	day := func(stamp string) document.Text {
		at, err := db.ParseStamp(stamp)
		if err != nil {
			return document.Text{{Kind: document.Identifier, Text: stamp}}
		}
		return document.Text{{Kind: document.Date, Text: string(p.Date(at))}}
	}
	doc := &document.Doc{
		Lang: p.Tag(), Title: p.T("Certificate of a course"), Subject: p.T(course.Title), Author: us, Created: x.Issued.UTC().Truncate(time.Second),
		Header: []document.Text{name(us)}, Footer: document.Text{{Kind: document.Identifier, Text: string(c.ID)}},
		Files: []document.File{{Name: CertificateFile, Media: "application/json", Description: p.T("The same as data"), Data: []byte(x.Content)}},
	}
	if c.Exercise {
		doc.Exercise = p.T("Exercise")
	}
	var outcomes document.List
	for _, code := range c.Outcomes {
		if k, ok := q.Library.Competency(code); ok {
			outcomes.Items = append(outcomes.Items, document.T(p.T(k.Name)))
		}
	}
	amount := func(n int64) string { return p.Decimal(float64(n)/100, decimals(instrument.Points(n))) }
	doc.Blocks = []document.Block{
		document.Heading{Level: 1, Text: document.T(doc.Title)},
		document.Paragraph{Text: document.T(p.T("The person named here has passed the test of this course."))},
		document.Definitions{Items: []document.Definition{
			{Term: document.T(p.T("Name")), Text: name(c.Person)},
			{Term: document.T(p.T("Profession")), Text: document.T(p.T(RoleName(c.Role)))},
			{Term: document.T(p.T("Course")), Text: document.T(p.T(course.Title))},
			{Term: document.T(p.T("Version")), Text: document.Text{{Kind: document.Identifier, Text: c.Version}}},
			{Term: document.T(p.T("Minutes of study")), Text: document.Text{{Kind: document.Amount, Text: p.Number(int64(c.Minutes))}}},
			{Term: document.T(p.T("Points")), Text: document.T(p.T("{n} of {all}; {least} pass", "n", amount(c.Points), "all", amount(c.Of), "least", amount(c.Least)))},
			{Term: document.T(p.T("Test handed in")), Text: day(c.Handed)},
			{Term: document.T(p.T("Issued on")), Text: day(c.Issued)},
			{Term: document.T(p.T("Number")), Text: document.Text{{Kind: document.Identifier, Text: string(c.ID)}}},
		}},
		document.Heading{Level: 2, Text: document.T(p.T("What the course teaches"))}, outcomes,
		document.Heading{Level: 2, Text: document.T(p.T("How to check"))},
		document.Paragraph{Text: document.T(p.T("Any reader of signed PDF files shows whether this document was changed. The node that issued it tells at {address} whether it still stands.", "address", q.Public+"/verify"))},
		document.Signature{Name: name(us), Date: day(c.Issued)},
	}
	return doc
}

func decimals(n instrument.Points) int {
	if n%100 == 0 {
		return 0
	}
	return 2
}
