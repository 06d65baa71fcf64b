package workshop

import (
	"context"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Kind is what happens in a session.
type Kind string

// The kinds.
const (
	Lecture    Kind = "lecture"
	Discussion Kind = "discussion"
	Exercise   Kind = "exercise"
	Test       Kind = "test"
	Break      Kind = "break" // nothing is taught
)

// Kinds lists all kinds in the order of pages.
func Kinds() []Kind { return []Kind{Lecture, Discussion, Exercise, Test, Break} }

// Name returns the kind in words: a message of the catalogue.
func (k Kind) Name() string {
	switch k {
	case Lecture:
		return language.M("Lecture")
	case Discussion:
		return language.M("Discussion")
	case Exercise:
		return language.M("Exercise")
	case Test:
		return language.M("Test")
	case Break:
		return language.M("Break")
	}
	return string(k)
}

// Session is one entry of the agenda.
type Session struct {
	ID           id.ID
	Workshop     id.ID
	Title        string
	From, To     time.Time
	Room         string
	Track        string // "" for everybody
	Kind         Kind
	Competencies []string
	Trainers     []string // names
	Pairs        []string // interpreted pairs of languages: "en-fr"
	Files        []string // SHA-256 of what an exercise works with
	Sequence     int      // raised by each change (RFC 5545, 3.8.7.4)
	Gone         bool     // cancelled; it stays, so that calendars hear of it
}

const maxSessions = 500

func (s Session) check() error {
	var wrong []errs.Field
	if n := len([]rune(s.Title)); n == 0 || n > maxName {
		wrong = append(wrong, errs.Field{Path: "title", Code: language.M("Write the name, in at most 200 characters.")})
	}
	if s.From.IsZero() || !s.To.After(s.From) || s.To.Sub(s.From) > 24*time.Hour {
		wrong = append(wrong, errs.Field{Path: "ends", Code: language.M("Enter when it begins and when it ends, later on the same day.")})
	}
	known := false
	for _, k := range Kinds() {
		known = known || k == s.Kind
	}
	if !known {
		wrong = append(wrong, errs.Field{Path: "kind", Code: language.M("Choose what it is.")})
	}
	for path, list := range map[string][]string{"trainers": s.Trainers, "competencies": s.Competencies, "pairs": s.Pairs, "files": s.Files} {
		if len(list) > 50 || len(strings.Join(list, "")) > 5_000 {
			wrong = append(wrong, errs.Field{Path: path, Code: language.M("Enter at most 50.")})
		}
	}
	for _, f := range s.Files {
		wrong = append(wrong, checkSum("files", f)...)
	}
	if len([]rune(s.Room)) > maxName || len([]rune(s.Track)) > maxName {
		wrong = append(wrong, errs.Field{Path: "room", Code: language.M("Write the name, in at most 200 characters.")})
	}
	return errs.WithFields(wrong...)
}

// AddSession puts a session on the agenda, which may have conflicts: they are shown, never forbidden. Its id is entry's.
func (q *Workshops) AddSession(ctx context.Context, who access.Person, n id.ID, s Session, entry id.ID) (id.ID, error) {
	if err := s.check(); err != nil {
		return "", err
	}
	err := q.desk.Do(ctx, who, "agenda.edit", id.NewRef(RefKind, n), func(c *desk.Change) error {
		var have int
		if err := c.Row(ctx, `SELECT COUNT(*) FROM workshop_session WHERE workshop_id = ?`, n).Scan(&have); err != nil {
			return err
		}
		if have >= maxSessions {
			return errs.WithFields(errs.Field{Path: "title", Code: language.M("An agenda has at most 500 sessions.")})
		}
		c.Record(map[string]any{"session": entry, "kind": s.Kind})
		_, err := c.Exec(ctx, `
			INSERT INTO workshop_session (id, workshop_id, title, from_at, to_at, room, track, kind, competencies, trainers, pairs, files, sequence, gone)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, FALSE)`,
			entry, n, s.Title, s.From, s.To, s.Room, s.Track, s.Kind, strings.Join(s.Competencies, " "), strings.Join(s.Trainers, "\n"),
			strings.Join(s.Pairs, " "), strings.Join(s.Files, " "))
		return err
	}, desk.Once(entry))
	return entry, err
}

// ChangeSession puts the session in place of the one with its id and raises SEQUENCE. One that was changed since the
// caller read it is [errs.Conflict].
func (q *Workshops) ChangeSession(ctx context.Context, who access.Person, n id.ID, s Session, entry id.ID) error {
	if err := s.check(); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "agenda.edit", id.NewRef(RefKind, n), func(c *desk.Change) error {
		c.Record(map[string]any{"session": s.ID, "kind": s.Kind, "gone": s.Gone, "sequence": s.Sequence + 1})
		done, err := c.Exec(ctx, `
			UPDATE workshop_session SET title = ?, from_at = ?, to_at = ?, room = ?, track = ?, kind = ?, competencies = ?, trainers = ?, pairs = ?,
				files = ?, sequence = sequence + 1, gone = ?
			WHERE id = ? AND workshop_id = ? AND sequence = ?`,
			s.Title, s.From, s.To, s.Room, s.Track, s.Kind, strings.Join(s.Competencies, " "), strings.Join(s.Trainers, "\n"),
			strings.Join(s.Pairs, " "), strings.Join(s.Files, " "), s.Gone, s.ID, n, s.Sequence)
		if err == nil && done == 0 {
			err = errs.Say(fmt.Errorf("session %s: %w", s.ID, errs.Conflict), language.M("Somebody has changed this session meanwhile. Look at it again."), nil)
		}
		return err
	}, desk.Once(entry))
}

// Agenda lists the sessions in the order of time; those that are gone too.
func Agenda(ctx context.Context, tx *db.Tx, n id.ID) ([]Session, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, workshop_id, title, from_at, to_at, room, track, kind, competencies, trainers, pairs, files, sequence, gone
		FROM workshop_session WHERE workshop_id = ? ORDER BY from_at, id`, n)
	return db.Collect(rows, err, func(scan db.Scan) (s Session, err error) {
		var competencies, trainers, pairs, sums string
		err = scan(&s.ID, &s.Workshop, &s.Title, &s.From, &s.To, &s.Room, &s.Track, &s.Kind, &competencies, &trainers, &pairs, &sums, &s.Sequence, &s.Gone)
		s.Competencies, s.Pairs, s.Files = strings.Fields(competencies), strings.Fields(pairs), strings.Fields(sums)
		for _, t := range strings.Split(trainers, "\n") {
			if t = strings.TrimSpace(t); t != "" {
				s.Trainers = append(s.Trainers, t)
			}
		}
		return s, err
	})
}
