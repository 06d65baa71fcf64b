package translation

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/dialogue/translation/xliff"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// export sends an object's texts in a language as a file.
func (q *Translations) export(r *web.Request) error {
	var f xliff.File
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		o, tag, _, err := where(ctx, tx, r)
		if err != nil {
			return err
		}
		f, err = Export(ctx, tx, o.ID, tag)
		return err
	})
	if err != nil {
		return err
	}
	name := strings.ToLower(strings.ReplaceAll(f.Original, "/", "-")) + "-" + string(f.Target) + ".xlf"
	return r.Attachment(name, "application/xliff+xml", bytes.NewReader(xliff.Write(f)))
}

// maxTroubles is how many texts of a refused file stand on the page.
const maxTroubles = 50

// bringIn takes a file back. One that is refused is shown with each text for which it was, and nothing of it is kept.
func (q *Translations) bringIn(r *web.Request) error {
	p, tag, n, entry, err := q.form(r)
	if err != nil {
		return err
	}
	h := r.Form().File("file")
	if h == nil {
		return r.Again("translation/object", p, errs.WithFields(web.NoFile("file")))
	}
	in, err := h.Open()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	report, err := q.Import(r.Ctx(), r.Person, n, tag, in, r.Form().Get("rebase") != "", entry)
	if err != nil {
		return q.refused(r, p, err)
	}
	p, err = q.objectPage(r)
	if err != nil {
		return err
	}
	p.Report = said(r, report)
	return r.Page("translation/object", p)
}

// refused shows the page with what is wrong with the file.
func (q *Translations) refused(r *web.Request, p objectPage, err error) error {
	if !errors.Is(err, errs.Invalid) {
		return err
	}
	code := language.M("This is not a file of XLIFF 1.2 that can be read here. Nothing was taken. Save it as XLIFF 1.2 in UTF-8 and bring it again.")
	var list *RefusedError
	if why, _ := errs.Said(err); why != "" {
		code = why
	}
	if errors.As(err, &list) {
		code = language.M("Nothing was taken: some texts of the file don't fit. They stand below with the reason.")
		p.Troubles = web.Table{
			Caption: r.T("Texts that don't fit"), Columns: []web.Column{{Label: r.T("Text")}, {Label: r.T("Why")}},
		}
		for _, t := range list.Troubles[:min(len(list.Troubles), maxTroubles)] {
			p.Troubles.Rows = append(p.Troubles.Rows, []any{excerpt(t.Source), r.T(t.Why)})
		}
	}
	return r.Again("translation/object", p, errs.WithFields(errs.Field{Path: "file", Code: code}))
}

// said puts a report into sentences, those that count something.
func said(r *web.Request, n Report) []string {
	out := []string{r.N("{n} translation of the file was kept as a draft.", "{n} translations of the file were kept as drafts.", n.Taken)}
	if n.Outdated > 0 {
		out = append(out, r.N("{n} translation is of an earlier source and was kept as outdated.", "{n} translations are of earlier sources and were kept as outdated.", n.Outdated))
	}
	if n.Newer > 0 {
		out = append(out, r.N("{n} translation was left out: there is one of the newer source here.", "{n} translations were left out: there are some of the newer sources here.", n.Newer))
	}
	if n.Same > 0 {
		out = append(out, r.N("{n} translation was here already.", "{n} translations were here already.", n.Same))
	}
	if n.Empty > 0 {
		out = append(out, r.N("{n} text of the file has no translation yet.", "{n} texts of the file have no translation yet.", n.Empty))
	}
	return out
}
