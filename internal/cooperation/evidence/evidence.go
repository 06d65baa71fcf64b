// Package evidence keeps items of evidence and the record of every hand they pass through.
//
// The bytes of an item never change and are never in the clear at rest; whoever reads them is on record first; what
// travels carries its history and its conditions. Start with [Evidence.Add]; a delivery joins by [Evidence.Parts] and
// [Evidence.Sent] on one side and by [Evidence.Prepare] and [Evidence.Accept] on the other. What travels beside an item
// is described in docs/formats/custody.md.
package evidence

import (
	"context"
	"crypto"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/directory"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/document/font"
	"comity/internal/store/blob"
	"comity/internal/store/db"
	"comity/internal/store/keyring"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "evidence", FS: files} }

// Kind is the kind of thing that an item is in references.
const Kind = "evidence"

// caseKind is the kind of the cases in which items lie.
const caseKind = "case"

// Signatory returns the certificate and the key with which a person signs.
type Signatory func(ctx context.Context, person id.ID) (*x509.Certificate, crypto.Signer, error)

// Config is what evidence needs. Every field is set.
type Config struct {
	Desk      *desk.Desk
	Read      *db.Reader
	Policy    *access.Policy
	Sources   *access.Sources
	Blobs     blob.Store
	Uploads   *blob.Uploads
	Vault     *keyring.Vault
	Exchange  *exchange.Exchange
	Directory *directory.Directory
	Catalog   *language.Catalog
	Fonts     *font.Set
	Sign      Signatory
	Now       func() time.Time
	Log       *slog.Logger
}

// Evidence is the evidence room of a node.
type Evidence struct {
	Config
	up *uploads
}

// New returns the evidence room. It registers how the facts of items are read, opens their bytes for the exchange when
// an envelope is sealed, and listens for receipts.
func New(c Config) (*Evidence, error) {
	e := &Evidence{Config: c}
	var err error
	if e.up, err = newUploads(e); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	if err := c.Sources.Register(Kind, Facts); err != nil {
		return nil, err
	}
	c.Exchange.Provide(sourceName, e.plain)
	c.Exchange.OnReceipt(e.Delivered)
	return e, nil
}

// Facts reads what the policy needs to know of an item, or of an upload that is to become one: its case.
func Facts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	caseID, err := caseOf(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	return access.InCase(ctx, tx, caseID, who)
}

func caseOf(ctx context.Context, tx *db.Tx, n id.ID) (caseID id.ID, err error) {
	err = tx.Row(ctx, `SELECT case_id FROM evidence_item WHERE id = ?`, n).Scan(&caseID)
	if errors.Is(err, errs.NotFound) {
		err = tx.Row(ctx, `SELECT case_id FROM evidence_upload WHERE id = ?`, n).Scan(&caseID)
	}
	return caseID, err
}

func ref(n id.ID) id.Ref     { return id.NewRef(Kind, n) }
func caseRef(n id.ID) id.Ref { return id.NewRef(caseKind, n) }

// View reads with the scope of a person; it is the slice's one door for pages.
func (e *Evidence) View(ctx context.Context, scope db.Scope, f func(*db.Tx) error) error {
	return e.Read.Read(ctx, scope, f)
}

// may asks before any byte is taken in; the act that links the item asks again.
func (e *Evidence) may(ctx context.Context, who access.Person, act access.Act, on id.Ref) error {
	return e.Read.Read(ctx, db.House("evidence"), func(tx *db.Tx) error { return e.Desk.May(ctx, tx, who, act, on) })
}
