package db_test

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

//go:embed testdata/a/sql
var files embed.FS

func schema(t testing.TB) []db.Schema {
	t.Helper()
	sub, err := fs.Sub(files, "testdata/a")
	if err != nil {
		t.Fatal(err)
	}
	return []db.Schema{{Name: "a", FS: sub}}
}

func TestWriteAndRead(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		n := id.New(time.Now())
		at := time.Date(2026, 3, 2, 14, 20, 0, 120e6, time.FixedZone("", 3600))
		told := false
		err := d.Writer.Write(ctx, func(tx *db.Tx) error {
			tx.OnCommit(func() { told = true })
			if err := tx.Lock(ctx, "thing/b", "thing/a"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO thing (id, at, body, open, version) VALUES (?, ?, ?, ?, ?)`, n, at, []byte{0, 1}, true, 1)
			return err
		})
		if err != nil || !told {
			t.Fatalf("Write: %v, told %v", err, told)
		}
		var got struct {
			id      id.ID
			at      time.Time
			body    []byte
			open    bool
			version int
		}
		err = d.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			return tx.Row(ctx, `SELECT id, at, body, open, version FROM thing WHERE id = ?`, n).Scan(&got.id, &got.at, &got.body, &got.open, &got.version)
		})
		if err != nil || got.id != n || !got.at.Equal(at) || len(got.body) != 2 || !got.open || got.version != 1 {
			t.Fatalf("Read = %+v, %v", got, err)
		}
	})
}

func TestErrorsHaveKinds(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		insert := func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO thing (id, open, version) VALUES (?, ?, ?)`, "x", false, 1)
			return err
		}
		if err := d.Writer.Write(ctx, insert); err != nil {
			t.Fatal(err)
		}
		if err := d.Writer.Write(ctx, insert); !errors.Is(err, errs.Conflict) {
			t.Errorf("second insert: %v, want errs.Conflict", err)
		}
		err := d.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			var v int
			return tx.Row(ctx, `SELECT version FROM thing WHERE id = ?`, "y").Scan(&v)
		})
		if !errors.Is(err, errs.NotFound) {
			t.Errorf("no row: %v, want errs.NotFound", err)
		}
	})
}

func TestReaderCannotWrite(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO thing (id, open, version) VALUES (?, ?, ?)`, "x", false, 1)
			return err
		})
		if err == nil {
			t.Error("a reader wrote a row")
		}
	})
}

func TestTurns(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Writer.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO thing (id, open, version) VALUES ('x', ?, 0)`, true)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10 {
					err := d.Writer.Write(ctx, func(tx *db.Tx) error {
						if err := tx.Lock(ctx, "thing/x"); err != nil {
							return err
						}
						var v int
						if err := tx.Row(ctx, `SELECT version FROM thing WHERE id = 'x'`).Scan(&v); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, `UPDATE thing SET version = ? WHERE id = 'x'`, v+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var v int
		if err := d.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			return tx.Row(ctx, `SELECT version FROM thing WHERE id = 'x'`).Scan(&v)
		}); err != nil || v != 80 {
			t.Errorf("version = %d, %v; want 80: a turn was lost", v, err)
		}
	})
}

func TestChangedMigrationIsRefused(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		changed := fstest.MapFS{"sql/0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE thing (id TEXT);\n")}}
		if err := d.Migrate(context.Background(), db.Schema{Name: "a", FS: changed}); !errors.Is(err, errs.Conflict) {
			t.Errorf("Migrate with a changed file: %v, want errs.Conflict", err)
		}
	})
}

func TestMigrationWithoutItsFirstLineIsRefused(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		bare := fstest.MapFS{"sql/0001_b.sql": {Data: []byte("CREATE TABLE other (id TEXT);\n")}}
		if err := d.Migrate(context.Background(), db.Schema{Name: "b", FS: bare}); !errors.Is(err, errs.Invalid) {
			t.Errorf("Migrate without -- +goose Up: %v, want errs.Invalid", err)
		}
	})
}

func TestZeroScopeSeesNothing(t *testing.T) {
	if sql, _ := (db.Scope{}).Where("x.case_id"); sql != "1 = 0" {
		t.Errorf("zero scope: %s", sql)
	}
}
