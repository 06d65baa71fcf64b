package node_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"comity/internal/base/id"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// clock is a node's clock that a test sets forward and back.
type clock struct{ off atomic.Int64 }

func (c *clock) now() time.Time            { return time.Now().Add(time.Duration(c.off.Load())) }
func (c *clock) set(off time.Duration)     { c.off.Store(int64(off)) }
func (c *clock) options() nodetest.Options { return nodetest.Options{Now: c.now} }

// trouble reads what a node tells people about a message.
func trouble(t *testing.T, n *nodetest.Node, m id.ID) (s string) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		return tx.Row(context.Background(), `SELECT trouble FROM message WHERE id = ?`, m).Scan(&s)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestClockThatJumped: one node's clock goes three hours ahead and comes back. Every message arrives and is receipted,
// the jump is told where it can be seen, and the record holds on both sides.
func TestClockThatJumped(t *testing.T) {
	var c, other clock
	c.set(-24 * time.Hour) // their cards are a day old when it happens
	other.set(-24 * time.Hour)
	pt, ma := nodetest.New(t, "PT", c.options()), nodetest.New(t, "MA", other.options())
	nodetest.Meet(t, pt, ma)
	c.set(0)
	other.set(0)
	var p probe
	ma.Exchange.Handle("information", p.taker())
	var ids []id.ID
	arrives := func(when string) {
		t.Helper()
		m := send(t, pt, ma, "PT-CA-2026-000001", when)
		nodetest.Eventually(t, when+": the receipt is home", func() bool { return state(t, pt, m) == "receipted" })
		ids = append(ids, m)
	}
	arrives("before")
	c.set(3 * time.Hour)
	arrives("three hours ahead")
	c.set(-20 * time.Minute)
	arrives("twenty minutes behind")
	if got := p.taken.Load(); got != 3 {
		t.Errorf("%d messages had their effect, want 3", got)
	}
	for i, want := range []string{"", "the sender's clock is ahead of ours by 3h", ""} {
		if got := trouble(t, ma, ids[i]); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("message %d: told %q, want %q", i+1, got, want)
		}
	}
	for _, n := range []*nodetest.Node{pt, ma} {
		if r, err := n.Log.Check(context.Background()); err != nil || r.Entries == 0 {
			t.Errorf("the record of %s after the jump: %+v, %v, want it to hold", n.Self.State(), r, err)
		}
	}
}
