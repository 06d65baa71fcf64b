package evidence_test

import (
	"context"
	"strings"
	"testing"

	"comity/internal/base/canonical"
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

// room is a whole node with one case, whose members are the executor, the examiner and the custodian.
type room struct {
	*nodetest.Node
	house
}

func openNode(t testing.TB, state, kind string) *room {
	t.Helper()
	ctx := context.Background()
	n := nodetest.New(t, state, nodetest.Options{Kind: kind})
	r := &room{n, house{Evidence: n.Evidence, db: n.DB, people: n.People, caseID: n.Entry()}}
	must(t, n.Desk.Do(ctx, access.HouseItself(), "node.backup", id.NewRef("node", n.Entry()), func(c *desk.Change) error {
		if err := casefile.Open(ctx, c, r.caseID, n.Office, "Ransomware at a bakery (exercise)", true); err != nil {
			return err
		}
		for _, role := range []access.Role{"executor", "examiner", "custodian"} {
			if err := access.AddMember(ctx, c.Tx, r.caseID, n.People[role].ID, n.People[role].ID); err != nil {
				return err
			}
		}
		return nil
	}))
	return r
}

// deliver sends items from one node to the other, in an act of its own.
func deliver(t testing.TB, from, to *room, items ...id.ID) {
	t.Helper()
	ctx := context.Background()
	x := from.Node.Exchange
	must(t, x.Settle(ctx, to.Self.Node(), "MA-CA-2026-000001"))
	must(t, from.Node.Desk.Do(ctx, from.As("executor"), "evidence.send", id.NewRef(evidence.Kind, items[0]), func(c *desk.Change) error {
		parts, err := from.Evidence.Parts(ctx, c.Tx, items)
		if err != nil {
			return err
		}
		message, err := x.Queue(ctx, c, exchange.Outgoing{
			Kind: "delivery", To: to.Self.Node(), Authority: from.Self.Authority(), ToAuthority: to.Self.Authority(),
			Request: "MA-CA-2026-000001", Parts: parts,
		})
		if err != nil {
			return err
		}
		return from.Evidence.Sent(ctx, c, items, message, to.Self.Authority())
	}))
}

// take has the node accept deliveries into its case, and tells what came.
func take(r *room, came chan<- []id.ID) {
	r.Node.Exchange.Handle("delivery", exchange.Taker{
		Prepare: func(ctx context.Context, in *exchange.Incoming) (any, error) { return r.Evidence.Prepare(ctx, in) },
		Apply: func(ctx context.Context, c *desk.Change, in *exchange.Incoming, p any) error {
			items, err := r.Evidence.Accept(ctx, c, in, p.(*evidence.Delivery), evidence.Into{Case: r.caseID, Conditions: []string{"To be given back."}})
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
			pt, ma := openNode(t, "PT", kind), openNode(t, "MA", kind)
			nodetest.Meet(t, pt.Node, ma.Node)
			came := make(chan []id.ID, 4)
			take(ma, came)
			first, second := pt.add(t, log), pt.add(t, strings.Repeat(log, 9000))
			deliver(t, pt, ma, first, second)
			items := <-came
			if got := ma.content(t, items[0]); got != log {
				t.Errorf("what arrived reads %.80q", got)
			}
			it := ma.item(t, items[0])
			if it.Custodian != "MA-CA" || it.Name != "журнал 1.log" || it.Origin != first || it.Details.Acquired.Person != "" {
				t.Errorf("what arrived: %+v", it)
			}
			if got := ma.history(t, items[0]); got != "received verified read" {
				t.Errorf("history at the other node: %s", got)
			}
			nodetest.Eventually(t, "the receipt is home", func() bool { return pt.item(t, second).Custodian == "MA-CA" })
			if got := pt.history(t, second); got != "collected received sent delivered" {
				t.Errorf("history at home: %s", got)
			}
			v := pt.events(t, second)[3]
			if v.Envelope == "" || v.Envelope != it.Details.Received.Envelope || v.Receipt == "" {
				t.Errorf("delivered: envelope %s, receipt %s; the receiver saw %s", v.Envelope, v.Receipt, it.Details.Received.Envelope)
			}
			// What would travel on keeps the history and the conditions of both hands.
			ma.view(t, func(ctx context.Context, tx *db.Tx) error {
				parts, err := ma.Evidence.Parts(ctx, tx, items[1:])
				if err != nil {
					return err
				}
				k, err := evidence.ReadCustody(parts[1].Data)
				if err != nil || len(k.Events) != 4 || len(k.Conditions) != 2 || k.Authorities["PT-CA"] == "" || k.Item.Origin.Item != second {
					t.Errorf("custody.json of the second hand: %+v, %v", k, err)
				}
				return nil
			})
		})
	}
}

// spoil queues a delivery whose parts were changed on the way from the evidence room to the envelope.
func spoil(t testing.TB, from, to *room, n id.ID, change func([]exchange.Part)) (message id.ID) {
	t.Helper()
	ctx := context.Background()
	x := from.Node.Exchange
	must(t, x.Settle(ctx, to.Self.Node(), "MA-CA-2026-000001"))
	must(t, from.Node.Desk.Do(ctx, from.As("executor"), "evidence.send", id.NewRef(evidence.Kind, n), func(c *desk.Change) error {
		parts, err := from.Evidence.Parts(ctx, c.Tx, []id.ID{n})
		if err != nil {
			return err
		}
		change(parts)
		message, err = x.Queue(ctx, c, exchange.Outgoing{
			Kind: "delivery", To: to.Self.Node(), Authority: from.Self.Authority(), ToAuthority: to.Self.Authority(),
			Request: "MA-CA-2026-000001", Parts: parts,
		})
		if err != nil {
			return err
		}
		return from.Evidence.Sent(ctx, c, []id.ID{n}, message, to.Self.Authority())
	}))
	return message
}

// Invariant 4, between nodes: what custody.json says and what the bytes are must be one, or nothing is merged.
func TestInvariant4SpoiltDelivery(t *testing.T) {
	t.Parallel()
	pt, ma := openNode(t, "PT", "sqlite"), openNode(t, "MA", "sqlite")
	nodetest.Meet(t, pt.Node, ma.Node)
	take(ma, make(chan []id.ID, 4))
	replace := func(old, to string) func([]exchange.Part) {
		return func(parts []exchange.Part) {
			if !strings.Contains(string(parts[1].Data), old) {
				t.Fatalf("custody.json lacks %q", old)
			}
			parts[1].Data = []byte(strings.ReplaceAll(string(parts[1].Data), old, to))
		}
	}
	for name, c := range map[string]struct {
		change func([]exchange.Part)
		check  string
	}{
		"another digest":   {replace(string(canonical.Sum([]byte(log))), string(canonical.Sum([]byte("forged")))), "bad-digest"},
		"another size":     {replace(`"size":45`, `"size":46`), "bad-digest"},
		"another node":     {replace(string(pt.Self.Node()), string(pt.Entry())), "bad-schema"},
		"another file":     {replace(`/1.log"`, `/2.log"`), "bad-schema"},
		"no custody":       {func(p []exchange.Part) { p[1].Path = strings.Replace(p[1].Path, "custody.json", "custody.txt", 1) }, "bad-schema"},
		"a deeper folder":  {func(p []exchange.Part) { p[2].Path = strings.Replace(p[2].Path, "case.jsonld", "x/case.jsonld", 1) }, "bad-schema"},
		"no JSON":          {func(p []exchange.Part) { p[1].Data = []byte("hello") }, "bad-schema"},
		"bytes of another": {func(p []exchange.Part) { p[0].Source, p[0].Data, p[0].Key = "", []byte("forged"), "" }, "bad-digest"},
	} {
		n := pt.add(t, log)
		spoil(t, pt, ma, n, c.change)
		nodetest.Eventually(t, name+": it is back", func() bool { return pt.item(t, n).State == evidence.Held })
		v := pt.events(t, n)
		if last := v[len(v)-1]; last.What != evidence.WasReturned || last.Note != c.check {
			t.Errorf("%s: %s with %q, want it returned for %s", name, last.What, last.Note, c.check)
		}
	}
	ma.view(t, func(ctx context.Context, tx *db.Tx) error {
		items, err := evidence.OfCase(ctx, tx, ma.caseID, "", 50)
		if len(items) != 0 {
			t.Errorf("merged: %+v", items)
		}
		return err
	})
}
