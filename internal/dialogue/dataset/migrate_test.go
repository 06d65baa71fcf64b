package dataset_test

import (
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/base/id"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/study"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// TestTablesStayOut: what was out before tables could be for some only is out as before, for everybody.
func TestTablesStayOut(t *testing.T) {
	first, err := fs.ReadFile(dataset.Schema().FS, "sql/0001_dataset.sql")
	if err != nil {
		t.Fatal(err)
	}
	before := db.Schema{Name: "dataset", FS: fstest.MapFS{"sql/0001_dataset.sql": {Data: first}}}
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			d, err := db.Open(ctx, dbtest.URL(t, kind, "dataset upgrade", nil), db.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			})
			if err := d.Migrate(ctx, before); err != nil {
				t.Fatal(err)
			}
			st := id.ID("01JD0000000000000000000002")
			err = d.Writer.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO dataset_table (id, study_id, n, audience, item, by_what, out_by, out_at) VALUES (?, ?, 1, 'state', 'law', 'region', '', ?)`,
					id.ID("01JD0000000000000000000003"), st, time.Now())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Migrate(ctx, dataset.Schema()); err != nil {
				t.Fatal(err)
			}
			err = d.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
				out, err := dataset.Out(ctx, tx, st)
				want := dataset.Table{Audience: study.States, Item: "law", By: "region"}
				if len(out) != 1 || out[0].Table != want || out[0].ID != "01JD0000000000000000000003" {
					t.Errorf("out after the change: %+v, want %+v", out, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
