// Package response keeps what a respondent of a study answers: filled by several hands, cleared by one, sent once.
//
// A response lies in its respondent's compartment; nobody else knows of it, and only what was cleared leaves it, as a
// canonical record (docs/formats/response.md) that its clearer signed. No answer is ever overwritten unseen: each has its
// history, and what two people wrote against each other is kept until one decides.
//
// Start with [Responses.Begin] and [Responses.Save] for the respondent's side, and with [Responses.Submitted] for the
// secretariat's.
package response

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"embed"
	"fmt"
	"io"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "response", FS: files} }

// The kinds of thing that the slice owns, in references.
const (
	Kind           = "response"   // what a respondent fills in, by the respondent's id
	KindSubmission = "submission" // one revision as the secretariat has it
)

// Response is what one respondent fills in, at the node where its people work.
type Response struct {
	ID       id.ID // its respondent's
	Study    id.ID
	State    State
	Since    time.Time
	Revision int64 // that is being written, or was sent last; from 1
	Form     Hash
	Level    Level
	Changes  int64 // counts the changes of answers; a page says up to which it has seen them
	Begun    time.Time
	Version  int64

	salt []byte
}

// Level is how far a respondent lets its answers be shown.
type Level string

// The levels, from the most open. Answers that are marked for themselves are never shown further than their mark says.
const (
	Full         Level = "full"         // with the respondent's name
	Partial      Level = "partial"      // with the name, but for the answers marked otherwise
	Statistical  Level = "statistical"  // only in tables
	Confidential Level = "confidential" // by the secretariat alone
)

// Levels lists the levels in their order.
func Levels() []Level { return []Level{Full, Partial, Statistical, Confidential} }

// Known reports whether the level is one of the list.
func (l Level) Known() bool {
	return l == Full || l == Partial || l == Statistical || l == Confidential
}

// Signatory gives the certificate and key with which a person signs; the key never leaves the node's keyring.
type Signatory func(ctx context.Context, person id.ID) (*x509.Certificate, crypto.Signer, error)

// Config is what the slice needs.
type Config struct {
	Desk      *desk.Desk
	Read      *db.Reader
	Sources   *access.Sources
	Studies   *study.Studies
	Exchange  *exchange.Exchange
	Catalog   *language.Catalog
	Signatory Signatory
	Exercise  bool
	Now       func() time.Time
}

// Responses reads responses and begins acts on them.
type Responses struct{ Config }

// New returns the responses of a node, registers how their facts are read and what is done with messages that come in.
func New(c Config) (*Responses, error) {
	s := &Responses{c}
	if err := c.Sources.Register(Kind, about); err != nil {
		return nil, err
	}
	if err := c.Sources.Register(KindSubmission, aboutSubmission); err != nil {
		return nil, err
	}
	c.Exchange.Handle("response", exchange.Taker{Apply: s.takeResponse})
	c.Exchange.Handle("query", exchange.Taker{Apply: s.takeQuery})
	c.Studies.AnswersAt(func(respondent id.ID) string { return "/d/fill/" + string(respondent) })
	return s, nil
}

// about: a response exists for the people of its respondent only.
func about(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	if _, err := study.RespondentOf(ctx, tx, on.ID()); err != nil {
		return access.Facts{}, err
	}
	return access.InCase(ctx, tx, on.ID(), who)
}

const columns = `id, study_id, state, since, revision, form, level, changes, salt, begun_at, version`

// get reads a response; [errs.NotFound] says that nobody has begun it.
func get(ctx context.Context, tx *db.Tx, n id.ID) (r Response, err error) {
	err = tx.Row(ctx, `SELECT `+columns+` FROM response WHERE id = ?`, n).
		Scan(&r.ID, &r.Study, &r.State, &r.Since, &r.Revision, &r.Form, &r.Level, &r.Changes, &r.salt, &r.Begun, &r.Version)
	if err != nil {
		return r, fmt.Errorf("response %s: %w", n, err)
	}
	return r, nil
}

// moved writes a step of the response, and the state to which it leads.
func moved(ctx context.Context, c *desk.Change, r Response, m Move, reason string) error {
	to, err := m.after(r.State)
	if err != nil {
		return err
	}
	if m.Why && (reason == "" || len([]rune(reason)) > MaxNote) {
		return errs.WithFields(errs.Field{Path: "reason", Code: "Write the reason, in at most 2,000 characters."})
	}
	if _, err := c.Exec(ctx, `UPDATE response SET state = ?, since = ?, revision = ?, level = ?, version = version + 1 WHERE id = ?`,
		to, c.Now(), r.Revision, r.Level, r.ID); err != nil {
		return err
	}
	_, err = c.Exec(ctx, `INSERT INTO response_move (id, response_id, at, move, person_id, state, revision, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		c.Entry(), r.ID, c.Now(), m.Name, c.Who().ID, to, r.Revision, reason)
	return err
}

// seal encrypts what this node alone may read again.
func (s *Responses) seal(b []byte) ([]byte, error) {
	var out bytes.Buffer
	_, err := envelope.Encrypt(&out, bytes.NewReader(b), s.Exchange.Self().Store.Recipient())
	return out.Bytes(), err
}

// unseal opens what [Responses.seal] closed.
func (s *Responses) unseal(b []byte) ([]byte, error) {
	r, err := envelope.Decrypt(bytes.NewReader(b), int64(len(b)), s.Exchange.Self().Store)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
