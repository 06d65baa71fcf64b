package workshop

import (
	"context"
	"strings"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// materialForm is how large the form with a file may be.
const materialForm = MaxMaterial + 1<<20

type materialsPage struct {
	head
	Table     web.Table
	May       bool
	Languages []web.Choice
	Missing   []string // working languages without any
	Keep      web.Button
}

func (q *Workshops) materialsPage(r *web.Request) (p materialsPage, err error) {
	p.Keep = web.Button{Text: r.T("Keep the file")}
	p.Table = web.Table{Caption: r.T("Materials"), Empty: r.T("No materials yet."), Columns: []web.Column{{Label: r.T("Language")}, {Label: r.T("Name")}, {Label: r.T("File")}, {Label: r.T("Size"), Numeric: true}, {Label: "SHA-256"}}}
	p.head, err = q.on(r, "workshop.read", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		if p.May, err = q.desk.Could(ctx, tx, r.Person, "agenda.edit", id.NewRef(RefKind, w.ID)); err != nil {
			return err
		}
		all, err := Materials(ctx, tx, w.ID)
		have := map[language.Tag]bool{}
		for _, m := range all {
			have[m.Language] = true
			p.Table.Rows = append(p.Table.Rows, []any{m.Language.Name(), m.Title, web.Link{Text: m.Name, Href: address(w.ID) + "/materials/" + string(m.ID)}, r.Size(m.Size), m.Sum})
		}
		for _, l := range w.Languages {
			p.Languages = append(p.Languages, web.Choice{Value: string(l), Label: l.Name()})
			if !have[l] {
				p.Missing = append(p.Missing, l.Name())
			}
		}
		return err
	})
	return p, err
}

func (q *Workshops) showMaterials(r *web.Request) error {
	p, err := q.materialsPage(r)
	if err != nil {
		return err
	}
	return r.Page("workshop/materials", p)
}

func (q *Workshops) material(r *web.Request) error {
	return q.sent(r, func(n id.ID) string { return address(n) + "/materials" }, language.M("The file is kept."), func(n, entry id.ID) error {
		f := r.Form()
		m := Material{Language: language.Tag(f.Get("language")), Title: strings.TrimSpace(f.Get("title"))}
		h := f.File("file")
		if h == nil {
			return q.AddMaterial(r.Ctx(), r.Person, n, m, strings.NewReader(""), entry) // says what is wrong with all fields
		}
		m.Name = h.Filename
		in, err := h.Open()
		if err != nil {
			return err
		}
		defer in.Close() // it was only read
		return q.AddMaterial(r.Ctx(), r.Person, n, m, in, entry)
	}, func(err error) error {
		p, failed := q.materialsPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("workshop/materials", p, err)
	})
}

func (q *Workshops) fetchMaterial(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	file, err := r.PathID("file")
	if err != nil {
		return err
	}
	m, bytes, err := q.OpenMaterial(r.Ctx(), r.Person, n, file)
	if err != nil {
		return err
	}
	defer bytes.Close() // it was only read
	return r.Attachment(m.Name, "application/octet-stream", bytes)
}
