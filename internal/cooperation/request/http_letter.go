package request

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/cooperation/request/letter"
	"comity/internal/engine/document/docx"
	"comity/internal/engine/document/html"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// letterPage is the letter as it would be read, in one language.
type letterPage struct {
	Request   Request
	Name      string
	Letter    template.HTML
	Lang      language.Tag
	Direction language.Direction
	Languages []web.Link
	Fixed     []string // sentences of ours that stand in English
	Own       []ownText
	PDF, DOCX string
}

// ownText is what a person wrote and no translation says.
type ownText struct {
	Where, Text, Href string
	Stale             bool
}

// letterIn renders the letter of the request in the language that the address names, in that of the request when none.
func (q *Requests) letterIn(r *web.Request, req Request) (*letter.Letter, language.Tag, error) {
	a, err := req.answers()
	if err != nil {
		return nil, "", err
	}
	tag := language.Tag(r.Query("in"))
	if tag == "" {
		tag = language.Tag(a.Get("request/language"))
	}
	if !slices.Contains(language.Official(), tag) {
		tag = language.English
	}
	l, err := q.law.Letter(a, tag, req.Reference, req.Exercise, req.Since)
	if err != nil {
		return nil, "", errs.Say(err, "The letter can't be printed: {problem}", map[string]string{"problem": err.Error()})
	}
	return l, tag, nil
}

func (q *Requests) showLetter(r *web.Request) error {
	var p letterPage
	err := q.about(r, "request.read", func(_ context.Context, _ *db.Tx, req Request) error {
		l, tag, err := q.letterIn(r, req)
		if err != nil {
			return err
		}
		p = letterPage{Request: req, Name: req.name(r.Printer), Lang: tag, Direction: tag.Direction(), Fixed: l.Untranslated}
		p.PDF, p.DOCX = at(req.ID, "letter", "letter.pdf")+"?in="+string(tag), at(req.ID, "letter", "letter.docx")+"?in="+string(tag)
		for _, o := range l.Own {
			if o.State == letter.Missing || o.State == letter.Stale {
				p.Own = append(p.Own, ownText{q.place(o.Path, r.Printer), o.Text, q.field(req.ID, o.Path), o.State == letter.Stale})
			}
		}
		p.Letter, err = html.Fragment(l.Doc)
		return err
	})
	if err != nil {
		return err
	}
	for _, tag := range language.Official() {
		l := web.Link{Text: tag.Name(), Href: at(p.Request.ID, "letter") + "?in=" + string(tag)}
		if tag == p.Lang {
			l.Href = ""
		}
		p.Languages = append(p.Languages, l)
	}
	return r.Page("request/letter", p)
}

// letterFile gives the letter as a file, unsigned.
func (q *Requests) letterFile(r *web.Request) error {
	_, kind, _ := strings.Cut(r.Value("file"), ".")
	if r.Value("file") != "letter.pdf" && r.Value("file") != "letter.docx" {
		return errs.NotFound
	}
	var b []byte
	var name string
	err := q.about(r, "request.read", func(_ context.Context, _ *db.Tx, req Request) error {
		l, tag, err := q.letterIn(r, req)
		if err != nil {
			return err
		}
		name = fileName(req, string(tag)+"."+kind)
		if kind == "pdf" {
			b, err = q.law.PDF(l.Doc)
			return err
		}
		var w bytes.Buffer
		err = docx.Write(&w, l.Doc)
		b = w.Bytes()
		return err
	})
	if err != nil {
		return err
	}
	media := "application/pdf"
	if kind == "docx" {
		media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	}
	return r.Attachment(name, media, bytes.NewReader(b))
}

// fileName is what a file of the request is called.
func fileName(r Request, ending string) string {
	if r.Reference == "" {
		return "draft-" + ending
	}
	return r.Reference + "-" + ending
}

// signedLetter gives the letter with its signature, ours or theirs.
func (q *Requests) signedLetter(r *web.Request) error {
	var b []byte
	var name string
	err := q.about(r, "request.read", func(ctx context.Context, tx *db.Tx, req Request) (err error) {
		name = fileName(req, "signed.pdf")
		b, _, err = Letter(ctx, tx, req.ID)
		return err
	})
	if err != nil {
		return err
	}
	return r.Attachment(name, "application/pdf", bytes.NewReader(b))
}

// marksLanguage shows inside the letter which words stand in another language than the letter, for want of a
// translation: the language's code behind them, and a line below.
const marksLanguage = `
.comity-scroll > * [lang] { text-decoration: underline dotted; text-underline-offset: 0.2em; }
.comity-scroll > * [lang]::after { content: " [" attr(lang) "]"; font-size: 0.8em; }
`

// letterStyle serves how a letter looks within a page: pages carry no style of their own.
func letterStyle(r *web.Request) error {
	h := r.Writer().Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	h.Set("Cache-Control", "max-age=3600")
	if _, err := io.WriteString(r.Writer(), html.Style()+marksLanguage); err != nil {
		return fmt.Errorf("style of letters: %w", err)
	}
	return nil
}
