package db

import (
	"database/sql"
	"fmt"
	"reflect"
	"time"

	"comity/internal/base/errs"
)

// stamp is the one form of an instant in our tables: fixed width, UTC, so that it sorts in both databases.
const stamp = "2006-01-02T15:04:05.000Z"

// Stamp returns t in the form in which tables and formats hold it.
func Stamp(t time.Time) string { return t.UTC().Format(stamp) }

// ParseStamp reads what [Stamp] wrote, and nothing else.
func ParseStamp(s string) (time.Time, error) {
	t, err := time.Parse(stamp, s)
	if err != nil || len(s) != len(stamp) {
		return time.Time{}, fmt.Errorf("time %q: want the form %s: %w", s, stamp, errs.Invalid)
	}
	return t, nil
}

// bind turns Go values into what both drivers take: times to text, named strings to strings.
func bind(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case time.Time:
			if !v.IsZero() {
				out[i] = Stamp(v)
			}
		case nil, string, []byte, int64, int, bool:
			out[i] = v
		default:
			out[i] = plain(v)
		}
	}
	return out
}

func plain(v any) any {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		return r.String()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return int64(r.Uint())
	case reflect.Pointer:
		if r.IsNil() {
			return nil
		}
		return bind([]any{r.Elem().Interface()})[0]
	}
	return v
}

// Rows are the rows of a query.
type Rows struct{ *sql.Rows }

// Scan copies the row's columns. *time.Time takes text of ours or NULL, *string takes NULL as "".
func (r *Rows) Scan(dest ...any) error { return r.Rows.Scan(targets(dest)...) }

// Row is the result of a query for one row.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the row's columns; no row is [errs.NotFound].
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer func() { _ = r.rows.Close() }()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return kind(err)
		}
		return errs.NotFound
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return kind(r.rows.Close())
}

// Scan copies the columns of one row into dest.
type Scan func(dest ...any) error

// Collect reads all rows with f and closes them. It takes the result of [Tx.Query] as it comes.
func Collect[T any](rows *Rows, err error, f func(Scan) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		v, err := f(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, kind(rows.Err())
}

func targets(dest []any) []any {
	out := make([]any, len(dest))
	for i, d := range dest {
		switch p := d.(type) {
		case *time.Time:
			out[i] = timeTarget{p}
		case *string:
			out[i] = stringTarget{p}
		default:
			out[i] = nullable(d)
		}
	}
	return out
}

// nullable lets a named string (an id, a state) be NULL as well.
func nullable(d any) any {
	if v := reflect.ValueOf(d); v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.String {
		return namedTarget{v.Elem()}
	}
	return d
}

type (
	timeTarget   struct{ t *time.Time }
	stringTarget struct{ s *string }
	namedTarget  struct{ v reflect.Value }
)

func (t timeTarget) Scan(v any) error {
	var n sql.NullString
	if err := n.Scan(v); err != nil {
		return err
	}
	*t.t = time.Time{}
	if !n.Valid {
		return nil
	}
	var err error
	*t.t, err = ParseStamp(n.String)
	return err
}

func (t stringTarget) Scan(v any) error {
	var n sql.NullString
	if err := n.Scan(v); err != nil {
		return err
	}
	*t.s = n.String
	return nil
}

func (t namedTarget) Scan(v any) error {
	var n sql.NullString
	if err := n.Scan(v); err != nil {
		return err
	}
	t.v.SetString(n.String)
	return nil
}
