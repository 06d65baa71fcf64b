package translation

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/translation/xliff"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of translations.
func Pages() web.Pages { return web.Pages{Name: "translation", FS: shown} }

// Words is the source of this package's own translations.
func Words() language.Source { return language.Source{Name: "translation", FS: shown} }

// perPage is how many objects, or texts of one, stand on a page.
const perPage = 25

// Routes registers the pages of translations.
func (q *Translations) Routes(m *web.Mux) {
	m.Get("/d/translate", "translation.read", q.showLanguages)
	m.Get("/d/translate/{lang}", "translation.read", q.showQueue)
	m.Get("/d/translate/{lang}/{id}", "translation.read", q.showObject)
	m.Post("/d/translate/{lang}/{id}/approve", "translation.approve", q.approve)
	m.Post("/d/translate/{lang}/{id}/waive", "translation.waive", q.waive)
	m.Get("/d/translate/{lang}/{id}/file", "translation.export", q.export)
	m.Post("/d/translate/{lang}/{id}/file", "translation.import", q.bringIn, web.MaxBody(xliff.MaxBytes+1<<20))
	m.Get("/d/translate/{lang}/{id}/{unit}", "translation.read", q.showUnit)
	m.Post("/d/translate/{lang}/{id}/{unit}", "translation.write", q.save)
	m.Post("/d/translate/{lang}/{id}/{unit}/review", "translation.review", q.review)
	m.Post("/d/translate/{lang}/{id}/{unit}/return", "translation.return", q.giveBack)
}

func at(tag language.Tag, parts ...id.ID) string {
	s := "/d/translate/" + string(tag)
	for _, p := range parts {
		s += "/" + string(p)
	}
	return s
}

// seen reads with the scope of the one who asks.
func (q *Translations) seen(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

// target returns the language that an address names.
func target(r *web.Request) (language.Tag, error) {
	tag := language.Tag(r.Value("lang"))
	if !slices.Contains(language.Official(), tag) {
		return "", fmt.Errorf("language %q: %w", tag, errs.NotFound)
	}
	return tag, nil
}

func (q *Translations) showLanguages(r *web.Request) error {
	t := web.Table{
		Caption: r.T("What waits, by language"),
		Columns: append([]web.Column{{Label: r.T("Language")}}, countColumns(r)...),
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		for _, tag := range language.Official() {
			c, err := Waiting(ctx, tx, tag)
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, append([]any{web.Link{Text: tag.Name(), Href: at(tag)}}, countCells(r, c)...))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("translation/languages", struct{ Table web.Table }{t})
}

func countColumns(r *web.Request) []web.Column {
	return []web.Column{
		{Label: r.T("To translate"), Numeric: true}, {Label: r.T("Outdated"), Numeric: true},
		{Label: r.T("To review"), Numeric: true}, {Label: r.T("To approve"), Numeric: true},
	}
}

func countCells(r *web.Request, c Count) []any {
	return []any{r.Number(c.Missing), r.Number(c.Outdated), r.Number(c.Draft), r.Number(c.Reviewed)}
}

func (q *Translations) showQueue(r *web.Request) error {
	tag, err := target(r)
	if err != nil {
		return err
	}
	before := r.Query("before")
	p := struct {
		Lang  string
		Table web.Table
		Pager web.Pager
	}{Lang: tag.Name()}
	p.Table = web.Table{
		Caption: r.T("What waits to be translated"), Empty: r.T("Nothing waits in this language. What others write appears here as soon as they save it."),
		Columns: append([]web.Column{{Label: r.T("Title")}, {Label: r.T("What it is")}, {Label: r.T("Written in")}}, countColumns(r)...),
	}
	err = q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := Queue(ctx, tx, tag, id.ID(before), perPage+1)
		if err != nil {
			return err
		}
		if len(list) > perPage {
			list = list[:perPage]
			p.Pager.Next = at(tag) + "?before=" + string(list[perPage-1].ID)
		}
		for _, o := range list {
			title, label, err := q.name(ctx, tx, o.Object)
			if err != nil {
				return err
			}
			p.Table.Rows = append(p.Table.Rows, append([]any{web.Link{Text: title, Href: at(tag, o.ID)}, r.T(label), o.Lang.Name()}, countCells(r, o.Count)...))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if before != "" {
		p.Pager.Previous = at(tag)
	}
	return r.Page("translation/queue", p)
}

// name returns an object's title and what kind of thing it is. A kind that is no longer known keeps its texts.
func (q *Translations) name(ctx context.Context, tx *db.Tx, o Object) (title, label string, err error) {
	k, ok := q.kinds[o.Kind]
	if !ok {
		return string(o.Ref), language.M("Text"), nil
	}
	title, err = k.Title(ctx, tx, o.Ref.ID())
	if errors.Is(err, errs.NotFound) {
		return string(o.Ref), k.Label, nil
	}
	return title, k.Label, err
}
