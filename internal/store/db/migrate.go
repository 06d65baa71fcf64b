package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"comity/internal/base/errs"
)

// Schema is the tables of one slice: its name and a file system with sql/0001_name.sql, … in goose's form, forward
// only.
type Schema struct {
	Name string
	FS   fs.FS
}

// Migrate brings the schemas to their newest version, in the order given, each file in a transaction of its own. A
// file that was changed after it had been applied stops it with [errs.Conflict].
func (d *DB) Migrate(ctx context.Context, schemas ...Schema) error {
	if err := d.foundation(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, s := range schemas {
		if err := d.migrate(ctx, s); err != nil {
			return fmt.Errorf("migrate %s: %w", s.Name, err)
		}
	}
	return nil
}

// foundation makes what all schemas stand on: the type name that PostgreSQL lacks, and the register of applied files.
func (d *DB) foundation(ctx context.Context) error {
	if d.postgres {
		if _, err := d.write.ExecContext(ctx, `DO $$ BEGIN
			PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' foundation', 0));
			IF NOT EXISTS (SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
				WHERE t.typname = 'blob' AND n.nspname = current_schema()) THEN
				CREATE DOMAIN blob AS bytea;
			END IF; END $$`); err != nil {
			return err
		}
	}
	_, err := d.write.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration_file (file TEXT PRIMARY KEY, sha256 TEXT NOT NULL)`)
	return err
}

func (d *DB) migrate(ctx context.Context, s Schema) error {
	files, err := fs.Sub(s.FS, "sql")
	if err != nil {
		return err
	}
	sums, err := d.checkFiles(ctx, s.Name, files)
	if err != nil {
		return err
	}
	p, err := d.provider(s.Name, files)
	if err != nil {
		return err
	}
	applied, err := p.Up(ctx)
	if err != nil {
		return err
	}
	for _, a := range applied {
		file := s.Name + "/" + path.Base(a.Source.Path)
		if _, err := d.write.ExecContext(ctx, d.text(`INSERT INTO migration_file (file, sha256) VALUES (?, ?)`), file, sums[file]); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) provider(name string, files fs.FS) (*goose.Provider, error) {
	dialect, options := database.DialectSQLite3, []goose.ProviderOption{goose.WithVerbose(false)}
	if d.postgres {
		dialect = database.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	store, err := database.NewStore(dialect, "version_"+name)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider("", d.write, files, append(options, goose.WithStore(store))...)
}

// checkFiles returns the digest of each file, and refuses one that differs from what was applied.
func (d *DB) checkFiles(ctx context.Context, name string, files fs.FS) (map[string]string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for _, n := range names {
		b, err := fs.ReadFile(files, n)
		if err != nil {
			return nil, err
		}
		if !bytes.HasPrefix(b, []byte("-- +goose Up")) {
			return nil, errs.Invalidf("%s/%s: the first line of a migration is \"-- +goose Up\"", name, n)
		}
		h := sha256.Sum256(b)
		file, sum := name+"/"+n, hex.EncodeToString(h[:])
		sums[file] = sum
		var before string
		err = d.write.QueryRowContext(ctx, d.text(`SELECT sha256 FROM migration_file WHERE file = ?`), file).Scan(&before)
		if err == nil && before != sum {
			return nil, fmt.Errorf("%s was changed after it had been applied: put the old text back and add a new file: %w", file, errs.Conflict)
		}
	}
	return sums, nil
}
