// Package desk is the one place where anything changes.
//
// An act is allowed, done, entered in the ledger and followed up in one transaction, or not at all.
// Start with [Desk.Do].
package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/job"
	"comity/internal/store/ledger"
)

// Desk does acts. It is made once for a node and used by all slices at the same time.
type Desk struct {
	writer  *db.Writer
	policy  *access.Policy
	sources *access.Sources
	wake    func(urgent bool)
	refused refusals
}

// New returns the desk of a node. wake tells the ledger's sequencer that an entry waits, urgently when something
// leaves the node as soon as the entry has its place.
func New(w *db.Writer, p *access.Policy, s *access.Sources, wake func(urgent bool)) *Desk {
	return &Desk{writer: w, policy: p, sources: s, wake: wake}
}

// Option changes how one act is done.
type Option func(*options)

type options struct {
	entry  id.ID
	within id.Ref
}

// Once gives the act's entry its id beforehand. The second click, the retried POST and the back button carry the same
// id, find the entry and change nothing: [Desk.Do] then returns nil without running the change.
func Once(entry id.ID) Option { return func(o *options) { o.entry = entry } }

// Within says that the thing is made by the act and lies in another one, on whose facts the policy decides: a new
// request in its case, a new case in its office.
func Within(container id.Ref) Option { return func(o *options) { o.within = container } }

// Do runs change as the act by who on a thing: it opens a transaction, takes the thing's turn, asks the policy on
// facts read there, runs change, enters the act in the ledger and commits.
// change may run more than once and so touches nothing but c. A refusal is entered as well, in a transaction of its own.
func (d *Desk) Do(ctx context.Context, who access.Person, act access.Act, on id.Ref, change func(*Change) error, opt ...Option) error {
	var o options
	for _, f := range opt {
		f(&o)
	}
	urgent := false
	err := d.writer.Write(ctx, func(tx *db.Tx) error {
		c := &Change{Tx: tx, ctx: ctx, who: who, entry: ledger.Entry{ID: o.entry, Act: string(act), On: on}}
		if err := d.turn(c, o.within); err != nil {
			return err
		}
		if done, err := d.entered(c); done || err != nil {
			return err
		}
		if err := d.allowed(c, act, o.within); err != nil {
			return err
		}
		if err := change(c); err != nil {
			return err
		}
		urgent = c.urgent
		return c.enter()
	})
	if errors.Is(err, errAlready) {
		return nil
	}
	if err != nil {
		d.note(ctx, who, act, on, err)
		return fmt.Errorf("%s on %s: %w", act, on, err)
	}
	d.wake(urgent)
	return nil
}

// turn takes the turn of the thing and of what it lies in.
func (d *Desk) turn(c *Change, within id.Ref) error {
	things := []string{string(c.entry.On)}
	if within != "" {
		things = append(things, string(within))
	}
	return c.Lock(c.ctx, things...)
}

var errAlready = errors.New("done already")

// entered reports by errAlready that the act's entry is there: the same act, asked for twice.
func (d *Desk) entered(c *Change) (bool, error) {
	if c.entry.ID == "" {
		c.entry.ID = id.New(c.Now())
		return false, nil
	}
	before, err := ledger.Find(c.ctx, c.Tx, c.entry.ID)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if before.Act != c.entry.Act || before.On != c.entry.On {
		return false, fmt.Errorf("entry %s stands for %s on %s: %w", before.ID, before.Act, before.On, errs.Conflict)
	}
	return true, errAlready
}

func (d *Desk) allowed(c *Change, act access.Act, within id.Ref) error {
	ref := c.entry.On
	if within != "" {
		ref = within
	}
	facts, err := d.sources.Read(c.ctx, c.Tx, ref, c.who)
	if err != nil {
		return err
	}
	if err := d.policy.May(c.who, act, facts); err != nil {
		return err
	}
	role, err := d.policy.RoleOnRecord(c.ctx, c.Tx, c.who, act, facts)
	c.entry.Role = string(role)
	return err
}

// May reports whether who could do the act on the thing now, with the reason when not. Pages ask it to show only what
// can be done; the act asks again.
func (d *Desk) May(ctx context.Context, tx *db.Tx, who access.Person, act access.Act, on id.Ref) error {
	facts, err := d.sources.Read(ctx, tx, on, who)
	if err != nil {
		return err
	}
	return d.policy.May(who, act, facts)
}

// See is [Desk.May] for the page from which the act is sent: that who has to show a factor once more is no reason to keep
// the page from them, since the act itself asks for it.
func (d *Desk) See(ctx context.Context, tx *db.Tx, who access.Person, act access.Act, on id.Ref) error {
	if err := d.May(ctx, tx, who, act, on); !access.Lapsed(err) {
		return err
	}
	return nil
}

// Could reports whether who could do the act on the thing now, if need be after showing a factor once more. It is for
// buttons: what may not be done, or isn't theirs to know of, is false and no error.
func (d *Desk) Could(ctx context.Context, tx *db.Tx, who access.Person, act access.Act, on id.Ref) (bool, error) {
	err := d.See(ctx, tx, who, act, on)
	if errors.Is(err, errs.Forbidden) || errors.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Ever reports whether who could do the act on some thing at all: for menus, never as the decision.
func (d *Desk) Ever(who access.Person, act access.Act) bool { return d.policy.Ever(who, act) }

// Change is an act under way: the transaction, who acts, and what the ledger will say.
type Change struct {
	*db.Tx
	ctx    context.Context
	who    access.Person
	entry  ledger.Entry
	also   []ledger.Entry
	later  []job.Request
	urgent bool
}

// Who returns who acts.
func (c *Change) Who() access.Person { return c.who }

// Entry returns the id of the act's entry in the ledger.
func (c *Change) Entry() id.ID { return c.entry.ID }

// Record sets what the entry says beside the act itself: digests and codes, never personal data.
func (c *Change) Record(facts any) { c.entry.Facts = facts }

// Message sets the digest of the message.json that the act sends; its proof travels in the envelope.
func (c *Change) Message(sum canonical.Hash) { c.entry.Message = sum }

// Also makes a second entry in the same transaction, for what the act did to another thing.
func (c *Change) Also(act access.Act, on id.Ref, facts any) {
	c.also = append(c.also, ledger.Entry{ID: id.New(c.Now()), Act: string(act), On: on, Facts: facts})
}

// enter writes the entries; what is to be done later stands on the first one.
func (c *Change) enter() error {
	later, err := encode(c.later)
	if err != nil {
		return err
	}
	for _, e := range append([]ledger.Entry{c.entry}, c.also...) {
		e.At = c.Now()
		switch c.who.Kind {
		case access.Node:
			e.Node = c.who.ID
		default:
			e.Person = c.who.ID
		}
		if err := ledger.Append(c.ctx, c.Tx, e, later); err != nil {
			return err
		}
		later = nil // stands on the first entry
	}
	return nil
}

// minute is the span over which refusals are counted.
const minute = time.Minute
