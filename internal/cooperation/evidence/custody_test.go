package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"pgregory.net/rapid"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/evidence"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// The tests below are the invariants of an evidence room, each under its number in docs/formats/custody.md.

// Invariant 1: an item's bytes never change; what is made from it is a new item; the chain has no circle.
func TestInvariant1BytesNeverChange(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		first := h.add(t, log)
		before := h.item(t, first)
		second, err := h.Derive(ctx, h.as("examiner"), given(h.caseID), evidence.From{Items: []id.ID{first}, Process: "extract", Tool: "cut 9.1"}, strings.NewReader("extract"))
		must(t, err)
		if got := h.item(t, first); got.SHA256 != before.SHA256 || got.Stored != before.Stored || h.content(t, first) != log {
			t.Errorf("the item was %+v and is %+v", before, got)
		}
		if got := h.history(t, second); got != "collected derived received" {
			t.Errorf("history of the new item: %s", got)
		}
		var from []evidence.Derivation
		h.view(t, func(ctx context.Context, tx *db.Tx) (err error) {
			from, err = evidence.DerivedFrom(ctx, tx, second)
			return err
		})
		if len(from) != 1 || from[0].From != first || from[0].Item <= from[0].From {
			t.Errorf("derived from %+v", from)
		}
		_, err = h.Derive(ctx, h.as("examiner"), given(h.caseID), evidence.From{Items: []id.ID{id.New(time.Now())}, Process: "extract"}, strings.NewReader("x"))
		if !errors.Is(err, errs.NotFound) {
			t.Errorf("made from an item that there isn't: %v", err)
		}
		other := h.openCase(t, "examiner")
		_, err = h.Derive(ctx, h.as("examiner"), given(other), evidence.From{Items: []id.ID{first}, Process: "extract"}, strings.NewReader("x"))
		if len(errs.Fields(err)) == 0 {
			t.Errorf("made in another case: %v, want a wrong field", err)
		}
	})
}

// Invariant 2: events are only added; a mistake is corrected by a later event that names the earlier one.
func TestInvariant2EventsAreOnlyAdded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		n := h.add(t, log)
		before := h.events(t, n)
		must(t, h.Correct(ctx, h.as("executor"), n, 1, "It was 11:00.", id.New(time.Now())))
		_, err := h.Verify(ctx, h.as("executor"), n, id.New(time.Now()))
		must(t, err)
		after := h.events(t, n)
		if !slices.Equal(after[:len(before)], before) {
			t.Errorf("events were %+v and are %+v", before, after)
		}
		if v := after[len(before)]; v.What != evidence.WasCorrected || v.Corrects != 1 {
			t.Errorf("correction: %+v", v)
		}
		for i, v := range after {
			if v.N != int64(i+1) {
				t.Errorf("event %d has the number %d", i+1, v.N)
			}
		}
		if err := h.Correct(ctx, h.as("executor"), n, 99, "x", id.New(time.Now())); len(errs.Fields(err)) == 0 {
			t.Errorf("correcting an event that there isn't: %v", err)
		}
	})
}

// Invariant 3: nobody gets a byte before the event "read" is committed.
func TestInvariant3ReadIsOnRecordFirst(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		n := h.add(t, log)
		for name, c := range map[string]struct {
			who  access.Person
			why  string
			want error
		}{
			"without a reason": {h.as("examiner"), " ", errs.Invalid},
			"a stranger":       {h.as("drafter"), "curious", errs.NotFound},
			"a custodian":      {h.as("custodian"), "curious", errs.Forbidden},
		} {
			if _, p, err := h.Open(ctx, c.who, n, c.why); !errors.Is(err, c.want) || p != nil {
				t.Errorf("%s: %v, %v; want %v and no bytes", name, p, err, c.want)
			}
		}
		if got := h.history(t, n); got != "collected received" {
			t.Errorf("history after refusals: %s", got)
		}
		_, p, err := h.Open(ctx, h.as("examiner"), n, "to compare")
		must(t, err)
		v := h.events(t, n)
		if last := v[len(v)-1]; last.What != evidence.WasRead || last.Why != "to compare" || last.Person != h.as("examiner").ID || last.Role != "examiner" {
			t.Errorf("before the first byte the last event is %+v", last)
		}
		must(t, p.Close()) // broken off: it was a read all the same
		if got := h.content(t, n); got != log {
			t.Errorf("content %q", got)
		}
		if got := h.history(t, n); got != "collected received read read" {
			t.Errorf("history after two readings: %s", got)
		}
	})
}

// Invariant 4: a digest that isn't the declared one quarantines, keeps and merges nothing.
func TestInvariant4MismatchIsQuarantined(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		g := given(h.caseID)
		g.Details.Declared = canonical.Sum([]byte("something else"))
		n, err := h.Add(ctx, h.as("executor"), g, strings.NewReader(log))
		must(t, err)
		if it := h.item(t, n); it.State != evidence.Quarantined || it.SHA256 != canonical.Sum([]byte(log)) {
			t.Errorf("item %+v", it)
		}
		if _, _, err := h.Open(ctx, h.as("examiner"), n, "to use it"); !errors.Is(err, errs.Conflict) {
			t.Errorf("opening a quarantined item: %v", err)
		}
		h.view(t, func(ctx context.Context, tx *db.Tx) error {
			if _, err := h.Parts(ctx, tx, []id.ID{n}); !errors.Is(err, errs.Conflict) {
				t.Errorf("sending a quarantined item: %v", err)
			}
			return nil
		})
		found, err := h.Verify(ctx, h.as("executor"), n, id.New(time.Now()))
		if err != nil || !found.Whole || h.item(t, n).State != evidence.Quarantined {
			t.Errorf("whole bytes that aren't those declared: %+v, %v, state %s", found, err, h.item(t, n).State)
		}
		g.Details.Declared = canonical.Sum([]byte(log))
		n, err = h.Add(ctx, h.as("executor"), g, strings.NewReader(log))
		must(t, err)
		if got := h.history(t, n); got != "collected received verified" {
			t.Errorf("history with the right digest: %s", got)
		}
	})
}

func TestVerifyFindsDamage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		n := h.add(t, strings.Repeat(log, 4000))
		s := string(n)
		path := filepath.Join(h.dir, "blob", strings.ToLower(s[len(s)-2:]), s+".age")
		good, err := os.ReadFile(path)
		must(t, err)
		bad := bytes.Clone(good)
		bad[len(bad)/2] ^= 1
		must(t, os.WriteFile(path, bad, 0o600))
		found, err := h.Verify(ctx, h.as("custodian"), n, id.New(time.Now()))
		if err != nil || found.Whole || found.Fault != "bad-stored-digest" || h.item(t, n).State != evidence.Quarantined {
			t.Errorf("a flipped bit: %+v, %v, state %s", found, err, h.item(t, n).State)
		}
		must(t, os.WriteFile(path, good, 0o600))
		found, err = h.Verify(ctx, access.HouseItself(), n, id.New(time.Now()))
		if err != nil || !found.Whole || h.item(t, n).State != evidence.Held {
			t.Errorf("whole again: %+v, %v, state %s", found, err, h.item(t, n).State)
		}
		if got := h.history(t, n); got != "collected received damaged quarantined repaired verified" {
			t.Errorf("history: %s", got)
		}
		must(t, os.Remove(path))
		if found, err = h.Verify(ctx, h.as("custodian"), n, id.New(time.Now())); err != nil || found.Fault != "missing" {
			t.Errorf("gone: %+v, %v", found, err)
		}
	})
}

// send records that items went out with a message, without an exchange.
func (h *house) send(t testing.TB, message id.ID, items ...id.ID) error {
	t.Helper()
	ctx := context.Background()
	return h.Desk.Do(ctx, h.as("executor"), "evidence.send", id.NewRef(evidence.Kind, items[0]), func(c *desk.Change) error {
		return h.Sent(ctx, c, items, message, "MA-CA")
	})
}

// receipt records a receipt of the other side.
func (h *house) receipt(t testing.TB, message id.ID, result envelope.Outcome, check envelope.Check) {
	t.Helper()
	ctx := context.Background()
	sum := canonical.Sum([]byte("x"))
	r := &envelope.Receipt{
		Digests: envelope.Digests{Manifest: sum, Container: sum, Signature: sum, Transport: sum}, Result: result, Check: check, ReceivedAt: time.Now(),
	}
	must(t, h.Desk.Do(ctx, access.HouseItself(), "node.backup", id.NewRef("node", message), func(c *desk.Change) error {
		return h.Delivered(ctx, c, message, r)
	}))
}

// Invariant 5: one custodian at any time; a transfer is two events with a receipt between, and "on the way" is seen.
func TestInvariant5OneCustodian(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.add(t, log)
		first, second := id.New(time.Now()), id.New(time.Now())
		must(t, h.send(t, first, n))
		if it := h.item(t, n); it.State != evidence.Sent || it.Custodian != "" {
			t.Errorf("on the way: %s in custody of %q", it.State, it.Custodian)
		}
		if err := h.send(t, second, n); !errors.Is(err, errs.Conflict) {
			t.Errorf("sent twice: %v", err)
		}
		h.receipt(t, first, envelope.Quarantined, envelope.BadDigest)
		if it := h.item(t, n); it.State != evidence.Held || it.Custodian != "PT-CA" {
			t.Errorf("not taken: %s in custody of %q", it.State, it.Custodian)
		}
		must(t, h.send(t, second, n))
		for range 2 { // a receipt that comes twice changes nothing
			h.receipt(t, second, envelope.Accepted, "")
		}
		if it := h.item(t, n); it.State != evidence.Sent || it.Custodian != "MA-CA" {
			t.Errorf("delivered: %s in custody of %q", it.State, it.Custodian)
		}
		if got := h.history(t, n); got != "collected received sent returned sent delivered" {
			t.Errorf("history: %s", got)
		}
		custodian := ""
		for _, v := range h.events(t, n) {
			if v.Before != custodian && v.What != evidence.WasReturned && v.What != evidence.WasDelivered {
				t.Errorf("event %d (%s) begins with %q, the one before ended with %q", v.N, v.What, v.Before, custodian)
			}
			custodian = v.After
		}
		if err := h.Desk.Do(context.Background(), h.as("examiner"), "evidence.read", id.NewRef(evidence.Kind, n), func(c *desk.Change) error {
			return h.Sent(context.Background(), c, []id.ID{n}, first, "MA-CA")
		}); !errors.Is(err, errs.Forbidden) {
			t.Errorf("sent by someone who may not: %v", err)
		}
	})
}

// Whatever happens to an item, in whatever order: its bytes stay, its events are numbered without a gap, and exactly one
// authority has it, or nobody while it is on the way.
func TestAnyHistory(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, "sqlite", schemas(), dbtest.Options{}))
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		n := h.add(t, log)
		message, out := id.ID(""), false
		for range rapid.IntRange(1, 8).Draw(rt, "acts") {
			switch rapid.SampledFrom([]string{"send", "receipt", "receipt", "verify", "correct", "open", "derive"}).Draw(rt, "act") {
			case "send":
				m := id.New(time.Now())
				err := h.send(t, m, n)
				if free := h.item(t, n).State == evidence.Held; free {
					rt.Fatalf("held after sending: %v", err)
				}
				if err == nil {
					message, out = m, true
				} else if !errors.Is(err, errs.Conflict) {
					rt.Fatal(err)
				}
			case "receipt":
				if message == "" {
					continue
				}
				result := rapid.SampledFrom([]envelope.Outcome{envelope.Accepted, envelope.Refused, envelope.Held}).Draw(rt, "result")
				check := envelope.Check("")
				if result != envelope.Accepted {
					check = envelope.NotAllowed
				}
				h.receipt(t, message, result, check)
				out = out && result == envelope.Held
			case "verify":
				if found, err := h.Verify(ctx, h.as("custodian"), n, id.New(time.Now())); err != nil || !found.Whole {
					rt.Fatalf("verify: %+v, %v", found, err)
				}
			case "correct":
				if err := h.Correct(ctx, h.as("executor"), n, 1, "It was 11:00.", id.New(time.Now())); err != nil {
					rt.Fatal(err)
				}
			case "open":
				h.content(t, n)
			case "derive":
				if _, err := h.Derive(ctx, h.as("examiner"), given(h.caseID), evidence.From{Items: []id.ID{n}, Process: "extract"}, strings.NewReader("x")); err != nil {
					rt.Fatal(err)
				}
			}
			it := h.item(t, n)
			if onTheWay := it.Custodian == ""; onTheWay != out || onTheWay && it.State != evidence.Sent {
				rt.Fatalf("state %s in custody of %q; on the way: %v", it.State, it.Custodian, out)
			}
		}
		if got := h.content(t, n); got != log {
			rt.Fatalf("the bytes are now %q", got)
		}
		for i, v := range h.events(t, n) {
			if v.N != int64(i+1) {
				rt.Fatalf("event %d has the number %d", i+1, v.N)
			}
		}
	})
}

// Invariant 6: conditions travel to every derived item and every delivery.
func TestInvariant6ConditionsTravel(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		first := h.add(t, log)
		g := given(h.caseID)
		g.Conditions, g.SetBy, g.Details.Handling = []string{"Not to be shown in open court."}, "MA-CA", nil
		second, err := h.Derive(ctx, h.as("examiner"), g, evidence.From{Items: []id.ID{first}, Process: "extract"}, strings.NewReader("x"))
		must(t, err)
		g.Conditions = nil
		third, err := h.Derive(ctx, h.as("examiner"), g, evidence.From{Items: []id.ID{first, second}, Process: "translation"}, strings.NewReader("y"))
		must(t, err)
		h.view(t, func(ctx context.Context, tx *db.Tx) error {
			terms, err := evidence.Conditions(ctx, tx, third)
			if err != nil {
				return err
			}
			if len(terms) != 2 || terms[0].SetBy != "PT-CA" || terms[1].SetBy != "MA-CA" {
				t.Errorf("conditions of what was made from what was made: %+v", terms)
			}
			if it := h.item(t, third); !slices.Equal(it.Details.Handling, []string{evidence.Restricted}) {
				t.Errorf("handling %v", it.Details.Handling)
			}
			parts, err := h.Parts(ctx, tx, []id.ID{third})
			if err != nil {
				return err
			}
			k, err := evidence.ReadCustody(parts[1].Data)
			if err != nil || len(k.Conditions) != 2 || len(k.Item.DerivedFrom) != 2 {
				t.Errorf("custody.json: %+v, %v", k, err)
			}
			return nil
		})
	})
}

// Invariant 8: at rest nothing is in the clear, and with the item's key plain age opens it.
func TestInvariant8NothingInTheClear(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.add(t, strings.Repeat(log, 100))
		up, err := h.Begin(context.Background(), h.as("executor"), given(h.caseID), int64(len(log))*2, "")
		must(t, err)
		_, err = h.Append(context.Background(), h.as("executor"), up, 0, strings.NewReader(log))
		must(t, err)
		seen := 0
		must(t, filepath.WalkDir(h.dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if seen++; bytes.Contains(b, []byte("203.0.113.7")) {
				t.Errorf("%s holds evidence in the clear", path)
			}
			return err
		}))
		if seen < 4 {
			t.Errorf("%d files looked at", seen)
		}
		key, err := h.Vault.Get(n)
		must(t, err)
		o, err := h.blobs.Open(context.Background(), n)
		must(t, err)
		defer o.Close()
		if got := ageOpen(t, o, key); got != strings.Repeat(log, 100) {
			t.Errorf("age opens %d bytes of something else", len(got))
		}
	})
}

// Invariant 11: counts, searches, names and errors tell a stranger nothing.
func TestInvariant11StrangersLearnNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		n := h.add(t, log)
		nowhere := id.New(time.Now())
		stranger := h.as("drafter")
		try := map[string]func(id.ID) error{
			"open":    func(n id.ID) error { _, _, err := h.Open(ctx, stranger, n, "x"); return err },
			"verify":  func(n id.ID) error { _, err := h.Verify(ctx, stranger, n, id.New(time.Now())); return err },
			"correct": func(n id.ID) error { return h.Correct(ctx, stranger, n, 1, "x", id.New(time.Now())) },
			"certify": func(n id.ID) error { _, err := h.Certificate(ctx, stranger, n, "en"); return err },
			"get": func(n id.ID) error {
				return h.View(ctx, access.ScopeOf(stranger, h.Now()), func(tx *db.Tx) error { _, err := evidence.Get(ctx, tx, n); return err })
			},
			"finish": func(n id.ID) error { _, err := h.Finish(ctx, stranger, n); return err },
		}
		for name, f := range try {
			if here, gone := f(n), f(nowhere); !errors.Is(here, errs.NotFound) || !errors.Is(gone, errs.NotFound) {
				t.Errorf("%s: %v for an item of a case one isn't in, %v for none", name, here, gone)
			}
		}
		must(t, h.View(ctx, access.ScopeOf(stranger, h.Now()), func(tx *db.Tx) error {
			byCase, err := evidence.OfCase(ctx, tx, h.caseID, "", 50)
			if err != nil {
				return err
			}
			byRequest, err := evidence.OfRequest(ctx, tx, "MA-CA-2026-000001")
			if len(byCase)+len(byRequest) != 0 {
				t.Errorf("a stranger's lists: %v, %v", byCase, byRequest)
			}
			return err
		}))
		for _, who := range []access.Person{stranger, access.HouseFor(stranger)} {
			if _, err := h.Add(ctx, who, given(h.caseID), strings.NewReader(log)); !errors.Is(err, errs.NotFound) {
				t.Errorf("a stranger adds: %v", err)
			}
		}
	})
}

// ageOpen decrypts with the age library alone.
func ageOpen(t testing.TB, r io.Reader, key age.Identity) string {
	t.Helper()
	p, err := age.Decrypt(r, key)
	must(t, err)
	b, err := io.ReadAll(p)
	must(t, err)
	return string(b)
}
