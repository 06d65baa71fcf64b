package casefile_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/casefile"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
	"comity/internal/store/job"
	"comity/internal/store/ledger"
)

type house struct {
	cases    *casefile.Cases
	db       *db.DB
	office   id.ID
	ana, ben access.Person
}

func open(t *testing.T, d *db.DB) house {
	t.Helper()
	ctx := context.Background()
	policy, err := access.Load()
	if err != nil {
		t.Fatal(err)
	}
	var s access.Sources
	if err := s.Register("office", access.AboutOffice); err != nil {
		t.Fatal(err)
	}
	k := desk.New(d.Writer, policy, &s, func(bool) {})
	h := house{db: d}
	if h.cases, err = casefile.New(k, d.Reader, &s); err != nil {
		t.Fatal(err)
	}
	err = d.Writer.Write(ctx, func(tx *db.Tx) error {
		if h.office, err = access.CreateOffice(ctx, tx, "PT-PGR", "Cybercrime office"); err != nil {
			return err
		}
		for login, p := range map[string]*access.Person{"ana": &h.ana, "ben": &h.ben} {
			n, err := access.CreatePerson(ctx, tx, access.NewPerson{Name: login, Login: login, Lang: "en", Authority: "PT-PGR"})
			if err != nil {
				return err
			}
			if err := policy.Give(ctx, tx, n, access.Grant{Role: "drafter", Office: h.office}, n); err != nil {
				return err
			}
			a, err := access.Find(ctx, tx, n)
			if err != nil {
				return err
			}
			*p = a.Person
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func schemas() []db.Schema {
	return []db.Schema{access.Schema, ledger.Schema(), job.Schema(), casefile.Schema()}
}

func (h house) get(t *testing.T, who access.Person, n id.ID) (casefile.Case, error) {
	t.Helper()
	var k casefile.Case
	err := h.cases.View(context.Background(), access.ScopeOf(who, time.Now()), func(tx *db.Tx) (err error) {
		k, err = casefile.Get(context.Background(), tx, n)
		return err
	})
	return k, err
}

func (h house) entries(t *testing.T) (n int) {
	t.Helper()
	err := h.db.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		return tx.Row(context.Background(), `SELECT COUNT(*) FROM ledger_entry WHERE pos IS NULL`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpen(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		h := open(t, d)
		entry := id.New(time.Now())
		for range 2 { // the second click changes nothing
			n, err := h.cases.Open(ctx, h.ana, h.office, "Ransomware at a bakery", true, entry)
			if err != nil || n != entry {
				t.Fatalf("Open = %s, %v", n, err)
			}
		}
		if got := h.entries(t); got != 1 {
			t.Errorf("%d ledger entries after one act asked for twice, want 1", got)
		}
		if k, err := h.get(t, h.ana, entry); err != nil || k.Title != "Ransomware at a bakery" || k.Number == "" {
			t.Errorf("a member reads %+v, %v", k, err)
		}
		if _, err := h.get(t, h.ben, entry); !errors.Is(err, errs.NotFound) {
			t.Errorf("a stranger reads: %v, want errs.NotFound", err)
		}
		if err := h.cases.Edit(ctx, h.ben, entry, "Mine now", 1, id.New(time.Now())); !errors.Is(err, errs.NotFound) {
			t.Errorf("a stranger edits: %v, want errs.NotFound", err)
		}
		if err := h.cases.AddMember(ctx, h.ana, entry, h.ben.ID, id.New(time.Now())); err != nil {
			t.Fatal(err)
		}
		if err := h.cases.Edit(ctx, h.ben, entry, "Ours", 7, id.New(time.Now())); !errors.Is(err, errs.Conflict) {
			t.Errorf("a stale form: %v, want errs.Conflict", err)
		}
	})
}

func TestRefusalIsEntered(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		h := open(t, d)
		guest := h.ana
		guest.Grants = nil
		for range 9 {
			_, err := h.cases.Open(context.Background(), guest, h.office, "x", true, id.New(time.Now()))
			if !errors.Is(err, errs.Forbidden) {
				t.Fatalf("Open without a role: %v, want errs.Forbidden", err)
			}
		}
		if got := h.entries(t); got != 5 {
			t.Errorf("%d entries of nine refusals in a minute, want 5", got)
		}
	})
}
