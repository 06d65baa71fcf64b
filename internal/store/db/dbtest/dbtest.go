// Package dbtest gives tests a real database of each kind, with the tables of the schemas under test.
//
// SQLite is a migrated file copied for each test; PostgreSQL is one schema per test binary, emptied before each test,
// and runs when COMITY_TEST_POSTGRES holds a URL (./test sets it). When the test ends, every SQL text that ran on
// SQLite is put to EXPLAIN QUERY PLAN: a scan of a table that grows fails the test (see plans.go).
package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/internal/store/db"
)

// Variable names the PostgreSQL server for tests, as a URL of a database with the C collation.
const Variable = "COMITY_TEST_POSTGRES"

// Options of a test's database.
type Options struct{ Now func() time.Time }

// Each runs f as a subtest on each database.
func Each(t *testing.T, schemas []db.Schema, f func(*testing.T, *db.DB)) {
	t.Helper()
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) { f(t, Open(t, kind, schemas, Options{})) })
	}
}

// Kinds lists the databases that this run tests.
func Kinds() []string {
	if os.Getenv(Variable) == "" {
		return []string{"sqlite"}
	}
	return []string{"sqlite", "postgres"}
}

// Open returns an empty database of the kind with the schemas' tables. It is closed when the test ends.
func Open(t testing.TB, kind string, schemas []db.Schema, o Options) *db.DB {
	t.Helper()
	if kind == "postgres" {
		d, _ := openPostgres(t, schemas, o)
		return d
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, template(t, schemas), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &plans{}
	d, err := db.Open(context.Background(), "sqlite:"+path, db.Options{Now: o.Now, Trace: p.see})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		p.check(t, path)
	})
	return d
}

// URL returns the URL of an empty database of the kind, for tests that start whole nodes; each node of a test has a name.
// On SQLite the schemas' tables are there already, so that not every node of every test makes them anew; on PostgreSQL
// the node makes them, as at its first start.
func URL(t testing.TB, kind, name string, schemas []db.Schema) string {
	t.Helper()
	if kind == "postgres" {
		return freshSchema(t, "whole "+name)
	}
	path := filepath.Join(t.TempDir(), "comity.db")
	if err := os.WriteFile(path, template(t, schemas), 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

var (
	templatesMu sync.Mutex
	templates   = map[string][]byte{}
)

// template returns the bytes of a SQLite file with the schemas' tables, made once for each set.
func template(t testing.TB, schemas []db.Schema) []byte {
	t.Helper()
	templatesMu.Lock()
	defer templatesMu.Unlock()
	key := names(schemas)
	if b, ok := templates[key]; ok {
		return b
	}
	path := filepath.Join(t.TempDir(), "template.db")
	d, err := db.Open(context.Background(), "sqlite:"+path, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(context.Background(), schemas...); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	templates[key] = b
	return b
}

func names(schemas []db.Schema) string {
	var all []string
	for _, s := range schemas {
		all = append(all, s.Name)
	}
	return strings.Join(all, "_")
}

var (
	migratedMu sync.Mutex
	migrated   = map[string]string{} // schemas → URL
)

func openPostgres(t testing.TB, schemas []db.Schema, o Options) (*db.DB, string) {
	t.Helper()
	migratedMu.Lock()
	defer migratedMu.Unlock()
	key := names(schemas)
	u, done := migrated[key]
	if !done {
		u = freshSchema(t, key)
	}
	d, err := db.Open(context.Background(), u, db.Options{Now: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if !done {
		if err := d.Migrate(context.Background(), schemas...); err != nil {
			t.Fatal(err)
		}
		migrated[key] = u
	}
	empty(t, u)
	return d, u
}

// freshSchema makes an empty schema named after this test binary and the key, and returns its URL.
func freshSchema(t testing.TB, key string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.Sum256([]byte(dir + " " + key))
	name := "test_" + hex.EncodeToString(h[:8])
	base := os.Getenv(Variable)
	c, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Exec(`DROP SCHEMA IF EXISTS ` + name + ` CASCADE`); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(`CREATE SCHEMA ` + name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// empty deletes all rows, children first, as often as references between tables ask for it.
func empty(t testing.TB, u string) {
	t.Helper()
	c, err := sql.Open("pgx", u)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	rows, err := c.Query(`SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()
		AND table_name NOT LIKE 'version\_%' AND table_name <> 'migration_file'`)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for round := 0; len(tables) > 0; round++ {
		var again []string
		for _, n := range tables {
			if _, err := c.Exec(fmt.Sprintf(`DELETE FROM %q`, n)); err != nil {
				again = append(again, n)
			}
		}
		if len(again) == len(tables) || round > 20 {
			t.Fatalf("can't empty %v: they refer to each other in a circle", again)
		}
		tables = again
	}
}
