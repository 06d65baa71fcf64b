package exchange

import (
	"context"
	"errors"
	"io"
	"os"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// maxKept is the largest refused file that is kept for people to look at.
const maxKept = 64 << 20

// refuse records a file that failed a check. Nothing else changes. Once the sender's signature has passed, the refusal
// is told in a signed receipt; before that it is a bare problem, and strangers learn only the check's name. with joins
// the act.
func (x *Exchange) refuse(ctx context.Context, f *os.File, channel Channel, r *envelope.Refusal, with ...func(*desk.Change) error) (Taken, error) {
	taken := Taken{Result: envelope.Refused, Check: r.Check, Detail: r.Detail}
	key, err := x.keepRefused(ctx, f)
	if err != nil {
		return Taken{}, err
	}
	who, peer := access.HouseItself(), id.ID("")
	if r.Sender != nil {
		peer = r.Sender.Node
		who = access.OtherNode(peer)
	}
	n := id.New(x.now())
	err = x.desk.Do(ctx, who, "envelope.refuse", id.NewRef(KindEnvelope, n), func(c *desk.Change) error {
		c.Record(map[string]any{"check": r.Check, "transport": r.Digests.Transport})
		if _, err := c.Exec(ctx, `
			INSERT INTO refused_file (id, at, peer, channel, failed, detail, transport, blob) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			n, c.Now(), peer, channel, r.Check, r.Detail, r.Digests.Transport, key); err != nil {
			return err
		}
		for _, join := range with {
			if err := join(c); err != nil {
				return err
			}
		}
		if r.Sender == nil || r.Message == nil || r.Message.Kind == envelope.KindReceipt {
			return nil
		}
		p, err := getPeer(ctx, c.Tx, peer)
		if err != nil || p.Status != Trusted {
			return err
		}
		in := &Incoming{ID: r.Message.ID, Message: r.Message, Peer: p, At: c.Now(), Opened: &envelope.Opened{Digests: r.Digests}}
		taken.Message, taken.Kind = in.ID, r.Message.Kind
		taken.Receipt, err = x.queueReceipt(ctx, c, in, envelope.Refused, r.Check)
		return err
	})
	return taken, err
}

// refuseOpened is [Exchange.refuse] for a file that passed the envelope's checks and failed one of ours.
func (x *Exchange) refuseOpened(ctx context.Context, f *os.File, channel Channel, o *envelope.Opened, why error) (Taken, error) {
	var r *envelope.Refusal
	if !errors.As(why, &r) {
		return Taken{}, why
	}
	r.Sender, r.Message, r.Digests = o.Sender, o.Message, o.Digests
	return x.refuse(ctx, f, channel, r)
}

func (x *Exchange) keepRefused(ctx context.Context, f *os.File) (id.ID, error) {
	info, err := f.Stat()
	if err != nil || info.Size() > maxKept {
		return "", err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	key := id.New(x.now())
	_, _, err = x.blobs.Put(ctx, key, f)
	return key, err
}

// RefusedFile is a file that failed a check, as people see it.
type RefusedFile struct {
	ID        id.ID
	At        string
	Peer      id.ID
	Channel   Channel
	Check     envelope.Check
	Detail    string
	Transport envelope.Digest
}

// RefusedFiles lists the newest refused files.
func RefusedFiles(ctx context.Context, tx *db.Tx, before id.ID, limit int) ([]RefusedFile, error) {
	if before == "" {
		before = "~" // sorts behind every id
	}
	rows, err := tx.Query(ctx, `
		SELECT id, at, peer, channel, failed, detail, transport FROM refused_file WHERE id < ? ORDER BY id DESC LIMIT ?`, before, limit)
	return db.Collect(rows, err, func(s db.Scan) (RefusedFile, error) {
		var r RefusedFile
		return r, s(&r.ID, &r.At, &r.Peer, &r.Channel, &r.Check, &r.Detail, &r.Transport)
	})
}
