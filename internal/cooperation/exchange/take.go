package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
	"comity/internal/store/ledger"
)

// Channel is the way a file came.
type Channel string

// The channels. Transport is not trust: the checks are the same.
const (
	HTTPS  Channel = "https"
	ByFile Channel = "file"
)

// Taken is what became of a file that came in.
type Taken struct {
	Message id.ID
	Kind    envelope.Kind
	Result  envelope.Outcome
	Check   envelope.Check // what failed; "" when accepted
	Detail  string
	Receipt id.ID // message that carries our receipt; "" for a bare problem or a receipt
	Again   bool  // it had been taken in before; nothing changed
}

// Take takes in a file: every check in the order of docs/formats/envelope.md, then the act of its kind, entered and
// receipted in one transaction. The same envelope a second time changes nothing and gives the same receipt.
// peer is the node that TLS found at the other end, "" when the file came by another way. An error means that nothing
// was decided (the disk is full, the database away): the sender tries again.
func (x *Exchange) Take(ctx context.Context, path string, channel Channel, peer id.ID) (Taken, error) {
	f, err := os.Open(path)
	if err != nil {
		return Taken{}, fmt.Errorf("take in: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Taken{}, fmt.Errorf("take in: %w", err)
	}
	opened, err := envelope.Open(f, info.Size(), x.options(ctx, peer))
	var refusal *envelope.Refusal
	switch {
	case errors.As(err, &refusal):
		return x.refuse(ctx, f, channel, refusal)
	case err != nil:
		return Taken{}, fmt.Errorf("take in: %w", err)
	}
	return x.accept(ctx, f, channel, opened)
}

func (x *Exchange) options(ctx context.Context, peer id.ID) envelope.Options {
	return envelope.Options{
		Keys: x.self.Open, Me: x.self.Card, Now: x.now(), Peer: peer,
		Cards: func(seal envelope.Digest) (cards []*envelope.Card, err error) {
			err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
				peers, err := peersWithKey(ctx, tx, "seal", seal)
				for _, p := range peers {
					if p.Status == Trusted || p.Status == Frozen {
						cards = append(cards, p.Card)
					}
				}
				return err
			})
			return cards, err
		},
		MadeBefore: func(d envelope.Digests, before time.Time) (how string, proven bool) {
			err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
				var at time.Time
				if err := tx.Row(ctx, `SELECT at FROM message WHERE manifest = ? AND direction = 'in'`, d.Manifest).Scan(&at); err != nil {
					return err
				}
				how, proven = "our ledger has it as received "+db.Stamp(at), at.Before(before)
				return nil
			})
			return how, proven && err == nil
		},
	}
}

// accept goes on where the envelope's own checks end: seen before, number and previous, the act.
func (x *Exchange) accept(ctx context.Context, f *os.File, channel Channel, o *envelope.Opened) (Taken, error) {
	before, ok, err := x.seen(ctx, o)
	switch {
	case err != nil:
		return Taken{}, err
	case ok && before.Check == envelope.Replaced:
		return x.refuseReplaced(ctx, f, channel, o, before)
	case ok:
		return before, nil
	}
	if err := x.checkProof(o); err != nil {
		return x.refuseOpened(ctx, f, channel, o, err)
	}
	if err := x.compare(ctx, o); err != nil {
		return Taken{}, err
	}
	in := &Incoming{ID: o.Message.ID, Message: o.Message, At: x.now(), Opened: o}
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) (err error) {
		in.Peer, err = getPeer(ctx, tx, o.Sender.Node)
		return err
	})
	if err != nil {
		return Taken{}, err
	}
	if in.Message.Kind == envelope.KindReceipt {
		taken, err := x.recordReceipt(ctx, in)
		var refusal *envelope.Refusal
		if errors.As(err, &refusal) {
			return x.refuseOpened(ctx, f, channel, o, refusal)
		}
		return taken, err
	}
	key := id.New(x.now())
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Taken{}, err
	}
	if _, _, err := x.blobs.Put(ctx, key, f); err != nil {
		return Taken{}, fmt.Errorf("keep envelope %s: %w", in.ID, err)
	}
	taken, err := x.receive(ctx, in, key)
	if errors.Is(err, errs.Conflict) { // the same envelope came twice at once: the first one's result counts
		if before, ok, err := x.seen(ctx, o); ok || err != nil {
			return before, err
		}
	}
	return taken, err
}

// receive is the act "envelope.receive": row, effect, entry and receipt in one transaction.
func (x *Exchange) receive(ctx context.Context, in *Incoming, key id.ID) (Taken, error) {
	taken := Taken{Message: in.ID, Kind: in.Message.Kind, Result: envelope.Accepted}
	taker, ok := x.takers[in.Message.Kind]
	if !ok {
		return x.settleWith(ctx, in, key, envelope.Refused, Refuse(envelope.UnknownKind, "this node takes no message of the kind %s", in.Message.Kind))
	}
	if in.Peer.Status == Frozen {
		return x.settleWith(ctx, in, key, envelope.Quarantined, Refuse(envelope.UnknownSender, "the sender is frozen here until people have decided"))
	}
	gap, fork, err := x.gap(ctx, in)
	switch {
	case err != nil:
		return Taken{}, err
	case fork:
		return x.settleWith(ctx, in, key, envelope.Held, gap, func(c *desk.Change) error { return alarm(ctx, c, forked(in)) })
	case gap != nil:
		return x.settleWith(ctx, in, key, envelope.Held, gap)
	}
	var prepared any
	if taker.Prepare != nil {
		prepared, err = taker.Prepare(ctx, in)
	}
	if err == nil {
		err = x.desk.Do(ctx, access.OtherNode(in.Peer.Node), "envelope.receive", id.NewRef(KindEnvelope, in.ID), func(c *desk.Change) error {
			if err := x.insertReceived(ctx, c, in, key, envelope.Accepted); err != nil {
				return err
			}
			if err := taker.Apply(ctx, c, in, prepared); err != nil {
				return err
			}
			taken.Receipt, err = x.queueReceipt(ctx, c, in, envelope.Accepted, "")
			if err != nil {
				return err
			}
			return desk.Later(c, heldKind, heldArgs{Peer: in.Peer.Node, Chain: chainOf(in.Message)})
		})
	}
	var refusal *envelope.Refusal
	if errors.As(err, &refusal) {
		result := envelope.Refused
		if refusal.Check == envelope.BadDigest {
			result = envelope.Quarantined
		}
		return x.settleWith(ctx, in, key, result, refusal)
	}
	return taken, err
}

// settleWith keeps a message without its effect and tells the sender why by a receipt. with joins the act.
func (x *Exchange) settleWith(ctx context.Context, in *Incoming, key id.ID, result envelope.Outcome, why error, with ...func(*desk.Change) error) (Taken, error) {
	var refusal *envelope.Refusal
	if !errors.As(why, &refusal) {
		return Taken{}, why
	}
	taken := Taken{Message: in.ID, Kind: in.Message.Kind, Result: result, Check: refusal.Check, Detail: refusal.Detail}
	err := x.desk.Do(ctx, access.OtherNode(in.Peer.Node), "envelope.receive", id.NewRef(KindEnvelope, in.ID), func(c *desk.Change) (err error) {
		c.Record(map[string]any{"result": result, "check": refusal.Check})
		if err := x.insertReceived(ctx, c, in, key, result); err != nil {
			return err
		}
		for _, join := range with {
			if err := join(c); err != nil {
				return err
			}
		}
		taken.Receipt, err = x.queueReceipt(ctx, c, in, result, refusal.Check)
		return err
	})
	return taken, err
}

func chainOf(m *envelope.Message) string {
	if !m.Kind.Chained() {
		return outside
	}
	return m.Request
}

func (x *Exchange) insertReceived(ctx context.Context, c *desk.Change, in *Incoming, key id.ID, result envelope.Outcome) error {
	o := in.Opened
	n, err := c.Exec(ctx, `
		INSERT INTO message (id, direction, peer, kind, chain, number, message, manifest, container, signature, transport,
			blob, entry_id, state, at, attempts, trouble, upload, receipt_message)
		VALUES (?, 'in', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '', '')
		ON CONFLICT (id) DO UPDATE SET state = excluded.state WHERE message.state = 'held' AND message.manifest = excluded.manifest`,
		in.ID, in.Peer.Node, in.Message.Kind, chainOf(in.Message), in.Message.Number, o.MessageJSON, o.Manifest, o.Container,
		o.Signature, o.Transport, key, c.Entry(), result, c.Now(), ahead(in.Message.SentAt, in.At))
	if err == nil && n == 0 {
		return fmt.Errorf("envelope %s came in meanwhile: %w", in.ID, errs.Conflict)
	}
	return err
}

// clockSlack is how far a sender's clock may be ahead of ours before people are told.
const clockSlack = 10 * time.Minute

// ahead says that the sender's clock runs before ours, "" when it doesn't. It is kept with the message and shown;
// nothing is decided by it.
func ahead(sent, came time.Time) string {
	by := sent.Sub(came)
	if by <= clockSlack {
		return ""
	}
	return fmt.Sprintf("the sender's clock is ahead of ours by %v", by.Round(time.Second))
}

// seen finds an envelope that was taken in before. The same digest gives the same answer; another digest under the
// same id is a fork, which is refused and told to people.
func (x *Exchange) seen(ctx context.Context, o *envelope.Opened) (Taken, bool, error) {
	var t Taken
	var manifest envelope.Digest
	err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT id, kind, state, manifest, receipt_message FROM message WHERE id = ? AND direction = 'in'`, o.Message.ID).
			Scan(&t.Message, &t.Kind, &t.Result, &manifest, &t.Receipt)
	})
	switch {
	case errors.Is(err, errs.NotFound):
		return Taken{}, false, nil
	case err != nil:
		return Taken{}, false, err
	case manifest != o.Manifest:
		return Taken{Message: t.Message, Kind: t.Kind, Result: envelope.Refused, Check: envelope.Replaced,
			Detail: "a message with this id came before with another digest"}, true, nil
	}
	t.Again = true
	return t, true, nil
}

// checkProof wants the proof inside to show that this message stands in the sender's own log. A key that was revoked
// proves nothing: others may have it.
func (x *Exchange) checkProof(o *envelope.Opened) error {
	err := errs.Invalidf("every key of the sender's log is revoked")
	for _, key := range o.Sender.Ledger {
		if since, revoked := o.Sender.RevokedSince(envelope.RecipientSum(key)); revoked && !x.now().Before(since) {
			continue
		}
		var entry ledger.Found
		if _, entry, err = ledger.VerifyWithEntry(o.Proof, key); err == nil {
			if entry.Tells(o.MessageJSON) {
				return nil
			}
			err = errs.Invalidf("the entry proven is of another message")
		}
	}
	return Refuse(envelope.BadSchema, "%s: %v", envelope.ProofPath, err)
}
