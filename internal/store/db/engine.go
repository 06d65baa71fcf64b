package db

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"comity/internal/base/errs"
)

// engine is what differs between the two databases, and what both pools share.
type engine struct {
	postgres   bool
	now        func() time.Time
	trace      func(string)
	rewritten  sync.Map // a text with ? → the same with $1…
	statements sync.Map // a text → *sql.Stmt, on SQLite's writer
	kept       sync.Map // see [Tx.Kept]
}

func (e *engine) name() string {
	if e.postgres {
		return "PostgreSQL"
	}
	return "SQLite"
}

// Postgres reports whether the database is PostgreSQL. It is for messages and for tests, never for a second SQL text.
func (e *engine) Postgres() bool { return e.postgres }

// text returns query in the database's own form.
func (e *engine) text(query string) string {
	if e.trace != nil {
		e.trace(query)
	}
	if !e.postgres {
		return query
	}
	if t, ok := e.rewritten.Load(query); ok {
		return t.(string)
	}
	t := numbered(query)
	e.rewritten.Store(query, t)
	return t
}

// numbered replaces each ? outside quotes by $1, $2, …
func numbered(query string) string {
	var b strings.Builder
	n, quoted := 0, false
	for _, r := range query {
		switch {
		case r == '\'':
			quoted = !quoted
			b.WriteRune(r)
		case r == '?' && !quoted:
			n++
			b.WriteString("$" + strconv.Itoa(n))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// kind wraps err in the kind on which a caller can act: what was there already is [errs.Conflict], no room or no
// answer is [errs.Unavailable].
func kind(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return errs.NotFound
	}
	switch code(err) {
	case "23505", strconv.Itoa(sqlite3.SQLITE_CONSTRAINT_UNIQUE), strconv.Itoa(sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
		return fmt.Errorf("%w: %w", err, errs.Conflict)
	case "53100", strconv.Itoa(sqlite3.SQLITE_FULL):
		return fmt.Errorf("the disk is full: %w: %w", err, errs.Unavailable)
	case "57P01", "08006", "08001", strconv.Itoa(sqlite3.SQLITE_CANTOPEN), strconv.Itoa(sqlite3.SQLITE_IOERR):
		return fmt.Errorf("%w: %w", err, errs.Unavailable)
	}
	return err
}

// repeatable reports whether the whole transaction may simply be run again.
func repeatable(err error) bool {
	switch code(err) {
	case "40P01", "40001", strconv.Itoa(sqlite3.SQLITE_BUSY), strconv.Itoa(sqlite3.SQLITE_BUSY_SNAPSHOT):
		return true
	}
	return false
}

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return strconv.Itoa(lite.Code())
	}
	return ""
}
