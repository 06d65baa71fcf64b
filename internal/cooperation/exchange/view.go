package exchange

import (
	"context"
	"fmt"
	"time"

	"comity/internal/base/id"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// Post is a message on its way in or out, as people see it: its cover, never what is in it.
type Post struct {
	ID        id.ID
	Out       bool
	Peer      id.ID
	Kind      envelope.Kind
	Request   string // the chain's request, "" for none
	Number    int64  // in the chain, 0 outside all chains
	Manifest  envelope.Digest
	Container envelope.Digest
	Entry     id.ID
	State     string // see message.state
	At        time.Time
	Attempts  int64
	Trouble   string            // the last thing that went wrong on the way, in English
	Receipt   *envelope.Receipt // theirs for what we sent, ours for what came in; nil while there is none
	ReceiptIn id.ID             // the message that carries it
}

const postColumns = `id, direction = 'out', peer, kind, chain, number, manifest, container, entry_id, state, at, attempts, trouble,
	receipt, receipt_message`

func scanPost(s db.Scan) (Post, error) {
	var p Post
	var receipt []byte
	if err := s(&p.ID, &p.Out, &p.Peer, &p.Kind, &p.Request, &p.Number, &p.Manifest, &p.Container, &p.Entry, &p.State, &p.At,
		&p.Attempts, &p.Trouble, &receipt, &p.ReceiptIn); err != nil {
		return Post{}, err
	}
	if p.Request == outside {
		p.Request = ""
	}
	if receipt == nil {
		return p, nil
	}
	var err error
	if p.Receipt, err = envelope.ReadReceipt(receipt); err != nil {
		return Post{}, fmt.Errorf("stored receipt of message %s: %w", p.ID, err)
	}
	return p, nil
}

// CameIn lists the newest messages that came in, older than before ("" for the newest). Receipts are not among them:
// they stand with the message that they are for.
func CameIn(ctx context.Context, tx *db.Tx, before id.ID, limit int) ([]Post, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+postColumns+` FROM message WHERE id < ? AND direction = 'in' ORDER BY id DESC LIMIT ?`, behind(before), limit)
	return db.Collect(rows, err, scanPost)
}

// GoingOut lists the newest messages of ours, older than before, without our receipts.
func GoingOut(ctx context.Context, tx *db.Tx, before id.ID, limit int) ([]Post, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+postColumns+` FROM message WHERE id < ? AND direction = 'out' AND kind <> 'receipt' ORDER BY id DESC LIMIT ?`, behind(before), limit)
	return db.Collect(rows, err, scanPost)
}

// WaitingFor lists what has not arrived at a peer yet, the oldest first: messages without a receipt and, for a peer that
// takes files only, our receipts. One that can be reached asks for those by itself.
func WaitingFor(ctx context.Context, tx *db.Tx, p Peer, limit int) ([]Post, error) {
	without := string(envelope.KindReceipt)
	if p.URL == "" {
		without = ""
	}
	rows, err := tx.Query(ctx, `
		SELECT `+postColumns+` FROM message
		WHERE peer = ? AND direction = 'out' AND state IN ('waiting', 'sealed', 'delivered', 'stopped') AND kind <> ?
		ORDER BY id LIMIT ?`, p.Node, without, limit)
	return db.Collect(rows, err, scanPost)
}

// PostOf returns one message, in or out.
func PostOf(ctx context.Context, tx *db.Tx, n id.ID) (Post, error) {
	p, err := scanPost(tx.Row(ctx, `SELECT `+postColumns+` FROM message WHERE id = ?`, n).Scan)
	if err != nil {
		return Post{}, fmt.Errorf("message %s: %w", n, err)
	}
	return p, nil
}

// RefusedFileOf returns one refused file.
func RefusedFileOf(ctx context.Context, tx *db.Tx, n id.ID) (RefusedFile, error) {
	var r RefusedFile
	err := tx.Row(ctx, `SELECT id, at, peer, channel, failed, detail, transport FROM refused_file WHERE id = ?`, n).
		Scan(&r.ID, &r.At, &r.Peer, &r.Channel, &r.Check, &r.Detail, &r.Transport)
	if err != nil {
		return RefusedFile{}, fmt.Errorf("refused file %s: %w", n, err)
	}
	return r, nil
}

func behind(before id.ID) id.ID {
	if before == "" {
		return "~" // sorts behind every id
	}
	return before
}
