package db_test

import (
	"context"
	"errors"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

const insertThing = `INSERT INTO thing (id, open, version) VALUES (?, ?, ?)`

func things(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		return tx.Row(context.Background(), `SELECT COUNT(*) FROM thing`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSend(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Writer.Write(ctx, func(tx *db.Tx) error {
			if err := tx.Send(ctx, insertThing, "x", true, 1); err != nil {
				return err
			}
			var n int
			if err := tx.Row(ctx, `SELECT COUNT(*) FROM thing`).Scan(&n); err != nil || n != 1 {
				t.Errorf("the next statement sees %d rows, %v; want 1", n, err)
			}
			return tx.Send(ctx, insertThing, "y", true, 1)
		})
		if n := things(t, d); err != nil || n != 2 {
			t.Errorf("Write: %v, %d rows; want 2", err, n)
		}
	})
}

// A statement that fails undoes the transaction whenever it is sent, and the connections stay good: there are more
// transactions here than connections.
func TestSendThatFails(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for range 30 {
			told := false
			err := d.Writer.Write(ctx, func(tx *db.Tx) error {
				tx.OnCommit(func() { told = true })
				return errors.Join(tx.Send(ctx, insertThing, "x", true, 1), tx.Send(ctx, insertThing, "x", true, 1))
			})
			if !errors.Is(err, errs.Conflict) || told {
				t.Fatalf("the same row twice: %v, told %v; want errs.Conflict", err, told)
			}
			err = d.Writer.Write(ctx, func(tx *db.Tx) error {
				if err := tx.Send(ctx, insertThing, "x", true, 1); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, insertThing, "x", true, 1)
				return err
			})
			if !errors.Is(err, errs.Conflict) {
				t.Fatalf("the same row by the next statement: %v, want errs.Conflict", err)
			}
		}
		if n := things(t, d); n != 0 {
			t.Errorf("%d rows are there, want none", n)
		}
	})
}

// A change that goes on after a statement of its own has failed isn't taken for done where it wasn't.
func TestSwallowedError(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Writer.Write(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, insertThing, "x", true, 1); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, insertThing, "x", true, 1); !errors.Is(err, errs.Conflict) {
				t.Errorf("the same row twice: %v", err)
			}
			return nil
		})
		if n := things(t, d); (err == nil) != (n == 1) {
			t.Errorf("Write: %v, and %d rows are there", err, n)
		}
	})
}

func TestCancelledWrite(t *testing.T) {
	dbtest.Each(t, schema(t), func(t *testing.T, d *db.DB) {
		for range 30 {
			ctx, cancel := context.WithCancel(context.Background())
			err := d.Writer.Write(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, insertThing, "x", true, 1); err != nil {
					return err
				}
				cancel()
				return nil
			})
			if err == nil {
				t.Fatal("Write: nil, want an error")
			}
		}
		if n := things(t, d); n != 0 {
			t.Errorf("%d rows are there, want none", n)
		}
	})
}
