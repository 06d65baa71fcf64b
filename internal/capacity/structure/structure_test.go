package structure_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/structure"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// world is a node with two States' bodies and a bank, and their people.
type world struct {
	*nodetest.Node
	t                                        testing.TB
	policeB, policeC, bank                   id.ID
	leadB, leadC, banker, one, two, clearing access.Person
}

func build(t testing.TB, kind string) *world {
	t.Helper()
	w := &world{Node: nodetest.New(t, "XA", nodetest.Options{Kind: kind}), t: t}
	w.policeB, w.policeC = w.enter(organisation.Police, "XB", "Police of B (exercise)"), w.enter(organisation.Police, "XC", "Police of C (exercise)")
	w.bank = w.enter(organisation.Bank, "XB", "Bank of B (exercise)")
	w.leadB, w.leadC = w.invite(w.policeB, "lead-b", "focal-point"), w.invite(w.policeC, "lead-c", "focal-point")
	w.banker = w.invite(w.bank, "banker", "partner")
	w.one, w.two, w.clearing = w.invite(w.policeB, "one", "contributor"), w.invite(w.policeB, "two", "contributor"), w.invite(w.policeB, "clearing", "clearing-officer")
	return w
}

func each(t *testing.T, f func(w *world)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(build(t, kind)) })
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// fails wants an error that says the sentence.
func (w *world) fails(err error, sentence string) {
	w.t.Helper()
	said, _ := errs.Said(err)
	for _, f := range errs.Fields(err) {
		said += f.Code
	}
	if err == nil || !strings.Contains(said, sentence) {
		w.t.Errorf("%v says %q, want %q", err, said, sentence)
	}
}

func (w *world) confirmed(p access.Person) access.Person {
	p.Confirmed = w.Config.Now().Add(-time.Second)
	return p
}

func (w *world) enter(kind organisation.Kind, state, name string) id.ID {
	w.t.Helper()
	o, err := w.Organisations.Enter(context.Background(), w.As("manager"), organisation.Organisation{Kind: kind, State: state, Name: name}, w.Entry())
	w.must(err)
	return o
}

func (w *world) invite(o id.ID, name string, role access.Role) (p access.Person) {
	w.t.Helper()
	l, err := w.Organisations.Invite(context.Background(), w.confirmed(w.As("manager")), o,
		organisation.Someone{Name: name + " (exercise)", Email: name + "@example.org", Role: role}, w.Entry())
	w.must(err)
	w.look(func(ctx context.Context, tx *db.Tx) error {
		a, err := access.Find(ctx, tx, l.Person)
		p = a.Person
		return err
	})
	w.People[access.Role(name)] = p
	return w.confirmed(p)
}

func (w *world) look(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error { return f(context.Background(), tx) }))
}

var proof = strings.Repeat("ab", 32)

func (w *world) propose(kind structure.Kind, name string, every int) id.ID {
	w.t.Helper()
	n, err := w.Structures.Propose(context.Background(), w.leadB, structure.Structure{
		Kind: kind, Lead: organisation.Organisation{ID: w.policeB}, Name: name, MeetsEvery: every,
	}, w.Entry())
	w.must(err)
	return n
}

// TestLife takes a structure from its proposal to work; each stage asks for what it needs, and another State's people
// neither see nor touch it.
func TestLife(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		n := w.propose(structure.Unit, "Cybercrime unit (exercise)", 1)
		move := func(who access.Person, to structure.Stage) error {
			return w.Structures.Move(ctx, who, n, to, "", w.Entry())
		}
		if err := move(w.leadC, structure.Agreed); !errors.Is(err, errs.NotFound) {
			w.t.Errorf("another State's focal point: %v", err)
		}
		if err := move(w.As("manager"), structure.Agreed); !errors.Is(err, errs.Forbidden) {
			w.t.Errorf("the programme's manager moves a State's structure: %v", err)
		}
		w.must(move(w.leadB, structure.Agreed))
		w.fails(move(w.leadB, structure.Operating), "It stands elsewhere by now.")
		w.fails(move(w.leadB, structure.Established), "Enter the document on which it rests.")
		w.fails(w.Structures.Found(ctx, w.leadB, n, "Decree 1 (exercise)", "a scan", true, w.Entry()), "Add what proves it")
		w.must(w.Structures.Found(ctx, w.leadB, n, "Decree 1 (exercise)", proof, true, w.Entry()))
		w.must(move(w.leadB, structure.Established))
		w.fails(move(w.leadB, structure.Operating), "It has to show two signs of life.")
		now := w.Config.Now()
		for i := range 2 {
			w.must(w.Structures.Show(ctx, w.leadB, n, structure.Sign{Kind: structure.Minutes, On: now.AddDate(0, 0, -10*i-1), Note: "First meeting (exercise)", Proof: proof}, w.Entry()))
		}
		w.fails(w.Structures.Show(ctx, w.leadB, n, structure.Sign{Kind: structure.Minutes, On: now.AddDate(0, 0, 2), Note: "x", Proof: proof}, w.Entry()), "This day is still to come.")
		w.must(move(w.leadB, structure.Operating))
		w.fails(move(w.leadB, structure.Sustained), "It has to show signs of life over 24 months without a gap.")
		w.fails(move(w.leadB, structure.Dormant), "Write the reason.")
		w.look(func(ctx context.Context, tx *db.Tx) error {
			for who, want := range map[*access.Person]int{&w.leadB: 1, &w.leadC: 0, &w.banker: 0} {
				list, err := structure.List(ctx, tx, *who)
				if err != nil || len(list) != want {
					w.t.Errorf("%s sees %d structures, want %d (%v)", who.Name, len(list), want, err)
				}
			}
			return nil
		})
	})
}

// S2: what operates on a day, and what is due on it, equals a list made by hand.
func TestS2OperatingEqualsTheHandList(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		now := w.Config.Now()
		want := map[string]bool{} // name → due in 70 days
		for i, last := range []int{-1, -20, -3} {
			name := fmt.Sprintf("Unit %d (exercise)", i)
			n := w.propose(structure.Unit, name, 1+i)
			w.must(w.Structures.Move(ctx, w.leadB, n, structure.Agreed, "", w.Entry()))
			w.must(w.Structures.Found(ctx, w.leadB, n, "Decree (exercise)", proof, false, w.Entry()))
			w.must(w.Structures.Move(ctx, w.leadB, n, structure.Established, "", w.Entry()))
			for _, d := range []int{last - 5, last} {
				w.must(w.Structures.Show(ctx, w.leadB, n, structure.Sign{Kind: structure.Case, On: now.AddDate(0, 0, d), Note: "x", Proof: proof}, w.Entry()))
			}
			w.must(w.Structures.Move(ctx, w.leadB, n, structure.Operating, "", w.Entry()))
			want[name] = i == 0 // 70 days after: a sign each month is due after two, the others after four and six
		}
		w.look(func(ctx context.Context, tx *db.Tx) error {
			list, err := structure.Stand(ctx, tx, w.leadB, now.AddDate(0, 0, 70))
			if len(list) != len(want) {
				w.t.Errorf("%d structures", len(list))
			}
			for _, s := range list {
				if s.Stage != structure.Operating || s.Due != want[s.Name] {
					w.t.Errorf("%s: %s, due %v (on %s)", s.Name, s.Stage, s.Due, s.DueOn)
				}
			}
			return err
		})
	})
}

// TestLegalReview: the second reader is blind to the first until they have read; agreeing takes two and not the first.
func TestLegalReview(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		review := w.Entry()
		w.must(w.Structures.OpenReview(ctx, w.leadB, "XB", "BUD", w.policeB, review))
		w.fails(w.Structures.OpenReview(ctx, w.leadB, "XB", "BUD", w.policeB, w.Entry()), "being reviewed by this treaty already")
		old, other := w.Entry(), w.Entry()
		w.must(w.Structures.Quote(ctx, w.one, review, structure.Provision{Cite: "Act 1, s. 4 (exercise)", Quote: "A judge may order preservation."}, "", old))
		w.must(w.Structures.Quote(ctx, w.one, review, structure.Provision{Cite: "Act 1, s. 5 (exercise)", Quote: "For ninety days."}, "", other))
		rows := func(is id.ID) (all []structure.Row) {
			w.look(func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = structure.Rows(ctx, tx, review, is)
				return err
			})
			return all
		}
		first, second := rows("")[0].ID, rows("")[1].ID
		read := func(who access.Person, row id.ID, v structure.Verdict, p id.ID) error {
			return w.Structures.Read(ctx, who, row, structure.Reading{Verdict: v, Why: "It says so (exercise).", Provision: p}, w.Entry())
		}
		w.fails(read(w.one, first, structure.Full, ""), "Choose the provision that says so.")
		w.must(read(w.one, first, structure.Full, old))
		w.must(read(w.one, second, structure.Full, other))
		if got := rows(w.two.ID)[0]; len(got.Readings) != 0 {
			w.t.Errorf("the second reader sees the first: %+v", got.Readings)
		}
		w.fails(w.Structures.Agree(ctx, w.clearing, first, w.Entry()), "Two people have to read it first.")
		w.must(read(w.two, first, structure.Partial, old))
		w.must(read(w.two, second, structure.Full, other))
		w.fails(read(w.leadB, first, structure.None, ""), "Two people have read this already.")
		got := rows(w.two.ID)[0]
		if v, _ := got.Verdict(); v != structure.Partial || !got.Differ() || len(got.Readings) != 2 {
			w.t.Errorf("S4: %s, both shown %v", v, got.Readings)
		}
		if err := w.Structures.Agree(ctx, w.leadC, first, w.Entry()); err == nil {
			w.t.Error("another State agrees")
		}
		w.must(w.Structures.Agree(ctx, w.clearing, first, w.Entry()))
		w.must(w.Structures.Agree(ctx, w.clearing, second, w.Entry()))

		// S3: one text of the law changed: exactly its rows are stale.
		w.must(w.Structures.Quote(ctx, w.one, review, structure.Provision{Cite: "Act 2, s. 4 (exercise)", Quote: "A prosecutor may order preservation."}, old, w.Entry()))
		for i, r := range rows("") {
			if want := i == 0; r.Stale != want {
				w.t.Errorf("S3: row %d stale %v, want %v", i, r.Stale, want)
			}
		}
		w.fails(w.Structures.Quote(ctx, w.one, review, structure.Provision{Cite: "x", Quote: "y"}, old, w.Entry()), "A newer text took its place already.")
		w.fails(read(w.two, first, structure.Full, old), "Choose a provision that stands now.")
	})
}

// S6: no contact point is in a network's directory before its own State accepted it and the State's signed card names the
// authority.
func TestS6DirectoryNeedsTheStatesSignature(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		n := w.propose(structure.Network, "Network (exercise)", 6)
		w.must(w.Structures.AddMember(ctx, w.leadB, n, w.policeC, w.Entry()))
		apply := func(state, authority string) id.ID {
			e := w.Entry()
			w.must(w.Structures.Apply(ctx, w.leadC, n, structure.ContactPoint{State: state, Authority: authority, Person: "Sami (exercise)", Reach: "+999 1"}, e))
			return e
		}
		stands := func(of id.ID) (in bool) {
			w.look(func(ctx context.Context, tx *db.Tx) error {
				list, err := w.Structures.Contacts(ctx, tx, n)
				for _, c := range list {
					if c.ID == of {
						in = c.Stands()
					}
				}
				return err
			})
			return in
		}
		c := apply("XC", "XC-POLICE")
		if err := w.Structures.Decide(ctx, w.leadB, c, true, w.Entry()); err == nil {
			w.t.Error("another State accepts")
		}
		w.must(w.Structures.Decide(ctx, w.leadC, c, true, w.Entry()))
		w.fails(w.Structures.Decide(ctx, w.leadC, c, false, w.Entry()), "This was decided already.")
		if stands(c) {
			w.t.Error("a contact point stands in the directory without a card of its State")
		}
		other := nodetest.New(w.t, "XC", nodetest.Options{})
		nodetest.Meet(w.t, w.Node, other)
		if stands(c) {
			w.t.Error("a card that doesn't name the authority lets it stand")
		}
		good := apply("XC", other.Self.Card.Authorities[0])
		if stands(good) {
			w.t.Error("it stands before its State accepted")
		}
		w.must(w.Structures.Decide(ctx, w.leadC, good, true, w.Entry()))
		if !stands(good) {
			w.t.Error("accepted, with the State's card, and not in the directory")
		}
	})
}

// TestCommitments: practice measures what it can; the rest the partner itself reports, nobody else.
func TestCommitments(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		n := w.propose(structure.Partnership, "Partnership (exercise)", 6)
		promise := func(m structure.Commitment) error {
			m.Organisation.ID, m.Says = w.bank, "Answers in a day (exercise)"
			return w.Structures.Promise(ctx, w.leadB, n, m, w.Entry())
		}
		w.fails(promise(structure.Commitment{Target: 90}), "Choose an organisation that takes part.")
		w.must(w.Structures.AddMember(ctx, w.leadB, n, w.bank, w.Entry()))
		w.fails(promise(structure.Commitment{Target: 101}), "Enter a share from 1 to 100 per cent.")
		w.fails(promise(structure.Commitment{Target: 90, Measure: "smiles"}), "Choose how it is measured.")
		w.must(promise(structure.Commitment{Target: 90}))
		w.must(promise(structure.Commitment{Target: 90, Measure: "preservation-24h"}))
		var list []structure.Commitment
		w.look(func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = structure.Commitments(ctx, tx, n)
			return err
		})
		if list[0].Measure != "" { // two of one millisecond come in either order
			list[0], list[1] = list[1], list[0]
		}
		f := structure.Figure{Kept: 9, Of: 10, From: w.Config.Now().AddDate(0, -6, 0), To: w.Config.Now(), Proof: proof}
		if err := w.Structures.Report(ctx, w.leadB, list[0].ID, f, w.Entry()); !errors.Is(err, errs.Forbidden) {
			w.t.Errorf("the State reports for the bank: %v", err)
		}
		w.must(w.Structures.Report(ctx, w.banker, list[0].ID, f, w.Entry()))
		w.fails(w.Structures.Report(ctx, w.banker, list[1].ID, f, w.Entry()), "Practice measures this commitment")
		f.Kept = 11
		w.fails(w.Structures.Report(ctx, w.banker, list[0].ID, f, w.Entry()), "the first number is at most the second")
		w.look(func(ctx context.Context, tx *db.Tx) error {
			got, ok, err := w.Structures.Kept(ctx, tx, list[0], w.Config.Now())
			if share, _ := got.Share(); !ok || share != 90 || got.Practice {
				w.t.Errorf("kept %+v", got)
			}
			return err
		})
	})
}
