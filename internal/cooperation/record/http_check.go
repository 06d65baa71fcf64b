package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/web"
	"comity/internal/store/db"
	"comity/internal/store/ledger"
)

// maxWords is what the fields of a form may have beside a file, in bytes.
const maxWords = 64 << 10

// proof gives the proof of an entry with the entry in it: one file that convinces whoever has the ledger's key. It
// stands under a checkpoint that a witness has cosigned, when one covers the entry.
func (q *Records) proof(r *web.Request) error {
	var e ledger.Listed
	err := q.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = q.entry(ctx, tx, r)
		return err
	})
	if err != nil {
		return err
	}
	proof, covered, err := q.Log.ProveWitnessed(r.Ctx(), e.ID, 1)
	if err == nil && !covered {
		proof, covered, err = q.Log.Prove(r.Ctx(), e.ID)
	}
	if err != nil {
		return err
	}
	if !covered {
		return errs.Say(fmt.Errorf("entry %s: %w", e.ID, errs.Unavailable), "The entry waits for its place. Ask for the proof in a second.", nil)
	}
	file, err := ledger.WithEntry(proof, e.JSON)
	if err != nil {
		return err
	}
	return r.Attachment(string(e.ID)+".tlog-proof", "text/plain; charset=utf-8", bytes.NewReader(file))
}

// checkpoint gives the newest checkpoint with the cosignatures that have come.
func (q *Records) checkpoint(r *web.Request) error {
	size, msg, err := q.Log.Newest(r.Ctx())
	if err == nil && size == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return err
	}
	return r.Attachment("checkpoint.txt", "text/plain; charset=utf-8", bytes.NewReader(msg))
}

type checkedPage struct {
	Good        bool
	Wrong       string
	Origin      string
	Entries     int64
	Checkpoints int
	Cosigned    int
	Waiting     int64
}

// verifyLedger computes the whole tree again from the entries and compares it with every checkpoint. It takes as long
// as it takes; what it found is entered.
func (q *Records) verifyLedger(r *web.Request) error {
	entry, err := entryOf(r)
	if err != nil {
		return err
	}
	on := id.NewRef("ledger", q.Card.Node)
	var keys []string
	err = q.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := q.Desk.May(ctx, tx, r.Person, "ledger.verify", on); err != nil {
			return err
		}
		keys, err = q.Witnesses(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	report, wrong := q.Log.Check(r.Ctx(), keys...)
	if wrong != nil && !errors.Is(wrong, errs.Invalid) {
		return wrong
	}
	err = q.Desk.Do(r.Ctx(), r.Person, "ledger.verify", on, func(c *desk.Change) error {
		c.Record(map[string]any{"holds": wrong == nil, "entries": report.Entries, "checkpoints": report.Checkpoints})
		return nil
	}, desk.Once(entry))
	if err != nil {
		return err
	}
	p := checkedPage{Good: wrong == nil, Origin: q.Log.Origin(), Entries: report.Entries, Checkpoints: report.Checkpoints, Cosigned: report.Cosigned}
	if wrong != nil {
		p.Wrong = wrong.Error()
	}
	if p.Waiting, err = q.Log.Waiting(r.Ctx()); err != nil {
		return err
	}
	return r.Page("record/checked", p)
}

// export gives the whole ledger, which [ledger.Verify] and comity verify read. It speaks of all cases, so that it is
// for who may see who did what, and that it was taken is entered before the first byte.
func (q *Records) export(r *web.Request) error {
	entry, err := entryOf(r)
	if err != nil {
		return err
	}
	err = q.Desk.Do(r.Ctx(), r.Person, "report.access", id.NewRef("ledger", q.Card.Node), func(c *desk.Change) error {
		c.Record(map[string]any{"what": "export"})
		return nil
	}, desk.Once(entry))
	if err != nil {
		return err
	}
	h := r.Writer().Header()
	h.Set("Content-Type", "application/jsonl")
	h.Set("Content-Disposition", `attachment; filename="`+strings.ToLower(string(q.Card.Node))+`.ledger.jsonl"`)
	return q.Log.Dump(r.Ctx(), r.Writer())
}

// entryOf reads the entry's id from the small form of a route that has no time limit.
func entryOf(r *web.Request) (id.ID, error) {
	b, err := io.ReadAll(r.HTTP.Body)
	if err != nil {
		return "", err
	}
	form, err := url.ParseQuery(string(b))
	if err != nil {
		return "", errs.Invalidf("form: %v", err)
	}
	return id.Parse(form.Get("entry"))
}
