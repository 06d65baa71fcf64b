package evidence

import (
	"context"
	"encoding/json"
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
)

const (
	// UploadLife is how long an upload may take before it is forgotten.
	UploadLife = 7 * 24 * time.Hour
	maxOpen    = 200     // uploads of one person under way
	maxUpload  = 1 << 44 // bytes of one item
)

// Upload is an item whose bytes come in pieces, over days and across crashes.
type Upload struct {
	ID     id.ID // of the item that it becomes
	Person id.ID
	Size   int64
	Given  Given
	At     time.Time
}

// Begin begins an upload of size bytes. source says what is being taken in (a path, a name, with size and time): the
// same person who begins with the same source, size and case again gets the upload that is there, to go on with it.
func (e *Evidence) Begin(ctx context.Context, who access.Person, g Given, size int64, source string) (id.ID, error) {
	g, err := g.checked()
	if err != nil {
		return "", err
	}
	if size < 0 || size > maxUpload {
		return "", errs.WithFields(errs.Field{Path: "file", Code: "A file of this size can't be taken in."})
	}
	if err := e.may(ctx, who, g.act(), caseRef(g.Case)); err != nil {
		return "", err
	}
	mark := canonical.Sum([]byte(source))
	if source == "" {
		mark = ""
	}
	before, err := e.begun(ctx, who, g, size, mark)
	if before != "" || err != nil {
		return before, err
	}
	n := id.New(e.Now())
	if err := e.reserve(ctx, n, size); err != nil {
		return "", fmt.Errorf("begin upload: %w", err)
	}
	if err := e.register(ctx, who, n, g, size, mark); err != nil {
		return "", errors.Join(err, e.abandon(n))
	}
	return n, nil
}

// begun finds an upload of the same source and counts those under way.
func (e *Evidence) begun(ctx context.Context, who access.Person, g Given, size int64, mark canonical.Hash) (n id.ID, err error) {
	err = e.Read.Read(ctx, db.House("evidence"), func(tx *db.Tx) error {
		var open int
		if err := tx.Row(ctx, `SELECT COUNT(*) FROM evidence_upload WHERE person = ?`, who.ID).Scan(&open); err != nil {
			return err
		}
		if open >= maxOpen {
			return errs.Say(fmt.Errorf("%d uploads under way: %w", open, errs.Unavailable), "You have too many unfinished uploads. Finish or remove some of them.", nil)
		}
		if mark == "" {
			return nil
		}
		err := tx.Row(ctx, `SELECT id FROM evidence_upload WHERE person = ? AND source = ? AND size = ? AND case_id = ? ORDER BY id LIMIT 1`,
			who.ID, mark, size, g.Case).Scan(&n)
		if errors.Is(err, errs.NotFound) {
			return nil
		}
		return err
	})
	return n, err
}

// reserve makes the item's key and asks for the room.
func (e *Evidence) reserve(ctx context.Context, n id.ID, size int64) error {
	key, err := e.Vault.New(n)
	if err != nil {
		return err
	}
	u, err := e.Uploads.Create(ctx, n, size, key)
	if err != nil {
		return errors.Join(err, e.Vault.Destroy(n))
	}
	return u.Close()
}

func (e *Evidence) register(ctx context.Context, who access.Person, n id.ID, g Given, size int64, mark canonical.Hash) error {
	given, err := json.Marshal(g)
	if err != nil {
		return err
	}
	return e.Desk.Do(ctx, who, g.act(), ref(n), func(c *desk.Change) error {
		c.Record(map[string]any{"upload": "begun", "size": size})
		_, err := c.Exec(ctx, `INSERT INTO evidence_upload (id, case_id, person, size, given, source, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			n, g.Case, who.ID, size, string(given), mark, c.Now())
		return err
	}, desk.Within(caseRef(g.Case)))
}

// abandon removes the bytes of an upload and their key.
func (e *Evidence) abandon(n id.ID) error {
	err := e.Uploads.Remove(n)
	if errors.Is(err, errs.NotFound) {
		err = nil
	}
	if err != nil {
		return err // someone is writing to it
	}
	if kerr := e.Vault.Destroy(n); !errors.Is(kerr, errs.NotFound) {
		err = kerr
	}
	return err
}

func scanUpload(s db.Scan) (Upload, error) {
	var u Upload
	var given string
	if err := s(&u.ID, &u.Person, &u.Size, &given, &u.At); err != nil {
		return u, err
	}
	return u, json.Unmarshal([]byte(given), &u.Given)
}

// upload returns an upload of that person; those of others don't exist for them.
func (e *Evidence) upload(ctx context.Context, who access.Person, n id.ID) (u Upload, err error) {
	err = e.Read.Read(ctx, db.House("evidence"), func(tx *db.Tx) error {
		u, err = scanUpload(tx.Row(ctx, `SELECT id, person, size, given, at FROM evidence_upload WHERE id = ? AND person = ?`, n, who.ID).Scan)
		return err
	})
	if err != nil {
		return u, fmt.Errorf("upload %s: %w", n, err)
	}
	return u, nil
}

// Unfinished lists a person's uploads for a case.
func Unfinished(ctx context.Context, tx *db.Tx, person, caseID id.ID) ([]Upload, error) {
	rows, err := tx.Query(ctx, `SELECT id, person, size, given, at FROM evidence_upload WHERE person = ? AND case_id = ? ORDER BY id`, person, caseID)
	return db.Collect(rows, err, scanUpload)
}

// Progress returns how many bytes of an upload are durable, and how many there will be. errs.Conflict means that
// another is writing to it.
func (e *Evidence) Progress(ctx context.Context, who access.Person, n id.ID) (offset, size int64, err error) {
	u, err := e.upload(ctx, who, n)
	if err != nil {
		return 0, 0, err
	}
	offset = u.Size // moved into the store, not yet linked
	err = e.writing(ctx, n, func(w *blob.Upload) error {
		offset = w.Offset()
		return nil
	})
	if errors.Is(err, errs.NotFound) && e.stored(ctx, n) {
		err = nil
	}
	return offset, u.Size, err
}

func (e *Evidence) stored(ctx context.Context, n id.ID) bool {
	_, err := e.Blobs.Stat(ctx, n)
	return err == nil
}

// writing opens an upload's bytes for one piece of work.
func (e *Evidence) writing(ctx context.Context, n id.ID, f func(*blob.Upload) error) error {
	key, err := e.Vault.Get(n)
	if err != nil {
		return err
	}
	w, err := e.Uploads.Open(ctx, n, key)
	if err != nil {
		return err
	}
	return errors.Join(f(w), w.Close())
}

// Append takes in the next bytes of an upload, which begin at offset, and returns how many of them are durable.
func (e *Evidence) Append(ctx context.Context, who access.Person, n id.ID, offset int64, r io.Reader) (taken int64, err error) {
	if _, err := e.upload(ctx, who, n); err != nil {
		return 0, err
	}
	err = e.writing(ctx, n, func(w *blob.Upload) error {
		taken, err = w.Append(ctx, offset, r)
		return err
	})
	return taken, err
}

// Finish makes an item of an upload whose bytes have all come, and returns its id. Done again, after a crash too, it
// changes nothing.
func (e *Evidence) Finish(ctx context.Context, who access.Person, n id.ID) (id.ID, error) {
	u, err := e.upload(ctx, who, n)
	if errors.Is(err, errs.NotFound) {
		return n, e.finished(ctx, who, n)
	}
	if err != nil {
		return "", err
	}
	if err := e.may(ctx, who, u.Given.act(), caseRef(u.Given.Case)); err != nil {
		return "", err
	}
	var taken blob.Taken
	err = e.writing(ctx, n, func(w *blob.Upload) (err error) {
		taken, err = w.Finish(ctx)
		return err
	})
	if errors.Is(err, errs.NotFound) && e.stored(ctx, n) {
		taken, err = e.retake(ctx, n)
	}
	if err != nil {
		return "", fmt.Errorf("finish upload %s: %w", n, err)
	}
	return n, e.link(ctx, who, n, u.Given, taken, func(c *desk.Change) error { return remove(ctx, c, n) })
}

// remove takes an upload off the list. It is errs.NotFound when it was cancelled, or became an item, meanwhile: then its
// bytes are gone, or somebody else's.
func remove(ctx context.Context, c *desk.Change, n id.ID) error {
	gone, err := c.Exec(ctx, `DELETE FROM evidence_upload WHERE id = ?`, n)
	if err == nil && gone == 0 {
		err = fmt.Errorf("upload %s: %w", n, errs.NotFound)
	}
	return err
}

// finished reports as errs.NotFound that the upload hasn't become an item which the person may know of.
func (e *Evidence) finished(ctx context.Context, who access.Person, n id.ID) error {
	return e.Read.Read(ctx, access.ScopeOf(who, e.Now()), func(tx *db.Tx) error {
		_, err := Get(ctx, tx, n)
		return err
	})
}

// Cancel forgets an upload and the bytes that have come.
func (e *Evidence) Cancel(ctx context.Context, who access.Person, n id.ID) error {
	u, err := e.upload(ctx, who, n)
	if err != nil {
		return err
	}
	return e.cancel(ctx, who, u, "removed")
}

func (e *Evidence) cancel(ctx context.Context, who access.Person, u Upload, why string) error {
	if err := e.Uploads.Remove(u.ID); err != nil && !errors.Is(err, errs.NotFound) {
		return err // another is writing to it
	}
	act := u.Given.act()
	if who.Kind == access.House {
		act = "evidence.sweep"
	}
	err := e.Desk.Do(ctx, who, act, ref(u.ID), func(c *desk.Change) error {
		c.Record(map[string]any{"upload": why})
		return remove(ctx, c, u.ID)
	})
	if err != nil {
		return err
	}
	return e.forget(context.WithoutCancel(ctx), u.ID)
}
