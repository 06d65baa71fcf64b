package exchange

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
	"comity/internal/store/ledger"
)

// Numbers and "previous" make the messages of a chain a line. This file says where a message that came in stands in it
// (docs/formats/exchange.md, section 7).

// link is a message of a chain as far as its place goes.
type link struct {
	ID       id.ID
	Number   int64
	Manifest envelope.Digest
	State    string
}

// neighbours are the messages of the chain that came under the number and the one before it, without those that are
// known to contradict another: they have no place.
func neighbours(ctx context.Context, tx *db.Tx, in *Incoming) ([]link, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, number, manifest, state FROM message
		WHERE peer = ? AND chain = ? AND direction = 'in' AND number IN (?, ?)
			AND NOT EXISTS (SELECT 1 FROM peer_alarm a WHERE a.message_id = message.id)
		ORDER BY id LIMIT 50`, in.Peer.Node, in.Message.Request, in.Message.Number, in.Message.Number-1)
	return db.Collect(rows, err, func(s db.Scan) (l link, err error) { return l, s(&l.ID, &l.Number, &l.Manifest, &l.State) })
}

// gap reports as a refusal that an earlier message of the chain is missing. fork says that it isn't only missing: another
// message came under this number, or another one than "previous" names.
func (x *Exchange) gap(ctx context.Context, in *Incoming) (gap *envelope.Refusal, fork bool, err error) {
	if !in.Message.Kind.Chained() {
		return nil, false, nil
	}
	var near []link
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) (err error) {
		near, err = neighbours(ctx, tx, in)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	gap, fork = stands(in.ID, in.Message.Number, in.Message.Previous, near)
	return gap, fork, nil
}

// stands decides where a message has its place among its neighbours: nil when it is its turn.
func stands(n id.ID, number int64, previous envelope.Digest, near []link) (gap *envelope.Refusal, fork bool) {
	no := func(format string, args ...any) *envelope.Refusal {
		return &envelope.Refusal{Check: envelope.Gap, Detail: fmt.Sprintf(format, args...)}
	}
	waits := func(l link) bool { return l.State == string(envelope.Held) } // which of those counts, its turn will tell
	if slices.ContainsFunc(near, func(l link) bool { return l.Number == number && l.ID != n && !waits(l) }) {
		return no("another message came as number %d of this chain", number), true
	}
	if number == 1 {
		return nil, false
	}
	before := slices.DeleteFunc(slices.Clone(near), func(l link) bool { return l.Number != number-1 })
	i := slices.IndexFunc(before, func(l link) bool { return l.Manifest == previous })
	switch {
	case i >= 0 && waits(before[i]):
		return no("message %d of this chain waits itself", number-1), false
	case i >= 0:
		return nil, false
	case slices.ContainsFunc(before, func(l link) bool { return !waits(l) }):
		return no("previous does not name the message %d that came", number-1), true
	}
	return no("message %d of this chain has not come yet", number-1), false
}

// forked is the alarm about a message that has no place in its chain.
func forked(in *Incoming) Alarm {
	return Alarm{Kind: Forked, Peer: in.Peer.Node, Message: in.ID, Chain: in.Message.Request, Number: in.Message.Number,
		about: string(in.ID) + " " + string(in.Opened.Manifest)}
}

// refuseReplaced refuses an envelope whose id came before with other content. It gets no receipt: the one for the
// first of the two stands.
func (x *Exchange) refuseReplaced(ctx context.Context, f *os.File, channel Channel, o *envelope.Opened, t Taken) (Taken, error) {
	a := Alarm{Kind: Replaced, Peer: o.Sender.Node, Chain: o.Message.Request, Number: o.Message.Number,
		about: string(o.Message.ID) + " " + string(o.Manifest)}
	r := &envelope.Refusal{Check: t.Check, Detail: t.Detail, Sender: o.Sender, Digests: o.Digests}
	return x.refuse(ctx, f, channel, r, func(c *desk.Change) error { return alarm(ctx, c, a) })
}

// compare puts the checkpoints in an envelope beside those that are known of their logs: the one in its proof, and those
// of other nodes that the sender has seen. A log that shows two histories is told to people; the message has its effect
// all the same, since that its sender has sealed it is certain.
func (x *Exchange) compare(ctx context.Context, o *envelope.Opened) error {
	if x.cosigner == nil {
		return nil
	}
	proof, err := ledger.ParseProof(o.Proof)
	if err != nil {
		return err
	}
	for _, msg := range append([]string{string(proof.Checkpoint)}, o.Message.Seen...) {
		err := x.cosigner.Compare(ctx, []byte(msg))
		var unknown *ledger.Refusal
		switch {
		case err == nil:
		case errors.Is(err, errs.Conflict):
			if err := x.tellSplit(ctx, []byte(msg)); err != nil {
				return err
			}
		case errors.As(err, &unknown): // a log that this node doesn't know, or no checkpoint at all
		default:
			return err
		}
	}
	return nil
}

// tellSplit raises the alarm about the node whose log has shown two histories.
func (x *Exchange) tellSplit(ctx context.Context, checkpoint []byte) error {
	c, err := ledger.Claimed(checkpoint)
	if err != nil {
		return err
	}
	peer, err := x.peerOfLog(ctx, c.Origin)
	if err != nil {
		return err
	}
	return x.raise(ctx, Alarm{Kind: TwoFaced, Peer: peer.Node, Number: c.Size, about: fmt.Sprintf("%s %d %s", c.Origin, c.Size, c.Root)})
}
