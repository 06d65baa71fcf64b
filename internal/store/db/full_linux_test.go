package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/store/db"
)

// TestFullDisk fills the disk under a SQLite database: the transaction that found no room is undone whole and says that
// it may be tried again; what was there is there, and with room again the next one succeeds.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no small disk to fill (only root can mount one): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "comity.db"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	write := func(query string, args ...any) error {
		return d.Writer.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, query, args...)
			return err
		})
	}
	if err := write(`CREATE TABLE thing (id BIGINT PRIMARY KEY, text TEXT NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	stored := 0
	for err == nil {
		if err = write(`INSERT INTO thing (id, text) VALUES (?, ?)`, stored, strings.Repeat("x", 100<<10)); err == nil {
			stored++
		}
		if stored > 100 {
			t.Fatal("10 MB went onto a disk of 4 MB")
		}
	}
	if !errors.Is(err, errs.Unavailable) || stored == 0 {
		t.Errorf("when the disk was full after %d rows: %v, want errs.Unavailable", stored, err)
	}
	var count int
	err = d.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT COUNT(*) FROM thing`).Scan(&count)
	})
	if err != nil || count != stored {
		t.Errorf("afterwards %d rows are there (%v), want the %d that were acknowledged", count, err, stored)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	if err := write(`INSERT INTO thing (id, text) VALUES (?, ?)`, stored, "room again"); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
