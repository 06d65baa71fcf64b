package review

import (
	"bytes"
	"context"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/document"
	"comity/internal/engine/document/docx"
	"comity/internal/engine/document/html"
	"comity/internal/engine/document/pdf"
	"comity/internal/store/db"
)

// TrayForm writes the comment form of a tray, with what stands in it, for those who are in it.
func (q *Reviews) TrayForm(ctx context.Context, who access.Person, tray id.ID, tag language.Tag) ([]byte, error) {
	var f Form
	err := q.Read.Read(ctx, access.ScopeOf(who, q.Now()), func(tx *db.Tx) error {
		t, err := FindTray(ctx, tx, tray)
		if err != nil {
			return err
		}
		r, err := FindRound(ctx, tx, t.Round)
		if err != nil {
			return err
		}
		f, err = formOf(ctx, tx, r, tray, tag, Draft, Accepted, Submitted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return q.sheet(f)
}

// RoundSheet writes what the reader may see of a round's comments, with observations and dispositions, as the same sheet.
func (q *Reviews) RoundSheet(ctx context.Context, who access.Person, round id.ID, tag language.Tag) ([]byte, error) {
	var f Form
	err := q.Read.Read(ctx, access.ScopeOf(who, q.Now()), func(tx *db.Tx) error {
		r, err := FindRound(ctx, tx, round)
		if err != nil {
			return err
		}
		f, err = formOf(ctx, tx, r, "", tag, Submitted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return q.sheet(f)
}

func (q *Reviews) sheet(f Form) ([]byte, error) {
	var b bytes.Buffer
	err := WriteForm(&b, f, q.Catalog.Get(f.Lang))
	return b.Bytes(), err
}

// Print makes a version of a document as a file: pdf, docx or html.
func (q *Reviews) Print(ctx context.Context, who access.Person, n, version id.ID, tag language.Tag, format string) ([]byte, error) {
	var doc *document.Doc
	err := q.Read.Read(ctx, access.ScopeOf(who, q.Now()), func(tx *db.Tx) error {
		d, v, err := readVersion(ctx, tx, n, version)
		if err != nil {
			return err
		}
		t, err := q.reading(ctx, tx, d, tag)
		if err != nil {
			return err
		}
		doc, err = q.print(ctx, t, v, q.Catalog.Get(tag))
		return err
	})
	if err != nil {
		return nil, err
	}
	return q.file(doc, format)
}

// PrintComments makes the compilation of the comments of a round that the reader may see, as a file.
func (q *Reviews) PrintComments(ctx context.Context, who access.Person, round id.ID, tag language.Tag, format string) ([]byte, error) {
	var doc *document.Doc
	err := q.Read.Read(ctx, access.ScopeOf(who, q.Now()), func(tx *db.Tx) error {
		r, err := FindRound(ctx, tx, round)
		if err != nil {
			return err
		}
		d, v, err := readVersion(ctx, tx, r.Document, r.Version)
		if err != nil {
			return err
		}
		blocks, err := Blocks(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		all, err := Comments(ctx, tx, Filter{Round: round, Status: []CommentStatus{Submitted}})
		doc = q.compile(d, v, blocks, all, q.Catalog.Get(tag))
		return err
	})
	if err != nil {
		return nil, err
	}
	return q.file(doc, format)
}

func (q *Reviews) file(doc *document.Doc, format string) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch format {
	case "pdf":
		err = pdf.Write(&b, doc, q.Fonts)
	case "docx":
		err = docx.Write(&b, doc)
	case "html":
		err = html.Page(&b, doc)
	default:
		err = fmt.Errorf("format %q: %w", format, errs.NotFound)
	}
	return b.Bytes(), err
}

// readVersion returns a document with one of its versions, the newest that the reader may see when version is "".
func readVersion(ctx context.Context, tx *db.Tx, n, version id.ID) (Document, Version, error) {
	d, err := Find(ctx, tx, n)
	if err != nil {
		return d, Version{}, err
	}
	all, err := Versions(ctx, tx, n)
	if err != nil {
		return d, Version{}, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if version == "" || all[i].ID == version {
			return d, all[i], nil
		}
	}
	return d, Version{}, fmt.Errorf("version %s of document %s: %w", version, n, errs.NotFound)
}
