package review_test

import (
	"testing"
	"time"

	"comity/internal/base/id"
	"comity/internal/dialogue/review"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// TestCommentsTravel: a State comments at its own node. Only what was submitted leaves it, without who wrote it; a second
// set replaces the first; after the close nothing is taken.
func TestCommentsTravel(t *testing.T) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			now := time.Now().UTC().Truncate(time.Second)
			o := office{t, nodetest.New(t, "XA", nodetest.Options{Kind: kind}), &now}
			pt := office{t, nodetest.New(t, "PT", nodetest.Options{Kind: kind}), &now}
			nodetest.Meet(t, o.n, pt.n)
			d := o.document("Offences are defined in various ways.", "الفقرة الثانية.")
			_, blocks := o.blocks(d)
			round, err := o.n.Reviews.OpenRound(ctx, o.n.As("manager"), d, review.NewRound{Opens: now, Closes: now.AddDate(0, 0, 10), Blind: false}, o.n.Entry())
			o.must(err)
			o.must(o.n.Reviews.Invite(ctx, o.n.As("manager"), round, review.Invitation{Party: review.Party{Kind: "state", State: "PRT"}, Peer: pt.n.Self.Node()}, o.n.Entry()))
			var trays []review.Tray
			nodetest.Eventually(t, "the round is at the State's node", func() bool {
				pt.read("focal-point", func(tx *db.Tx) (err error) { trays, err = review.OwnTrays(ctx, tx); return err })
				return len(trays) == 1
			})
			tray := trays[0].ID
			if _, there := pt.blocks(d); len(there) != 2 || there[1].ID != blocks[1].ID || there[1].Text != blocks[1].Text {
				t.Fatalf("at the State's node stand the blocks %+v, want %+v", there, blocks)
			}
			pt.must(pt.n.Reviews.AdmitToTray(ctx, pt.n.As("focal-point"), tray, pt.n.People["contributor"].ID, pt.n.Entry()))
			pt.must(pt.n.Reviews.AdmitToTray(ctx, pt.n.As("focal-point"), tray, pt.n.People["clearing-officer"].ID, pt.n.Entry()))
			write := func(body string, accept bool) (n id.ID) {
				t.Helper()
				n, err := pt.n.Reviews.Write(ctx, pt.n.As("contributor"), tray, comment(blocks[0].ID, "various ways", body), pt.n.Entry())
				pt.must(err)
				if accept {
					pt.must(pt.n.Reviews.Decide(ctx, pt.n.As("focal-point"), tray, n, "accept", "", pt.n.Entry()))
				}
				return n
			}
			submit := func() error {
				t.Helper()
				pt.must(pt.n.Reviews.Clear(ctx, pt.n.As("clearing-officer"), tray, pt.n.Entry()))
				return pt.n.Reviews.Submit(ctx, pt.n.As("focal-point"), tray, pt.n.Entry())
			}
			arrived := func(want ...string) {
				t.Helper()
				nodetest.Eventually(t, "the set is at the secretariat", func() bool {
					all := o.comments("editor", review.Filter{Round: round, Status: []review.CommentStatus{review.Submitted}})
					if len(all) != len(want) {
						return false
					}
					for i, k := range all {
						if k.Body != want[i] || k.Target.Exact != "various ways" || k.Author != "" {
							t.Errorf("comment %+v arrived, want %q without its author", k, want[i])
						}
					}
					return true
				})
			}
			write("Which ways?", true)
			write("A draft that stays at home.", false)
			pt.must(submit())
			arrived("Which ways?")
			write("And how many?", true)
			pt.must(submit())
			arrived("Which ways?", "And how many?")
			for _, k := range o.comments("", review.Filter{Round: round}) {
				if k.Author != "" || k.Body == "A draft that stays at home." {
					t.Errorf("the secretariat's node holds %+v", k)
				}
			}
			o.must(o.n.Reviews.CloseRound(ctx, o.n.As("manager"), round, o.n.Entry()))
			write("Too late.", true)
			pt.must(submit())
			time.Sleep(300 * time.Millisecond)
			arrived("Which ways?", "And how many?")
			if _, err := pt.n.Reviews.OpenRound(ctx, pt.n.As("manager"), d, review.NewRound{Opens: now, Closes: now.Add(time.Hour)}, pt.n.Entry()); err == nil {
				t.Error("a round is opened on another node's document")
			}
		})
	}
}
