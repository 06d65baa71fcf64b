package dataset

import (
	"context"
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
	rows, err := tx.Query(ctx, `SELECT id, n, audience, item, by_what FROM dataset_table WHERE study_id = ? ORDER BY n`, n)
	return db.Collect(rows, err, func(scan db.Scan) (p Published, err error) {
		return p, scan(&p.ID, &p.N, &p.Audience, &p.Item, &p.By)
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
		c.Record(map[string]any{"dataset": newest.Hash, "audience": t.Audience, "item": t.Item, "by": t.By})
		_, err = c.Exec(ctx, `INSERT INTO dataset_table (id, study_id, n, audience, item, by_what, out_by, out_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			entry, n, len(out)+1, t.Audience, t.Item, t.By, who.ID, c.Now())
		return err
	}, desk.Once(entry))
}

// CountOut counts a table that is out, as it may be shown.
func (c *Content) CountOut(out []Published, n id.ID) (*Result, error) {
	for _, p := range out {
		if p.ID == n {
			return c.Count(p.Table, tables(out, n)...)
		}
	}
	return nil, fmt.Errorf("table %s: %w", n, errs.NotFound)
}
