// Package db opens SQLite or PostgreSQL and runs transactions; only it knows which database it is.
//
// One SQL text serves both: `?` for arguments, TEXT ids and codes, times as fixed-width UTC text, BLOB for bytes.
// A transaction's arguments and results are Go values: time.Time becomes text and comes back as time.Time, the zero
// time is NULL. Start with [Open], then [Reader.Read] and [Writer.Write].
package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	_ "modernc.org/sqlite"             // the "sqlite" driver

	"comity/internal/base/errs"
)

// DB is an open database. Reader and Writer are its two doors; slices hold the Reader alone.
type DB struct {
	Reader *Reader
	Writer *Writer
	read   *sql.DB
	write  *sql.DB
	*engine
}

// Options change how a database is opened; the zero value is right for a running node.
type Options struct {
	Now   func() time.Time   // the clock of the node; time.Now when nil
	Trace func(query string) // sees every SQL text that runs; for tests of query plans
}

// Open opens the database at rawURL: "sqlite:PATH", or "postgres://…" whose database has the C collation.
// The file or the schema is made when missing. Close it when done.
func Open(ctx context.Context, rawURL string, o Options) (*DB, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	e := &engine{now: o.Now, trace: o.Trace}
	d := &DB{engine: e}
	var err error
	switch scheme, rest, _ := strings.Cut(rawURL, ":"); scheme {
	case "sqlite":
		err = d.openSQLite(ctx, rest)
	case "postgres", "postgresql":
		err = d.openPostgres(ctx, rawURL)
	default:
		return nil, fmt.Errorf("open database: %q is neither sqlite:PATH nor postgres://…: %w", scheme+":…", errs.Invalid)
	}
	if err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("open %s database: %w", e.name(), err)
	}
	d.Reader = &Reader{d.read, e}
	d.Writer = &Writer{db: d.write, engine: e}
	return d, nil
}

// openSQLite follows what was measured: one writer that takes the lock when it begins, readers that can't write.
func (d *DB) openSQLite(ctx context.Context, path string) error {
	common := "_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)"
	file := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + common
	var err error
	if d.write, err = sql.Open("sqlite", file+"&_pragma=journal_mode(WAL)&_txlock=immediate"); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	if err = d.write.PingContext(ctx); err != nil {
		return kind(err)
	}
	if d.read, err = sql.Open("sqlite", file+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	d.read.SetMaxOpenConns(8)
	d.read.SetMaxIdleConns(4)
	return nil
}

func (d *DB) openPostgres(ctx context.Context, rawURL string) error {
	d.postgres = true
	var err error
	if d.write, err = sql.Open("pgx", rawURL); err != nil {
		return err
	}
	d.read = d.write
	d.write.SetMaxOpenConns(24)
	d.write.SetMaxIdleConns(12)
	if err = d.write.PingContext(ctx); err != nil {
		return kind(err)
	}
	var collation string
	if err = d.write.QueryRowContext(ctx, `SELECT datcollate FROM pg_database WHERE datname = current_database()`).Scan(&collation); err != nil {
		return err
	}
	if collation != "C" && collation != "POSIX" && !strings.HasPrefix(collation, "C.") {
		return fmt.Errorf("its collation is %s: create the database with LC_COLLATE 'C' TEMPLATE template0, so that ids sort as bytes: %w", collation, errs.Invalid)
	}
	return nil
}

// Close waits for nobody: transactions under way fail.
func (d *DB) Close() error {
	var err error
	if d.read != nil {
		err = d.read.Close()
	}
	if d.write != nil && d.write != d.read {
		if e := d.write.Close(); err == nil {
			err = e
		}
	}
	return err
}
