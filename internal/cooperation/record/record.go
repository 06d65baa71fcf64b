// Package record shows the node's ledger to people: what was done, that nothing of it was changed, and how anyone can
// check that without this node. It also serves the public page on which a file shows whether it is genuine.
//
// Start with [Records.Routes]; what is checked of a file is in verify.go.
package record

import (
	"context"
	"embed"
	"log/slog"
	"time"

	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/engine/web"
	"comity/internal/store/db"
	"comity/internal/store/ledger"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of the ledger and of the public check.
func Pages() web.Pages { return web.Pages{Name: "record", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "record", FS: shown} }

// Config is what the pages of the record need.
type Config struct {
	Desk    *desk.Desk
	Read    *db.Reader
	Log     *ledger.Log
	Policy  *access.Policy
	Sources *access.Sources
	Card    *envelope.Card // the node's own
	Spool   string         // folder for files while they are checked
	Now     func() time.Time
	Logger  *slog.Logger

	// Certificate says of the data inside a certificate of a course whether it stands, or that another node issued it; nil
	// where no node is asked.
	Certificate func(ctx context.Context, tx *db.Tx, data []byte) (foreign bool, err error)

	// Witnesses returns the verifier keys of those who cosign this node's checkpoints; nil for none.
	Witnesses func(ctx context.Context, tx *db.Tx) ([]string, error)
}

// Records shows the ledger. It holds nothing but the files that are being checked.
type Records struct {
	Config
	checking chan struct{} // public checks at once
}

// New returns the record of a node.
func New(c Config) *Records {
	if c.Witnesses == nil {
		c.Witnesses = func(context.Context, *db.Tx) ([]string, error) { return nil, nil }
	}
	return &Records{Config: c, checking: make(chan struct{}, checksAtOnce)}
}

// Routes registers the pages.
func (q *Records) Routes(m *web.Mux) {
	m.Get("/ledger", "ledger.read", q.showLedger)
	m.Get("/ledger/checkpoint", "ledger.read", q.checkpoint)
	m.Post("/ledger/verify", "ledger.verify", q.verifyLedger, web.Raw(maxWords))
	m.Post("/ledger/export", "report.access", q.export, web.Raw(maxWords))
	m.Get("/ledger/{entry}", "ledger.read", q.showEntry)
	m.Get("/ledger/{entry}/proof", "ledger.read", q.proof)
	m.Get("/verify", web.Public, q.showVerify)
	m.Post("/verify", web.Public, q.verifyFile, web.Raw(maxFile+maxWords))
}

// look reads with the scope of the one who asks.
func (q *Records) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}
