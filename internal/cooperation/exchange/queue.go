package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// Outgoing is what a slice wants sent.
type Outgoing struct {
	Kind        envelope.Kind
	To          id.ID  // the other node, trusted
	Authority   string // ours, as the directory has it
	ToAuthority string // theirs; "" for the first on their card
	Request     string // the chain: the request's reference, "" for the chain of no request
	Answers     id.ID  // the message that this one answers
	Handling    []string
	Parts       []Part // in the format's order: letter.pdf, answers.json, annex/…, evidence/…
}

// Part is one entry of the content. Small ones carry their Data; large ones name the Source that opens them.
type Part struct {
	Path, Media string
	Data        []byte
	Source, Key string
	SHA256      canonical.Hash // of a large part, from its intake
	Size        int64
	CRC32       uint32
}

// outside is the chain column of messages that stand in no chain.
const outside = "-"

// Queue writes the message of an act under way: it gets its number, its digest goes into the act's entry, and it is
// sealed and sent when the entry has its place. It returns the message's id.
// While the message before it in the chain is still being sealed it returns [errs.Unavailable]: call [Exchange.Settle]
// before the act.
func (x *Exchange) Queue(ctx context.Context, c *desk.Change, o Outgoing) (id.ID, error) {
	peer, err := trustedPeer(ctx, c.Tx, o.To)
	if err != nil {
		return "", fmt.Errorf("queue %s: %w", o.Kind, err)
	}
	if o.ToAuthority == "" {
		o.ToAuthority = peer.Authorities[0] // a card names at least one
	}
	recipient, err := peer.Card.Recipient(c.Now())
	if err != nil {
		return "", fmt.Errorf("queue %s: %w", o.Kind, err)
	}
	if x.self.Card.Exercise && !slices.Contains(o.Handling, envelope.ForExercise) {
		o.Handling = append(slices.Clone(o.Handling), envelope.ForExercise)
	}
	m := envelope.Message{
		ID: id.New(c.Now()), Kind: o.Kind, Request: o.Request, Answers: o.Answers, SentAt: c.Now(), Handling: o.Handling,
		From: envelope.Party{Node: x.self.Node(), State: x.self.State(), Authority: o.Authority},
		To:   &envelope.Recipient{Party: envelope.Party{Node: peer.Node, State: peer.State, Authority: o.ToAuthority}, Open: envelope.RecipientSum(recipient)},
	}
	chain := outside
	if o.Kind.Chained() {
		chain = o.Request
		if m.Number, m.Previous, err = nextInChain(ctx, c, peer.Node, chain); err != nil {
			return "", fmt.Errorf("queue %s: %w", o.Kind, err)
		}
	}
	m, message, err := envelope.Compose(m, x.envelopeParts(ctx, o.Parts))
	if err != nil {
		return "", fmt.Errorf("queue %s: %w", o.Kind, err)
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO message (id, direction, peer, kind, chain, number, message, manifest, container, signature, transport,
			blob, entry_id, state, at, attempts, trouble, upload, receipt_message)
		VALUES (?, 'out', ?, ?, ?, ?, ?, '', '', '', '', '', ?, 'waiting', ?, 0, '', '', '')`,
		m.ID, peer.Node, m.Kind, chain, m.Number, message, c.Entry(), c.Now()); err != nil {
		return "", fmt.Errorf("queue %s: %w", o.Kind, err)
	}
	if err := insertParts(ctx, c.Tx, m.ID, o.Parts); err != nil {
		return "", err
	}
	c.Message(canonical.Sum(message))
	c.Hurry()
	return m.ID, desk.Later(c, sealKind, sealArgs{Message: m.ID})
}

// nextInChain returns the number of the next message of a chain and the digest of the one before it.
func nextInChain(ctx context.Context, c *desk.Change, peer id.ID, chain string) (int64, envelope.Digest, error) {
	if err := c.Lock(ctx, "chain/"+string(peer)+"/"+chain); err != nil {
		return 0, "", err
	}
	var number int64
	var manifest envelope.Digest
	err := c.Row(ctx, `
		SELECT number, manifest FROM message WHERE peer = ? AND chain = ? AND direction = 'out'
		ORDER BY number DESC LIMIT 1`, peer, chain).Scan(&number, &manifest)
	switch {
	case errors.Is(err, errs.NotFound):
		return 1, "", nil
	case err != nil:
		return 0, "", err
	case manifest == "":
		return 0, "", errs.Say(fmt.Errorf("message %d of chain %s is being sealed: %w", number, chain, errs.Unavailable),
			"The message before this one is still being sealed. Try again in a few seconds.", nil)
	}
	return number + 1, manifest, nil
}

// settleFor is how long an act waits for the message before its own.
const settleFor = 10 * time.Second

// Settle waits until the last message of the chain has been sealed, so that the next one can name it.
func (x *Exchange) Settle(ctx context.Context, peer id.ID, chain string) error {
	for end := time.Now().Add(settleFor); ; time.Sleep(20 * time.Millisecond) {
		var waiting int
		err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
			return tx.Row(ctx, `
				SELECT COUNT(*) FROM message WHERE peer = ? AND chain = ? AND direction = 'out' AND manifest = ''`, peer, chain).Scan(&waiting)
		})
		if err != nil || waiting == 0 || time.Now().After(end) || ctx.Err() != nil {
			return err
		}
	}
}

func insertParts(ctx context.Context, tx *db.Tx, m id.ID, parts []Part) error {
	for i, p := range parts {
		f := p.file()
		if _, err := tx.Exec(ctx, `
			INSERT INTO message_part (message_id, n, path, sha256, size, crc32, media, data, source, key)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			m, i, p.Path, f.SHA256, f.Size, p.crc(), p.Media, p.Data, p.Source, p.Key); err != nil {
			return fmt.Errorf("part %s: %w", p.Path, err)
		}
	}
	return nil
}
