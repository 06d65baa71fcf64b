// Package job does work later: a job is a row that is added in a transaction and done after it, at least once.
//
// A [Kind] names the work and the type of its arguments, [Add] puts a job beside the rows it belongs to, a [Runner]
// takes jobs and does them. A handler may run twice for one job (the process ended before the job was marked done), so
// it is written to be repeated. Arguments hold identifiers only: a job outlives the erasure of what it speaks of.
package job

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the tables of waiting work.
func Schema() db.Schema { return db.Schema{Name: "job", FS: files} }

// Kind is a sort of work whose arguments are a T.
type Kind[T any] struct {
	Name  string // "exchange.push"
	Tries int    // after so many failures the job is dead; 0: after 30 days of trying
}

// Request is a job that somebody asks for, as it can be kept until it is added.
type Request struct {
	Kind string          `json:"kind"`
	Args json.RawMessage `json:"args"`
	Wait time.Duration   `json:"wait,omitempty"` // counted from the moment when it is added
	Once string          `json:"once,omitempty"`
}

// Option says when or how often a job shall be done.
type Option func(*Request)

// After has the job wait so long before it is first done.
func After(d time.Duration) Option { return func(r *Request) { r.Wait = d } }

// Unique has the job added only when none of its kind with the same key waits for its first try. One that has begun
// doesn't count: it may have read what was there before, and what came since needs another.
func Unique(key string) Option { return func(r *Request) { r.Once = key } }

// Ask makes a request for a job of the kind.
func Ask[T any](k Kind[T], args T, options ...Option) (Request, error) {
	b, err := json.Marshal(args)
	if err != nil {
		return Request{}, fmt.Errorf("arguments of job %s: %w: %w", k.Name, err, errs.Invalid)
	}
	r := Request{Kind: k.Name, Args: b}
	for _, o := range options {
		o(&r)
	}
	return r, nil
}

// Add adds a job of the kind in the transaction. Wake a [Runner] after the commit, or it finds the job within a second.
func Add[T any](ctx context.Context, tx *db.Tx, k Kind[T], args T, options ...Option) error {
	r, err := Ask(k, args, options...)
	if err != nil {
		return err
	}
	return AddRequests(ctx, tx, r)
}

// mostRows is how many jobs one statement adds.
const mostRows = 128

// AddRequests adds the jobs that were asked for, many in one statement: a turn of the sequencer brings hundreds. The
// statements have 128 rows, 64, 32 and so on, so that there are few different texts for the database to prepare.
func AddRequests(ctx context.Context, tx *db.Tx, requests ...Request) error {
	for n := mostRows; n > 0; n /= 2 {
		for len(requests) >= n {
			if err := addRows(ctx, tx, requests[:n]); err != nil {
				return err
			}
			requests = requests[n:]
		}
	}
	return nil
}

func addRows(ctx context.Context, tx *db.Tx, requests []Request) error {
	var args []any
	for _, r := range requests {
		var once any
		if r.Once != "" {
			once = r.Once
		}
		due := tx.Now().Add(r.Wait)
		args = append(args, id.New(tx.Now()), r.Kind, string(r.Args), once, due, due)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO job (id, kind, args, once, due, lease, tries, added_at)
		VALUES (?, ?, ?, ?, ?, 0, 0, ?)`+strings.Repeat(`, (?, ?, ?, ?, ?, 0, 0, ?)`, len(requests)-1)+`
		ON CONFLICT (kind, once) WHERE once IS NOT NULL DO NOTHING`, args...)
	if err != nil {
		return fmt.Errorf("add %d jobs, the first %s: %w", len(requests), requests[0].Kind, err)
	}
	return nil
}

// Job is a job as people see it.
type Job struct {
	ID      id.ID
	Kind    string
	Args    string
	Tries   int
	Error   string    // of the last try
	AddedAt time.Time // since when it may be done
	DeadAt  time.Time
}

// Dead lists up to limit jobs that were given up, the newest first.
func Dead(ctx context.Context, tx *db.Tx, limit int) ([]Job, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, kind, args, tries, error, added_at, dead_at FROM job
		WHERE dead_at IS NOT NULL ORDER BY dead_at DESC, id DESC LIMIT ?`, limit)
	jobs, err := db.Collect(rows, err, func(scan db.Scan) (Job, error) {
		var j Job
		return j, scan(&j.ID, &j.Kind, &j.Args, &j.Tries, &j.Error, &j.AddedAt, &j.DeadAt)
	})
	if err != nil {
		return nil, fmt.Errorf("list dead jobs: %w", err)
	}
	return jobs, nil
}

// Retry gives a dead job a new life, from the first try.
func Retry(ctx context.Context, tx *db.Tx, job id.ID) error {
	n, err := tx.Exec(ctx, `UPDATE job SET dead_at = NULL, tries = 0, due = ?, added_at = ? WHERE id = ? AND dead_at IS NOT NULL`, tx.Now(), tx.Now(), job)
	return one(n, err, "retry", job)
}

// Drop removes a dead job: a person has decided that it need not be done.
func Drop(ctx context.Context, tx *db.Tx, job id.ID) error {
	n, err := tx.Exec(ctx, `DELETE FROM job WHERE id = ? AND dead_at IS NOT NULL`, job)
	return one(n, err, "drop", job)
}

func one(n int64, err error, what string, job id.ID) error {
	if err == nil && n == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return fmt.Errorf("%s job %s: %w", what, job, err)
	}
	return nil
}

// Counts returns how many jobs wait or run, and how many were given up.
func Counts(ctx context.Context, tx *db.Tx) (waiting, dead int64, err error) {
	err = tx.Row(ctx, `
		SELECT (SELECT COUNT(*) FROM job WHERE dead_at IS NULL), (SELECT COUNT(*) FROM job WHERE dead_at IS NOT NULL)`).Scan(&waiting, &dead)
	if err != nil {
		return 0, 0, fmt.Errorf("count jobs: %w", err)
	}
	return waiting, dead, nil
}
