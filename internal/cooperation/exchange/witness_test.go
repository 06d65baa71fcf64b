package exchange_test

import (
	"context"
	"net/http"
	"testing"

	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/ledger"
)

// cosigned returns the newest checkpoint of n's log that other has cosigned; size 0 for none.
func cosigned(t testing.TB, n, other *nodetest.Node) ledger.Checkpoint {
	t.Helper()
	c, by, err := n.Log.NewestWitnessed(context.Background(), other.Self.Card.Witness...)
	if err != nil {
		t.Fatal(err)
	}
	if len(by) == 0 {
		return ledger.Checkpoint{}
	}
	return c
}

func TestPeersCosignAfterEachEnvelope(t *testing.T) {
	two(t, func(t *testing.T, pt, ma *nodetest.Node) {
		nodetest.Meet(t, pt, ma)
		takes(ma)
		m := send(t, pt, ma, "PT-CA-2026-000001")
		nodetest.Eventually(t, "Morocco has cosigned Portugal's log", func() bool { return cosigned(t, pt, ma).Size > 0 })
		nodetest.Eventually(t, "Portugal has cosigned Morocco's log, for its receipt", func() bool { return cosigned(t, ma, pt).Size > 0 })
		first := cosigned(t, pt, ma)
		want(t, site(t, pt).As("clerk").Get("/peers/"+string(ma.Self.Node())), http.StatusOK, "Of ours it cosigned", "The first")
		p := post(t, pt, m)
		proof, covered, err := pt.Log.ProveWitnessed(context.Background(), p.Entry, 1)
		if err != nil || !covered {
			t.Fatalf("the message's entry under a cosigned checkpoint: covered %v, %v", covered, err)
		}
		entry, _, err := pt.Log.Entry(context.Background(), p.Entry)
		if err != nil {
			t.Fatal(err)
		}
		proven, err := ledger.VerifyProof(proof, entry, pt.Self.Card.Ledger[0], ma.Self.Card.Witness...)
		if err != nil || len(proven.By) != 1 {
			t.Errorf("the proof: %+v, %v; want one cosignature", proven, err)
		}
		if err := pt.Exchange.Settle(context.Background(), ma.Self.Node(), "PT-CA-2026-000001"); err != nil {
			t.Fatal(err)
		}
		send(t, pt, ma, "PT-CA-2026-000001")
		nodetest.Eventually(t, "the grown log is cosigned too", func() bool { return cosigned(t, pt, ma).Size > first.Size })
		err = ma.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
			size, at, err := ledger.LastCosigned(context.Background(), tx, pt.Log.Origin())
			if size < first.Size || at.IsZero() {
				t.Errorf("Morocco remembers size %d at %v, want at least %d", size, at, first.Size)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
