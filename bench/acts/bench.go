package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"comity/bench/measure"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/casefile"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/job"
	"comity/internal/store/ledger"
)

// bench is a node's write path without the node around it.
type bench struct {
	DB    *db.DB
	bare  *sql.DB // the same database by a connection of its own, as plain as can be
	desk  *desk.Desk
	log   *ledger.Log
	who   access.Person
	cases []id.ID
	next  atomic.Int64
	stop  context.CancelFunc
	work  sync.WaitGroup
	dir   string
}

// followUp is the work that every act leaves for later.
type followUp struct {
	Case id.ID `json:"case"`
}

func later() job.Kind[followUp] { return job.Kind[followUp]{Name: "bench.follow-up"} }

func open(ctx context.Context, database string) (*bench, error) {
	b := &bench{}
	var err error
	if database, err = b.openBare(ctx, database); err != nil {
		return nil, err
	}
	if b.DB, err = db.Open(ctx, database, db.Options{}); err != nil {
		return nil, err
	}
	if err := b.DB.Migrate(ctx, access.Schema, ledger.Schema(), job.Schema(), casefile.Schema()); err != nil {
		return nil, err
	}
	if b.dir, err = os.MkdirTemp("", "comity-acts-*"); err != nil {
		return nil, err
	}
	if err := b.openDesk(ctx); err != nil {
		return nil, err
	}
	if err := b.fill(ctx); err != nil {
		return nil, err
	}
	ctx, b.stop = context.WithCancel(ctx)
	b.work.Go(func() { b.log.Run(ctx) })
	return b, nil
}

// openBare opens the plain connection and makes the table of the raw INSERT.
func (b *bench) openBare(ctx context.Context, database string) (string, error) {
	driver, dsn := "sqlite", database
	if path, lite := strings.CutPrefix(database, "sqlite:"); lite {
		dsn = "file:" + path + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)"
	} else {
		u, err := url.Parse(database)
		if err != nil {
			return "", err
		}
		q := u.Query()
		q.Set("search_path", "bench")
		u.RawQuery = q.Encode()
		driver, dsn = "pgx", u.String()
		database = dsn
	}
	var err error
	if b.bare, err = sql.Open(driver, dsn); err != nil {
		return "", err
	}
	statements := []string{`CREATE TABLE raw (id TEXT PRIMARY KEY, at TEXT NOT NULL, entry TEXT NOT NULL)`}
	if driver == "sqlite" {
		b.bare.SetMaxOpenConns(1)
	} else {
		b.bare.SetMaxOpenConns(24)
		b.bare.SetMaxIdleConns(24)
		statements = append([]string{`DROP SCHEMA IF EXISTS bench CASCADE`, `CREATE SCHEMA bench`}, statements...)
	}
	for _, s := range statements {
		if _, err := b.bare.ExecContext(ctx, s); err != nil {
			return "", fmt.Errorf("%s: %w", s, err)
		}
	}
	return database, nil
}

func (b *bench) openDesk(ctx context.Context) error {
	policy, err := access.Load()
	if err != nil {
		return err
	}
	sources := &access.Sources{}
	if err := sources.Register("office", access.AboutOffice); err != nil {
		return err
	}
	secret, _, err := ledger.NewLogKey("bench.comity")
	if err != nil {
		return err
	}
	signer, err := ledger.ParseSigner(secret)
	if err != nil {
		return err
	}
	b.log, err = ledger.Open(ctx, b.DB, ledger.Config{Signer: signer, HighWater: b.dir + "/highwater", Placed: desk.Placed})
	if err != nil {
		return err
	}
	b.desk = desk.New(b.DB.Writer, policy, sources, func(bool) { b.log.Wake() })
	if _, err := casefile.New(b.desk, b.DB.Reader, sources); err != nil {
		return err
	}
	b.who = access.Person{Kind: access.Human, Grants: []access.Grant{{Role: "drafter"}}}
	return nil
}

// fill makes a person and the cases in which that person is a member.
func (b *bench) fill(ctx context.Context) error {
	return b.DB.Writer.Write(ctx, func(tx *db.Tx) error {
		office, err := access.CreateOffice(ctx, tx, "PT-CA", "Cooperation (exercise)")
		if err != nil {
			return err
		}
		p, err := access.CreatePerson(ctx, tx, access.NewPerson{Login: "ana", Name: "Ana Exemplo (exercise)", Lang: language.English, Authority: "PT-CA"})
		if err != nil {
			return err
		}
		b.who.ID, b.who.Grants[0].Office = p, office
		for i := range things {
			n := id.New(tx.Now())
			if _, err := tx.Exec(ctx, `
				INSERT INTO casefile (id, number, title, office_id, exercise, opened_at, opened_by, version)
				VALUES (?, ?, ?, ?, ?, ?, ?, 1)`, n, fmt.Sprintf("2026/%04d", i), "A case (exercise)", office, true, tx.Now(), p); err != nil {
				return err
			}
			if err := access.AddMember(ctx, tx, n, p, p); err != nil {
				return err
			}
			b.cases = append(b.cases, n)
		}
		return nil
	})
}

func (b *bench) name() string {
	if b.DB.Postgres() {
		return "PostgreSQL"
	}
	return "SQLite"
}

// spread does a batch of operations with all workers and returns how long it took.
func (b *bench) spread(do func(context.Context, id.ID) error) (time.Duration, error) {
	return measure.Took(func() error {
		var left atomic.Int64
		left.Store(batch)
		errors := make(chan error, workers)
		for range workers {
			go func() {
				for left.Add(-1) >= 0 {
					n := b.cases[b.next.Add(1)*7919%things]
					if err := do(context.Background(), n); err != nil {
						errors <- err
						return
					}
				}
				errors <- nil
			}()
		}
		var failed error
		for range workers {
			if err := <-errors; err != nil {
				failed = err
			}
		}
		return failed
	})
}

const rawInsert = `INSERT INTO raw (id, at, entry) VALUES ($1, $2, $3)`

// rawEntry is as long as an act's entry.
var rawEntry = strings.Repeat("x", 330)

func (b *bench) raw(ctx context.Context, _ id.ID) error {
	now := time.Now()
	_, err := b.bare.ExecContext(ctx, rawInsert, string(id.New(now)), db.Stamp(now), rawEntry)
	return err
}

func (b *bench) transaction(ctx context.Context, _ id.ID) error {
	tx, err := b.bare.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	now := time.Now()
	if _, err := tx.ExecContext(ctx, rawInsert, string(id.New(now)), db.Stamp(now), rawEntry); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// rename is the change itself: one read and one update that notices a stale form.
func rename(ctx context.Context, tx *db.Tx, n id.ID) error {
	var version int64
	if err := tx.Row(ctx, `SELECT version FROM casefile WHERE id = ?`, n).Scan(&version); err != nil {
		return err
	}
	changed, err := tx.Exec(ctx, `UPDATE casefile SET title = ?, version = version + 1 WHERE id = ? AND version = ?`, "Renamed (exercise)", n, version)
	if err == nil && changed == 0 {
		return errs.Conflict
	}
	return err
}

// unrecorded takes the turn, reads the facts and changes the rows.
func (b *bench) unrecorded(ctx context.Context, n id.ID) error {
	return b.DB.Writer.Write(ctx, func(tx *db.Tx) error {
		on := id.NewRef(casefile.Kind, n)
		if err := tx.Lock(ctx, string(on)); err != nil {
			return err
		}
		if _, err := casefile.Facts(ctx, tx, on, b.who); err != nil {
			return err
		}
		return rename(ctx, tx, n)
	})
}

// act is the same through the desk, as a page would ask for it: with the id of its entry in the form.
func (b *bench) act(ctx context.Context, n id.ID) error {
	return b.desk.Do(ctx, b.who, "case.edit", id.NewRef(casefile.Kind, n), func(c *desk.Change) error {
		if err := rename(ctx, c.Tx, n); err != nil {
			return err
		}
		return desk.Later(c, later(), followUp{Case: n})
	}, desk.Once(id.New(time.Now())))
}

// allPlaced waits until no entry waits for its place.
func (b *bench) allPlaced() error {
	for range 10_000 {
		n, err := b.log.Waiting(context.Background())
		if err != nil || n == 0 {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	return errors.New("after ten seconds entries still wait for their place")
}

func (b *bench) close() error {
	b.stop()
	b.work.Wait()
	return errors.Join(b.bare.Close(), b.DB.Close(), os.RemoveAll(b.dir))
}
