package learning

import (
	"bytes"
	"context"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// diploma is one person's row on the page of certificates.
type diploma struct {
	Enrolment   id.ID
	Name        string
	Points      string
	State       string
	ID          id.ID // of the certificate that stands; "" without one
	Files       []web.Link
	Issue, Back web.Button
	Passed      bool
}

type certificatesPage struct {
	Cohort Cohort
	Form   *web.Form
	Least  string
	People []diploma
	Due    bool
	All    web.Button
	May    bool
	Back   string
}

func (q *Learning) certificatesPage(r *web.Request, n id.ID) (p certificatesPage, err error) {
	p.Form, p.Back, p.All = r.Form(), cohortAt(n), web.Button{Text: r.T("Issue to all who passed")}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		on := id.NewRef(RefCohort, n)
		if err := q.Desk.See(ctx, tx, r.Person, "certificate.issue", on); err != nil {
			return err
		}
		var err error
		if p.Cohort, err = cohort(ctx, tx, n); err != nil {
			return err
		}
		p.May = p.Cohort.State == Closed || p.Cohort.State == Frozen
		all, least, of, err := q.results(ctx, tx, p.Cohort)
		if err != nil {
			return err
		}
		p.Least = r.T("{n} of {all} points pass.", "n", points(r, least), "all", points(r, of))
		have, err := Certificates(ctx, tx, n)
		if err != nil {
			return err
		}
		for _, x := range all {
			d, err := q.diploma(ctx, tx, r, x, have)
			if err != nil {
				return err
			}
			p.Due = p.Due || d.Passed && d.ID == ""
			p.People = append(p.People, d)
		}
		return nil
	})
	return p, err
}

func (q *Learning) diploma(ctx context.Context, tx *db.Tx, r *web.Request, x result, have []Certificate) (diploma, error) {
	a, err := access.Find(ctx, tx, x.Enrolment.Person)
	if err != nil {
		return diploma{}, err
	}
	d := diploma{Enrolment: x.Enrolment.ID, Name: a.Name, Passed: x.Passed, State: r.T("No certificate"), Points: "–",
		Issue: web.Button{Text: r.T("Issue"), Kind: "secondary"}, Back: web.Button{Text: r.T("Revoke"), Kind: "warning"}}
	if x.Test.ID != "" {
		d.Points = points(r, x.Points)
	}
	for _, c := range have {
		switch {
		case c.Enrolment != x.Enrolment.ID:
		case c.Revoked.IsZero():
			d.ID, d.State = c.ID, r.T("Issued {time}", "time", string(r.When(c.Issued)))
			d.Files = certificateLinks("/capacity/certificates/"+string(c.ID), r.Lang())
		default:
			d.State = r.T("Revoked {time}", "time", string(r.When(c.Revoked)))
		}
	}
	return d, nil
}

// certificateLinks are the document in each language, the reader's own first.
func certificateLinks(at string, first language.Tag) []web.Link {
	links := []web.Link{{Text: first.Name(), Href: at + "?in=" + string(first)}}
	for _, tag := range language.Official() {
		if tag != first {
			links = append(links, web.Link{Text: tag.Name(), Href: at + "?in=" + string(tag)})
		}
	}
	return links
}

func (q *Learning) showCertificates(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.certificatesPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("learning/certificates", p)
}

func (q *Learning) issueForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	only, _ := id.Parse(r.Form().Get("enrolment")) // none: everybody
	if _, err := q.Issue(r.Ctx(), r.Person, n, only, entry); err != nil {
		p, failed := q.certificatesPage(r, n)
		if failed != nil {
			return failed
		}
		return r.Again("learning/certificates", p, err)
	}
	return r.Done(cohortAt(n)+"/certificates", language.M("Issued. Each person finds their certificate beside their test."))
}

func (q *Learning) revokeForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	var of id.ID
	if err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		x, err := certificate(ctx, tx, n)
		of = x.Cohort
		return err
	}); err != nil {
		return err
	}
	if err := q.Revoke(r.Ctx(), r.Person, n, r.Form().Get("why"), entry); err != nil {
		p, failed := q.certificatesPage(r, of)
		if failed != nil {
			return failed
		}
		return r.Again("learning/certificates", p, err)
	}
	return r.Done(cohortAt(of)+"/certificates", language.M("The certificate was revoked. Whoever checks it here is told."))
}

func (q *Learning) takeCertificate(r *web.Request) error { return q.document(r, "certificate.take") }
func (q *Learning) readCertificate(r *web.Request) error { return q.document(r, "certificate.read") }

func (q *Learning) document(r *web.Request, act access.Act) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	tag := r.Lang()
	if l := r.Query("in"); l != "" {
		tag = language.Tag(l)
	}
	if !q.Catalog.Has(tag) {
		return errs.NotFound
	}
	b, err := q.Document(r.Ctx(), r.Person, act, n, tag)
	if err != nil {
		return err
	}
	return r.Attachment("certificate.pdf", "application/pdf", bytes.NewReader(b))
}
