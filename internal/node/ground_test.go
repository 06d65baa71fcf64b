package node_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/node"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// ground opens the practice nodes of a folder and runs them until stop is called.
func ground(t *testing.T, dir string) (g *node.Ground, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	g, err := node.OpenGround(ctx, node.Config{Dir: dir, Practice: node.PracticeConfig{Dir: "practice", Listen: "127.0.0.1:0"}})
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	return g, func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}
}

// team is the learners' node with its people by what they do.
func team(t *testing.T, g *node.Ground) *nodetest.Node {
	t.Helper()
	n := &nodetest.Node{Node: g.Learners, People: map[access.Role]access.Person{}}
	house(t, n, func(ctx context.Context, tx *db.Tx) error {
		offices, err := access.Offices(ctx, tx)
		if err != nil {
			return err
		}
		n.Office = offices[0].ID
		all, err := access.People(ctx, tx)
		for _, a := range all {
			for _, grant := range a.Grants {
				n.People[grant.Role] = a.Person
			}
		}
		return err
	})
	return n
}

// TestPracticeBesideANode: two whole nodes beside one, each with its own folder and database; a learner's request goes out from
// the one and is answered by the other without a hand, before and after a restart.
func TestPracticeBesideANode(t *testing.T) {
	dir := t.TempDir()
	g, stop := ground(t, dir)
	n := team(t, g)
	out := signed(t, n, "PT", "produce.subscriber")
	ctx := context.Background()
	if err := n.Requests.Transmit(ctx, n.As("clerk"), out, n.Entry()); err != nil {
		t.Fatal(err)
	}
	nodetest.Eventually(t, "the learner has the evidence", func() bool { r, _ := find(t, n); return r.State == request.EvidenceReceived })
	for _, file := range []string{"learners/comity.db", "learners/keys", "other/comity.db", "other/keys"} {
		if _, err := os.Stat(filepath.Join(dir, "practice", file)); err != nil {
			t.Error(err)
		}
	}
	if g.Learners.Counterpart != nil || g.Other.Counterpart == nil {
		t.Error("the wrong one of the two answers by itself")
	}
	first := g.Other.Self.Node()
	stop()
	g, stop = ground(t, dir)
	defer stop()
	if g.Other.Self.Node() != first {
		t.Error("after a restart the other State is another node")
	}
	n = team(t, g)
	out = signed(t, n, "PT", "produce.subscriber")
	if err := n.Requests.Transmit(ctx, n.As("clerk"), out, n.Entry()); err != nil {
		t.Fatal(err)
	}
	nodetest.Eventually(t, "the learner has evidence again", func() bool { r, _ := find(t, n); return r.ID == out && r.State == request.EvidenceReceived })
}
