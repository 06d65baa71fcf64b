package exchange

import (
	"context"
	"errors"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// maxReceipt is the largest receipt.json that is read.
const maxReceipt = 16 << 10

// queueReceipt joins the act that took a message in: the receipt's own message is entered by that act, so that its
// proof shows the entry "received".
func (x *Exchange) queueReceipt(ctx context.Context, c *desk.Change, in *Incoming, result envelope.Outcome, check envelope.Check) (id.ID, error) {
	r := envelope.Receipt{Digests: in.Opened.Digests, Result: result, Check: check, ReceivedAt: c.Now()}
	b, err := r.Bytes()
	if err != nil {
		return "", err
	}
	authority := x.self.Authority()
	if in.Message.To != nil {
		authority = in.Message.To.Authority
	}
	n, err := x.Queue(ctx, c, Outgoing{
		Kind: envelope.KindReceipt, To: in.Peer.Node, Authority: authority, ToAuthority: in.Message.From.Authority,
		Request: in.Message.Request, Answers: in.ID,
		Parts: []Part{{Path: envelope.ReceiptPath, Media: "application/json", Data: b}},
	})
	if err != nil {
		return "", err
	}
	_, err = c.Exec(ctx, `UPDATE message SET receipt = ?, receipt_message = ? WHERE id = ? AND direction = 'in'`, b, n, in.ID)
	return n, err
}

// recordReceipt takes in the other side's receipt for a message of ours. One that came before, or that was made before the
// one we have, changes nothing: whoever kept an old "held" must not be able to put it in the place of "accepted".
func (x *Exchange) recordReceipt(ctx context.Context, in *Incoming) (Taken, error) {
	taken := Taken{Message: in.ID, Kind: envelope.KindReceipt, Result: envelope.Accepted}
	b, err := in.Small(envelope.ReceiptPath, maxReceipt)
	if err != nil {
		return Taken{}, err
	}
	r, err := envelope.ReadReceipt(b)
	if err != nil {
		return Taken{}, err
	}
	if in.Peer.Status == Frozen {
		return Taken{}, Refuse(envelope.UnknownSender, "the sender is frozen here until people have decided")
	}
	of := in.Message.Answers
	if taken.Again, err = x.olderReceipt(ctx, in); taken.Again || err != nil {
		return taken, err
	}
	err = x.desk.Do(ctx, access.OtherNode(in.Peer.Node), "receipt.record", id.NewRef(KindEnvelope, of), func(c *desk.Change) error {
		c.Record(map[string]any{"receipt": in.Opened.Manifest, "result": r.Result})
		var ours envelope.Digests
		var peer id.ID
		err := c.Row(ctx, `SELECT peer, manifest, container, signature FROM message WHERE id = ? AND direction = 'out'`, of).
			Scan(&peer, &ours.Manifest, &ours.Container, &ours.Signature)
		switch {
		case errors.Is(err, errs.NotFound):
			return Refuse(envelope.NotAllowed, "a receipt for a message that this node did not send")
		case err != nil:
			return err
		case peer != in.Peer.Node, ours.Manifest != r.Manifest, ours.Signature != r.Signature,
			ours.Container != r.Container && (r.Container != "" || r.Result == envelope.Accepted): // docs/formats/envelope.md 7.1
			return Refuse(envelope.NotAllowed, "the receipt names other digests than those of the message")
		}
		_, err = c.Exec(ctx, `
			UPDATE message SET state = 'receipted', receipt = ?, receipt_message = ?, trouble = ? WHERE id = ?`,
			b, in.ID, trouble(r), of)
		if err != nil {
			return err
		}
		for _, f := range x.receipted {
			if err := f(ctx, c, of, r); err != nil {
				return err
			}
		}
		return nil
	})
	return taken, err
}

// olderReceipt reports whether we have this receipt for our message, or a later one. Ids sort by the time of their making.
func (x *Exchange) olderReceipt(ctx context.Context, in *Incoming) (older bool, err error) {
	var have id.ID
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT receipt_message FROM message WHERE id = ? AND peer = ? AND direction = 'out'`, in.Message.Answers, in.Peer.Node).Scan(&have)
	})
	if errors.Is(err, errs.NotFound) {
		return false, nil // what kind of receipt that is, is said where it is recorded
	}
	return err == nil && have != "" && in.ID <= have, err
}

// trouble says in a word what a receipt other than accepted names.
func trouble(r *envelope.Receipt) string {
	if r.Result == envelope.Accepted {
		return ""
	}
	return string(r.Result) + ": " + string(r.Check)
}

// ReceiptFile returns the envelope of our receipt for a message that came in, encrypted to its sender. It is
// [errs.Unavailable] while the receipt is being sealed.
func (x *Exchange) ReceiptFile(ctx context.Context, of id.ID, peer id.ID) (path string, err error) {
	var receipt id.ID
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT receipt_message FROM message WHERE id = ? AND peer = ? AND direction = 'in'`, of, peer).Scan(&receipt)
	})
	if err != nil {
		return "", fmt.Errorf("receipt of %s: %w", of, err)
	}
	return x.File(ctx, receipt)
}

// ReceiptOf returns the message that carries our receipt for a message that came in.
func (x *Exchange) ReceiptOf(ctx context.Context, of id.ID) (receipt id.ID, err error) {
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT receipt_message FROM message WHERE id = ? AND direction = 'in'`, of).Scan(&receipt)
	})
	return receipt, err
}

// EntryOf returns the ledger entry of a message, ours or theirs.
func (x *Exchange) EntryOf(ctx context.Context, of id.ID) (entry id.ID, err error) {
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT entry_id FROM message WHERE id = ?`, of).Scan(&entry)
	})
	return entry, err
}
