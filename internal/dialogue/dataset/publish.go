package dataset

import (
	"context"
	"errors"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Published is a table that is out.
type Published struct {
	ID id.ID
	N  int
	Table
}

// Out lists the tables of a study that are out, in their order.
func Out(ctx context.Context, tx *db.Tx, n id.ID) ([]Published, error) {
	rows, err := tx.Query(ctx, `SELECT id, n, audience, item, by_what, where_item, where_is FROM dataset_out WHERE study_id = ? ORDER BY n`, n)
	return db.Collect(rows, err, func(scan db.Scan) (p Published, err error) {
		return p, scan(&p.ID, &p.N, &p.Audience, &p.Item, &p.By, &p.Where, &p.Is)
	})
}

// tables are the tables before one of them, "" for all.
func tables(out []Published, before id.ID) []Table {
	var list []Table
	for _, p := range out {
		if p.ID == before {
			break
		}
		list = append(list, p.Table)
	}
	return list
}

// maxTables is how many tables of a study can be out: each one is held against all before it.
const maxTables = 400

// Publish puts a table of the newest dataset out. From then on it stands in the register, and every later table is held
// against it. The same table again is the one that is out.
func (d *Data) Publish(ctx context.Context, who access.Person, n id.ID, t Table, entry id.ID) error {
	t = t.plain()
	return d.Desk.Do(ctx, who, "dataset.publish", id.NewRef(Kind, entry), func(c *desk.Change) error {
		if err := c.Lock(ctx, "dataset-tables/"+string(n)); err != nil {
			return err
		}
		out, err := Out(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		for _, p := range out {
			if p.Table == t {
				return nil
			}
		}
		if len(out) >= maxTables {
			return errs.Say(fmt.Errorf("publish table: %w", errs.Conflict), language.M("400 tables of this study are out. No more can be held against each other."), nil)
		}
		newest, err := Newest(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		content, err := Load(ctx, c.Tx, newest.ID)
		if err != nil {
			return err
		}
		if _, err := content.Count(t, tables(out, "")...); err != nil {
			return err
		}
		c.Record(map[string]any{"dataset": newest.Hash, "audience": t.Audience, "item": t.Item, "by": t.By, "where": t.Where, "is": t.Is})
		_, err = c.Exec(ctx, `
			INSERT INTO dataset_out (id, study_id, n, audience, item, by_what, where_item, where_is, out_by, out_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			entry, n, len(out)+1, t.Audience, t.Item, t.By, t.Where, t.Is, who.ID, c.Now())
		return err
	}, desk.Once(entry))
}

// CountOut counts a table that is out, as it may be shown; [errs.Conflict] when these data don't have it.
func (c *Content) CountOut(out []Published, n id.ID) (*Result, error) {
	for _, p := range out {
		if p.ID != n {
			continue
		}
		r, err := c.Count(p.Table, tables(out, n)...)
		if errors.Is(err, errs.Invalid) {
			err = errs.Say(fmt.Errorf("table %s: %v: %w", n, err, errs.Conflict),
				language.M("The newest data don’t have this table: its question isn’t asked any more, or its open answers are not coded to the end."), nil)
		}
		return r, err
	}
	return nil, fmt.Errorf("table %s: %w", n, errs.NotFound)
}
