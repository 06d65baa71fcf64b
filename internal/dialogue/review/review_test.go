package review_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/review"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

var ctx = context.Background()

// office is the secretariat's node of a test with the people of two States as guests.
type office struct {
	*testing.T
	n   *nodetest.Node
	now *time.Time
}

func open(t *testing.T, kind string) office {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	n := nodetest.New(t, "XA", nodetest.Options{Kind: kind, Now: func() time.Time { return now }})
	o := office{t, n, &now}
	for _, state := range []string{"kenya", "peru"} {
		for _, role := range []access.Role{"focal-point", "contributor", "clearing-officer"} {
			o.guest(role, state)
		}
	}
	return o
}

func each(t *testing.T, f func(o office)) {
	t.Helper()
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(open(t, kind)) })
	}
}

func (o office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func as(role access.Role, state string) access.Role { return role + "-" + access.Role(state) }

// guest makes a person of a State who holds the role without an office: whoever the sign-in header names "contributor-peru".
func (o office) guest(role access.Role, state string) {
	o.Helper()
	o.must(o.n.DB.Writer.Write(ctx, func(tx *db.Tx) error {
		p, err := access.CreatePerson(ctx, tx, access.NewPerson{Login: string(as(role, state)), Name: string(role) + " of " + state + " (exercise)", Lang: language.English, Authority: "guest"})
		if err != nil {
			return err
		}
		if err := o.n.Policy.Give(ctx, tx, p, access.Grant{Role: role}, p); err != nil {
			return err
		}
		a, err := access.Find(ctx, tx, p)
		o.n.People[as(role, state)] = a.Person
		return err
	}))
}

// document opens a document with the paragraphs and issues it for comments.
func (o office) document(paras ...string) id.ID {
	o.Helper()
	n, err := o.n.Reviews.Open(ctx, o.n.As("editor"), o.n.Office, review.NewDocument{Symbol: "EX/2026/1", Kind: "report", Distribution: review.Limited,
		Lang: "en", Title: "Draft study (exercise)", Synthetic: true}, o.n.Entry())
	o.must(err)
	for _, role := range []access.Role{"manager", "publisher"} {
		o.must(o.n.Reviews.Admit(ctx, o.n.As("editor"), n, o.n.People[role].ID, o.n.Entry()))
	}
	blocks := make([]review.NewBlock, len(paras))
	for i, p := range paras {
		blocks[i] = review.NewBlock{Kind: review.Para, Text: p}
	}
	o.must(o.n.Reviews.AddBlocks(ctx, o.n.As("editor"), n, "", blocks, o.n.Entry()))
	o.issue(n)
	return n
}

func (o office) issue(n id.ID) {
	o.Helper()
	o.must(o.n.Reviews.Issue(ctx, o.n.As("publisher"), n, review.ForComments, o.n.Entry()))
}

// round opens a round of ten days and invites the two States.
func (o office) round(document id.ID, r review.NewRound) (round id.ID, kenya, peru id.ID) {
	o.Helper()
	r.Opens, r.Closes = *o.now, o.now.AddDate(0, 0, 10)
	round, err := o.n.Reviews.OpenRound(ctx, o.n.As("manager"), document, r, o.n.Entry())
	o.must(err)
	for state, code := range map[string]string{"kenya": "KEN", "peru": "PER"} {
		var people []id.ID
		for _, role := range []access.Role{"focal-point", "contributor", "clearing-officer"} {
			people = append(people, o.n.People[as(role, state)].ID)
		}
		o.must(o.n.Reviews.Invite(ctx, o.n.As("manager"), round, review.Invitation{Party: review.Party{Kind: "state", State: code}, People: people}, o.n.Entry()))
	}
	for _, t := range o.trays(round) {
		if t.Party.State == "KEN" {
			kenya = t.ID
		} else {
			peru = t.ID
		}
	}
	return round, kenya, peru
}

func (o office) trays(round id.ID) (all []review.Tray) {
	o.Helper()
	o.read("", func(tx *db.Tx) (err error) { all, err = review.Trays(ctx, tx, round); return err })
	return all
}

// read reads as the person of a role, as the house when it is "".
func (o office) read(role access.Role, f func(*db.Tx) error) {
	o.Helper()
	scope := db.House("test")
	if role != "" {
		scope = access.ScopeOf(o.n.As(role), *o.now)
	}
	o.must(o.n.DB.Reader.Read(ctx, scope, f))
}

func (o office) blocks(document id.ID) (v review.Version, all []review.Block) {
	o.Helper()
	o.read("", func(tx *db.Tx) error {
		versions, err := review.Versions(ctx, tx, document)
		if err != nil {
			return err
		}
		v = versions[len(versions)-1]
		all, err = review.Blocks(ctx, tx, v.ID)
		return err
	})
	return v, all
}

func (o office) comments(role access.Role, f review.Filter) (all []review.Comment) {
	o.Helper()
	o.read(role, func(tx *db.Tx) (err error) { all, err = review.Comments(ctx, tx, f); return err })
	return all
}

func comment(block id.ID, quote, body string) review.NewComment {
	return review.NewComment{Block: block, Quote: quote, Type: "factual", Lang: "en", Body: body, Visibility: "states"}
}

// handIn writes a comment and takes it through the State's own steps.
func (o office) handIn(state string, tray id.ID, list ...review.NewComment) {
	o.Helper()
	q := o.n.Reviews
	for _, k := range list {
		n, err := q.Write(ctx, o.n.As(as("contributor", state)), tray, k, o.n.Entry())
		o.must(err)
		o.must(q.Decide(ctx, o.n.As(as("focal-point", state)), tray, n, "accept", "", o.n.Entry()))
	}
	o.must(q.Clear(ctx, o.n.As(as("clearing-officer", state)), tray, o.n.Entry()))
	o.must(q.Submit(ctx, o.n.As(as("focal-point", state)), tray, o.n.Entry()))
}

func (o office) close(round id.ID) {
	o.Helper()
	*o.now = o.now.AddDate(0, 0, 11)
	o.must(o.n.Reviews.CloseRound(ctx, o.n.As("manager"), round, o.n.Entry()))
}

// TestE2_BlindRound: before the close no State sees another's comments, and the secretariat neither when the round is sealed:
// not in lists, not in counts, not one by one, not in what is disposed.
func TestE2_BlindRound(t *testing.T) {
	for _, c := range []struct {
		name               string
		blind, sealed      bool
		peruBefore, editor int // of Kenya's comments, before the close
	}{{"open", false, false, 1, 2}, {"blind", true, false, 0, 2}, {"sealed", true, true, 0, 0}} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(o office) {
				d := o.document("Offences are defined in various ways.", "Data are few.")
				v, blocks := o.blocks(d)
				round, kenya, _ := o.round(d, review.NewRound{Blind: c.blind, Sealed: c.sealed})
				hidden := comment(blocks[1].ID, "", "For the secretariat alone.")
				hidden.Visibility = "secretariat"
				o.handIn("kenya", kenya, comment(blocks[0].ID, "various ways", "Say which."), hidden)
				draft, err := o.n.Reviews.Write(ctx, o.n.As("contributor-kenya"), kenya, comment(blocks[0].ID, "", "A draft."), o.n.Entry())
				o.must(err)
				see := func(when string, role access.Role, want int) {
					o.Helper()
					list := o.comments(role, review.Filter{Round: round, In: v.ID})
					counted := 0
					o.read(role, func(tx *db.Tx) error {
						counts, err := review.Counts(ctx, tx, v.ID)
						for _, n := range counts {
							counted += n
						}
						return err
					})
					if len(list) != want || counted != want {
						o.Errorf("%s the close %s sees %d comments and counts %d, want %d", when, role, len(list), counted, want)
					}
					for _, k := range list {
						if k.Author != "" || k.ID == draft {
							o.Errorf("%s sees who wrote %+v", role, k)
						}
					}
				}
				see("before", "focal-point-peru", c.peruBefore)
				see("before", "editor", c.editor)
				see("before", "contributor", 0) // of this node, in no tray
				one := o.comments("", review.Filter{Tray: kenya, Status: []review.CommentStatus{review.Submitted}})[0].ID
				err = o.n.Reviews.Dispose(ctx, o.n.As("editor"), one, review.Disposition{Value: "accepted"}, o.n.Entry())
				if c.sealed != errors.Is(err, errs.NotFound) {
					o.Errorf("a disposition before the close: %v", err)
				}
				if c.blind {
					if err := o.n.Reviews.CloseRound(ctx, o.n.As("manager"), round, o.n.Entry()); !errors.Is(err, errs.Conflict) {
						o.Errorf("closing a blind round before its deadline: %v, want errs.Conflict", err)
					}
				}
				o.close(round)
				see("after", "focal-point-peru", 1)
				see("after", "editor", 2)
				if _, err := o.n.Reviews.Write(ctx, o.n.As("contributor-kenya"), kenya, comment("", "", "Late."), o.n.Entry()); !errors.Is(err, errs.Conflict) {
					o.Errorf("a comment after the close: %v, want errs.Conflict", err)
				}
			})
		})
	}
}

// TestTrayIsACompartment: to the people of another State a tray does not exist, and who may clear doesn't write.
func TestTrayIsACompartment(t *testing.T) {
	each(t, func(o office) {
		d := o.document("Text.")
		_, blocks := o.blocks(d)
		_, kenya, _ := o.round(d, review.NewRound{})
		q := o.n.Reviews
		for _, c := range []struct {
			role access.Role
			want error
		}{{"contributor-peru", errs.NotFound}, {"focal-point-peru", errs.NotFound}, {"contributor", errs.NotFound}, {"editor", errs.NotFound}, {"clearing-officer-kenya", errs.Forbidden}} {
			if _, err := q.Write(ctx, o.n.As(c.role), kenya, comment(blocks[0].ID, "", "x"), o.n.Entry()); !errors.Is(err, c.want) {
				o.Errorf("%s writes into Kenya's tray: %v, want %v", c.role, err, c.want)
			}
		}
		n, err := q.Write(ctx, o.n.As("contributor-kenya"), kenya, comment(blocks[0].ID, "", "x"), o.n.Entry())
		o.must(err)
		if err := q.Decide(ctx, o.n.As("contributor-kenya"), kenya, n, "accept", "", o.n.Entry()); !errors.Is(err, errs.Forbidden) {
			o.Errorf("a contributor accepts: %v, want errs.Forbidden", err)
		}
		if err := q.Submit(ctx, o.n.As("focal-point-kenya"), kenya, o.n.Entry()); !errors.Is(err, errs.Conflict) {
			o.Errorf("submitting what isn't cleared: %v, want errs.Conflict", err)
		}
		if err := q.Clear(ctx, o.n.As("clearing-officer-kenya"), kenya, o.n.Entry()); !errors.Is(err, errs.Conflict) {
			o.Errorf("clearing nothing: %v, want errs.Conflict", err)
		}
		o.must(q.Decide(ctx, o.n.As("focal-point-kenya"), kenya, n, "accept", "", o.n.Entry()))
		o.must(q.Clear(ctx, o.n.As("clearing-officer-kenya"), kenya, o.n.Entry()))
		again := comment(blocks[0].ID, "", "Changed after it was cleared.")
		o.must(q.Edit(ctx, o.n.As("focal-point-kenya"), kenya, n, again, 2, o.n.Entry()))
		if err := q.Submit(ctx, o.n.As("focal-point-kenya"), kenya, o.n.Entry()); !errors.Is(err, errs.Conflict) {
			o.Errorf("submitting what was changed after it was cleared: %v, want errs.Conflict", err)
		}
		if err := q.Edit(ctx, o.n.As("focal-point-kenya"), kenya, n, again, 2, o.n.Entry()); !errors.Is(err, errs.Conflict) {
			o.Errorf("a stale form: %v, want errs.Conflict", err)
		}
	})
}

// TestConsolidation: drafts are merged, left out and taken back; only what was accepted leaves.
func TestConsolidation(t *testing.T) {
	each(t, func(o office) {
		d := o.document("Text.")
		_, blocks := o.blocks(d)
		round, kenya, _ := o.round(d, review.NewRound{})
		q, focal := o.n.Reviews, o.n.As("focal-point-kenya")
		var ids []id.ID
		for i := range 3 {
			n, err := q.Write(ctx, o.n.As("contributor-kenya"), kenya, comment(blocks[0].ID, "", fmt.Sprintf("Point %d.", i+1)), o.n.Entry())
			o.must(err)
			ids = append(ids, n)
		}
		o.must(q.Decide(ctx, focal, kenya, ids[1], "merge", ids[0], o.n.Entry()))
		o.must(q.Decide(ctx, focal, kenya, ids[2], "reject", "", o.n.Entry()))
		o.must(q.Decide(ctx, focal, kenya, ids[0], "accept", "", o.n.Entry()))
		o.must(q.Clear(ctx, o.n.As("clearing-officer-kenya"), kenya, o.n.Entry()))
		o.must(q.Submit(ctx, focal, kenya, o.n.Entry()))
		got := o.comments("editor", review.Filter{Round: round})
		if len(got) != 1 || got[0].Body != "Point 1.\n\nPoint 2." {
			o.Errorf("the secretariat sees %+v, want the one comment with both points", got)
		}
		o.must(q.Decide(ctx, focal, kenya, ids[0], "take-back", "", o.n.Entry()))
		if got := o.comments("editor", review.Filter{Round: round}); len(got) != 0 {
			o.Errorf("after it was taken back the secretariat sees %d comments, want none", len(got))
		}
		if got := o.comments("contributor-kenya", review.Filter{Tray: kenya}); len(got) != 3 {
			o.Errorf("the tray holds %d comments, want the three: nothing is deleted", len(got))
		}
	})
}

// TestE3_RoundNeedsDispositions: a round can't be finalised while a comment has no disposition.
func TestE3_RoundNeedsDispositions(t *testing.T) {
	each(t, func(o office) {
		d := o.document("Text of a block.")
		_, blocks := o.blocks(d)
		round, kenya, peru := o.round(d, review.NewRound{})
		o.handIn("kenya", kenya, comment(blocks[0].ID, "", "One."), comment("", "", "Two."))
		o.handIn("peru", peru, comment(blocks[0].ID, "", "Three."))
		q, editor := o.n.Reviews, o.n.As("editor")
		if err := q.Finalise(ctx, o.n.As("manager"), round, o.n.Entry()); !errors.Is(err, errs.Conflict) {
			o.Errorf("finalising an open round: %v, want errs.Conflict", err)
		}
		o.close(round)
		all := o.comments("editor", review.Filter{Round: round})
		if len(all) != 3 {
			o.Fatalf("%d comments, want 3", len(all))
		}
		for i, k := range all {
			err := q.Finalise(ctx, o.n.As("manager"), round, o.n.Entry())
			if _, args := errs.Said(err); !errors.Is(err, errs.Conflict) || args["n"] != fmt.Sprint(3-i) {
				o.Errorf("finalising with %d comments left: %v, want errs.Conflict that counts them", 3-i, err)
			}
			if err := q.Dispose(ctx, editor, k.ID, review.Disposition{Value: "rejected"}, o.n.Entry()); !errors.Is(err, errs.Invalid) {
				o.Errorf("not accepted without a reason: %v, want errs.Invalid", err)
			}
			o.must(q.Dispose(ctx, editor, k.ID, review.Disposition{Value: "noted", Reasoning: "Taken note of."}, o.n.Entry()))
			if err := q.Dispose(ctx, editor, k.ID, review.Disposition{Value: "accepted"}, o.n.Entry()); !errors.Is(err, errs.Conflict) {
				o.Errorf("a stale disposition: %v, want errs.Conflict", err)
			}
			if k := o.comments("focal-point-kenya", review.Filter{Round: round})[0]; k.Disposed.Value != "" {
				o.Error("a State sees a disposition before the round is final")
			}
		}
		o.must(q.Finalise(ctx, o.n.As("manager"), round, o.n.Entry()))
		if k := o.comments("focal-point-kenya", review.Filter{Round: round})[0]; k.Disposed.Value != "noted" {
			o.Errorf("after the round a State sees the disposition %q, want noted", k.Disposed.Value)
		}
	})
}

// TestDocumentIsWritten: one block at a time, a stale form is told, what was issued stays.
func TestDocumentIsWritten(t *testing.T) {
	each(t, func(o office) {
		q, editor := o.n.Reviews, o.n.As("editor")
		d := o.document("First.", "Second.", "Third.")
		v1, first := o.blocks(d)
		if err := q.EditBlock(ctx, editor, d, first[0].ID, review.NewBlock{Kind: review.Para, Text: "x"}, 1, o.n.Entry()); !errors.Is(err, errs.Conflict) {
			o.Errorf("editing an issued version: %v, want errs.Conflict", err)
		}
		o.must(q.Revise(ctx, editor, d, o.n.Entry()))
		o.must(q.EditBlock(ctx, editor, d, first[0].ID, review.NewBlock{Kind: review.Para, Text: "First, better."}, 1, o.n.Entry()))
		if err := q.EditBlock(ctx, editor, d, first[0].ID, review.NewBlock{Kind: review.Para, Text: "Mine."}, 1, o.n.Entry()); !errors.Is(err, errs.Conflict) {
			o.Errorf("a stale form: %v, want errs.Conflict", err)
		}
		if err := q.EditBlock(ctx, o.n.As("focal-point"), d, first[0].ID, review.NewBlock{Kind: review.Para, Text: "Mine."}, 1, o.n.Entry()); !errors.Is(err, errs.NotFound) {
			o.Errorf("a stranger edits: %v, want errs.NotFound", err)
		}
		o.must(q.MoveBlock(ctx, editor, d, first[2].ID, review.Join, o.n.Entry()))
		o.must(q.AddBlocks(ctx, editor, d, first[0].ID, []review.NewBlock{{Kind: review.Heading, Text: "Part"}, {Kind: review.Finding, Text: "Found."}}, o.n.Entry()))
		o.must(q.MoveBlock(ctx, editor, d, first[1].ID, review.Up, o.n.Entry()))
		v2, blocks := o.blocks(d)
		var got []string
		for _, b := range blocks {
			got = append(got, b.Number+" "+b.Text)
		}
		if s, want := strings.Join(got, " | "), "1. First, better. | I. Part | 2. Second.\nThird. | 3. Found."; s != want {
			o.Errorf("blocks %q, want %q", s, want)
		}
		if v1.Working() || !v2.Working() || v2.N != 2 {
			o.Errorf("versions %+v, %+v", v1, v2)
		}
		var kinds []string
		for _, c := range review.Compare(first, blocks) {
			kinds = append(kinds, c.Op)
		}
		if s := strings.Join(kinds, " "); s != "edited added edited removed added" {
			o.Errorf("the comparison says %s", s)
		}
	})
}

// TestCompose: what people wrote stays; a finding that changed changes its block, a new one comes at the end, and bringing
// in the same again changes nothing.
func TestCompose(t *testing.T) {
	each(t, func(o office) {
		q, editor := o.n.Reviews, o.n.As("editor")
		d, err := q.Open(ctx, editor, o.n.Office, review.NewDocument{Kind: "report", Distribution: review.Limited, Lang: "en", Title: "Draft study (exercise)", Study: o.n.Entry(), Synthetic: true}, o.n.Entry())
		o.must(err)
		compose := func() error { return q.Compose(ctx, editor, d, o.n.Entry()) }
		if err := compose(); !errors.Is(err, errs.Conflict) {
			o.Errorf("nothing to bring in: %v, want errs.Conflict", err)
		}
		o.must(q.AddBlocks(ctx, editor, d, "", []review.NewBlock{{Kind: review.Para, Text: "Written here."}}, o.n.Entry()))
		found := []review.NewBlock{{Kind: review.Finding, Text: "One.", Origin: "finding/1"}}
		q.ComposeFrom(func(context.Context, *db.Tx, id.ID, language.Tag) ([]review.NewBlock, error) { return found, nil })
		want := func(want string) {
			o.Helper()
			var got []string
			_, blocks := o.blocks(d)
			for _, b := range blocks {
				got = append(got, b.Kind+" "+b.Text)
			}
			if s := strings.Join(got, " | "); s != want {
				o.Errorf("blocks %q, want %q", s, want)
			}
		}
		o.must(compose())
		want("para Written here. | finding One.")
		found = []review.NewBlock{{Kind: review.Finding, Text: "One, corrected.", Origin: "finding/1"}, {Kind: review.Option, Text: "Two.", Origin: "finding/2"}}
		o.must(compose())
		o.must(compose())
		want("para Written here. | finding One, corrected. | option Two.")
	})
}
