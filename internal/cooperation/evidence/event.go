package evidence

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// What names a kind of event in an item's history.
type What string

// The kinds of event that this version makes. custody.json may bring others.
const (
	WasCollected   What = "collected"   // secured where it lay
	WasReceived    What = "received"    // came into this authority's custody
	WasVerified    What = "verified"    // read again and found to be the bytes that were taken in or told
	WasQuarantined What = "quarantined" // set apart
	WasRead        What = "read"        // handed out to a person
	WasDerived     What = "derived"     // something was made from it, or it was made from something
	WasSent        What = "sent"        // on its way to another authority
	WasDelivered   What = "delivered"   // the other authority has receipted it
	WasReturned    What = "returned"    // the other authority did not take it
	WasDamaged     What = "damaged"     // the stored bytes are no longer those taken in
	WasRepaired    What = "repaired"    // they are again
	WasCertified   What = "certified"   // a certificate of its custody was signed
	WasCorrected   What = "corrected"   // an earlier event was recorded wrongly
)

// Event is one line of an item's history. Events are only added.
type Event struct {
	Item      id.ID
	N         int64 // 1, 2, … in the item's history at this node
	What      What
	At        time.Time
	Person    id.ID // account or node, "" for the house
	Role      access.Role
	Authority string
	Before    string // custodian before
	After     string // custodian after; "" while on the way
	Place     string
	Why       string
	Note      string
	SHA256    canonical.Hash // digest seen
	Message   id.ID
	Envelope  canonical.Hash
	Receipt   canonical.Hash
	Corrects  int64
	Entry     id.ID
}

// record adds an event to the item's history, done by whoever acts. The caller holds the item's turn.
func (e *Evidence) record(ctx context.Context, c *desk.Change, act access.Act, it Item, v Event) error {
	if err := c.Row(ctx, `SELECT COALESCE(MAX(n), 0) + 1 FROM evidence_event WHERE item_id = ?`, it.ID).Scan(&v.N); err != nil {
		return err
	}
	if v.At.IsZero() {
		v.At = c.Now()
	}
	if v.Authority == "" {
		v.Authority = e.authority(c.Who())
	}
	role, err := e.role(ctx, c, act, it.Case)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `
		INSERT INTO evidence_event (item_id, n, kind, at, person, role, authority, before_by, after_by, place, why, note, sha256,
			message, envelope, receipt, corrects, entry_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		it.ID, v.N, v.What, v.At, c.Who().ID, role, v.Authority, v.Before, v.After, v.Place, v.Why, v.Note, v.SHA256,
		v.Message, v.Envelope, v.Receipt, v.Corrects, c.Entry())
	if err != nil {
		return fmt.Errorf("record %s: %w", v.What, err)
	}
	return nil
}

// authority returns in whose name someone acts.
func (e *Evidence) authority(p access.Person) string {
	if p.Authority != "" {
		return p.Authority
	}
	return e.Exchange.Self().Authority()
}

// role returns the role in which someone does the act, be it by the house's hand; nothing for the house alone and for
// other nodes.
func (e *Evidence) role(ctx context.Context, c *desk.Change, act access.Act, caseID id.ID) (access.Role, error) {
	if c.Who().Kind == access.Node || c.Who().ID == "" {
		return "", nil
	}
	f, err := access.InCase(ctx, c.Tx, caseID, c.Who())
	if err != nil {
		return "", err
	}
	g, _ := e.Policy.ActingAs(c.Who(), act, f)
	return g.Role, nil
}

// Events returns an item's history at this node, from its beginning.
func Events(ctx context.Context, tx *db.Tx, item id.ID) ([]Event, error) {
	rows, err := tx.Query(ctx, `
		SELECT item_id, n, kind, at, person, role, authority, before_by, after_by, place, why, note, sha256, message, envelope,
			receipt, corrects, entry_id
		FROM evidence_event WHERE item_id = ? ORDER BY n`, item)
	return db.Collect(rows, err, func(s db.Scan) (Event, error) {
		var v Event
		err := s(&v.Item, &v.N, &v.What, &v.At, &v.Person, &v.Role, &v.Authority, &v.Before, &v.After, &v.Place, &v.Why, &v.Note,
			&v.SHA256, &v.Message, &v.Envelope, &v.Receipt, &v.Corrects, &v.Entry)
		return v, err
	})
}

// move takes an item to another state and custodian; a move that moves doesn't have is [errs.Conflict].
func move(ctx context.Context, c *desk.Change, it Item, to State, custodian string) error {
	if !slices.Contains(moves[it.State], to) {
		return errs.Say(fmt.Errorf("item %s is %s and can't become %s: %w", it.ID, it.State, to, errs.Conflict),
			"This can't be done with an item in its present state.", nil)
	}
	n, err := c.Exec(ctx, `UPDATE evidence_item SET state = ?, custodian = ? WHERE id = ? AND state = ?`, to, custodian, it.ID, it.State)
	if err == nil && n == 0 {
		err = errs.Conflict
	}
	return err
}

// Correct adds an event that says what was wrong with an earlier one, which stays as it is.
func (e *Evidence) Correct(ctx context.Context, who access.Person, item id.ID, n int64, what string, entry id.ID) error {
	if tidy(&what); what == "" || long(what, maxText) {
		return errs.WithFields(errs.Field{Path: "correction", Code: "Say what was recorded wrongly, in at most 2,000 characters."})
	}
	return e.Desk.Do(ctx, who, "evidence.add", ref(item), func(c *desk.Change) error {
		it, err := get(ctx, c.Tx, item)
		if err != nil {
			return err
		}
		var found int
		if err := c.Row(ctx, `SELECT COUNT(*) FROM evidence_event WHERE item_id = ? AND n = ?`, item, n).Scan(&found); err != nil {
			return err
		}
		if found == 0 {
			return errs.WithFields(errs.Field{Path: "event", Code: "There is no event of this number."})
		}
		c.Record(map[string]any{"corrects": n})
		return e.record(ctx, c, "evidence.add", it, Event{What: WasCorrected, Corrects: n, Note: what, Before: it.Custodian, After: it.Custodian})
	}, desk.Once(entry))
}
