package evidence

import (
	"context"
	"fmt"
	"path"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// MaxItems is how many items one delivery may have: three entries each in a container of at most 900.
const MaxItems = 290

// The files beside an item's bytes.
const (
	custodyFile = "custody.json"
	caseFile    = "case.jsonld"
	folder      = "evidence/"
)

// Parts returns the entries of an envelope that deliver the items, in the order given: for each its bytes, custody.json
// and case.jsonld. Only items that are held can be sent.
func (e *Evidence) Parts(ctx context.Context, tx *db.Tx, items []id.ID) ([]exchange.Part, error) {
	if len(items) > MaxItems {
		return nil, errs.Say(errs.Invalidf("%d items in one delivery", len(items)), "At most 290 items fit into one delivery. Send the rest in another.", nil)
	}
	var parts []exchange.Part
	for _, n := range items {
		it, err := get(ctx, tx, n)
		if err != nil {
			return nil, err
		}
		if it.State != Held {
			return nil, errs.Say(fmt.Errorf("item %s is %s: %w", n, it.State, errs.Conflict), "Only items that are held here can be sent.", nil)
		}
		three, err := e.partsOf(ctx, tx, it)
		if err != nil {
			return nil, err
		}
		parts = append(parts, three...)
	}
	return parts, nil
}

func (e *Evidence) partsOf(ctx context.Context, tx *db.Tx, it Item) ([]exchange.Part, error) {
	dir := folder + strings.ToLower(string(it.ID)) + "/"
	file := dir + safeName(it.Name)
	k, err := e.custody(ctx, tx, it, file)
	if err != nil {
		return nil, err
	}
	custody, err := exchange.JSON(dir+custodyFile, k)
	if err != nil {
		return nil, fmt.Errorf("item %s: %w", it.ID, err)
	}
	graph, err := exchange.JSON(dir+caseFile, caseGraph(k))
	if err != nil {
		return nil, fmt.Errorf("item %s: %w", it.ID, err)
	}
	graph.Media = "application/ld+json"
	bytes := exchange.Part{
		Path: file, Media: "application/octet-stream", Source: sourceName, Key: string(it.ID),
		SHA256: it.SHA256, Size: it.Size, CRC32: it.CRC32,
	}
	return []exchange.Part{bytes, custody, graph}, nil
}

// safeName returns the name that a file has in an envelope: small Latin letters, digits, dots, hyphens and underscores.
// The name it really has is data in custody.json.
func safeName(name string) string {
	ext := path.Ext(name)
	if len(ext) > 16 {
		ext = ""
	}
	stem := clean(strings.TrimSuffix(name, ext))
	ext = clean(ext)
	if len(stem) > 80 {
		stem = strings.Trim(stem[:80], "-.")
	}
	if stem == "" {
		stem = "item"
	}
	if ext != "" {
		ext = "." + ext
	}
	if full := stem + ext; full != custodyFile && full != caseFile {
		return full
	}
	return "item-" + stem + ext
}

// clean turns every run of other characters into one hyphen and leaves none at the ends.
func clean(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-._")
}

// Sent joins the act that has queued the message with the items' parts for the authority to: each is on its way, in
// nobody's custody until the receipt comes. Whoever acts needs the act "evidence.send" on each of them.
func (e *Evidence) Sent(ctx context.Context, c *desk.Change, items []id.ID, message id.ID, to string) error {
	refs := make([]string, len(items))
	for i, n := range items {
		refs[i] = string(ref(n))
	}
	if err := c.Lock(ctx, refs...); err != nil {
		return err
	}
	for _, n := range items {
		if err := e.send(ctx, c, n, message, to); err != nil {
			return fmt.Errorf("send item %s: %w", n, err)
		}
	}
	return nil
}

func (e *Evidence) send(ctx context.Context, c *desk.Change, n, message id.ID, to string) error {
	if err := e.Desk.May(ctx, c.Tx, c.Who(), "evidence.send", ref(n)); err != nil {
		return err
	}
	it, err := get(ctx, c.Tx, n)
	if err != nil {
		return err
	}
	if err := move(ctx, c, it, Sent, ""); err != nil {
		return err
	}
	c.Also("evidence.send", ref(n), map[string]any{"sha256": it.SHA256, "message": message})
	return e.record(ctx, c, "evidence.send", it, Event{What: WasSent, Before: it.Custodian, SHA256: it.SHA256, Message: message, Note: to})
}

// sending is an item that a message of ours carried.
type sending struct {
	item     id.ID
	from, to string // authorities
}

func sendings(ctx context.Context, tx *db.Tx, message id.ID) ([]sending, error) {
	rows, err := tx.Query(ctx, `SELECT item_id, before_by, note FROM evidence_event WHERE message = ? AND kind = ? ORDER BY item_id`, message, WasSent)
	return db.Collect(rows, err, func(s db.Scan) (w sending, err error) { return w, s(&w.item, &w.from, &w.to) })
}

// Delivered joins the act that records a receipt: the items that the message carried are now in the other authority's
// custody, or back in ours when it didn't take them. A message without items changes nothing.
func (e *Evidence) Delivered(ctx context.Context, c *desk.Change, message id.ID, r *envelope.Receipt) error {
	if r.Result == envelope.Held {
		return nil // another receipt follows when it has been decided on
	}
	all, err := sendings(ctx, c.Tx, message)
	if err != nil || len(all) == 0 {
		return err
	}
	document, err := r.Bytes()
	if err != nil {
		return err
	}
	for _, w := range all {
		if err := e.arrive(ctx, c, w, message, r, canonical.Sum(document)); err != nil {
			return fmt.Errorf("receipt for item %s: %w", w.item, err)
		}
	}
	return nil
}

func (e *Evidence) arrive(ctx context.Context, c *desk.Change, w sending, message id.ID, r *envelope.Receipt, receipt canonical.Hash) error {
	if err := c.Lock(ctx, string(ref(w.item))); err != nil {
		return err
	}
	it, err := get(ctx, c.Tx, w.item)
	if err != nil {
		return err
	}
	if it.State == Held || it.Custodian != "" {
		return nil // the receipt has been seen before
	}
	v := Event{What: WasDelivered, After: w.to, SHA256: it.SHA256, Message: message, Envelope: r.Manifest, Receipt: receipt}
	to := it.State
	if r.Result != envelope.Accepted {
		v.What, v.After, v.Note = WasReturned, w.from, string(r.Check)
		if to == Sent {
			to = Held
		}
	}
	if _, err := c.Exec(ctx, `UPDATE evidence_item SET state = ?, custodian = ? WHERE id = ?`, to, v.After, it.ID); err != nil {
		return err
	}
	c.Also("evidence.deliver", ref(it.ID), map[string]any{"result": r.Result, "envelope": r.Manifest, "message": message})
	return e.record(ctx, c, "evidence.deliver", it, v)
}
