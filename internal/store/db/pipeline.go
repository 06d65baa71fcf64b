package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// pipeline is a transaction of PostgreSQL's writer. What an act costs there are round trips; so statements of which
// nobody awaits an answer (the beginning, turns, the ledger's entry) travel together, at the latest with the commit.
type pipeline struct {
	ctx   context.Context
	conn  *sql.Conn
	wait  *pgx.Batch // what has not been sent
	begun bool       // something has been sent
}

func (w *Writer) pipeline(ctx context.Context) (*pipeline, error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	p := &pipeline{ctx: ctx, conn: conn, wait: &pgx.Batch{}}
	p.queue(`BEGIN`)
	return p, nil
}

// queue keeps a statement until the next [pipeline.flush].
func (p *pipeline) queue(query string, args ...any) { p.wait.Queue(query, args...) }

// flush sends what waits, in one round trip. The first statement that fails is the error; those after it aren't run.
func (p *pipeline) flush(ctx context.Context) error {
	if p.wait.Len() == 0 {
		return nil
	}
	batch := p.wait
	p.wait, p.begun = &pgx.Batch{}, true
	return p.conn.Raw(func(driver any) error { return driver.(*stdlib.Conn).Conn().SendBatch(ctx, batch).Close() })
}

func (p *pipeline) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	return p.conn.ExecContext(ctx, query, args...)
}

func (p *pipeline) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(ctx, query, args...)
}

// Commit sends what waits and ends the transaction. One in which a statement has failed is rolled back by PostgreSQL, and
// that is an error.
func (p *pipeline) Commit() error {
	p.wait.Queue(`COMMIT`).Exec(func(tag pgconn.CommandTag) error {
		if tag.String() == "ROLLBACK" {
			return pgx.ErrTxCommitRollback
		}
		return nil
	})
	if err := p.flush(p.ctx); err != nil {
		return err
	}
	p.begun = false
	return nil
}

// Rollback undoes what was not committed and gives the connection back. One that can't be cleaned is closed by the
// driver, and with it the transaction.
func (p *pipeline) Rollback() error {
	var err error
	if p.begun {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), 5*time.Second)
		defer cancel()
		_, err = p.conn.ExecContext(ctx, `ROLLBACK`)
	}
	return errors.Join(err, p.conn.Close())
}
