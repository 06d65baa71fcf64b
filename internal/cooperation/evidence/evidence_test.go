package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// room is a node with one case whose members are the executor, the examiner and the custodian.
type room struct {
	*nodetest.Node
	caseID id.ID
}

// staff are the roles of the people in the case.
var staff = []access.Role{"executor", "examiner", "custodian"}

func open(t testing.TB, state, kind string) *room {
	t.Helper()
	n := nodetest.New(t, state, nodetest.Options{Kind: kind})
	return &room{n, openCase(t, n)}
}

func openCase(t testing.TB, n *nodetest.Node) id.ID {
	t.Helper()
	ctx := context.Background()
	c := n.Entry()
	err := n.Desk.Do(ctx, access.HouseItself(), "envelope.deliver", id.NewRef("envelope", n.Entry()), func(d *desk.Change) error {
		if err := casefile.Open(ctx, d, c, n.Office, "Ransomware at a bakery (exercise)", true); err != nil {
			return err
		}
		for _, role := range staff {
			if err := access.AddMember(ctx, d.Tx, c, n.People[role].ID, n.People[role].ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const log = "2026-02-13T08:01:02Z 203.0.113.7:443 connect\n"

func (r *room) given() evidence.Given {
	return evidence.Given{
		Case: r.caseID, Label: "EX-1", Sort: "provider-return", Name: "журнал 1.log", Request: "MA-CA-2026-000001", Measure: "1",
		Conditions: []string{"Only for the proceedings named in the request."},
		Details: evidence.Details{
			Source:   &evidence.Source{Kind: "provider", Name: "ExampleHost (exercise)", Account: "server 42"},
			Acquired: &evidence.Acquired{At: "2026-02-14T10:00:00+01:00", Person: "A. Example", Tool: "exporter", Version: "1.2"},
			Legal:    &evidence.Legal{Order: "2026/77", Court: "Court of the exercise"},
			Handling: []string{evidence.Restricted},
		},
	}
}

func (r *room) add(t testing.TB, content string) id.ID {
	t.Helper()
	n, err := r.Evidence.Add(context.Background(), r.As("executor"), r.given(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (r *room) item(t testing.TB, n id.ID) (it evidence.Item) {
	t.Helper()
	r.read(t, func(tx *db.Tx) (err error) {
		it, err = evidence.Get(context.Background(), tx, n)
		return err
	})
	return it
}

func (r *room) read(t testing.TB, f func(*db.Tx) error) {
	t.Helper()
	if err := r.DB.Reader.Read(context.Background(), db.House("test"), f); err != nil {
		t.Fatal(err)
	}
}

func (r *room) events(t testing.TB, n id.ID) (all []evidence.Event) {
	t.Helper()
	r.read(t, func(tx *db.Tx) (err error) {
		all, err = evidence.Events(context.Background(), tx, n)
		return err
	})
	return all
}

// history writes the kinds of an item's events in a row.
func (r *room) history(t testing.TB, n id.ID) string {
	t.Helper()
	var all []string
	for _, v := range r.events(t, n) {
		all = append(all, string(v.What))
	}
	return strings.Join(all, " ")
}

func (r *room) bytes(t testing.TB, n id.ID) string {
	t.Helper()
	_, p, err := r.Evidence.Open(context.Background(), r.As("examiner"), n, "to compare (exercise)")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(p)
	if err := errors.Join(err, p.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// deliver sends items from one node to the other, in an act of its own.
func deliver(t testing.TB, from, to *room, items ...id.ID) (message id.ID, err error) {
	t.Helper()
	ctx := context.Background()
	if err := from.Exchange.Settle(ctx, to.Self.Node(), "MA-CA-2026-000001"); err != nil {
		t.Fatal(err)
	}
	err = from.Desk.Do(ctx, from.As("executor"), "evidence.send", id.NewRef(evidence.Kind, items[0]), func(c *desk.Change) error {
		parts, err := from.Evidence.Parts(ctx, c.Tx, items)
		if err != nil {
			return err
		}
		message, err = from.Exchange.Queue(ctx, c, exchange.Outgoing{
			Kind: "delivery", To: to.Self.Node(), Authority: from.Self.Authority(), ToAuthority: to.Self.Authority(),
			Request: "MA-CA-2026-000001", Parts: parts,
		})
		if err != nil {
			return err
		}
		return from.Evidence.Sent(ctx, c, items, message, to.Self.Authority())
	})
	return message, err
}

// take has the node accept deliveries into its case, and tells what came.
func take(r *room, came chan<- []id.ID) {
	r.Exchange.Handle("delivery", exchange.Taker{
		Prepare: func(ctx context.Context, in *exchange.Incoming) (any, error) { return r.Evidence.Prepare(ctx, in) },
		Apply: func(ctx context.Context, c *desk.Change, in *exchange.Incoming, p any) error {
			items, err := r.Evidence.Accept(ctx, c, in, p.(*evidence.Delivery), evidence.Into{Case: r.caseID})
			if err == nil {
				c.OnCommit(func() { came <- items })
			}
			return err
		},
	})
}

func TestDelivery(t *testing.T) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			pt, ma := open(t, "PT", kind), open(t, "MA", kind)
			nodetest.Meet(t, pt.Node, ma.Node)
			came := make(chan []id.ID, 4)
			take(ma, came)
			first, second := pt.add(t, log), pt.add(t, strings.Repeat(log, 9000))
			if got := pt.history(t, first); got != "collected received" {
				t.Errorf("history after intake: %s", got)
			}
			if _, err := deliver(t, pt, ma, first, second); err != nil {
				t.Fatal(err)
			}
			if it := pt.item(t, first); it.State != evidence.Sent {
				t.Errorf("after sending the item is %s in custody of %q", it.State, it.Custodian)
			}
			items := <-came
			if got := ma.bytes(t, items[0]); got != log {
				t.Errorf("what arrived reads %.80q", got)
			}
			it := ma.item(t, items[0])
			if it.Custodian != "MA-CA" || it.Name != "журнал 1.log" || it.Origin != first || it.Details.Acquired.Person != "" {
				t.Errorf("what arrived: %+v", it)
			}
			if got := ma.history(t, items[0]); got != "received verified read" {
				t.Errorf("history at the other node: %s", got)
			}
			var terms []evidence.Condition
			ma.read(t, func(tx *db.Tx) (err error) {
				terms, err = evidence.Conditions(context.Background(), tx, items[1])
				return err
			})
			if len(terms) != 1 || terms[0].SetBy != "PT-CA" {
				t.Errorf("conditions that arrived: %+v", terms)
			}
			nodetest.Eventually(t, "the receipt is home", func() bool { return pt.item(t, second).Custodian == "MA-CA" })
			if got := pt.history(t, second); got != "collected received sent delivered" {
				t.Errorf("history at home: %s", got)
			}
			v := pt.events(t, second)[3]
			if v.Envelope == "" || v.Envelope != it.Details.Received.Envelope || v.Receipt == "" {
				t.Errorf("delivered: envelope %s, receipt %s; the receiver saw %s", v.Envelope, v.Receipt, it.Details.Received.Envelope)
			}
		})
	}
}

func TestCertificate(t *testing.T) {
	pt := open(t, "PT", "sqlite")
	n := pt.add(t, log)
	for _, tag := range pt.Catalog.Tags() {
		b, err := pt.Evidence.Certificate(context.Background(), pt.As("custodian"), n, tag)
		if err != nil {
			t.Fatalf("%s: %v", tag, err)
		}
		if !bytes.HasPrefix(b, []byte("%PDF-")) {
			t.Errorf("%s: %.20q is no PDF", tag, b)
		}
		last := pt.events(t, n)[len(pt.events(t, n))-1]
		if last.What != evidence.WasCertified || last.Note != string(canonical.Sum(b)) {
			t.Errorf("%s: last event %+v, want the certificate's digest", tag, last)
		}
	}
	if _, err := pt.Evidence.Certificate(context.Background(), pt.As("drafter"), n, "en"); !errors.Is(err, errs.NotFound) {
		t.Errorf("a stranger to the case gets a certificate: %v", err)
	}
}
