package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
	"comity/internal/store/job"
	"comity/internal/store/ledger"
)

// sealKind seals a message whose entry has its place; deliverKind brings it to the other node.
var (
	sealKind    = job.Kind[sealArgs]{Name: "exchange.seal"}
	deliverKind = job.Kind[sealArgs]{Name: "exchange.deliver"}
)

type sealArgs struct {
	Message id.ID `json:"message"`
}

// sent is a message of ours as the jobs need it.
type sent struct {
	id       id.ID
	peer     id.ID
	kind     envelope.Kind
	message  []byte
	manifest envelope.Digest
	blob     id.ID
	entry    id.ID
	state    string
	at       time.Time
	attempts int64
	upload   string
	parts    []Part
}

func (x *Exchange) sent(ctx context.Context, n id.ID) (sent, error) {
	s := sent{id: n}
	err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		err := tx.Row(ctx, `
			SELECT peer, kind, message, manifest, blob, entry_id, state, at, attempts, upload FROM message
			WHERE id = ? AND direction = 'out'`, n).
			Scan(&s.peer, &s.kind, &s.message, &s.manifest, &s.blob, &s.entry, &s.state, &s.at, &s.attempts, &s.upload)
		if err != nil {
			return err
		}
		s.parts, err = parts(ctx, tx, n)
		return err
	})
	if err != nil {
		return sent{}, fmt.Errorf("message %s: %w", n, err)
	}
	return s, nil
}

// seal makes the container of a message, once. Doing it again finds it made and changes nothing.
func (x *Exchange) seal(ctx context.Context, a sealArgs) error {
	s, err := x.sent(ctx, a.Message)
	if err != nil || s.manifest != "" {
		return err
	}
	proof, err := x.proof(ctx, s.entry)
	if err != nil {
		return fmt.Errorf("seal %s: %w", a.Message, err)
	}
	m, err := envelope.ReadMessage(s.message)
	if err != nil {
		return job.Stop(fmt.Errorf("seal %s: %w", a.Message, err))
	}
	content := append([]envelope.Part{envelope.Bytes(envelope.ProofPath, "text/plain", proof)}, x.envelopeParts(ctx, s.parts)...)
	var sealed envelope.Sealed
	key := id.New(x.now())
	err = x.keep(ctx, key, func(w io.Writer) (err error) {
		sealed, err = envelope.Seal(w, *m, content, x.self.Seal, nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("seal %s: %w", a.Message, err)
	}
	if string(sealed.Message) != string(s.message) {
		return job.Stop(fmt.Errorf("seal %s: the sealed message isn't the one that was entered", a.Message))
	}
	return x.desk.Do(ctx, access.HouseItself(), "envelope.seal", id.NewRef(KindEnvelope, a.Message), func(c *desk.Change) error {
		c.Record(map[string]any{"envelope": sealed.Manifest})
		n, err := c.Exec(ctx, `
			UPDATE message SET manifest = ?, container = ?, signature = ?, blob = ?, state = 'sealed'
			WHERE id = ? AND manifest = ''`, sealed.Manifest, sealed.Container, sealed.Signature, key, a.Message)
		if err != nil || n == 0 {
			return err // n is 0 when another worker was quicker; its container is the one that counts
		}
		if err := x.askWitnesses(ctx, c); err != nil {
			return err
		}
		return desk.Later(c, deliverKind, a)
	})
}

// proof returns the tlog-proof of an entry with the entry's bytes in it, so that whoever has the envelope can check it.
func (x *Exchange) proof(ctx context.Context, entry id.ID) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p, err := x.log.Wait(ctx, entry)
	if err != nil {
		return nil, err
	}
	witnessed, covered, err := x.log.ProveWitnessed(ctx, entry, 1)
	if err != nil {
		return nil, err
	}
	if covered {
		p = witnessed // a cosigned checkpoint says more; nothing waits for one
	}
	var found ledger.Found
	err = x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) (err error) {
		found, err = ledger.Find(ctx, tx, entry)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ledger.WithEntry(p, found.JSON)
}

// keep stores what write gives, encrypted to the node's own storage key.
func (x *Exchange) keep(ctx context.Context, key id.ID, write func(io.Writer) error) error {
	plainR, plainW := io.Pipe()
	cipherR, cipherW := io.Pipe()
	go func() { plainW.CloseWithError(write(plainW)) }()
	go func() {
		_, err := envelope.Encrypt(cipherW, plainR, x.self.Store.Recipient())
		plainR.CloseWithError(errors.Join(errStopped, err)) // ends the writer when encryption failed first
		cipherW.CloseWithError(err)
	}()
	_, _, err := x.blobs.Put(ctx, key, cipherR)
	cipherR.CloseWithError(errors.Join(errStopped, err))
	return err
}

var errStopped = errors.New("the next step of the pipe ended")
