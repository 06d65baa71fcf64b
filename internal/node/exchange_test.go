package node_test

import (
	"context"
	"os"
	"sync/atomic"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// probe takes messages of the kind "information" and counts them.
type probe struct{ taken atomic.Int64 }

func (p *probe) taker() exchange.Taker {
	return exchange.Taker{Apply: func(_ context.Context, c *desk.Change, in *exchange.Incoming, _ any) error {
		c.OnCommit(func() { p.taken.Add(1) })
		return nil
	}}
}

// send queues a message as the house, in an act of its own.
func send(t *testing.T, from, to *nodetest.Node, chain, text string) id.ID {
	t.Helper()
	ctx := context.Background()
	if err := from.Exchange.Settle(ctx, to.Self.Node(), chain); err != nil {
		t.Fatal(err)
	}
	var sent id.ID
	n := from.Entry()
	err := from.Desk.Do(ctx, access.HouseItself(), "envelope.deliver", id.NewRef("envelope", n), func(c *desk.Change) (err error) {
		sent, err = from.Exchange.Queue(ctx, c, exchange.Outgoing{
			Kind: "information", To: to.Self.Node(), Authority: from.Self.Authority(), ToAuthority: to.Self.Authority(), Request: chain,
			Parts: []exchange.Part{{Path: "answers.json", Media: "application/json", Data: []byte(`{"text":"` + text + `"}`)}},
		})
		return err
	}, desk.Once(n))
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func state(t *testing.T, n *nodetest.Node, m id.ID) (s string) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		return tx.Row(context.Background(), `SELECT state FROM message WHERE id = ?`, m).Scan(&s)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExchangeOverHTTPS(t *testing.T) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			pt := nodetest.New(t, "PT", nodetest.Options{Kind: kind})
			ma := nodetest.New(t, "MA", nodetest.Options{Kind: kind})
			nodetest.Meet(t, pt, ma)
			var p probe
			ma.Exchange.Handle("information", p.taker())
			var last id.ID
			for range 3 {
				last = send(t, pt, ma, "PT-CA-2026-000001", "hello")
			}
			nodetest.Eventually(t, "the receipt of the third message is home", func() bool { return state(t, pt, last) == "receipted" })
			if got := p.taken.Load(); got != 3 {
				t.Errorf("%d messages had their effect, want 3", got)
			}
		})
	}
}

func TestExchangeByFile(t *testing.T) {
	pt := nodetest.New(t, "PT", nodetest.Options{})
	ma := nodetest.New(t, "MA", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	var p probe
	ma.Exchange.Handle("information", p.taker())
	m := send(t, pt, ma, "", "by pouch")
	ctx := context.Background()
	nodetest.Eventually(t, "the message is receipted", func() bool { return state(t, pt, m) == "receipted" })
	path, err := pt.Exchange.File(ctx, m)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ma.Exchange.ImportFile(ctx, path)
	if err != nil || !again.Again || p.taken.Load() != 1 {
		t.Errorf("the same envelope by file: %+v, %v, effects %d; want it known", again, err, p.taken.Load())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	bad, err := ma.Exchange.ImportFile(ctx, path)
	if err != nil || bad.Result != envelope.Refused || bad.Check != envelope.BadEncryption {
		t.Errorf("a flipped bit: %+v, %v; want it refused as bad-encryption", bad, err)
	}
}

// TestUnknownSenderByFile: an envelope is sound and for us, but nobody here has compared its sender's fingerprint.
func TestUnknownSenderByFile(t *testing.T) {
	ctx := context.Background()
	stranger, ma := nodetest.New(t, "ES", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
	peer, err := stranger.Exchange.Import(ctx, stranger.As("clerk"), ma.Self.CardFile, stranger.Entry())
	if err != nil {
		t.Fatal(err)
	}
	f, err := ma.Self.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Exchange.Trust(ctx, stranger.As("head"), peer, f, "read out at a meeting (exercise)", stranger.Entry()); err != nil {
		t.Fatal(err)
	}
	var p probe
	ma.Exchange.Handle("information", p.taker())
	m := send(t, stranger, ma, "", "from a stranger")
	nodetest.Eventually(t, "the message is sealed", func() bool { s := state(t, stranger, m); return s != "waiting" })
	path, err := stranger.Exchange.File(ctx, m)
	if err != nil {
		t.Fatal(err)
	}
	taken, err := ma.Exchange.ImportFile(ctx, path)
	if err != nil || taken.Result != envelope.Refused || taken.Check != envelope.UnknownSender || p.taken.Load() != 0 {
		t.Errorf("a stranger's envelope: %+v, %v, %d effects; want it refused as unknown-sender, without effect", taken, err, p.taken.Load())
	}
	if state(t, stranger, m) == "receipted" {
		t.Error("a stranger got a receipt")
	}
}

// TestReceiptsAreTakenOnce: a receipt that comes again, by the same way or out of a courier's bag, changes nothing.
func TestReceiptsAreTakenOnce(t *testing.T) {
	ctx := context.Background()
	pt := nodetest.New(t, "PT", nodetest.Options{})
	ma := nodetest.New(t, "MA", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	var p probe
	ma.Exchange.Handle("information", p.taker())
	m := send(t, pt, ma, "", "once")
	nodetest.Eventually(t, "the message is receipted", func() bool { return state(t, pt, m) == "receipted" })
	receipt, err := ma.Exchange.ReceiptOf(ctx, m)
	if err != nil {
		t.Fatal(err)
	}
	path, err := ma.Exchange.File(ctx, receipt)
	if err != nil {
		t.Fatal(err)
	}
	before := entries(t, pt, "receipt.record")
	if before != 1 {
		t.Fatalf("%d acts receipt.record, want one", before)
	}
	again, err := pt.Exchange.ImportFile(ctx, path)
	if err != nil || !again.Again || again.Result != envelope.Accepted {
		t.Errorf("the same receipt again: %+v, %v; want it known", again, err)
	}
	if after := entries(t, pt, "receipt.record"); after != before {
		t.Errorf("%d acts receipt.record, want %d as before", after, before)
	}
}

// entries counts a node's ledger entries of an act.
func entries(t *testing.T, n *nodetest.Node, act string) (count int) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		return tx.Row(context.Background(), `SELECT COUNT(*) FROM ledger_entry WHERE CAST(entry AS TEXT) LIKE ?`, `%"act":"`+act+`"%`).Scan(&count)
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}
