package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/envelope"
	"comity/internal/store/blob"
)

// Delivery is what a message brought, in our own store, not yet in any case.
type Delivery struct{ items []arrived }

// Count returns how many items came.
func (d *Delivery) Count() int { return len(d.items) }

// Custody returns what came with each item, in the message's order.
func (d *Delivery) Custody() []Custody {
	var all []Custody
	for _, a := range d.items {
		all = append(all, a.custody)
	}
	return all
}

// arrived is one item that came in.
type arrived struct {
	id      id.ID
	custody Custody
	json    string // custody.json as it came
	taken   blob.Taken
}

// Prepare takes the items of a message out of its envelope into our own store, each under a new key, before the act's
// transaction. It hashes the bytes once more and compares with custody.json and with the message; a difference is a
// refusal as bad-digest, which quarantines the whole message and tells the sender. Run again for the same message, it
// begins anew under new ids: two runs at once can't touch each other's bytes, and the sweep removes what isn't linked.
func (e *Evidence) Prepare(ctx context.Context, in *exchange.Incoming) (*Delivery, error) {
	groups, err := grouped(in.Message.Content)
	if err != nil {
		return nil, err
	}
	d := &Delivery{}
	for _, g := range groups {
		a, err := e.unpack(ctx, in, g)
		if err != nil {
			return nil, errors.Join(err, e.drop(context.WithoutCancel(ctx), d))
		}
		d.items = append(d.items, a)
	}
	return d, nil
}

// drop removes what a delivery that isn't accepted has left in the store. The envelope itself is kept.
func (e *Evidence) drop(ctx context.Context, d *Delivery) error {
	var err error
	for _, a := range d.items {
		err = errors.Join(err, e.forget(ctx, a.id))
	}
	return err
}

// group is the three entries of one item.
type group struct {
	dir           string
	custody, file envelope.File
	graph         bool
}

// grouped sorts a message's entries below evidence/ by item, and refuses folders that aren't whole.
func grouped(content []envelope.File) ([]group, error) {
	var groups []group
	at := map[string]int{}
	for _, f := range content {
		rest, ok := strings.CutPrefix(f.Path, folder)
		if !ok {
			continue
		}
		item, name, ok := strings.Cut(rest, "/")
		if _, err := id.Parse(strings.ToUpper(item)); err != nil || !ok || strings.Contains(name, "/") {
			return nil, exchange.Refuse(envelope.BadSchema, "%s: want evidence/<item>/<file>", f.Path)
		}
		i, there := at[item]
		if !there {
			i = len(groups)
			at[item] = i
			groups = append(groups, group{dir: folder + item + "/"})
		}
		if err := groups[i].take(name, f); err != nil {
			return nil, err
		}
	}
	for _, g := range groups {
		if g.custody.Path == "" || g.file.Path == "" || !g.graph {
			return nil, exchange.Refuse(envelope.BadSchema, "%s lacks its bytes, %s or %s", g.dir, custodyFile, caseFile)
		}
	}
	return groups, nil
}

func (g *group) take(name string, f envelope.File) error {
	switch {
	case name == custodyFile:
		g.custody = f
	case name == caseFile:
		g.graph = true
	case g.file.Path != "":
		return exchange.Refuse(envelope.BadSchema, "%s holds two files", g.dir)
	default:
		g.file = f
	}
	return nil
}

// unpack takes one item into the store.
func (e *Evidence) unpack(ctx context.Context, in *exchange.Incoming, g group) (arrived, error) {
	b, err := in.Small(g.custody.Path, canonical.MaxBytes)
	if err != nil {
		return arrived{}, err
	}
	k, err := ReadCustody(b)
	if err != nil {
		return arrived{}, exchange.Refuse(envelope.BadSchema, "%s: %v", g.custody.Path, err)
	}
	if err := agrees(k, in.Peer.Node, g); err != nil {
		return arrived{}, err
	}
	n := id.New(e.Now())
	a := arrived{id: n, custody: k, json: string(b)}
	r, err := in.Open(g.file.Path)
	if err != nil {
		return arrived{}, exchange.Refuse(envelope.BadSchema, "%s is missing", g.file.Path)
	}
	if a.taken, err = e.intake(ctx, n, io.NewSectionReader(r, 0, r.Size())); err != nil {
		return arrived{}, fmt.Errorf("take in %s: %w", g.file.Path, err)
	}
	got := canonical.Hash(a.taken.SHA256)
	if got != k.Item.SHA256 || got != g.file.SHA256 || a.taken.Size != k.Item.Size {
		return arrived{}, errors.Join(
			exchange.Refuse(envelope.BadDigest, "%s: the bytes have SHA-256 %s, custody.json says %s", g.file.Path, got, k.Item.SHA256),
			e.forget(context.WithoutCancel(ctx), n))
	}
	return a, nil
}

// agrees compares what custody.json says with where it stands and whose message brought it.
func agrees(k Custody, sender id.ID, g group) error {
	switch {
	case k.File != g.file.Path:
		return exchange.Refuse(envelope.BadSchema, "%s speaks of %q", g.custody.Path, k.File)
	case k.Node != sender:
		return exchange.Refuse(envelope.BadSchema, "%s was written by node %s", g.custody.Path, k.Node)
	case g.dir != folder+strings.ToLower(string(k.Item.ID))+"/":
		return exchange.Refuse(envelope.BadSchema, "%s is of item %s", g.custody.Path, k.Item.ID)
	case k.Item.SHA256 != g.file.SHA256 || k.Item.Size != g.file.Size:
		return exchange.Refuse(envelope.BadDigest, "%s: the message says SHA-256 %s, custody.json %s", g.file.Path, g.file.SHA256, k.Item.SHA256)
	}
	return nil
}

// Into says where what came in belongs.
type Into struct {
	Case       id.ID
	Request    string   // reference; "" keeps what custody.json says
	Conditions []string // further conditions that the message sets, beside those of each custody.json
}

// Accept joins the act that takes a delivery in: its items lie in the case, their history goes on here, their
// conditions hold here. It returns the items' ids in the message's order.
func (e *Evidence) Accept(ctx context.Context, c *desk.Change, in *exchange.Incoming, d *Delivery, into Into) ([]id.ID, error) {
	var all []id.ID
	for _, a := range d.items {
		if err := e.accept(ctx, c, in, a, into); err != nil {
			return nil, fmt.Errorf("accept item %s: %w", a.id, err)
		}
		all = append(all, a.id)
	}
	return all, nil
}

func (e *Evidence) accept(ctx context.Context, c *desk.Change, in *exchange.Incoming, a arrived, into Into) error {
	us, them := in.Message.To.Authority, in.Message.From.Authority
	k := a.custody
	it := Item{
		ID: a.id, Case: into.Case, Request: into.Request, Measure: k.Measure, Label: k.Item.Label, Sort: k.Item.Sort, Name: k.Item.Name,
		Media: k.Item.Media, Size: a.taken.Size, SHA256: canonical.Hash(a.taken.SHA256), CRC32: a.taken.CRC32,
		Stored: canonical.Hash(a.taken.Stored), State: Held, Custodian: us, OriginBy: k.Node, Origin: k.Item.ID, beforeUs: a.json,
		Details: Details{
			Source: k.Item.Source, Acquired: k.Item.Acquired, Legal: k.Item.Legal, Handling: k.Item.Handling, Declared: k.Item.SHA256,
			Received: &Received{From: them, Channel: "envelope", Envelope: in.Opened.Manifest},
		},
	}
	if it.Request == "" {
		it.Request = k.Request
	}
	if err := insertItem(ctx, c, it); err != nil {
		return err
	}
	var terms []Condition
	for _, t := range k.Conditions {
		terms = append(terms, Condition{SetBy: t.By, Says: t.Says})
	}
	for _, says := range into.Conditions {
		terms = append(terms, Condition{SetBy: them, Says: says})
	}
	if err := impose(ctx, c.Tx, it.ID, terms); err != nil {
		return err
	}
	c.Also("evidence.add", ref(it.ID), map[string]any{"sha256": it.SHA256, "size": it.Size, "envelope": in.Opened.Manifest})
	received := Event{What: WasReceived, Authority: us, Before: them, After: us, SHA256: it.SHA256, Envelope: in.Opened.Manifest, Message: in.ID}
	if err := e.record(ctx, c, "evidence.add", it, received); err != nil {
		return err
	}
	return e.record(ctx, c, "evidence.add", it, Event{What: WasVerified, Authority: us, Before: us, After: us, SHA256: it.SHA256})
}

// Has reports whether the message brings items at all.
func Has(m *envelope.Message) bool {
	for _, f := range m.Content {
		if strings.HasPrefix(f.Path, folder) {
			return true
		}
	}
	return false
}
