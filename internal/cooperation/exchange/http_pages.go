package exchange

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of peers, of what comes in and of what goes out.
func Pages() web.Pages { return web.Pages{Name: "exchange", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "exchange", FS: shown} }

// perPage is how many messages stand on one page.
const perPage = 25

// maxCardForm is the body of a form with a card, which has at most 1 MiB.
const maxCardForm = 1<<20 + 64<<10

// Routes registers the pages.
func (x *Exchange) Routes(m *web.Mux) {
	m.Get("/card", web.Public, x.ownCard)
	m.Get("/peers", "peer.read", x.showPeers)
	m.Get("/peers/import", "peer.import", x.showImportCard)
	m.Post("/peers/import", "peer.import", x.importCard, web.MaxBody(maxCardForm))
	m.Get("/peers/{node}", "peer.read", x.showPeer)
	m.Post("/peers/{node}/trust", "peer.trust", x.trust)
	m.Post("/peers/{node}/revoke", "peer.revoke", x.revoke)
	m.Post("/peers/{node}/alarm", "peer.alarm.settle", x.settleAlarm)
	m.Get("/inbox", "envelope.read", x.showInbox)
	m.Get("/inbox/refused", "envelope.read", x.showRefused)
	m.Get("/inbox/import", "envelope.import", x.showImport)
	m.Post("/inbox/import", "envelope.import", x.importFile, web.Raw(envelope.DefaultMax+maxFormWords))
	m.Get("/inbox/{id}", "envelope.read", x.showPost)
	m.Get("/outbox", "envelope.read", x.showOutbox)
	m.Get("/outbox/{id}", "envelope.read", x.showPost)
	m.Post("/outbox/{id}/export", "envelope.export", x.handOut)
}

// look reads with the scope of the one who asks. Envelopes and peers lie in no case: what they carry is shown elsewhere.
func (x *Exchange) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return x.read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

func (x *Exchange) ownCard(r *web.Request) error {
	x.CardHandler(r.Writer(), r.HTTP)
	return nil
}

type peersPage struct {
	Trusted, Others web.Table
	Alarms          []alarmLine
	Own             []string // our fingerprint in groups
	MayImport       bool
}

func (x *Exchange) showPeers(r *web.Request) error {
	p := peersPage{MayImport: x.desk.Ever(r.Person, "peer.import")}
	own, err := x.self.Fingerprint()
	if err != nil {
		return err
	}
	p.Own = strings.Fields(own)
	columns := []web.Column{{Label: r.T("Node")}, {Label: r.T("State")}, {Label: r.T("How it is trusted")}, {Label: r.T("Since when")}}
	p.Trusted = web.Table{Caption: r.T("Nodes that are trusted"), Columns: columns, Empty: r.T("No other node is trusted yet. Import the card of one to begin.")}
	p.Others = web.Table{Caption: r.T("Other cards"), Columns: columns}
	err = x.look(r, func(ctx context.Context, tx *db.Tx) error {
		all, err := Peers(ctx, tx)
		for _, k := range all {
			row := []any{web.Link{Text: k.Name(string(r.Lang())), Href: peerPath(k.Node)}, r.Country(k.State), statusTag(r, k.Status), ""}
			if k.Status == Trusted {
				row[3] = string(r.Date(k.Trusted))
				p.Trusted.Rows = append(p.Trusted.Rows, row)
				continue
			}
			row[3] = string(r.Date(k.Imported))
			p.Others.Rows = append(p.Others.Rows, row)
		}
		if err != nil {
			return err
		}
		p.Alarms, err = openAlarms(ctx, tx, r)
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("exchange/peers", p)
}

func peerPath(n id.ID) string { return "/peers/" + string(n) }

type importCardPage struct {
	Form   *web.Form
	Button web.Button
}

func (x *Exchange) showImportCard(r *web.Request) error {
	return r.Page("exchange/import-card", importCardPage{r.Form(), web.Button{Text: r.T("Import the card")}})
}

// importCard brings in the card of another node. What the card fails is said beside the file.
func (x *Exchange) importCard(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	b, err := readFile(r, "card", 1<<20)
	var node id.ID
	if err == nil {
		node, err = x.Import(r.Ctx(), r.Person, b, entry)
	}
	if err != nil {
		return r.Again("exchange/import-card", importCardPage{r.Form(), web.Button{Text: r.T("Import the card")}}, onCard(r, err))
	}
	return r.Done(peerPath(node), language.M("The card was imported. It is trusted once a second person has compared its fingerprint."))
}

// onCard turns what is wrong with a card into a remark beside the file.
func onCard(r *web.Request, err error) error {
	var failed *envelope.Refusal
	if errors.As(err, &failed) {
		return errs.WithFields(errs.Field{Path: "card", Code: "This file is no sound card. Not so: {check} ({detail})",
			Args: map[string]string{"check": checkWords(r, failed.Check), "detail": failed.Detail}})
	}
	if code, args := errs.Said(err); code != "" && (errors.Is(err, errs.Invalid) || errors.Is(err, errs.Conflict)) {
		return errs.WithFields(errs.Field{Path: "card", Code: code, Args: args})
	}
	return err
}

// inEnglish shows words that are kept in English only, such as what went wrong on the way.
func inEnglish(s string) template.HTML {
	return template.HTML(`<span lang="en" dir="ltr">` + template.HTMLEscapeString(s) + `</span>`) //nolint:gosec // escaped
}

// code shows a digest or an id, which may break anywhere on a narrow screen.
func code(s string) template.HTML {
	return template.HTML(`<code class="comity-identifier" dir="ltr">` + template.HTMLEscapeString(s) + `</code>`) //nolint:gosec // escaped
}
