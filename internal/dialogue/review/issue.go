package review

import (
	"context"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
)

// Issue ends the writing of a version: its text and digest stay, and every comment made so far gets its place in it (E1).
// The document is then for comments or final.
func (q *Reviews) Issue(ctx context.Context, who access.Person, n id.ID, to Status, entry id.ID) error {
	if !slices.Contains([]Status{ForComments, Final}, to) {
		return errs.WithFields(errs.Field{Path: "status", Code: notOffered})
	}
	return q.Desk.Do(ctx, who, "document.issue", id.NewRef(KindDocument, n), func(c *desk.Change) error {
		d, err := Find(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		v, err := working(ctx, c, n)
		if err != nil {
			return err
		}
		blocks, err := Blocks(ctx, c.Tx, v.ID)
		if err != nil {
			return err
		}
		if len(blocks) == 0 {
			return errs.Say(errs.Invalidf("document %s has no text", n), "There is no text yet. Write or paste it first.", nil)
		}
		hash, err := hashOf(blocks)
		if err != nil {
			return err
		}
		if _, err := c.Exec(ctx, `UPDATE document_version SET issued_at = ?, issued_by = ?, hash = ? WHERE id = ?`, c.Now(), who.ID, hash, v.ID); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, `UPDATE document SET status = ?, version = version + 1 WHERE id = ?`, to, n); err != nil {
			return err
		}
		c.Record(map[string]any{"version": v.N, "sha256": hash, "status": to})
		if err := anchorAll(ctx, c, v, blocks); err != nil {
			return err
		}
		return q.tellTranslators(ctx, c, d, blocks)
	}, desk.Once(entry))
}

// tellTranslators hands on what there is to translate.
func (q *Reviews) tellTranslators(ctx context.Context, c *desk.Change, d Document, blocks []Block) error {
	if q.texts == nil {
		return nil
	}
	units := []Unit{{Field: "title", Text: d.Title[d.Lang], Lang: d.Lang}}
	for _, b := range blocks {
		units = append(units, Unit{Field: blockField(b.ID), Text: b.Text, Lang: d.Lang})
	}
	if err := q.texts.Put(ctx, c, id.NewRef(KindDocument, d.ID), units); err != nil {
		return fmt.Errorf("translations of document %s: %w", d.ID, err)
	}
	return nil
}

func blockField(n id.ID) string { return "block/" + string(n) }

// Revise begins the next version with the blocks of the one before it, under the same ids.
func (q *Reviews) Revise(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.Desk.Do(ctx, who, "document.edit", id.NewRef(KindDocument, n), func(c *desk.Change) error {
		d, err := Find(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		last, err := newest(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if last.Working() {
			return errs.Say(fmt.Errorf("document %s: version %d is being written: %w", n, last.N, errs.Conflict), "The next version has been begun already.", nil)
		}
		if d.Origin != "" {
			return errs.Say(fmt.Errorf("document %s is another node's: %w", n, errs.Conflict), "This document belongs to another node, which writes its versions.", nil)
		}
		v := Version{ID: id.New(c.Now()), Document: n, N: last.N + 1}
		if err := insertVersion(ctx, c, v); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `
			INSERT INTO block (version_id, id, n, kind, level, text, hash, was, origin, version)
			SELECT ?, id, n, kind, level, text, hash, was, origin, 1 FROM block WHERE version_id = ?`, v.ID, last.ID)
		return err
	}, desk.Once(entry))
}
