package workshop

import (
	"context"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Mark says whether someone was there.
type Mark string

// The marks.
const (
	Present Mark = "present"
	Partial Mark = "partial"
	Absent  Mark = "absent"
	Excused Mark = "excused"
)

// Marks lists all marks in the order of pages.
func Marks() []Mark { return []Mark{Present, Partial, Absent, Excused} }

// Name returns the mark in words: a message of the catalogue.
func (m Mark) Name() string {
	switch m {
	case Present:
		return language.M("Present")
	case Partial:
		return language.M("Part of the time")
	case Absent:
		return language.M("Absent")
	case Excused:
		return language.M("Excused")
	}
	return string(m)
}

// MarkAttendance enters who was at a session, from the sheet that people signed, whose SHA-256 stays with each mark. A later
// sheet puts its marks in place of the earlier. The ledger has the sheet and the count, never a person's mark.
func (q *Workshops) MarkAttendance(ctx context.Context, who access.Person, n, session id.ID, sheet string, marks map[id.ID]Mark, entry id.ID) error {
	if err := errs.WithFields(checkSum("sheet", sheet)...); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "attendance.mark", id.NewRef(RefKind, n), func(c *desk.Change) error {
		agenda, err := Agenda(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(agenda, func(s Session) bool { return s.ID == session && !s.Gone }) {
			return fmt.Errorf("session %s of workshop %s: %w", session, n, errs.NotFound)
		}
		seats, err := Seats(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		for seat, m := range marks {
			if !slices.Contains(Marks(), m) || !slices.ContainsFunc(seats, func(s Seat) bool { return s.ID == seat && s.Status.taken() }) {
				return fmt.Errorf("mark %q of seat %s: %w", m, seat, errs.Invalid)
			}
			if _, err := c.Exec(ctx, `
				INSERT INTO workshop_attendance (session_id, seat_id, mark, sheet, at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (session_id, seat_id) DO UPDATE SET mark = excluded.mark, sheet = excluded.sheet, at = excluded.at`,
				session, seat, m, sheet, c.Now()); err != nil {
				return err
			}
		}
		c.Record(map[string]any{"session": session, "sheet": sheet, "count": len(marks)})
		return nil
	}, desk.Once(entry))
}

// Attendance returns the marks of a session by seat.
func Attendance(ctx context.Context, tx *db.Tx, session id.ID) (map[id.ID]Mark, error) {
	rows, err := tx.Query(ctx, `SELECT seat_id, mark FROM workshop_attendance WHERE session_id = ?`, session)
	marks := map[id.ID]Mark{}
	_, err = db.Collect(rows, err, func(scan db.Scan) (struct{}, error) {
		var seat id.ID
		var m Mark
		err := scan(&seat, &m)
		marks[seat] = m
		return struct{}{}, err
	})
	return marks, err
}
