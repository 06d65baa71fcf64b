package exchange_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/record"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

func site(t testing.TB, n *nodetest.Node) *nodetest.Site {
	t.Helper()
	return n.Site(t, nodetest.Slice{Routes: n.Exchange.Routes, Pages: exchange.Pages(), Words: exchange.Words()},
		nodetest.Slice{Routes: func(*web.Mux) {}, Pages: web.Pages{Name: "record", FS: fstest.MapFS{}}, Words: record.Words()})
}

// two runs f with two nodes that don't know each other yet, on each database.
func two(t *testing.T, f func(t *testing.T, pt, ma *nodetest.Node)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			f(t, nodetest.New(t, "PT", nodetest.Options{Kind: kind}), nodetest.New(t, "MA", nodetest.Options{Kind: kind}))
		})
	}
}

// want fails when the answer isn't of the status or lacks the words.
func want(t testing.TB, a nodetest.Answer, status int, words ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			t.Errorf("the page doesn't say %q: %s", w, a.Text())
		}
	}
	if len(a.Body) > 50_000 && a.Header.Get("Content-Type") == "text/html; charset=utf-8" {
		t.Errorf("the page has %d bytes, at most 50,000 are allowed", len(a.Body))
	}
}

// send queues a message of the kind "information" as the house, in an act of its own.
func send(t testing.TB, from, to *nodetest.Node, chain string) id.ID {
	t.Helper()
	ctx := context.Background()
	var sent id.ID
	n := from.Entry()
	err := from.Desk.Do(ctx, access.HouseItself(), "envelope.deliver", id.NewRef("envelope", n), func(c *desk.Change) (err error) {
		sent, err = from.Exchange.Queue(ctx, c, exchange.Outgoing{
			Kind: "information", To: to.Self.Node(), Authority: from.Self.Authority(), ToAuthority: to.Self.Authority(), Request: chain,
			Parts: []exchange.Part{{Path: "answers.json", Media: "application/json", Data: []byte(`{"text":"exercise"}`)}},
		})
		return err
	}, desk.Once(n))
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func takes(n *nodetest.Node) {
	n.Exchange.Handle("information", exchange.Taker{Apply: func(context.Context, *desk.Change, *exchange.Incoming, any) error { return nil }})
}

func post(t testing.TB, n *nodetest.Node, m id.ID) (p exchange.Post) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) (err error) {
		p, err = exchange.PostOf(context.Background(), tx, m)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPeerIsTrustedByTwo(t *testing.T) {
	two(t, func(t *testing.T, pt, ma *nodetest.Node) {
		s := site(t, pt)
		clerk, head := s.As("clerk"), s.As("head")
		want(t, s.As("").Get("/peers"), http.StatusSeeOther) // to sign in
		want(t, s.As("auditor").Get("/peers/import"), http.StatusForbidden)
		want(t, clerk.Get("/peers"), http.StatusOK, "No other node is trusted yet")
		want(t, clerk.Get("/peers/import"), http.StatusOK, "at most 1 MB")
		want(t, clerk.Upload("/peers/import", url.Values{}, "card", "x", []byte("no card")), http.StatusUnprocessableEntity, "This file is no sound card")
		want(t, clerk.Upload("/peers/import", url.Values{}, "card", "own.card.asice", pt.Self.CardFile), http.StatusUnprocessableEntity, "the card of this node itself")
		at := clerk.Upload("/peers/import", url.Values{}, "card", "ma.card.asice", ma.Self.CardFile).To()
		if at != "/peers/"+string(ma.Self.Node()) {
			t.Fatalf("the import leads to %q", at)
		}
		f, err := ma.Self.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		want(t, clerk.Get(at), http.StatusOK, "Waits for a second person", strings.Fields(f)[0])
		form := url.Values{"fingerprint": {f}, "how": {"read out at a meeting (exercise)"}}
		want(t, clerk.Post(at+"/trust", form), http.StatusForbidden)
		want(t, head.Get(at), http.StatusOK, "Compare and confirm")
		want(t, head.Post(at+"/trust", url.Values{"fingerprint": {"12345"}, "how": {"guessed"}}), http.StatusUnprocessableEntity, "This is not the card's fingerprint")
		want(t, head.Post(at+"/trust", url.Values{"fingerprint": {f}}), http.StatusUnprocessableEntity, "Answer this question.")
		want(t, head.Post(at+"/trust", url.Values{"fingerprint": {f}, "how": form["how"]}), http.StatusSeeOther)
		want(t, head.Get(at), http.StatusOK, "Trusted", "read out at a meeting", "clerk of PT", "head of PT")
		want(t, head.Get("/peers"), http.StatusOK, "Central Authority of MA", "Morocco")
		want(t, head.Post(at+"/revoke", url.Values{}), http.StatusUnprocessableEntity, "Answer this question.")
		want(t, head.Post(at+"/revoke", url.Values{"why": {"the key was lost"}}), http.StatusSeeOther)
		want(t, head.Get(at), http.StatusOK, "No longer trusted", "the key was lost")
		want(t, head.Get("/peers/"+string(pt.Entry())), http.StatusNotFound)
		card := s.As("").Get("/card")
		if card.Status != http.StatusOK || card.Body != string(pt.Self.CardFile) {
			t.Errorf("own card: status %d, %d bytes", card.Status, len(card.Body))
		}
	})
}

func TestPostIsShownOnBothSides(t *testing.T) {
	two(t, func(t *testing.T, pt, ma *nodetest.Node) {
		nodetest.Meet(t, pt, ma)
		takes(ma)
		m := send(t, pt, ma, "PT-CA-2026-000001")
		nodetest.Eventually(t, "the receipt is home", func() bool { return post(t, pt, m).State == "receipted" })
		out, in := site(t, pt), site(t, ma)
		want(t, out.As("clerk").Get("/outbox"), http.StatusOK, "spontaneous information", "PT-CA-2026-000001", "Taken in", "Central Authority of MA")
		want(t, in.As("clerk").Get("/inbox"), http.StatusOK, "spontaneous information", "PT-CA-2026-000001", "Taken in", "Central Authority of PT")
		want(t, out.As("clerk").Get("/outbox/"+string(m)), http.StatusOK, "The receiving node", string(post(t, pt, m).Manifest))
		want(t, in.As("clerk").Get("/inbox/"+string(m)), http.StatusOK, "This node", string(post(t, pt, m).Manifest), "The seal fits the list of the files.")
		for _, path := range []string{"/inbox", "/outbox", "/inbox/" + string(m)} {
			want(t, in.As("drafter").Get(path), http.StatusForbidden)
		}
		want(t, out.As("clerk").Get("/inbox/"+string(pt.Entry())), http.StatusNotFound)
	})
}

func TestFileIsTakenAwayAndBrought(t *testing.T) {
	two(t, func(t *testing.T, pt, ma *nodetest.Node) {
		nodetest.Meet(t, pt, ma)
		takes(ma)
		m := send(t, pt, ma, "")
		nodetest.Eventually(t, "the receipt is home", func() bool { return post(t, pt, m).State == "receipted" })
		out, in := site(t, pt), site(t, ma)
		want(t, out.As("head").Post("/outbox/"+string(m)+"/export", url.Values{}), http.StatusForbidden)
		file := out.As("clerk").Post("/outbox/"+string(m)+"/export", url.Values{})
		if file.Status != http.StatusOK || !strings.HasPrefix(file.Body, "age-encryption.org/v1\n") {
			t.Fatalf("export: status %d: %.60q", file.Status, file.Body)
		}
		clerk := in.As("clerk")
		want(t, clerk.Get("/inbox/import"), http.StatusOK, "stick or pouch")
		want(t, clerk.Upload("/inbox/import", url.Values{}, "file", "x.asice.age", []byte(file.Body)), http.StatusOK, "taken in before")
		b := []byte(file.Body)
		b[len(b)/2] ^= 1
		want(t, clerk.Upload("/inbox/import", url.Values{}, "file", "x.asice.age", b), http.StatusOK, "Refused by a check", "nothing in it was changed")
		want(t, clerk.Get("/inbox/refused"), http.StatusOK, "as a file", "nothing in it was changed")
		want(t, clerk.Upload("/inbox/import", url.Values{}, "file", "", nil), http.StatusUnprocessableEntity, "Choose a file.")
		want(t, clerk.Upload("/inbox/import", url.Values{}, "file", "c.asice", pt.Self.CardFile), http.StatusUnprocessableEntity, "This is the card of a node")
		want(t, in.As("drafter").Upload("/inbox/import", url.Values{}, "file", "x", bytes.Repeat([]byte("x"), 100)), http.StatusForbidden)
		want(t, clerk.Get("/inbox/"+string(m)), http.StatusOK, "Download our receipt as a file")
		receipt := clerk.Post("/outbox/"+string(post(t, ma, m).ReceiptIn)+"/export", url.Values{})
		home := out.As("clerk").Upload("/inbox/import", url.Values{}, "file", "receipt.asice.age", []byte(receipt.Body))
		want(t, home, http.StatusOK, "taken in before") // it had come over the network
		want(t, clerk.Upload("/inbox/import", url.Values{}, "file", "receipt.asice.age", []byte(receipt.Body)), http.StatusOK, "Refused by a check")
		left, err := os.ReadDir(ma.Config.Dir + "/spool")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range left {
			if strings.HasPrefix(e.Name(), "import-") {
				t.Errorf("%s was left in the spool", e.Name())
			}
		}
	})
}
