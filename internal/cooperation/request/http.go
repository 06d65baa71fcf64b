package request

import (
	"context"
	"embed"
	"errors"
	"net/url"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of requests.
func Pages() web.Pages { return web.Pages{Name: "request", FS: shown} }

// Words is the source of these pages' translations.
func Words() language.Source { return language.Source{Name: "request", FS: shown} }

// Routes registers the pages of requests.
func (q *Requests) Routes(m *web.Mux) {
	m.Get("/{$}", "today.read", q.showToday)
	m.Get("/requests", "request.read", q.showList)
	m.Get("/requests/list.csv", "request.read", q.listCSV)
	m.Get("/requests/registry", "request.cover", q.showRegistry)
	m.Get("/requests/letter.css", web.Public, letterStyle)
	m.Get("/requests/new", "request.draft", q.showNew)
	m.Post("/requests/new", "request.draft", q.begin)
	m.Get("/requests/{id}", "request.read", q.showRequest)
	m.Get("/requests/{id}/cover", "request.cover", q.showCover)
	m.Get("/requests/{id}/draft", "request.read", q.showDraft)
	m.Post("/requests/{id}/measures", "request.edit", q.addMeasure)
	m.Post("/requests/{id}/measures/remove", "request.edit", q.removeMeasure)
	m.Get("/requests/{id}/draft/{section}", "request.read", q.showSection)
	m.Post("/requests/{id}/draft/{section}", "request.edit", q.saveSection)
	m.Handle("PUT", "/requests/{id}/draft/{section}", "request.edit", q.autosave)
	m.Get("/requests/{id}/draft/{section}/paste", "request.edit", q.showPaste)
	m.Post("/requests/{id}/draft/{section}/paste", "request.edit", q.paste, web.MaxBody(maxPasteForm))
	m.Get("/requests/{id}/check", "request.read", q.showCheck)
	m.Get("/requests/{id}/override", "request.override", q.showOverride)
	m.Post("/requests/{id}/override", "request.override", q.override)
	m.Get("/requests/{id}/letter", "request.read", q.showLetter)
	m.Get("/requests/{id}/letter/{file}", "request.read", q.letterFile)
	m.Get("/requests/{id}/signed.pdf", "request.read", q.signedLetter)
	m.Get("/requests/{id}/sign", "request.sign", q.showSign)
	m.Post("/requests/{id}/sign", "request.sign", q.sign)
	m.Get("/requests/{id}/to-sign.pdf", "request.sign", q.toSign)
	m.Get("/requests/{id}/send", "request.transmit", q.showSend)
	m.Post("/requests/{id}/send", "request.transmit", q.send)
	for _, f := range moveForms() {
		m.Get("/requests/{id}/"+f.path, f.act(), q.showMove(f))
		m.Post("/requests/{id}/"+f.path, f.act(), q.makeMove(f))
	}
}

// seen reads with the scope of the one who asks.
func (q *Requests) seen(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

// about reads the request that the address names, once the policy has said that the one who asks may do the act on it.
// A factor that has grown old doesn't keep anyone from reading: [confirmFirst] is for what needs a fresh one. f reads
// what else the page shows; it may be nil.
func (q *Requests) about(r *web.Request, act access.Act, f func(ctx context.Context, tx *db.Tx, n Request) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	return q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, r.Person, act, id.NewRef(Kind, n)); err != nil {
			return err
		}
		req, err := afterPolicy(ctx, tx, n)
		if err != nil || f == nil {
			return err
		}
		return f(ctx, tx, req)
	})
}

// may says whether the one who asks could do the act on the request now, if need be after showing a factor again; if
// not, why is the sentence that says so, "" when the thing isn't theirs to know of.
func (q *Requests) may(ctx context.Context, tx *db.Tx, r *web.Request, act access.Act, n id.ID) (ok bool, why string, err error) {
	err = q.desk.See(ctx, tx, r.Person, act, id.NewRef(Kind, n))
	switch {
	case err == nil:
		return true, "", nil
	case errors.Is(err, errs.NotFound):
		return false, "", nil
	case errors.Is(err, errs.Forbidden):
		code, args := errs.Said(err)
		return false, r.Say(code, args), nil
	}
	return false, "", err
}

// confirmFirst leads to where a factor is shown again, and back here, when the last one is too old for an act that asks
// for a fresh one. done is true when the answer was given.
func confirmFirst(r *web.Request) (done bool, err error) {
	if r.Person.Fresh(r.Now()) {
		return false, nil
	}
	return true, r.SeeOther("/confirm?" + url.Values{"next": {r.HTTP.URL.Path}}.Encode())
}

// at is the address of a request's page, or of one below it.
func at(n id.ID, below ...string) string {
	s := "/requests/" + string(n)
	for _, b := range below {
		s += "/" + b
	}
	return s
}

// back is where an act leads that was done on a request: its page, or for the registry, which may not read it, its
// cover.
func (q *Requests) back(r *web.Request, n id.ID) (string, error) {
	to := at(n)
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		ok, _, err := q.may(ctx, tx, r, "request.read", n)
		if !ok {
			to = at(n, "cover")
		}
		return err
	})
	return to, err
}

// say turns findings that stop an act into errors of the form, each a sentence in the reader's language.
func (q *Requests) sayFindings(r *web.Request, err error) error {
	var f *FindingsError
	if !errors.As(err, &f) {
		return err
	}
	var wrong []errs.Field
	for _, one := range f.Findings {
		wrong = append(wrong, errs.Field{Code: q.law.Sentence(one, r.Printer)})
	}
	return errs.WithFields(wrong...)
}
