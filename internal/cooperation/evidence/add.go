package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/blob"
)

// Add takes in the bytes of r as a new item of a case and returns its id, which is also that of the act's entry. The
// bytes are durable before the act links them; when the act is refused they are removed again. A digest that was
// declared and isn't that of the bytes quarantines the item, which is kept all the same.
func (e *Evidence) Add(ctx context.Context, who access.Person, g Given, r io.Reader) (id.ID, error) {
	g, err := g.checked()
	if err != nil {
		return "", err
	}
	if err := e.may(ctx, who, g.act(), caseRef(g.Case)); err != nil {
		return "", err
	}
	n := id.New(e.Now())
	taken, err := e.intake(ctx, n, r)
	if err != nil {
		return "", fmt.Errorf("add evidence: %w", err)
	}
	err = e.link(ctx, who, n, g, taken, nil)
	if refused(err) {
		return "", errors.Join(err, e.forget(context.WithoutCancel(ctx), n))
	}
	return n, err
}

// Derive takes in what was made from items: a new item with the conditions and the handling of all of them. The items
// it was made from stay as they are.
func (e *Evidence) Derive(ctx context.Context, who access.Person, g Given, from From, r io.Reader) (id.ID, error) {
	g.From = &from
	return e.Add(ctx, who, g, r)
}

// refused reports whether an act certainly didn't happen. After any other error the commit may have been lost on its
// way back, so the bytes stay until the sweep has looked.
func refused(err error) bool {
	return errors.Is(err, errs.Invalid) || errors.Is(err, errs.Forbidden) || errors.Is(err, errs.NotFound) || errors.Is(err, errs.Conflict)
}

// intake stores the bytes under a key of their own.
func (e *Evidence) intake(ctx context.Context, n id.ID, r io.Reader) (blob.Taken, error) {
	key, err := e.Vault.New(n)
	if err != nil {
		return blob.Taken{}, err
	}
	taken, err := blob.Intake(ctx, e.Blobs, n, key.Recipient(), r)
	if err != nil {
		return taken, errors.Join(err, e.Vault.Destroy(n))
	}
	return taken, nil
}

// forget removes bytes that no act has linked, and their key.
func (e *Evidence) forget(ctx context.Context, n id.ID) error {
	err := e.Blobs.Delete(ctx, n)
	if errors.Is(err, errs.NotFound) {
		err = nil
	}
	if kerr := e.Vault.Destroy(n); !errors.Is(kerr, errs.NotFound) {
		err = errors.Join(err, kerr)
	}
	return err
}

// link is the act that makes an item of bytes that are durable; also, which may be nil, joins it.
func (e *Evidence) link(ctx context.Context, who access.Person, n id.ID, g Given, taken blob.Taken, also func(*desk.Change) error) error {
	it := itemOf(n, g, taken, e.authority(who))
	return e.Desk.Do(ctx, who, g.act(), ref(n), func(c *desk.Change) error {
		it := it
		terms := termsOf(g, it.Custodian)
		if g.From != nil {
			var err error
			if it.Details.Handling, terms, err = e.inherit(ctx, c, it, *g.From, terms); err != nil {
				return err
			}
		}
		c.Record(map[string]any{"sha256": it.SHA256, "size": it.Size, "state": it.State})
		if also != nil {
			if err := also(c); err != nil {
				return err
			}
		}
		return e.enter(ctx, c, it, g, terms)
	}, desk.Within(caseRef(g.Case)), desk.Once(n))
}

// enter writes an item down: itself, its conditions, the beginning of its history.
func (e *Evidence) enter(ctx context.Context, c *desk.Change, it Item, g Given, terms []Condition) error {
	if err := insertItem(ctx, c, it); err != nil {
		return err
	}
	if err := impose(ctx, c.Tx, it.ID, terms); err != nil {
		return err
	}
	return e.begin(ctx, c, it, g)
}

func itemOf(n id.ID, g Given, t blob.Taken, custodian string) Item {
	it := Item{
		ID: n, Case: g.Case, Request: g.Request, Measure: g.Measure, Label: g.Label, Sort: g.Sort, Name: g.Name, Media: g.Media,
		Size: t.Size, SHA256: canonical.Hash(t.SHA256), CRC32: t.CRC32, Stored: canonical.Hash(t.Stored), State: Held,
		Custodian: custodian, Details: g.Details,
	}
	it.Details.SHA1, it.Details.MD5 = t.SHA1, t.MD5
	if d := g.Details.Declared; d != "" && d != it.SHA256 {
		it.State = Quarantined
	}
	return it
}

// termsOf returns the conditions that a person wrote down, set by whoever gave the item, or else by us.
func termsOf(g Given, us string) (terms []Condition) {
	by := g.SetBy
	if by == "" {
		by = us
	}
	for _, says := range g.Conditions {
		terms = append(terms, Condition{SetBy: by, Says: says})
	}
	return terms
}

// begin writes the first lines of an item's history.
func (e *Evidence) begin(ctx context.Context, c *desk.Change, it Item, g Given) error {
	var first []Event
	if a := it.Details.Acquired; a != nil {
		at, err := time.Parse(time.RFC3339, a.At)
		if err != nil {
			return errs.Invalidf("acquired at %q", a.At)
		}
		first = append(first, Event{What: WasCollected, At: at, Place: a.Place, Note: a.Method})
	}
	if g.From != nil {
		first = append(first, Event{What: WasDerived, Note: g.From.Process, SHA256: it.SHA256, After: it.Custodian})
	}
	received := Event{What: WasReceived, SHA256: it.SHA256, After: it.Custodian}
	if r := it.Details.Received; r != nil {
		received.Note = r.From
	}
	first = append(first, received)
	switch {
	case it.State == Quarantined:
		first = append(first, Event{What: WasQuarantined, SHA256: it.Details.Declared, Note: "bad-digest", Before: it.Custodian, After: it.Custodian})
	case it.Details.Declared != "":
		first = append(first, Event{What: WasVerified, SHA256: it.SHA256, Before: it.Custodian, After: it.Custodian})
	}
	for _, v := range first {
		if err := e.record(ctx, c, g.act(), it, v); err != nil {
			return err
		}
	}
	return nil
}

// inherit writes down what an item was made from and returns the handling and the conditions that come with it.
func (e *Evidence) inherit(ctx context.Context, c *desk.Change, it Item, from From, terms []Condition) (marks []string, _ []Condition, err error) {
	marks = slices.Clone(it.Details.Handling)
	refs := make([]string, len(from.Items))
	for i, n := range from.Items {
		refs[i] = string(ref(n))
	}
	if err := c.Lock(ctx, refs...); err != nil {
		return nil, nil, err
	}
	for _, n := range from.Items {
		source, err := get(ctx, c.Tx, n)
		if err != nil {
			return nil, nil, err
		}
		// Its case is the new item's: whoever may derive here may know of it. An item that is made only now can't be
		// among the sources of older ones, so the chain has no circle.
		if source.Case != it.Case || source.State == Quarantined || source.State == Destroyed {
			return nil, nil, errs.WithFields(errs.Field{Path: "from", Code: "Choose items of this case that are neither quarantined nor destroyed."})
		}
		if _, err := c.Exec(ctx, `INSERT INTO evidence_derivation (item_id, from_id, process, tool) VALUES (?, ?, ?, ?)`,
			it.ID, n, from.Process, from.Tool); err != nil {
			return nil, nil, fmt.Errorf("derive from %s: %w", n, err)
		}
		more, err := Conditions(ctx, c.Tx, n)
		if err != nil {
			return nil, nil, err
		}
		terms = append(terms, more...)
		marks = append(marks, source.Details.Handling...)
		v := Event{What: WasDerived, Note: from.Process, SHA256: it.SHA256, Before: source.Custodian, After: source.Custodian}
		if err := e.record(ctx, c, "evidence.derive", source, v); err != nil {
			return nil, nil, err
		}
	}
	slices.Sort(marks)
	return slices.Compact(marks), terms, nil
}

func insertItem(ctx context.Context, c *desk.Change, it Item) error {
	details, err := canonical.Marshal(it.Details)
	if err != nil {
		return fmt.Errorf("item %s: %w", it.ID, err)
	}
	_, err = c.Exec(ctx, `
		INSERT INTO evidence_item (id, case_id, request, measure, label, kind, name, media, size, sha256, crc32, stored, state,
			custodian, details, origin_node, origin, before_us, added_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		it.ID, it.Case, it.Request, it.Measure, it.Label, it.Sort, it.Name, it.Media, it.Size, it.SHA256, it.CRC32, it.Stored,
		it.State, it.Custodian, string(details), it.OriginBy, it.Origin, it.beforeUs, c.Now())
	if err != nil {
		return fmt.Errorf("item %s: %w", it.ID, err)
	}
	return nil
}
