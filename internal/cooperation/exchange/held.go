package exchange

import (
	"context"
	"errors"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/envelope"
	"comity/internal/store/blob"
	"comity/internal/store/db"
	"comity/internal/store/job"
)

// heldKind looks whether a message that came early has its turn now.
var heldKind = job.Kind[heldArgs]{Name: "exchange.held"}

type heldArgs struct {
	Peer  id.ID  `json:"peer"`
	Chain string `json:"chain"`
}

// takeHeld takes the next held message of a chain, if the one before it is there now. Its success asks for the next.
func (x *Exchange) takeHeld(ctx context.Context, a heldArgs) error {
	var key id.ID
	err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		return tx.Row(ctx, `
			SELECT blob FROM message WHERE peer = ? AND chain = ? AND direction = 'in' AND state = 'held'
				AND NOT EXISTS (SELECT 1 FROM peer_alarm a WHERE a.message_id = message.id)
			ORDER BY number, id LIMIT 1`,
			a.Peer, a.Chain).Scan(&key)
	})
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f, size, err := x.stored(ctx, key)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	o, err := envelope.Open(f, size, x.options(ctx, ""))
	if err != nil {
		return job.Stop(fmt.Errorf("held envelope: %w", err))
	}
	in := &Incoming{ID: o.Message.ID, Message: o.Message, At: x.now(), Opened: o}
	if err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) (err error) {
		in.Peer, err = getPeer(ctx, tx, a.Peer)
		return err
	}); err != nil {
		return err
	}
	gap, fork, err := x.gap(ctx, in)
	switch {
	case err != nil:
		return err
	case fork:
		if err := x.raise(ctx, forked(in)); err != nil {
			return err
		}
		return x.takeHeld(ctx, a) // the next one; this one is no longer among those that wait
	case gap != nil:
		return nil
	}
	_, err = x.receive(ctx, in, key)
	return err
}

// stored opens an object of the store with its size.
func (x *Exchange) stored(ctx context.Context, key id.ID) (blob.Object, int64, error) {
	info, err := x.blobs.Stat(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	o, err := x.blobs.Open(ctx, key)
	return o, info.Size, err
}
