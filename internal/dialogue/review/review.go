// Package review keeps documents that many write to and comment on: numbered blocks with ids that stay, rounds of
// comments, what was done about each comment.
//
// The promise: no comment is lost. Each one is accounted for in every later version, anchored to a block or listed as
// an orphan with the sentence it spoke of, and a round does not end before each has a disposition.
// Start with [Reviews.Open] for a document, [Reviews.OpenRound] for a round, [Reviews.Write] for a comment.
package review

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/document/font"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "review", FS: files} }

// The kinds of thing that this slice owns, in references.
const (
	KindDocument = "document"
	KindRound    = "comment-round"
	KindTray     = "tray"
	KindComment  = "comment"
)

// Config is what the reviews of a node need.
type Config struct {
	Desk     *desk.Desk
	Read     *db.Reader
	Sources  *access.Sources
	Exchange *exchange.Exchange
	Catalog  *language.Catalog
	Fonts    *font.Set
	Now      func() time.Time
}

// Reviews reads documents and comments and begins acts on them.
type Reviews struct {
	Config
	texts  Texts
	source Source
}

// New returns the reviews of a node, registers how their facts are read, and takes comments that other nodes send.
func New(c Config) (*Reviews, error) {
	q := &Reviews{Config: c}
	for kind, facts := range map[string]access.FactsFunc{
		KindDocument: documentFacts, KindRound: roundFacts, KindTray: trayFacts, KindComment: commentFacts,
	} {
		if err := c.Sources.Register(kind, facts); err != nil {
			return nil, err
		}
	}
	q.listen()
	return q, nil
}

// documentFacts: a document is its own compartment; those who write it are its members.
func documentFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	var n id.ID
	if err := tx.Row(ctx, `SELECT id FROM document WHERE id = ?`, on.ID()).Scan(&n); err != nil {
		return access.Facts{}, err
	}
	return access.InCase(ctx, tx, n, who)
}

// roundFacts: a round belongs to those who write its document.
func roundFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	var n id.ID
	if err := tx.Row(ctx, `SELECT document_id FROM comment_round WHERE id = ?`, on.ID()).Scan(&n); err != nil {
		return access.Facts{}, err
	}
	return access.InCase(ctx, tx, n, who)
}

// trayFacts: a tray is its own compartment; its members are the people of one respondent.
func trayFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	var n id.ID
	if err := tx.Row(ctx, `SELECT id FROM comment_tray WHERE id = ?`, on.ID()).Scan(&n); err != nil {
		return access.Facts{}, err
	}
	return access.InCase(ctx, tx, n, who)
}

// commentFacts: what is done to a submitted comment is done by those who write the document.
func commentFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	var n id.ID
	err := tx.Row(ctx, `
		SELECT r.document_id FROM comment_item k JOIN comment_round r ON r.id = k.round_id WHERE k.id = ?`, on.ID()).Scan(&n)
	if err != nil {
		return access.Facts{}, err
	}
	return access.InCase(ctx, tx, n, who)
}

// View reads with the scope of a person; it is the slice's one door for pages.
func (q *Reviews) View(ctx context.Context, scope db.Scope, f func(*db.Tx) error) error {
	err := q.Read.Read(ctx, scope, f)
	if errors.Is(err, errs.NotFound) {
		return fmt.Errorf("review: %w", errs.NotFound)
	}
	return err
}

// Source composes blocks for the document of a study: its findings, options and figures. It is called in a transaction
// with the reader's scope.
type Source func(ctx context.Context, tx *db.Tx, study id.ID, tag language.Tag) ([]NewBlock, error)

// ComposeFrom names where a report draft is composed from. It is called while the node is wired.
func (q *Reviews) ComposeFrom(s Source) { q.source = s }

// Unit is one text of a document, for its translation.
type Unit struct {
	Field string // "title", "block/01J…"
	Text  string
	Lang  language.Tag
}

// Translated is the translation of a text.
type Translated struct {
	Text  string
	Stale bool // it is of an earlier wording
}

// Texts keeps translations of documents.
type Texts interface {
	// Texts returns the translations of a document's texts that may be shown, by field; none when there are none.
	Texts(ctx context.Context, tx *db.Tx, object id.Ref, tag language.Tag) (map[string]Translated, error)
	// Put tells what there is to translate, when a version is issued. It may be called again with the same units.
	Put(ctx context.Context, c *desk.Change, object id.Ref, units []Unit) error
}

// Translate names who keeps translations. It is called while the node is wired; without it texts stand in their own
// language.
func (q *Reviews) Translate(t Texts) { q.texts = t }
