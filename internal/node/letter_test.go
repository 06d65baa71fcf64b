package node_test

import (
	"bytes"
	"context"
	"testing"

	"comity/internal/base/id"
	"comity/internal/engine/envelope"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// TestLetterIsLookedAt: a node whose clerk or whose machine cheats seals what it likes. The receiver still wants the
// letter signed by a person, unchanged since, and written from the answers beside it.
func TestLetterIsLookedAt(t *testing.T) {
	ctx := context.Background()
	pt, ma := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	for name, c := range map[string]struct {
		change func(letter []byte) []byte
	}{
		"no PDF":         {func([]byte) []byte { return []byte("%PDF-1.7\nexercise\n%%EOF\n") }},
		"not signed":     {firstRevision},
		"changed after":  {func(b []byte) []byte { return append(bytes.Clone(b), "1 0 obj\n<<>>\nendobj\n"...) }},
		"another letter": {func([]byte) []byte { return letterOf(t, pt, signed(t, pt, "MA", "records.bank")) }},
	} {
		t.Run(name, func(t *testing.T) {
			out := signed(t, pt, "MA", "preserve.stored")
			letter := c.change(letterOf(t, pt, out))
			err := pt.DB.Writer.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE request_letter SET pdf = ? WHERE request_id = ?`, letter, out)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := pt.Requests.Transmit(ctx, pt.As("clerk"), out, pt.Entry()); err != nil {
				t.Fatal(err)
			}
			var trouble string
			nodetest.Eventually(t, "the receipt is home", func() bool {
				trouble = lastTrouble(t, pt)
				return trouble != ""
			})
			if trouble != string(envelope.Refused)+": "+string(envelope.BadSchema) {
				t.Errorf("the receipt says %q, want it refused as %s", trouble, envelope.BadSchema)
			}
			if r, there := find(t, ma); there {
				t.Errorf("request %s was registered, want none", r.ID)
			}
		})
	}
}

// firstRevision cuts a letter's signature off.
func firstRevision(letter []byte) []byte {
	end := []byte("%%EOF\n")
	return letter[:bytes.Index(letter, end)+len(end)]
}

// letterOf is the letter of a request that is kept at the node.
func letterOf(t *testing.T, n *nodetest.Node, of id.ID) (letter []byte) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		return tx.Row(context.Background(), `SELECT pdf FROM request_letter WHERE request_id = ?`, of).Scan(&letter)
	})
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

// lastTrouble is what the receipt of the newest request says, "" before it has come.
func lastTrouble(t *testing.T, n *nodetest.Node) (trouble string) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		return tx.Row(context.Background(), `
			SELECT trouble FROM message WHERE direction = 'out' AND kind = 'request' ORDER BY id DESC LIMIT 1`).Scan(&trouble)
	})
	if err != nil {
		t.Fatal(err)
	}
	return trouble
}
