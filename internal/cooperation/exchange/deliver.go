package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
	"comity/internal/store/disk"
	"comity/internal/store/job"
)

// Waits of a delivery: between looks for the receipt, and between attempts when the other side doesn't answer.
const (
	receiptPoll = 40 * time.Millisecond
	receiptWait = 20 * time.Second
	giveUp      = 30 * 24 * time.Hour
)

// deliver brings a sealed message to its node by HTTPS and takes its receipt home. A peer without an address gets
// files; receipts wait until they are asked for.
func (x *Exchange) deliver(ctx context.Context, a sealArgs) error {
	s, err := x.sent(ctx, a.Message)
	if err != nil {
		return err
	}
	if s.state == "receipted" || s.kind == envelope.KindReceipt {
		return nil
	}
	var peer Peer
	if err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) (err error) {
		peer, err = getPeer(ctx, tx, s.peer)
		return err
	}); err != nil {
		return err
	}
	if peer.URL == "" {
		return nil
	}
	if peer.Status != Trusted {
		return x.attempt(ctx, s, "stopped", "the peer is "+string(peer.Status), "")
	}
	if x.now().Sub(s.at) > giveUp {
		return x.attempt(ctx, s, "stopped", "30 days without a receipt: a person decides", "")
	}
	err = x.push(ctx, s, peer)
	if err == nil {
		x.forget(s.id)
		return nil
	}
	if e := x.attempt(ctx, s, "", err.Error(), ""); e != nil {
		return errors.Join(err, e)
	}
	var busy busyError
	if errors.As(err, &busy) {
		return job.PutOff(busy.after)
	}
	return err
}

// push uploads the file, resuming where an earlier attempt stopped, and waits a while for the receipt.
func (x *Exchange) push(ctx context.Context, s sent, peer Peer) error {
	path, err := x.File(ctx, s.id)
	if err != nil {
		return err
	}
	u := uploader{client: x.client(peer), base: peer.URL}
	upload, err := u.send(ctx, path, s.upload)
	if err != nil {
		return err
	}
	if upload != s.upload {
		if err := x.attempt(ctx, s, "delivered", "", upload); err != nil {
			return err
		}
	}
	deadline := time.Now().Add(receiptWait)
	for {
		receipt, err := u.receipt(ctx, upload, x.spool)
		if err == nil {
			defer func() { _ = os.Remove(receipt) }()
			taken, err := x.Take(ctx, receipt, HTTPS, peer.Node)
			if err == nil && taken.Result != envelope.Accepted {
				err = fmt.Errorf("their receipt was not taken: %s: %s", taken.Check, taken.Detail)
			}
			return err
		}
		var busy busyError
		if !errors.As(err, &busy) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(receiptPoll):
		}
	}
}

// attempt records how a delivery went: a receipt that is withheld proves nothing, but our attempts stay on record.
func (x *Exchange) attempt(ctx context.Context, s sent, state, trouble, upload string) error {
	return x.desk.Do(ctx, access.HouseItself(), "envelope.deliver", id.NewRef(KindEnvelope, s.id), func(c *desk.Change) error {
		c.Record(map[string]any{"attempt": s.attempts + 1})
		if state == "" {
			state = "sealed"
			if s.upload != "" {
				state = "delivered"
			}
		}
		_, err := c.Exec(ctx, `
			UPDATE message SET state = ?, trouble = ?, attempts = attempts + 1, upload = CASE WHEN ? = '' THEN upload ELSE ? END
			WHERE id = ? AND state <> 'receipted'`, state, trouble, upload, upload, s.id)
		return err
	})
}

// File returns a file with the message's envelope, encrypted to its recipient. The same file is used for every attempt
// to send it, so that an upload can be resumed; it is made anew when it is gone. While the message is being sealed it
// is [errs.Unavailable].
func (x *Exchange) File(ctx context.Context, n id.ID) (string, error) {
	path := filepath.Join(x.spool, string(n)+".asice.age")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	s, err := x.sent(ctx, n)
	if err != nil {
		return "", err
	}
	if s.manifest == "" {
		return "", fmt.Errorf("envelope %s is being sealed: %w", n, errs.Unavailable)
	}
	m, err := envelope.ReadMessage(s.message)
	if err != nil {
		return "", err
	}
	recipient, err := x.recipient(ctx, m)
	if err != nil {
		return "", err
	}
	err = disk.WriteStream(path, 0o600, func(w io.Writer) error {
		return x.Container(ctx, n, func(r io.Reader) error {
			_, err := envelope.Encrypt(w, r, recipient)
			return err
		})
	})
	return path, err
}

// recipient returns the age recipient that the message was made for.
func (x *Exchange) recipient(ctx context.Context, m *envelope.Message) (recipient string, err error) {
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		p, err := getPeer(ctx, tx, m.To.Node)
		if err != nil {
			return err
		}
		for _, r := range p.Card.Open {
			if envelope.RecipientSum(r) == m.To.Open {
				recipient = r
				return nil
			}
		}
		return fmt.Errorf("the key for which message %s was made is no longer on the peer's card: send it anew: %w", m.ID, errs.Conflict)
	})
	return recipient, err
}

// Container gives the plain container (.asice) of a message of ours to f.
func (x *Exchange) Container(ctx context.Context, n id.ID, f func(io.Reader) error) error {
	s, err := x.sent(ctx, n)
	if err != nil {
		return err
	}
	o, size, err := x.stored(ctx, s.blob)
	if err != nil {
		return fmt.Errorf("container of %s: %w", n, err)
	}
	defer func() { _ = o.Close() }()
	r, err := envelope.Decrypt(o, size, x.self.Store)
	if err != nil {
		return fmt.Errorf("container of %s: %w", n, err)
	}
	return f(r)
}

// forget removes the file of a message that has its receipt.
func (x *Exchange) forget(n id.ID) { _ = os.Remove(filepath.Join(x.spool, string(n)+".asice.age")) }
