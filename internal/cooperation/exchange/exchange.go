// Package exchange sends acts to other nodes and takes theirs in: sealed, receipted, once.
//
// An act queues its message in its own transaction ([Exchange.Queue]); a job seals it when the ledger has given the act
// its place, and delivers it until a receipt comes back. What comes in goes through one door ([Exchange.Take]),
// whether by HTTPS or as a file: checked, stored, given to the slice whose kind it is, receipted, all in one act.
// The formats are in docs/formats/exchange.md and envelope.md.
package exchange

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/blob"
	"comity/internal/store/db"
	"comity/internal/store/job"
	"comity/internal/store/ledger"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "exchange", FS: files} }

// The kinds of thing that this slice owns, in references.
const (
	KindEnvelope = "envelope"
	KindPeer     = "peer"
)

// Exchange is the post of a node.
type Exchange struct {
	desk      *desk.Desk
	read      *db.Reader
	log       *ledger.Log
	blobs     blob.Store
	self      *Self
	spool     string // folder for ciphertext on its way
	now       func() time.Time
	takers    map[envelope.Kind]Taker
	sources   map[string]Source
	receipted []Receipted
	client    func(Peer) *http.Client
	cosigner  Cosigner
	slog      *slog.Logger
}

// Config is what an exchange needs beside its desk.
type Config struct {
	Desk    *desk.Desk
	Read    *db.Reader
	Log     *ledger.Log
	Blobs   blob.Store
	Self    *Self
	Spool   string
	Now     func() time.Time
	Sources *access.Sources
	Logger  *slog.Logger
}

// New returns the exchange of a node.
func New(c Config) (*Exchange, error) {
	x := &Exchange{
		desk: c.Desk, read: c.Read, log: c.Log, blobs: c.Blobs, self: c.Self, spool: c.Spool, now: c.Now, slog: c.Logger,
		takers: map[envelope.Kind]Taker{}, sources: map[string]Source{},
	}
	x.client = x.httpClient
	if err := c.Sources.Register(KindEnvelope, envelopeFacts); err != nil {
		return nil, err
	}
	return x, c.Sources.Register(KindPeer, peerFacts)
}

// Self returns who this node is.
func (x *Exchange) Self() *Self { return x.self }

// Taker is what a slice does with a message of a kind that came in and passed its checks.
type Taker struct {
	// Prepare does what is slow (evidence goes to its place) before the act's transaction; nil for nothing. It may
	// run again for the same message and then finds its own work.
	Prepare func(ctx context.Context, in *Incoming) (any, error)
	// Apply joins the act. A [Refuse] error refuses the message with a receipt; any other error is ours, and the
	// sender tries again.
	Apply func(ctx context.Context, c *desk.Change, in *Incoming, prepared any) error
}

// Handle names who takes messages of a kind; it is called while the node is wired.
func (x *Exchange) Handle(kind envelope.Kind, t Taker) { x.takers[kind] = t }

// Source opens the bytes of a large part when an envelope is sealed; key is the owner's own.
type Source func(ctx context.Context, key string) (io.ReadCloser, error)

// Provide names who opens parts of a source; it is called while the node is wired.
func (x *Exchange) Provide(name string, s Source) { x.sources[name] = s }

// Receipted joins the act that records a receipt of the other side for a message of ours.
type Receipted func(ctx context.Context, c *desk.Change, message id.ID, r *envelope.Receipt) error

// OnReceipt names who is told of receipts; it is called while the node is wired.
func (x *Exchange) OnReceipt(f Receipted) { x.receipted = append(x.receipted, f) }

// Incoming is a message that came in and passed every check but those of its slice.
type Incoming struct {
	ID      id.ID // of the message
	Message *envelope.Message
	Peer    Peer
	At      time.Time
	Opened  *envelope.Opened // the content, given out only now
}

// Open returns the content at path. Its digest has been checked.
func (in *Incoming) Open(path string) (*io.SectionReader, error) { return in.Opened.File(path) }

// Small returns the content at path when it is at most limit bytes.
func (in *Incoming) Small(path string, limit int64) ([]byte, error) {
	r, err := in.Open(path)
	if err != nil {
		return nil, Refuse(envelope.BadSchema, "%s is missing", path)
	}
	if r.Size() > limit {
		return nil, Refuse(envelope.BadSchema, "%s has %d bytes, at most %d are taken", path, r.Size(), limit)
	}
	return io.ReadAll(r)
}

// maxJSON is how large a JSON document that a taker reads may be.
const maxJSON = 64 << 10

// JSON reads the content at path strictly: it is canonical, of the format, and has no members that are another version's.
// What isn't so is refused.
func (in *Incoming) JSON(path, format string, to any) error {
	b, err := in.Small(path, maxJSON)
	if err != nil {
		return err
	}
	if err := canonical.Check(b); err != nil {
		return Refuse(envelope.BadJSON, "%s: %v", path, err)
	}
	var f struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(b, &f); err != nil || f.Format != format {
		return Refuse(envelope.UnknownFormat, "%s: the format is %.60q, not %q", path, f.Format, format)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return Refuse(envelope.BadSchema, "%s: %v", path, err)
	}
	return nil
}

// Refuse is how a taker refuses a message: the check goes into the receipt, the detail to both sides' people.
func Refuse(check envelope.Check, format string, args ...any) error {
	return &envelope.Refusal{Check: check, Detail: fmt.Sprintf(format, args...)}
}

// Jobs registers the slice's work.
func (x *Exchange) Jobs(r *job.Runner) {
	job.Handle(r, sealKind, x.seal)
	job.Handle(r, deliverKind, x.deliver)
	job.Handle(r, heldKind, x.takeHeld)
	job.Handle(r, witnessKind, x.witness)
}
