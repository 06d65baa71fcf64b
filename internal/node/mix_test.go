package node_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/record"
	"comity/internal/cooperation/request"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/engine/web"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// These tests are P4: nothing of an exercise reaches a real case, by any route, and nothing real an exercise.

// pages serves what other nodes have to do with.
func pages(t *testing.T, n *nodetest.Node) *nodetest.Site {
	t.Helper()
	return n.Site(t, nodetest.Slice{Routes: n.Exchange.Routes, Pages: exchange.Pages(), Words: exchange.Words()},
		nodetest.Slice{Routes: func(*web.Mux) {}, Pages: web.Pages{Name: "record", FS: fstest.MapFS{}}, Words: record.Words()})
}

func house(t *testing.T, n *nodetest.Node, f func(context.Context, *db.Tx) error) {
	t.Helper()
	if err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error { return f(context.Background(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// mixed wants the other side to have refused a message as exercise-mix.
func mixed(t *testing.T, n *nodetest.Node, m id.ID) {
	t.Helper()
	nodetest.Eventually(t, "the message is refused as exercise-mix", func() (refused bool) {
		house(t, n, func(ctx context.Context, tx *db.Tx) error {
			p, err := exchange.PostOf(ctx, tx, m)
			refused = err == nil && p.Receipt != nil && p.Receipt.Result == envelope.Refused && p.Receipt.Check == envelope.ExerciseMix
			return err
		})
		return refused
	})
}

// TestCardsDontMix: the card of the other sort is refused, by the act and by the page.
func TestCardsDontMix(t *testing.T) {
	ctx := context.Background()
	real, play := nodetest.New(t, "PT", nodetest.Options{Real: true}), nodetest.New(t, "MA", nodetest.Options{})
	for _, p := range [][2]*nodetest.Node{{real, play}, {play, real}} {
		n, other := p[0], p[1]
		if _, err := n.Exchange.Import(ctx, n.As("clerk"), other.Self.CardFile, n.Entry()); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s takes the card of %s: %v", n.Self.State(), other.Self.State(), err)
		}
		a := pages(t, n).As("clerk").Upload("/peers/import", url.Values{}, "card", "card.asice", other.Self.CardFile)
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(), "An exercise node and a real one can't be peers.") {
			t.Errorf("the page of %s takes the card of %s: %d %s", n.Self.State(), other.Self.State(), a.Status, a.Text())
		}
		house(t, n, func(ctx context.Context, tx *db.Tx) error {
			peers, err := exchange.Peers(ctx, tx)
			if len(peers) > 0 {
				t.Errorf("%s knows %d peers", n.Self.State(), len(peers))
			}
			return err
		})
	}
}

// TestEnvelopesDontMix: even at a node that has, by whatever way, come to trust one of the other sort, its envelopes are refused
// over the network and as a file, and have no effect.
func TestEnvelopesDontMix(t *testing.T) {
	for name, from := range map[string]nodetest.Options{"an exercise to a real node": {}, "a real one to an exercise": {Real: true}} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			pt, ma := nodetest.New(t, "PT", from), nodetest.New(t, "MA", from)
			nodetest.Meet(t, pt, ma)
			var p probe
			ma.Exchange.Handle("information", p.taker())
			ma.Self.Card.Exercise = from.Real // from now on of the other sort, behind the program's back
			m := send(t, pt, ma, "", "from the other world")
			refused := func() (n int) {
				house(t, ma, func(ctx context.Context, tx *db.Tx) error {
					all, err := exchange.RefusedFiles(ctx, tx, "", 10)
					for _, f := range all {
						if f.Check != envelope.ExerciseMix {
							t.Errorf("refused as %s", f.Check)
						}
					}
					n = len(all)
					return err
				})
				return n
			}
			nodetest.Eventually(t, "the message is refused over the network", func() bool { return refused() == 1 })
			path, err := pt.Exchange.File(ctx, m)
			if err != nil {
				t.Fatal(err)
			}
			taken, err := ma.Exchange.ImportFile(ctx, path)
			if err != nil || taken.Result != envelope.Refused || taken.Check != envelope.ExerciseMix {
				t.Errorf("by file: %+v, %v; want it refused as exercise-mix", taken, err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			pages(t, ma).As("clerk").Upload("/inbox/import", url.Values{}, "file", "envelope.age", b)
			if n := refused(); n != 3 {
				t.Errorf("%d files were refused, want 3: over the network, as a file, by the page", n)
			}
			if n := p.taken.Load(); n != 0 {
				t.Errorf("%d messages had an effect", n)
			}
		})
	}
}

// TestRealNodeTakesNoExerciseAsDraft: neither a case nor answers of an exercise become a request at a real node.
func TestRealNodeTakesNoExerciseAsDraft(t *testing.T) {
	ctx := context.Background()
	n := nodetest.New(t, "PT", nodetest.Options{Real: true})
	drafter := n.As("drafter")
	open := func(title string, play bool) id.ID {
		t.Helper()
		k, err := n.Cases.Open(ctx, drafter, n.Office, title, play, n.Entry())
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	draft := func(k id.ID) (id.ID, error) {
		return n.Requests.Draft(ctx, drafter, request.NewDraft{Case: k, Types: []string{"preserve.stored"}, State: "MA", Lang: "en"}, n.Entry())
	}
	if _, err := draft(open("An exercise (exercise)", true)); !errors.Is(err, errs.Invalid) {
		t.Errorf("a draft in a case of an exercise: %v", err)
	}
	q, err := draft(open("A real one", false))
	if err != nil {
		t.Fatal(err)
	}
	example, _ := n.Requests.Law().Types.Get("preserve.stored")
	r, _ := find(t, n)
	if err := n.Requests.Replace(ctx, drafter, q, example.Example, r.Version, n.Entry()); !errors.Is(err, errs.Invalid) {
		t.Errorf("answers of an exercise in a real draft: %v", err)
	}
	if said, _ := errs.Said(n.Requests.Replace(ctx, drafter, q, example.Example, r.Version, n.Entry())); said != "This is an exercise; it can't enter a real case." {
		t.Errorf("it says %q", said)
	}
}

// TestRealNodeTakesNoExerciseFromARealOne: answers that say they are an exercise are refused wherever they come from.
func TestRealNodeTakesNoExerciseFromARealOne(t *testing.T) {
	ctx := context.Background()
	pt, ma := nodetest.New(t, "PT", nodetest.Options{Real: true}), nodetest.New(t, "MA", nodetest.Options{Real: true})
	nodetest.Meet(t, pt, ma)
	example, _ := pt.Requests.Law().Types.Get("preserve.stored")
	var m id.ID
	n := pt.Entry()
	err := pt.Desk.Do(ctx, access.HouseItself(), "envelope.deliver", id.NewRef("envelope", n), func(c *desk.Change) (err error) {
		m, err = pt.Exchange.Queue(ctx, c, exchange.Outgoing{
			Kind: "request", To: ma.Self.Node(), Authority: pt.Self.Authority(), ToAuthority: ma.Self.Authority(), Request: "PT-CA-2026-000001",
			Parts: []exchange.Part{
				{Path: envelope.LetterPath, Media: "application/pdf", Data: []byte("%PDF-1.7\n%%EOF\n")},
				{Path: envelope.AnswersPath, Media: "application/json", Data: example.Example},
			},
		})
		return err
	}, desk.Once(n))
	if err != nil {
		t.Fatal(err)
	}
	mixed(t, pt, m)
	if _, ok := find(t, ma); ok {
		t.Error("the real node has a request of an exercise")
	}
}
