package dataset

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/base/protect"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of data, tables, the map and findings.
func Pages() web.Pages { return web.Pages{Name: "dataset", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "dataset", FS: shown} }

// Tab is the link from a study's page to its data.
func Tab() study.Tab {
	return study.Tab{Title: language.M("Data, tables and findings"), Page: "data", Act: "dataset.read"}
}

// Routes registers the pages of data, tables, the map and findings.
func (d *Data) Routes(m *web.Mux) {
	m.Get("/d/studies/{id}/data", "dataset.read", d.showData)
	m.Post("/d/studies/{id}/data", "dataset.freeze", d.freezeForm)
	m.Post("/d/studies/{id}/data/file", "dataset.export", d.exportForm)
	m.Get("/d/studies/{id}/tables", "dataset.read", d.showTables)
	m.Get("/d/studies/{id}/tables/new", "dataset.publish", d.showNewTable)
	m.Post("/d/studies/{id}/tables/new", "dataset.publish", d.publishForm)
	m.Get("/d/studies/{id}/map", "dataset.read", d.showMap)
	m.Get("/d/studies/{id}/map/{file}", "dataset.read", d.mapFile)
	m.Get("/d/studies/{id}/findings", "dataset.read", d.showFindings)
	m.Post("/d/studies/{id}/findings", "finding.write", d.writeForm)
	m.Get("/d/studies/{id}/coding", "dataset.read", d.showCoding)
	m.Get("/d/studies/{id}/coding/question", "dataset.read", d.showQuestion)
	m.Post("/d/studies/{id}/coding/frame", "coding.frame", d.frameForm)
	m.Post("/d/studies/{id}/coding/code", "coding.code", d.codeForm)
	m.Post("/d/studies/{id}/coding/settle", "coding.settle", d.settleForm)
	m.Get("/d/tables/{id}", "dataset.read", d.showTable)
	m.Get("/d/tables/{id}/{file}", "dataset.read", d.tableFile)
	m.Get("/d/findings/{id}", "dataset.read", d.showFinding)
	m.Post("/d/findings/{id}", "finding.write", d.rewriteForm)
	m.Post("/d/findings/{id}/bind", "finding.write", d.bindForm)
	m.Post("/d/findings/{id}/review", "finding.review", d.reviewForm)
}

// look reads with the scope of the one who asks, once they may see data at all.
func (d *Data) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	if r.Person.Guest() {
		return fmt.Errorf("data of a study: %w", errs.NotFound)
	}
	return d.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

// head is what stands on top of each page of a study's data.
type heading struct {
	ID        id.ID
	Name      string
	Synthetic bool
}

func headOf(r *web.Request, s study.Study) heading {
	return heading{s.ID, s.Name(r.Lang()), s.Synthetic}
}

// newest reads a study with its newest dataset. Without one the content is nil.
func newest(ctx context.Context, tx *db.Tx, n id.ID) (s study.Study, x Dataset, c *Content, err error) {
	if s, err = study.Find(ctx, tx, n); err != nil {
		return s, x, nil, err
	}
	x, err = Newest(ctx, tx, n)
	if errors.Is(err, errs.NotFound) {
		return s, x, nil, nil
	}
	if err == nil {
		c, err = Load(ctx, tx, x.ID)
	}
	return s, x, c, err
}

// notFrozen is what is said where data are needed and there are none.
func notFrozen() error {
	return errs.Say(fmt.Errorf("the study has no dataset: %w", errs.Conflict), language.M("The data are not frozen yet."), nil)
}

// why says in words why a count is kept back.
func why(p *language.Printer, f protect.Flag) string {
	switch f {
	case protect.Small:
		return p.T("fewer than three, one of whom may be shown only in sums")
	case protect.Uniform:
		return p.T("all or none of a group whose members are known")
	case protect.Complementary:
		return p.T("it could be had by subtracting")
	case protect.Differencing:
		return p.T("it could be had from this table and another that is out")
	}
	return ""
}

// audienceName names an audience as a heading does.
func audienceName(p *language.Printer, a study.Audience) string { return study.AudienceWords(p, a) }
