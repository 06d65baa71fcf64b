package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/blob"
	"comity/internal/store/db"
	"comity/internal/store/job"
)

// Open hands out an item's bytes to a person who says why. The event "read" is committed before the first byte is
// given; a download that breaks off is still a read. Close what is returned.
func (e *Evidence) Open(ctx context.Context, who access.Person, n id.ID, why string) (Item, *blob.Plain, error) {
	if tidy(&why); why == "" || long(why, maxText) {
		return Item{}, nil, errs.WithFields(errs.Field{Path: "why", Code: "Say why you open it, in at most 2,000 characters."})
	}
	var it Item
	// Each opening is an act of its own: the same form sent twice hands the bytes out twice and is recorded twice.
	err := e.Desk.Do(ctx, who, "evidence.read", ref(n), func(c *desk.Change) (err error) {
		if it, err = get(ctx, c.Tx, n); err != nil {
			return err
		}
		if err := readable(it); err != nil {
			return err
		}
		c.Record(map[string]any{"sha256": it.SHA256})
		return e.record(ctx, c, "evidence.read", it, Event{What: WasRead, Why: why, SHA256: it.SHA256, Before: it.Custodian, After: it.Custodian})
	})
	if err != nil {
		return Item{}, nil, err
	}
	p, err := e.open(ctx, n)
	return it, p, err
}

func readable(it Item) error {
	switch {
	case it.State != Held && it.State != Sent:
		return errs.Say(fmt.Errorf("item %s is %s: %w", it.ID, it.State, errs.Conflict),
			"This item is set apart and can't be opened until people have decided on it.", nil)
	case it.marked(ChildAbuse):
		return errs.Say(fmt.Errorf("item %s needs a second person: %w", it.ID, errs.Forbidden),
			"This item may only be opened in the presence of a second person, so it can't be downloaded here.", nil)
	}
	return nil
}

func (it Item) marked(mark string) bool {
	for _, h := range it.Details.Handling {
		if h == mark {
			return true
		}
	}
	return false
}

func (e *Evidence) open(ctx context.Context, n id.ID) (*blob.Plain, error) {
	key, err := e.Vault.Get(n)
	if err != nil {
		return nil, err
	}
	return blob.Open(ctx, e.Blobs, n, key)
}

// Checked is what re-reading an item has found.
type Checked struct {
	Whole  bool
	SHA256 canonical.Hash // of the plain bytes, "" when they can't be read
	Fault  string         // what is wrong with the stored bytes, a code: bad-stored-digest, unreadable, bad-digest
}

// Verify reads an item's stored bytes again, compares both digests with those of its intake and records what it found.
// Damage quarantines the item; one that is whole again after damage is held again.
func (e *Evidence) Verify(ctx context.Context, who access.Person, n, entry id.ID) (Checked, error) {
	if err := e.may(ctx, who, "evidence.verify", ref(n)); err != nil {
		return Checked{}, err
	}
	var it Item
	err := e.Read.Read(ctx, db.House("evidence"), func(tx *db.Tx) (err error) {
		it, err = get(ctx, tx, n)
		return err
	})
	if err != nil {
		return Checked{}, err
	}
	found, err := e.reread(ctx, it)
	if err != nil {
		return Checked{}, fmt.Errorf("verify item %s: %w", n, err)
	}
	return found, e.Desk.Do(ctx, who, "evidence.verify", ref(n), func(c *desk.Change) error {
		it, err := get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		c.Record(map[string]any{"whole": found.Whole, "sha256": found.SHA256, "fault": found.Fault})
		return e.conclude(ctx, c, it, found)
	}, desk.Once(entry))
}

// reread compares without changing anything. An error is for what could not be found out.
func (e *Evidence) reread(ctx context.Context, it Item) (Checked, error) {
	err := blob.Scrub(ctx, e.Blobs, it.ID, blob.Sum(it.Stored))
	switch {
	case errors.Is(err, errs.NotFound):
		return Checked{Fault: "missing"}, nil
	case errors.Is(err, errs.Invalid):
		return Checked{Fault: "bad-stored-digest"}, nil
	case err != nil:
		return Checked{}, err
	}
	p, err := e.open(ctx, it.ID)
	if errors.Is(err, errs.Invalid) || errors.Is(err, errs.Forbidden) || errors.Is(err, errs.NotFound) {
		return Checked{Fault: "unreadable"}, nil
	}
	if err != nil {
		return Checked{}, err
	}
	defer func() { _ = p.Close() }()
	sum, err := digest(ctx, p)
	if err != nil {
		return Checked{Fault: "unreadable"}, ctx.Err()
	}
	if sum != it.SHA256 {
		return Checked{SHA256: sum, Fault: "bad-digest"}, nil
	}
	return Checked{Whole: true, SHA256: sum}, nil
}

// conclude records what a check found, and what follows for the item's state.
func (e *Evidence) conclude(ctx context.Context, c *desk.Change, it Item, found Checked) error {
	log := func(v Event) error {
		v.Before, v.After = it.Custodian, it.Custodian
		return e.record(ctx, c, "evidence.verify", it, v)
	}
	told := it.Details.Declared == "" || it.Details.Declared == it.SHA256
	switch {
	case found.Whole && it.State == Quarantined && told:
		if err := move(ctx, c, it, Held, it.Custodian); err != nil {
			return err
		}
		if err := log(Event{What: WasRepaired, SHA256: found.SHA256}); err != nil {
			return err
		}
		return log(Event{What: WasVerified, SHA256: found.SHA256})
	case found.Whole:
		return log(Event{What: WasVerified, SHA256: found.SHA256})
	}
	if err := log(Event{What: WasDamaged, SHA256: found.SHA256, Note: found.Fault}); err != nil || it.State == Quarantined {
		return err
	}
	if err := move(ctx, c, it, Quarantined, it.Custodian); err != nil {
		return err
	}
	return log(Event{What: WasQuarantined, SHA256: found.SHA256, Note: found.Fault})
}

// sourceName is how parts of an envelope name this slice's bytes.
const sourceName = "evidence"

// plain opens an item's bytes for sealing; the act that sends them has been recorded.
func (e *Evidence) plain(ctx context.Context, key string) (io.ReadCloser, error) {
	return e.open(ctx, id.ID(key))
}

// verifyKind reads an item again later, for a person who doesn't wait: large items take minutes.
var verifyKind = job.Kind[verifyArgs]{Name: "evidence.verify", Tries: 3}

type verifyArgs struct {
	Item  id.ID `json:"item"`
	Entry id.ID `json:"entry"`
}

// sweepKind removes what nothing speaks of.
var sweepKind = job.Kind[struct{}]{Name: "evidence.sweep", Tries: 3}

// Jobs registers the slice's work: items that are verified later, and a sweep each hour.
func (e *Evidence) Jobs(r *job.Runner) error {
	job.Handle(r, verifyKind, func(ctx context.Context, a verifyArgs) error {
		_, err := e.Verify(ctx, access.HouseItself(), a.Item, a.Entry)
		return err
	})
	job.Handle(r, sweepKind, func(ctx context.Context, _ struct{}) error { return e.Sweep(ctx) })
	return job.Every(r, sweepKind, time.Hour, struct{}{})
}

// VerifyLater has an item verified by a job.
func (e *Evidence) VerifyLater(ctx context.Context, who access.Person, n, entry id.ID) error {
	return e.Desk.Do(ctx, who, "evidence.verify", ref(n), func(c *desk.Change) error {
		c.Record(map[string]any{"asked": true})
		return desk.Later(c, verifyKind, verifyArgs{Item: n, Entry: id.New(c.Now())})
	}, desk.Once(entry))
}
