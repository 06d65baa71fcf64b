// Package casefile keeps cases: the compartments in which requests and evidence lie.
//
// What lies in a case exists for its members only. Start with [Cases.Open]; a slice whose act makes a case by the way
// (a request that came in) joins with [Open].
package casefile

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "casefile", FS: files} }

// Kind is the kind of thing that a case is in references.
const Kind = "case"

// Case is one compartment.
type Case struct {
	ID       id.ID
	Number   string // the authority's own number, never used twice
	Title    string
	Office   id.ID
	Exercise bool
	Opened   time.Time
	Version  int64
}

// Cases reads cases and begins acts on them.
type Cases struct {
	desk     *desk.Desk
	read     *db.Reader
	inside   []Section
	exercise bool
}

// New returns the cases of a node and registers how their facts are read.
func New(d *desk.Desk, r *db.Reader, s *access.Sources) (*Cases, error) {
	return &Cases{desk: d, read: r}, s.Register(Kind, Facts)
}

// Facts reads what the policy needs to know of a case.
func Facts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	var office id.ID
	if err := tx.Row(ctx, `SELECT office_id FROM casefile WHERE id = ?`, on.ID()).Scan(&office); err != nil {
		return access.Facts{}, err
	}
	f, err := access.InCase(ctx, tx, on.ID(), who)
	f.Office = office
	return f, err
}

// maxTitle is the longest title of a case, in characters.
const maxTitle = 200

func checkTitle(title string) (string, error) {
	title = strings.TrimSpace(title)
	switch {
	case title == "":
		return "", errs.WithFields(errs.Field{Path: "title", Code: "Give the case a title."})
	case len([]rune(title)) > maxTitle:
		return "", errs.WithFields(errs.Field{Path: "title", Code: "The title is longer than 200 characters."})
	}
	return title, nil
}

// Open opens a case in an office and makes who its first member. It returns the new case's id, which is entry's.
func (q *Cases) Open(ctx context.Context, who access.Person, office id.ID, title string, exercise bool, entry id.ID) (id.ID, error) {
	title, err := checkTitle(title)
	if err != nil {
		return "", err
	}
	n := entry
	err = q.desk.Do(ctx, who, "case.open", id.NewRef(Kind, n), func(c *desk.Change) error {
		return Open(ctx, c, n, office, title, exercise)
	}, desk.Once(entry), desk.Within(id.NewRef("office", office)))
	return n, err
}

// Open makes the case n in the office as part of an act under way; the one who acts becomes a member if a person.
func Open(ctx context.Context, c *desk.Change, n, office id.ID, title string, exercise bool) error {
	number, err := nextNumber(ctx, c)
	if err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO casefile (id, number, title, office_id, exercise, opened_at, opened_by, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, 1)`, n, number, title, office, exercise, c.Now(), c.Who().ID); err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	if c.Who().Kind != access.Human {
		return nil
	}
	return access.AddMember(ctx, c.Tx, n, c.Who().ID, c.Who().ID)
}

// nextNumber takes the next number of the year; two acts at once take turns.
func nextNumber(ctx context.Context, c *desk.Change) (string, error) {
	year := c.Now().Format("2006")
	if err := c.Lock(ctx, "casefile_serial/"+year); err != nil {
		return "", err
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO casefile_serial (year, serial) VALUES (?, 1)
		ON CONFLICT (year) DO UPDATE SET serial = casefile_serial.serial + 1`, year); err != nil {
		return "", err
	}
	var serial int64
	if err := c.Row(ctx, `SELECT serial FROM casefile_serial WHERE year = ?`, year).Scan(&serial); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s/%04d", year, serial), nil
}

// AddMember lets a person into the case.
func (q *Cases) AddMember(ctx context.Context, who access.Person, n, person, entry id.ID) error {
	return q.desk.Do(ctx, who, "case.member.add", id.NewRef(Kind, n), func(c *desk.Change) error {
		return access.AddMember(ctx, c.Tx, n, person, who.ID)
	}, desk.Once(entry))
}

// RemoveMember takes a person's membership away; the last member stays.
func (q *Cases) RemoveMember(ctx context.Context, who access.Person, n, person, entry id.ID) error {
	return q.desk.Do(ctx, who, "case.member.remove", id.NewRef(Kind, n), func(c *desk.Change) error {
		return access.RemoveMember(ctx, c.Tx, n, person)
	}, desk.Once(entry))
}

// Get returns a case that the reader may know of, [errs.NotFound] otherwise.
func Get(ctx context.Context, tx *db.Tx, n id.ID) (Case, error) {
	where, args := tx.Scope().Where("casefile.id")
	row := tx.Row(ctx, `
		SELECT id, number, title, office_id, exercise, opened_at, version
		FROM casefile WHERE id = ? AND `+where, append([]any{n}, args...)...)
	k, err := scan(row.Scan)
	if err != nil {
		return Case{}, fmt.Errorf("case %s: %w", n, err)
	}
	return k, nil
}

// List returns the newest cases that the reader may know of, at most limit, older than before ("" for the newest).
func List(ctx context.Context, tx *db.Tx, before id.ID, limit int) ([]Case, error) {
	where, args := tx.Scope().Where("casefile.id")
	if before == "" {
		before = "~" // sorts behind every id
	}
	rows, err := tx.Query(ctx, `
		SELECT id, number, title, office_id, exercise, opened_at, version
		FROM casefile WHERE id < ? AND `+where+` ORDER BY id DESC LIMIT ?`, append(append([]any{before}, args...), limit)...)
	return db.Collect(rows, err, scan)
}

func scan(s db.Scan) (Case, error) {
	var k Case
	err := s(&k.ID, &k.Number, &k.Title, &k.Office, &k.Exercise, &k.Opened, &k.Version)
	return k, err
}

// Edit changes the title. version is the one the form showed; another one is [errs.Conflict].
func (q *Cases) Edit(ctx context.Context, who access.Person, n id.ID, title string, version int64, entry id.ID) error {
	title, err := checkTitle(title)
	if err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "case.edit", id.NewRef(Kind, n), func(c *desk.Change) error {
		changed, err := c.Exec(ctx, `UPDATE casefile SET title = ?, version = version + 1 WHERE id = ? AND version = ?`, title, n, version)
		if err == nil && changed == 0 {
			return errs.Conflict
		}
		return err
	}, desk.Once(entry))
}

// View reads with the scope of a person; it is the slice's one door for pages.
func (q *Cases) View(ctx context.Context, scope db.Scope, f func(*db.Tx) error) error {
	err := q.read.Read(ctx, scope, f)
	if errors.Is(err, errs.NotFound) {
		return fmt.Errorf("case: %w", errs.NotFound)
	}
	return err
}
