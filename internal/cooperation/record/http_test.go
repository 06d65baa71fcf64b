package record_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/record"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
	"comity/internal/store/ledger"
)

func site(t testing.TB, n *nodetest.Node) *nodetest.Site {
	t.Helper()
	q := record.New(record.Config{
		Desk: n.Desk, Read: n.DB.Reader, Log: n.Log, Policy: n.Policy, Sources: n.Sources, Card: n.Self.Card,
		Spool: n.Config.Dir + "/spool", Now: n.Config.Now, Logger: n.Config.Log, Witnesses: exchange.WitnessKeys,
	})
	return n.Site(t, nodetest.Slice{Routes: q.Routes, Pages: record.Pages(), Words: record.Words()})
}

func each(t *testing.T, f func(t *testing.T, n *nodetest.Node, s *nodetest.Site)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			n := nodetest.New(t, "PT", nodetest.Options{Kind: kind})
			f(t, n, site(t, n))
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
	if len(a.Body) > 50_000 && strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the page has %d bytes, at most 50,000 are allowed", len(a.Body))
	}
}

// opened has the drafter open a case, which is one entry, and returns that entry once it has its place.
func opened(t testing.TB, n *nodetest.Node) id.ID {
	t.Helper()
	k, err := n.Cases.Open(context.Background(), n.As("drafter"), n.Office, "Ransomware at a bakery (exercise)", true, n.Entry())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Log.Wait(context.Background(), k); err != nil {
		t.Fatal(err)
	}
	return k
}

func TestLedgerShowsWhatTheReaderMayKnow(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		k := opened(t, n)
		want(t, s.As("").Get("/ledger"), http.StatusSeeOther)
		want(t, s.As("drafter").Get("/ledger"), http.StatusOK, "open a case", "case/"+string(k))
		stranger := s.As("executor").Get("/ledger")
		want(t, stranger, http.StatusOK, "There is no entry that you may see.")
		if strings.Contains(stranger.Body, string(k)) || strings.Contains(stranger.Body, "of PT (exercise)</td>") {
			t.Error("who isn't in the case sees its entry")
		}
		want(t, s.As("executor").Get("/ledger/"+string(k)), http.StatusNotFound)
		want(t, s.As("executor").Get("/ledger/"+string(k)+"/proof"), http.StatusNotFound)
		want(t, s.As("drafter").Get("/ledger/"+string(k)), http.StatusOK, "open a case", "Download the proof")
		auditor := s.As("auditor")
		want(t, auditor.Get("/ledger"), http.StatusOK, "open a case", "drafter of PT")
		if text := s.As("drafter").Get("/ledger").Text(); strings.Contains(text, "Who did it") {
			t.Error("who may not see who did what sees it")
		}
	})
}

func TestRefusedAttemptIsSaid(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		k := opened(t, n)
		err := n.Cases.Exclude(context.Background(), n.As("drafter"), k, n.People["reviewer"].ID, "exercise", n.Entry())
		if err == nil {
			t.Fatal("a drafter may not keep anybody out")
		}
		want(t, s.As("auditor").Get("/ledger"), http.StatusOK, "not allowed: keep a person out of a case by name")
	})
}

func TestProofConvincesWithoutTheNode(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		k := opened(t, n)
		file := s.As("drafter").Get("/ledger/" + string(k) + "/proof")
		if file.Status != http.StatusOK {
			t.Fatalf("proof: %d %s", file.Status, file.Text())
		}
		_, found, err := ledger.VerifyWithEntry([]byte(file.Body), n.Self.Card.Ledger[0])
		if err != nil || found.ID != k || found.Act != "case.open" {
			t.Errorf("the proof shows %+v, %v", found, err)
		}
		anyone := s.As("")
		want(t, anyone.Upload("/verify", url.Values{}, "file", "x.tlog-proof", []byte(file.Body)), http.StatusOK, "Genuine", "case.open")
		bad := strings.Replace(file.Body, "index ", "index 1", 1)
		want(t, anyone.Upload("/verify", url.Values{}, "file", "x.tlog-proof", []byte(bad)), http.StatusOK, "Not genuine")
	})
}

func TestLedgerIsVerifiedAndTaken(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		opened(t, n)
		auditor := s.As("auditor")
		form := url.Values{"entry": {string(n.Entry())}}
		want(t, auditor.Post("/ledger/verify", form), http.StatusOK, "The ledger holds")
		want(t, auditor.Post("/ledger/verify", form), http.StatusOK, "The ledger holds") // twice is one entry
		want(t, auditor.Get("/ledger"), http.StatusOK, "verify the ledger")
		want(t, s.As("drafter").Post("/ledger/export", url.Values{}), http.StatusForbidden)
		nodetest.Eventually(t, "all entries are signed for", func() bool {
			placed, signed, err := n.Log.Size(context.Background())
			return err == nil && placed == signed
		})
		whole := auditor.Post("/ledger/export", url.Values{})
		if report, err := ledger.Verify(strings.NewReader(whole.Body), n.Self.Card.Ledger[0]); err != nil || report.Entries == 0 {
			t.Errorf("the export: %+v, %v", report, err)
		}
		want(t, s.As("").Upload("/verify", url.Values{}, "file", "ledger.jsonl", []byte(whole.Body)), http.StatusOK, "Genuine", "A whole ledger")
		cut := strings.Replace(whole.Body, `"case.open"`, `"case.shut"`, 1)
		want(t, s.As("").Upload("/verify", url.Values{}, "file", "ledger.jsonl", []byte(cut)), http.StatusOK, "Not genuine")
		want(t, auditor.Get("/ledger/checkpoint"), http.StatusOK, n.Log.Origin())
	})
}

func TestChangedLedgerIsNoticed(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		k := opened(t, n)
		err := n.DB.Writer.Write(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `UPDATE ledger_entry SET entry = ? WHERE id = ?`, []byte(`{"act":"case.read","at":"2026-01-01T00:00:00.000Z","facts":{},"id":"`+string(k)+`","message":null,"node":null,"on":"case/`+string(k)+`","role":null,"who":null}`), k)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, s.As("auditor").Post("/ledger/verify", url.Values{}), http.StatusOK, "The ledger does not hold", "Stop relying on this node")
	})
}

// sent returns the plain container and the encrypted file of a message from PT to MA.
func sent(t testing.TB, pt, ma *nodetest.Node) (plain, closed []byte) {
	t.Helper()
	ctx := context.Background()
	var m id.ID
	n := pt.Entry()
	err := pt.Desk.Do(ctx, access.HouseItself(), "envelope.deliver", id.NewRef("envelope", n), func(c *desk.Change) (err error) {
		m, err = pt.Exchange.Queue(ctx, c, exchange.Outgoing{
			Kind: "information", To: ma.Self.Node(), Authority: "PT-CA", ToAuthority: "MA-CA",
			Parts: []exchange.Part{{Path: "answers.json", Media: "application/json", Data: []byte(`{"text":"exercise"}`)}},
		})
		return err
	}, desk.Once(n))
	if err != nil {
		t.Fatal(err)
	}
	if err := pt.Exchange.Settle(ctx, ma.Self.Node(), ""); err != nil {
		t.Fatal(err)
	}
	err = pt.Exchange.Container(ctx, m, func(r io.Reader) (err error) {
		plain, err = io.ReadAll(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	path, err := pt.Exchange.File(ctx, m)
	if err != nil {
		t.Fatal(err)
	}
	if closed, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return plain, closed
}

// TestAReceiptSaysWhatItSays: a receipt is genuine, and what it says is that the message was refused.
func TestAReceiptSaysWhatItSays(t *testing.T) {
	ctx := context.Background()
	pt, ma := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	sent(t, pt, ma) // of a kind that the other node doesn't take
	var receipt id.ID
	nodetest.Eventually(t, "the receipt is sealed", func() bool {
		return ma.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			return tx.Row(ctx, `SELECT id FROM message WHERE direction = 'out' AND kind = 'receipt' AND state <> 'waiting'`).Scan(&receipt)
		}) == nil
	})
	var file []byte
	err := ma.Exchange.Container(ctx, receipt, func(r io.Reader) (err error) {
		file, err = io.ReadAll(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, site(t, ma).As("").Upload("/verify", url.Values{}, "file", "r.asice", file), http.StatusOK,
		"Genuine", "A receipt", "What the receipt says", "refused: unknown-kind", "all people and cases are invented")
}

func TestAnyoneChecksAFile(t *testing.T) {
	pt, ma := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	plain, closed := sent(t, pt, ma)
	anyone, elsewhere := site(t, pt).As(""), site(t, ma).As("")
	want(t, anyone.Get("/verify"), http.StatusOK, "Nothing of it is kept")
	want(t, anyone.Upload("/verify", url.Values{}, "file", "m.asice", plain), http.StatusOK,
		"Genuine", "Every check holds.", "The message stands in the ledger of the node that sent it.", "openssl cms -verify", "unzip -t m.asice")
	want(t, elsewhere.Upload("/verify", url.Values{}, "file", "m.asice", plain), http.StatusOK, "Whole, sender not known", "add it below")
	want(t, anyone.Upload("/verify", url.Values{}, "file", "m.asice.age", closed), http.StatusOK, "Closed", "age -d -i KEY")
	changed := bytes.Replace(plain, []byte("exercise"), []byte("Exercise"), 1)
	want(t, anyone.Upload("/verify", url.Values{}, "file", "m.asice", changed), http.StatusOK, "Not genuine", "Does not hold")
	f, err := pt.Self.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	want(t, anyone.Upload("/verify", url.Values{}, "file", "pt.card.asice", pt.Self.CardFile), http.StatusOK, "Whole", f)
	want(t, anyone.Upload("/verify", url.Values{}, "file", "x", []byte("hello")), http.StatusOK, "none of the files that a node makes")
	want(t, anyone.Upload("/verify", url.Values{}, "file", "letter.pdf", []byte("%PDF-1.7\nno signature\n%%EOF\n")), http.StatusOK, "Not genuine", "The letter has a signature that can be read.")
	letter, err := os.ReadFile("../../engine/document/sign/testdata/signed.pdf")
	if err != nil {
		t.Fatal(err)
	}
	// Anybody can sign: a whole letter is not called genuine. A broken signature is an answer, not a fault of ours.
	want(t, anyone.Upload("/verify", url.Values{}, "file", "letter.pdf", letter), http.StatusOK, "Whole", "compare by its digest")
	broken := bytes.Clone(letter)
	broken[len("%PDF-1.")] ^= 1
	want(t, anyone.Upload("/verify", url.Values{}, "file", "letter.pdf", broken), http.StatusOK, "Not genuine", "content is not the one that was signed")
	want(t, anyone.Upload("/verify", url.Values{}, "file", "", nil), http.StatusUnprocessableEntity, "Choose a file.")
	want(t, anyone.Upload("/verify", url.Values{}, "card", "c", []byte("x")), http.StatusUnprocessableEntity, "This is not the sound card of a node.")
	left, err := os.ReadDir(pt.Config.Dir + "/spool")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if strings.HasPrefix(e.Name(), "check-") {
			t.Errorf("%s was kept", e.Name())
		}
	}
}

// TestVerifyWithAnotherCard: the card that somebody gives says who sealed the file.
func TestVerifyWithAnotherCard(t *testing.T) {
	pt, ma := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	plain, _ := sent(t, pt, ma)
	v, err := record.Verify("m.asice", bytes.NewReader(plain), int64(len(plain)), []*envelope.Card{ma.Self.Card, pt.Self.Card}, pt.Config.Now())
	if err != nil || v.Failed() || v.Sender == nil || v.Sender.Node != pt.Self.Node() {
		t.Errorf("with the card: %+v, %v", v, err)
	}
	v, err = record.Verify("m.asice", bytes.NewReader(plain), int64(len(plain)), []*envelope.Card{ma.Self.Card}, pt.Config.Now())
	if err != nil || v.Failed() || !v.Unsure() {
		t.Errorf("without the card: %+v, %v", v, err)
	}
}
