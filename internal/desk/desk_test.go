package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
	"comity/internal/store/job"
	"comity/internal/store/ledger"
)

var ctx = context.Background()

// world is a desk over a real database, with a person who is a member of one case.
type world struct {
	*testing.T
	db     *db.DB
	desk   *desk.Desk
	log    *ledger.Log
	ana    access.Person
	mine   id.ID // a case in which ana is a member
	wakes  int
	urgent bool
}

func each(t *testing.T, f func(*world)) {
	t.Helper()
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			w := &world{T: t, mine: id.New(time.Now())}
			w.db = dbtest.Open(t, kind, []db.Schema{access.Schema, ledger.Schema(), job.Schema()}, dbtest.Options{})
			policy, err := access.Load()
			w.check(err)
			sources := &access.Sources{}
			w.check(sources.Register("case", w.facts))
			w.desk = desk.New(w.db.Writer, policy, sources, func(urgent bool) { w.wakes++; w.urgent = w.urgent || urgent })
			w.openLog()
			w.people()
			f(w)
		})
	}
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// facts are those of a case: who is a member stands in the member table.
func (w *world) facts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	return access.InCase(ctx, tx, on.ID(), who)
}

func (w *world) openLog() {
	w.Helper()
	secret, _, err := ledger.NewLogKey("desk.exercise")
	w.check(err)
	signer, err := ledger.ParseSigner(secret)
	w.check(err)
	w.log, err = ledger.Open(ctx, w.db, ledger.Config{Signer: signer, HighWater: w.TempDir() + "/highwater", Placed: desk.Placed})
	w.check(err)
}

func (w *world) people() {
	w.Helper()
	w.check(w.db.Writer.Write(ctx, func(tx *db.Tx) error {
		office, err := access.CreateOffice(ctx, tx, "PT-CA", "Cooperation")
		if err != nil {
			return err
		}
		n, err := access.CreatePerson(ctx, tx, access.NewPerson{Login: "ana", Name: "Ana Exemplo (exercise)", Lang: language.English, Authority: "PT-CA"})
		if err != nil {
			return err
		}
		w.ana = access.Person{Kind: access.Human, ID: n, Grants: []access.Grant{{Role: "drafter", Office: office}}}
		return access.AddMember(ctx, tx, w.mine, n, n)
	}))
}

func (w *world) count(query string, args ...any) (n int) {
	w.Helper()
	w.check(w.db.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error { return tx.Row(ctx, query, args...).Scan(&n) }))
	return n
}

func (w *world) entries() int { w.Helper(); return w.count(`SELECT COUNT(*) FROM ledger_entry`) }

// nothing is a change that changes nothing but the ledger.
func nothing(*desk.Change) error { return nil }

func TestActIsEnteredOnce(t *testing.T) {
	each(t, func(w *world) {
		entry, ran := id.New(time.Now()), 0
		for range 2 {
			w.check(w.desk.Do(ctx, w.ana, "case.edit", id.NewRef("case", w.mine), func(c *desk.Change) error { ran++; return nil }, desk.Once(entry)))
		}
		if ran != 1 || w.entries() != 1 {
			w.Errorf("asked twice, the change ran %d times and left %d entries; want one of each", ran, w.entries())
		}
		err := w.desk.Do(ctx, w.ana, "case.read", id.NewRef("case", w.mine), nothing, desk.Once(entry))
		if !errors.Is(err, errs.Conflict) {
			w.Errorf("the same entry for another act: %v, want errs.Conflict", err)
		}
	})
}

// TestPageOfALapsedFactor: whoever showed no factor lately sees the page of an act and its button; the act itself asks.
// What isn't theirs at all stays refused.
func TestPageOfALapsedFactor(t *testing.T) {
	each(t, func(w *world) {
		on, other, clerk, strange := id.NewRef("case", w.mine), id.NewRef("case", id.New(time.Now())), w.ana, w.ana
		clerk.Grants = []access.Grant{{Role: "clerk", Office: w.ana.Grants[0].Office}}
		strange.ID = id.New(time.Now())
		w.check(w.db.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			if err := w.desk.May(ctx, tx, clerk, "request.transmit", on); !access.Lapsed(err) || !errors.Is(err, errs.Forbidden) {
				w.Errorf("the act: %v, want a factor asked for", err)
			}
			for name, x := range map[string]struct {
				who access.Person
				act access.Act
				on  id.Ref
				see error
			}{
				"a lapsed factor":    {clerk, "request.transmit", on, nil},
				"another role's act": {w.ana, "request.transmit", on, errs.Forbidden},
				"another's case":     {strange, "case.edit", other, errs.NotFound},
			} {
				if err := w.desk.See(ctx, tx, x.who, x.act, x.on); !errors.Is(err, x.see) {
					w.Errorf("%s: the page gives %v, want %v", name, err, x.see)
				}
				if ok, err := w.desk.Could(ctx, tx, x.who, x.act, x.on); ok != (x.see == nil) || err != nil {
					w.Errorf("%s: the button is %v, %v", name, ok, err)
				}
			}
			return nil
		}))
	})
}

func TestWhatFailsLeavesNothing(t *testing.T) {
	each(t, func(w *world) {
		broken := errors.New("broken half-way")
		err := w.desk.Do(ctx, w.ana, "case.edit", id.NewRef("case", w.mine), func(c *desk.Change) error {
			if _, err := c.Exec(ctx, `UPDATE member SET why = 'changed' WHERE case_id = ?`, w.mine); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) || w.entries() != 0 || w.wakes != 0 {
			w.Errorf("a change that fails: %v, %d entries, %d wakes; want its error and nothing else", err, w.entries(), w.wakes)
		}
		if n := w.count(`SELECT COUNT(*) FROM member WHERE case_id = ? AND why = 'changed'`, w.mine); n != 0 {
			w.Errorf("%d rows are changed after it, want them undone", n)
		}
	})
}

func TestRefusalsAreEnteredUpToALimit(t *testing.T) {
	each(t, func(w *world) {
		for range 8 {
			err := w.desk.Do(ctx, w.ana, "case.exclude", id.NewRef("case", w.mine), func(*desk.Change) error {
				w.Error("a change ran that nobody allowed")
				return nil
			})
			if !errors.Is(err, errs.Forbidden) {
				w.Fatalf("an act that no role of hers has: %v, want errs.Forbidden", err)
			}
		}
		err := w.desk.Do(ctx, w.ana, "case.edit", id.NewRef("case", id.New(time.Now())), nothing)
		if !errors.Is(err, errs.NotFound) {
			w.Errorf("editing a case of others: %v, want errs.NotFound, which doesn't say that there is one", err)
		}
		if n := w.entries(); n != 5 {
			w.Errorf("%d refusals entered in one minute, want 5: a stranger can't fill the ledger", n)
		}
	})
}

type errand struct {
	Case id.ID `json:"case"`
}

func TestLaterBeginsWhenTheEntryHasItsPlace(t *testing.T) {
	each(t, func(w *world) {
		kind := job.Kind[errand]{Name: "exercise.errand"}
		err := w.desk.Do(ctx, w.ana, "case.edit", id.NewRef("case", w.mine), func(c *desk.Change) error {
			c.Hurry()
			c.Also("case.read", id.NewRef("case", w.mine), map[string]string{"why": "exercise"})
			return desk.Later(c, kind, errand{Case: w.mine})
		})
		w.check(err)
		jobs := func() int { w.Helper(); return w.count(`SELECT COUNT(*) FROM job WHERE kind = ?`, kind.Name) }
		if w.entries() != 2 || !w.urgent || jobs() != 0 {
			w.Errorf("after the act: %d entries, urgent %v, %d jobs; want 2, true and no job before its entry has a place", w.entries(), w.urgent, jobs())
		}
		for range 2 {
			w.check(w.log.Place(ctx))
		}
		if jobs() != 1 {
			w.Errorf("%d jobs after the entries have their places, want 1", jobs())
		}
	})
}
