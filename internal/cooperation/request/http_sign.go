package request

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// signPage answers what a person is about to sign.
type signPage struct {
	Request Request
	Name    string
	Summary []web.Row
	Digest  string
	Groups  string
	PDF     string
	Fixed   []string
	Form    *web.Form
	None    string
	Button  web.Button
}

func (q *Requests) showSign(r *web.Request) error {
	if done, err := confirmFirst(r); done || err != nil {
		return err
	}
	var p signPage
	err := q.about(r, "request.sign", func(ctx context.Context, tx *db.Tx, req Request) error {
		p = signPage{Request: req, Name: req.name(r.Printer), Form: r.Form(), Button: web.Button{Text: r.T("Sign the letter")}}
		if m, _ := MoveNamed("sign"); !m.allowed(req.Direction.Side(), req.State) {
			p.None = r.T("This can't be done now: the request has moved on. Look at where it stands and decide again.")
			return nil
		}
		shown, err := q.ForSignature(ctx, req)
		if err != nil {
			return err
		}
		p.Digest, p.Groups, p.Fixed, p.PDF = string(shown.Digest), inGroups(string(shown.Digest)), shown.Untranslated, at(req.ID, "to-sign.pdf")
		p.Summary, err = q.summary(r, req)
		p.Summary = append(p.Summary, web.Row{Key: r.T("Language of the letter"), Value: shown.Lang.Name()})
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("request/sign", p)
}

// summary is a request in a few lines, for whoever signs or sends it.
func (q *Requests) summary(r *web.Request, req Request) ([]web.Row, error) {
	a, err := req.answers()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, code := range bases(a) {
		names = append(names, q.treatyName(string(code), r.Printer))
	}
	return []web.Row{
		{Key: r.T("Reference"), Value: req.Reference},
		{Key: r.T("From whom to whom"), Value: q.fromTo(r.Printer, req)},
		{Key: r.T("The other authority"), Value: q.authority(req.TheirAuthority, r.Printer)},
		{Key: r.T("What is asked"), Value: q.typeNames(req.Measures(), r.Printer)},
		{Key: r.T("Legal basis"), Value: string(r.And(names))},
	}, nil
}

// inGroups sets a digest in groups of four, so that two people can compare it by voice.
func inGroups(digest string) string {
	var groups []string
	for i := 0; i < len(digest); i += 4 {
		groups = append(groups, digest[i:min(i+4, len(digest))])
	}
	return strings.Join(groups, " ")
}

func (q *Requests) sign(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	err = q.Sign(r.Ctx(), r.Person, n, canonical.Hash(r.Form().Get("digest")), entry)
	var rules *FindingsError
	if errors.As(err, &rules) {
		return errs.Say(err, "The rules find errors that have to be mended, or let stand with a reason, before it can be signed.", nil)
	}
	if err != nil {
		return err
	}
	return r.Done(at(n), language.M("The letter is signed. The registry can send it now."))
}

// toSign gives exactly the bytes that would be signed, whose digest the page shows.
func (q *Requests) toSign(r *web.Request) error {
	var shown ToSign
	var name string
	err := q.about(r, "request.sign", func(ctx context.Context, _ *db.Tx, req Request) (err error) {
		name = fileName(req, "to-sign.pdf")
		shown, err = q.ForSignature(ctx, req)
		return err
	})
	if err != nil {
		return err
	}
	return r.Attachment(name, "application/pdf", bytes.NewReader(shown.PDF))
}
