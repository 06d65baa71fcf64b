package db

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Reader reads; nothing can be changed through it.
type Reader struct {
	db *sql.DB
	*engine
}

// Read runs f in one read-only transaction that sees a single state of the database, for the one whom scope names.
func (r *Reader) Read(ctx context.Context, scope Scope, f func(*Tx) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if r.postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := r.db.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("begin reading: %w", kind(err))
	}
	defer func() { _ = tx.Rollback() }()
	return f(&Tx{session: tx, engine: r.engine, at: r.now(), scope: scope})
}

// Writer changes. The desk and the stores of this floor hold it, nobody else.
type Writer struct {
	db *sql.DB
	*engine
	waiting sync.Map // texts seen but not yet prepared
}

const attempts = 10

// Write runs f in one transaction and commits it. When the database asks for it (a deadlock), f runs again from the
// start, so it may touch nothing but tx. After the commit what [Tx.OnCommit] was given is called.
func (w *Writer) Write(ctx context.Context, f func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := w.once(ctx, f)
		if err == nil || !repeatable(err) || attempt == attempts || ctx.Err() != nil {
			return kind(err)
		}
		time.Sleep(time.Duration(rand.IntN(10*attempt)+1) * time.Millisecond)
	}
}

func (w *Writer) once(ctx context.Context, f func(*Tx) error) error {
	s, err := w.begin(ctx)
	if err != nil {
		return fmt.Errorf("begin writing: %w", err)
	}
	t := &Tx{session: s, engine: w.engine, at: w.now(), writer: w, scope: House("writer")}
	defer func() { _ = s.Rollback() }()
	if err := f(t); err != nil {
		return err
	}
	if err := s.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	w.prepare(ctx)
	for _, done := range t.after {
		done()
	}
	return nil
}

func (w *Writer) begin(ctx context.Context) (session, error) {
	if w.postgres {
		return w.pipeline(ctx)
	}
	return w.db.BeginTx(ctx, nil)
}

// prepare readies the texts that the last transactions used. It runs after the commit: SQLite's writer is a pool of
// one connection, and asking for a second one inside a transaction would wait for itself.
func (w *Writer) prepare(ctx context.Context) {
	w.waiting.Range(func(q, _ any) bool {
		w.waiting.Delete(q)
		if s, err := w.db.PrepareContext(ctx, q.(string)); err == nil {
			w.statements.Store(q, s)
		}
		return true
	})
}

// session is where the statements of a transaction run: a *sql.Tx, or a [pipeline].
type session interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Commit() error
	Rollback() error
}

// Tx is a transaction under way.
type Tx struct {
	session session
	at      time.Time
	scope   Scope
	writer  *Writer // nil when reading
	after   []func()
	*engine
}

// Now returns the instant at which the transaction began, in UTC, to the millisecond: everything in it happened then.
func (t *Tx) Now() time.Time { return t.at.UTC().Truncate(time.Millisecond) }

// Scope returns for whom the transaction reads.
func (t *Tx) Scope() Scope { return t.scope }

// OnCommit has f called after the transaction is durable, and not at all when it fails.
func (t *Tx) OnCommit(f func()) { t.after = append(t.after, f) }

// Exec runs a statement and returns the number of rows it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	r, err := t.exec(ctx, query, bind(args))
	if err != nil {
		return 0, kind(err)
	}
	return r.RowsAffected()
}

func (t *Tx) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	q := t.text(query)
	if s := t.prepared(ctx, q); s != nil {
		return s.ExecContext(ctx, args...)
	}
	return t.session.ExecContext(ctx, q, args...)
}

// Send runs a statement of which nobody has to know how many rows it changed. On PostgreSQL it travels with the next
// statement or the commit, in one round trip, and an error of it is an error of theirs: [Writer.Write] returns it.
func (t *Tx) Send(ctx context.Context, query string, args ...any) error {
	if p, ok := t.session.(*pipeline); ok {
		p.queue(t.text(query), bind(args)...)
		return nil
	}
	_, err := t.Exec(ctx, query, args...)
	return err
}

// Query runs a statement that returns rows; give them to [Collect].
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	q := t.text(query)
	var r *sql.Rows
	var err error
	if s := t.prepared(ctx, q); s != nil {
		r, err = s.QueryContext(ctx, bind(args)...)
	} else {
		r, err = t.session.QueryContext(ctx, q, bind(args)...)
	}
	if err != nil {
		return nil, kind(err)
	}
	return &Rows{r}, nil
}

// Row runs a statement that returns one row; its Scan gives [errs.NotFound] when there is none.
func (t *Tx) Row(ctx context.Context, query string, args ...any) *Row {
	rows, err := t.Query(ctx, query, args...)
	return &Row{rows, err}
}

// prepared returns the statement of q, readied earlier; on PostgreSQL the driver keeps its own.
func (t *Tx) prepared(ctx context.Context, q string) *sql.Stmt {
	if t.writer == nil || t.postgres {
		return nil
	}
	if s, ok := t.statements.Load(q); ok {
		return t.session.(*sql.Tx).StmtContext(ctx, s.(*sql.Stmt))
	}
	t.writer.waiting.Store(q, true)
	return nil
}

// Lock takes the turn of each thing until the transaction ends, in sorted order, so that two acts on one thing come
// one after the other: the next statement runs when all turns have come. SQLite's writer is alone anyway.
func (t *Tx) Lock(ctx context.Context, things ...string) error {
	if !t.postgres {
		return nil
	}
	sorted := slices.Clone(things)
	slices.Sort(sorted)
	for _, thing := range slices.Compact(sorted) {
		if err := t.Send(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || ?, 0))`, thing); err != nil {
			return fmt.Errorf("wait for the turn of %s: %w", thing, err)
		}
	}
	return nil
}

// SkipLocked is the clause with which a worker takes rows that no other worker holds. Put it at the end of the inner
// SELECT of an UPDATE; it is empty on SQLite, where the writer is alone.
func (t *Tx) SkipLocked() string {
	if t.postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// ForUpdate is the clause that makes others wait for the rows of a SELECT; empty on SQLite.
func (t *Tx) ForUpdate() string {
	if t.postgres {
		return " FOR UPDATE"
	}
	return ""
}
