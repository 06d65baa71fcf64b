package exchange_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// change runs a statement on a node's database, behind the back of its program.
func change(t testing.TB, n *nodetest.Node, sql string, args ...any) {
	t.Helper()
	err := n.DB.Writer.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// came waits until a message is at the node, and returns it.
func came(t testing.TB, n *nodetest.Node, m id.ID) (p exchange.Post) {
	t.Helper()
	nodetest.Eventually(t, "the message comes in", func() bool {
		err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) (err error) {
			p, err = exchange.PostOf(context.Background(), tx, m)
			return err
		})
		return err == nil
	})
	return p
}

// entries counts a node's ledger entries of an act.
func entries(t testing.TB, n *nodetest.Node, act string) (count int) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		rows, err := tx.Query(context.Background(), `SELECT entry FROM ledger_entry`)
		all, err := db.Collect(rows, err, func(s db.Scan) (b []byte, err error) { return b, s(&b) })
		for _, b := range all {
			if bytes.Contains(b, []byte(`"act":"`+act+`"`)) {
				count++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// TestForkIsToldToPeople: a sender that has forgotten what it sent begins anew. Both messages are kept, the second has no
// effect, and people learn of it and say what was the matter (docs/formats/exchange.md, 7.2).
func TestForkIsToldToPeople(t *testing.T) {
	two(t, func(t *testing.T, pt, ma *nodetest.Node) {
		nodetest.Meet(t, pt, ma)
		takes(ma)
		const chain = "PT-CA-2026-000001"
		first := send(t, pt, ma, chain)
		nodetest.Eventually(t, "the receipt is home", func() bool { return post(t, pt, first).State == "receipted" })
		change(t, pt, `UPDATE message SET chain = 'forgotten' WHERE id = ?`, first)
		second := send(t, pt, ma, chain)
		nodetest.Eventually(t, "its receipt too", func() bool { return post(t, pt, second).State == "receipted" })
		if p := came(t, ma, second); p.State != "held" {
			t.Errorf("the second message number 1 is %s, want it held", p.State)
		}
		if got := post(t, pt, second).Trouble; got != "held: gap" {
			t.Errorf("the sender is told %q, want %q", got, "held: gap")
		}
		if n := entries(t, ma, "peer.alarm"); n != 1 {
			t.Errorf("%d entries peer.alarm, want one", n)
		}
		in := site(t, ma)
		clerk, head := in.As("clerk"), in.As("head")
		at := "/peers/" + string(pt.Self.Node())
		const told = "sent two messages that can't both be number 1 of the correspondence PT-CA-2026-000001"
		want(t, clerk.Get("/inbox"), http.StatusOK, told, "Call the other side on a number that you know")
		want(t, clerk.Get("/peers"), http.StatusOK, told)
		want(t, clerk.Get(at), http.StatusOK, told, "Where it contradicts itself")
		page := head.Get(at)
		want(t, page, http.StatusOK, "What was the matter?")
		n := regexp.MustCompile(`name="alarm" value="([^"]*)"`).FindStringSubmatch(page.Body)
		if n == nil {
			t.Fatal("the head can't settle it")
		}
		form := url.Values{"alarm": {n[1]}}
		want(t, clerk.Post(at+"/alarm", form), http.StatusForbidden)
		want(t, head.Post(at+"/alarm", form), http.StatusUnprocessableEntity, "Answer this question.")
		form.Set("matter", "The node was put back from a copy of Monday (exercise).")
		want(t, head.Post(at+"/alarm", form), http.StatusSeeOther)
		form.Del("entry")
		want(t, head.Post(at+"/alarm", form), http.StatusConflict)
		want(t, head.Get(at), http.StatusOK, "Settled on", "head of MA", "copy of Monday")
		if a := clerk.Get("/inbox").Text(); strings.Contains(a, told) {
			t.Errorf("what was settled still stands above what came in: %s", a)
		}
	})
}

// TestForkHoldsNothingElseUp: after a message that has no place the chain goes on.
func TestForkHoldsNothingElseUp(t *testing.T) {
	two(t, func(t *testing.T, pt, ma *nodetest.Node) {
		nodetest.Meet(t, pt, ma)
		takes(ma)
		const chain = "PT-CA-2026-000001"
		receipted := func(m id.ID) {
			t.Helper()
			nodetest.Eventually(t, "the receipt is home", func() bool { return post(t, pt, m).State == "receipted" })
		}
		first := send(t, pt, ma, chain)
		receipted(first)
		manifest := post(t, pt, first).Manifest
		change(t, pt, `UPDATE message SET manifest = ? WHERE id = ?`, strings.Repeat("0", 64), first)
		astray := send(t, pt, ma, chain) // its "previous" names what never came
		receipted(astray)
		change(t, pt, `UPDATE message SET manifest = ? WHERE id = ?`, manifest, first)
		change(t, pt, `UPDATE message SET chain = 'astray' WHERE id = ?`, astray)
		next := send(t, pt, ma, chain)
		receipted(next)
		if a, b := came(t, ma, astray).State, came(t, ma, next).State; a != "held" || b != "accepted" {
			t.Errorf("the message astray is %s, the next one %s; want held, accepted", a, b)
		}
	})
}

// TestReplacedIsToldToPeople: an id that comes again with other content is refused, kept and told; the first stands.
func TestReplacedIsToldToPeople(t *testing.T) {
	two(t, func(t *testing.T, pt, ma *nodetest.Node) {
		nodetest.Meet(t, pt, ma)
		takes(ma)
		m := send(t, pt, ma, "PT-CA-2026-000001")
		nodetest.Eventually(t, "the receipt is home", func() bool { return post(t, pt, m).State == "receipted" })
		change(t, ma, `UPDATE message SET manifest = ? WHERE id = ?`, strings.Repeat("0", 64), m) // as if the first had been another
		before := post(t, ma, m)
		path, err := pt.Exchange.File(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		in := site(t, ma).As("clerk")
		want(t, in.Upload("/inbox/import", url.Values{}, "file", "x.asice.age", b), http.StatusOK, "Refused by a check")
		want(t, in.Get("/inbox"), http.StatusOK, "sent a message once more under its old number, with other content")
		want(t, in.Get("/inbox/refused"), http.StatusOK, "Central Authority of PT")
		if after := post(t, ma, m); after.ReceiptIn != before.ReceiptIn || after.State != "accepted" {
			t.Errorf("the first message is %s with receipt %s, want it untouched: accepted, %s", after.State, after.ReceiptIn, before.ReceiptIn)
		}
		if n := entries(t, ma, "peer.alarm"); n != 1 {
			t.Errorf("%d entries peer.alarm, want one", n)
		}
	})
}

// TestTwoHistoriesAreTold: the checkpoint in a message's proof contradicts one that was seen before. The message counts,
// since its seal is certain; both notes are kept, and people are told.
func TestTwoHistoriesAreTold(t *testing.T) {
	two(t, func(t *testing.T, pt, ma *nodetest.Node) {
		nodetest.Meet(t, pt, ma)
		takes(ma)
		m := send(t, pt, ma, "PT-CA-2026-000001")
		nodetest.Eventually(t, "the receipt is home", func() bool { return post(t, pt, m).State == "receipted" })
		want(t, site(t, ma).As("clerk").Get("/peers"), http.StatusOK)
		if n := entries(t, ma, "peer.alarm"); n != 0 {
			t.Fatalf("%d entries peer.alarm before anything was wrong", n)
		}
		for size := range 400 { // whichever checkpoint the next message brings, another one of its size was seen
			change(t, ma, `
				INSERT INTO witness_seen (origin, size, root, note, at) VALUES (?, ?, 'another', ?, ?) ON CONFLICT (origin, size) DO UPDATE SET root = 'another'`,
				pt.Log.Origin(), size+1, []byte("seen before (exercise)"), "2026-03-02T09:00:00.000Z")
		}
		next := send(t, pt, ma, "")
		nodetest.Eventually(t, "the receipt is home", func() bool { return post(t, pt, next).State == "receipted" })
		if p := came(t, ma, next); p.State != "accepted" {
			t.Errorf("the message is %s, want it accepted", p.State)
		}
		want(t, site(t, ma).As("clerk").Get("/inbox"), http.StatusOK, "has shown two histories of", "rely on nothing that only its ledger proves")
		var kept int
		err := ma.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
			return tx.Row(context.Background(), `SELECT COUNT(*) FROM witness_split WHERE origin = ?`, pt.Log.Origin()).Scan(&kept)
		})
		if err != nil || kept == 0 {
			t.Errorf("%d splits are kept as evidence, %v; want at least one", kept, err)
		}
	})
}
