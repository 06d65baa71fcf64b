package workshop

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/document/pdf"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type papersPage struct {
	head
	Table web.Table
}

func (q *Workshops) showPapers(r *web.Request) error {
	var p papersPage
	var err error
	p.head, err = q.on(r, "workshop.follow", func(_ context.Context, _ *db.Tx, w Workshop) error {
		p.Table = web.Table{Caption: r.T("Papers to print"), Columns: []web.Column{{Label: r.T("Paper")}, {Label: r.T("Language")}, {Label: r.T("File")}}}
		for _, paper := range Papers() {
			for _, l := range w.Languages {
				name := paper.Filename(l)
				p.Table.Rows = append(p.Table.Rows, []any{r.T(paper.Name()), l.Name(), web.Link{Text: name, Href: fmt.Sprintf("%s/papers/%s/%s", address(w.ID), paper, l)}})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("workshop/papers", p)
}

func (q *Workshops) agendaPaper(r *web.Request) error {
	return q.print(r, "workshop.read", AgendaPaper)
}
func (q *Workshops) badgePaper(r *web.Request) error {
	return q.print(r, "workshop.follow", BadgePaper)
}
func (q *Workshops) sheetPaper(r *web.Request) error {
	return q.print(r, "workshop.follow", SheetPaper)
}

// print makes a paper in one of the languages in which the workshop works.
func (q *Workshops) print(r *web.Request, act access.Act, paper Paper) error {
	tag := language.Tag(r.Value("lang"))
	var b bytes.Buffer
	_, err := q.on(r, act, func(ctx context.Context, tx *db.Tx, w Workshop) error {
		if !slices.Contains(w.Languages, tag) || !q.catalog.Has(tag) {
			return fmt.Errorf("paper in %q: %w", tag, errs.NotFound)
		}
		agenda, err := Agenda(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		var seats []Seat
		if paper != AgendaPaper {
			if seats, err = Seats(ctx, tx, w.ID); err != nil {
				return err
			}
			if err := Named(ctx, tx, seats); err != nil {
				return err
			}
		}
		doc, err := Print(paper, w, agenda, seats, q.catalog.Get(tag), tx.Now())
		if err != nil {
			return err
		}
		return pdf.Write(&b, doc, q.fonts)
	})
	if err != nil {
		return err
	}
	return r.Attachment(paper.Filename(tag), "application/pdf", bytes.NewReader(b.Bytes()))
}
