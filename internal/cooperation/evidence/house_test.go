package evidence_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/directory"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/document/font"
	"comity/internal/engine/envelope"
	"comity/internal/store/blob"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
	"comity/internal/store/job"
	"comity/internal/store/keyring"
	"comity/internal/store/ledger"
)

// house is a node without its network: desk, stores, one office, one case, and a person for each role.
type house struct {
	*evidence.Evidence
	dir    string
	db     *db.DB
	blobs  *blob.Dir
	office id.ID
	caseID id.ID
	people map[access.Role]access.Person
	now    *atomic.Int64 // added to the clock, in seconds
}

func schemas() []db.Schema {
	return []db.Schema{access.Schema, ledger.Schema(), job.Schema(), casefile.Schema(), exchange.Schema(), evidence.Schema()}
}

// each runs f in a fresh house on each database.
func each(t *testing.T, f func(*testing.T, *house)) {
	t.Helper()
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) { f(t, open(t, d)) })
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{db: d, dir: t.TempDir(), people: map[access.Role]access.Person{}, now: &atomic.Int64{}}
	ring, err := keyring.Create(filepath.Join(h.dir, "keys"), "")
	must(t, err)
	h.start(t, ring)
	h.staff(t)
	h.caseID = h.openCase(t, "executor", "examiner", "custodian")
	return h
}

// start opens what a process opens; called again, it is the next process over the same folders and database.
func (h *house) start(t testing.TB, ring *keyring.Ring) {
	t.Helper()
	policy, err := access.Load()
	must(t, err)
	var s access.Sources
	for kind, facts := range map[string]access.FactsFunc{"office": access.AboutOffice, "node": access.AboutHouse} {
		must(t, s.Register(kind, facts))
	}
	k := desk.New(h.db.Writer, policy, &s, func(bool) {})
	_, err = casefile.New(k, h.db.Reader, &s)
	must(t, err)
	h.blobs, err = blob.OpenDir(filepath.Join(h.dir, "blob"))
	must(t, err)
	up, err := blob.OpenUploads(filepath.Join(h.dir, "upload"), h.blobs)
	must(t, err)
	vault, err := ring.OpenVault(filepath.Join(h.dir, "item-keys"))
	must(t, err)
	catalog, err := language.Load(evidence.Words())
	must(t, err)
	dir, err := directory.Load()
	must(t, err)
	if h.now == nil {
		h.now = &atomic.Int64{}
	}
	clock := func() time.Time { return time.Now().Add(time.Duration(h.now.Load()) * time.Second) }
	card := &envelope.Card{Node: id.New(time.Now()), State: "PT", Authorities: []string{"PT-CA"}, Exercise: true}
	x, err := exchange.New(exchange.Config{Desk: k, Read: h.db.Reader, Blobs: h.blobs, Self: &exchange.Self{Card: card}, Now: clock, Sources: &s})
	must(t, err)
	h.Evidence, err = evidence.New(evidence.Config{
		Desk: k, Read: h.db.Reader, Policy: policy, Sources: &s, Blobs: h.blobs, Uploads: up, Vault: vault, Exchange: x, Directory: dir,
		Catalog: catalog, Fonts: font.Noto(), Now: clock, Log: slog.New(slog.DiscardHandler),
		Sign: func(context.Context, id.ID) (*x509.Certificate, crypto.Signer, error) {
			return envelope.NewKey(envelope.UseSeal, envelope.Holder{State: "PT", Authority: "PT-CA", Exercise: true}, time.Now())
		},
	})
	must(t, err)
}

// restart ends the process and begins another over what is on the disk.
func (h *house) restart(t testing.TB) {
	t.Helper()
	ring, err := keyring.Open(filepath.Join(h.dir, "keys"), "")
	must(t, err)
	h.start(t, ring)
}

func (h *house) staff(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	must(t, h.db.Writer.Write(ctx, func(tx *db.Tx) (err error) {
		if h.office, err = access.CreateOffice(ctx, tx, "PT-CA", "Cooperation"); err != nil {
			return err
		}
		for _, role := range []access.Role{"executor", "examiner", "custodian", "drafter", "clerk"} {
			n, err := access.CreatePerson(ctx, tx, access.NewPerson{Login: string(role), Name: string(role) + " (exercise)", Lang: "en", Authority: "PT-CA"})
			if err != nil {
				return err
			}
			if err := h.Policy.Give(ctx, tx, n, access.Grant{Role: role, Office: h.office}, n); err != nil {
				return err
			}
			a, err := access.Find(ctx, tx, n)
			if err != nil {
				return err
			}
			h.people[role] = a.Person
		}
		return nil
	}))
}

// openCase opens a case whose members are the people with the roles.
func (h *house) openCase(t testing.TB, roles ...access.Role) id.ID {
	t.Helper()
	ctx := context.Background()
	n := id.New(time.Now())
	must(t, h.Desk.Do(ctx, access.HouseItself(), "node.backup", id.NewRef("node", n), func(c *desk.Change) error {
		if err := casefile.Open(ctx, c, n, h.office, "Ransomware at a bakery (exercise)", true); err != nil {
			return err
		}
		for _, role := range roles {
			if err := access.AddMember(ctx, c.Tx, n, h.people[role].ID, h.people[role].ID); err != nil {
				return err
			}
		}
		return nil
	}))
	return n
}

// as returns the person with the role, who has shown a factor just now.
func (h *house) as(role access.Role) access.Person {
	p := h.people[role]
	p.Confirmed = h.Now().Add(-time.Second)
	return p
}

const log = "2026-02-13T08:01:02Z 203.0.113.7:443 connect\n"

func given(caseID id.ID) evidence.Given {
	return evidence.Given{
		Case: caseID, Label: "EX-1", Sort: "provider-return", Name: "журнал 1.log", Request: "MA-CA-2026-000001", Measure: "1",
		Conditions: []string{"Only for the proceedings named in the request."},
		Details: evidence.Details{
			Source:   &evidence.Source{Kind: "provider", Name: "ExampleHost (exercise)", Account: "server 42"},
			Acquired: &evidence.Acquired{At: "2026-02-14T10:00:00+01:00", Person: "A. Example", Tool: "exporter", Version: "1.2"},
			Legal:    &evidence.Legal{Order: "2026/77", Court: "Court of the exercise", Date: "2026-02-10"},
			Handling: []string{evidence.Restricted},
		},
	}
}

func (h *house) add(t testing.TB, content string) id.ID {
	t.Helper()
	n, err := h.Add(context.Background(), h.as("executor"), given(h.caseID), strings.NewReader(content))
	must(t, err)
	return n
}

// view runs f with all that the house knows.
func (h *house) view(t testing.TB, f func(context.Context, *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	must(t, h.View(ctx, db.House("test"), func(tx *db.Tx) error { return f(ctx, tx) }))
}

func (h *house) item(t testing.TB, n id.ID) (it evidence.Item) {
	t.Helper()
	h.view(t, func(ctx context.Context, tx *db.Tx) (err error) {
		it, err = evidence.Get(ctx, tx, n)
		return err
	})
	return it
}

func (h *house) events(t testing.TB, n id.ID) (all []evidence.Event) {
	t.Helper()
	h.view(t, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = evidence.Events(ctx, tx, n)
		return err
	})
	return all
}

// history writes the kinds of an item's events in a row.
func (h *house) history(t testing.TB, n id.ID) string {
	t.Helper()
	var all []string
	for _, v := range h.events(t, n) {
		all = append(all, string(v.What))
	}
	return strings.Join(all, " ")
}

// content reads an item as the examiner.
func (h *house) content(t testing.TB, n id.ID) string {
	t.Helper()
	_, p, err := h.Open(context.Background(), h.as("examiner"), n, "to compare (exercise)")
	must(t, err)
	b, err := io.ReadAll(p)
	must(t, errors.Join(err, p.Close()))
	return string(b)
}
