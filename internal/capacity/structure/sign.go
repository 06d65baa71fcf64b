package structure

import (
	"context"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Sign is one sign of life, with what proves it.
type Sign struct {
	ID    id.ID
	Kind  SignKind
	On    time.Time // the day
	Note  string
	Proof string
}

// Signs lists a structure's signs of life by day.
func Signs(ctx context.Context, tx *db.Tx, n id.ID) ([]Sign, error) {
	rows, err := tx.Query(ctx, `SELECT id, kind, on_day, note, proof FROM structure_sign WHERE structure_id = ? ORDER BY on_day, id`, n)
	return db.Collect(rows, err, func(scan db.Scan) (s Sign, err error) {
		err = scan(&s.ID, &s.Kind, &s.On, &s.Note, &s.Proof)
		return s, err
	})
}

// after returns the day n months later, clamped to the month's end: a month after 31 January is 28 or 29 February.
func after(day time.Time, n int) time.Time {
	to := day.AddDate(0, n, 0)
	if to.Day() != day.Day() {
		return to.AddDate(0, 0, -to.Day()) // AddDate ran over into the next month
	}
	return to
}

// DueOn returns the first day on which the structure stands on the due list if it shows no further sign: the day after
// twice the months in which it is to show one. A structure that never showed one counts from when it was proposed.
func DueOn(s Structure, signs []Sign) time.Time {
	last := s.Since
	if len(signs) > 0 {
		last = signs[len(signs)-1].On
	}
	y, m, d := last.Date()
	return after(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), 2*s.MeetsEvery).AddDate(0, 0, 1)
}

// Due reports whether the structure stands on the due list on a day. One that is only proposed, sleeps or was dissolved
// owes nothing.
func Due(s Structure, signs []Sign, on time.Time) bool {
	switch s.Stage {
	case Established, Operating, Sustained:
		return !on.Before(DueOn(s, signs))
	}
	return false
}

// Show enters a sign of life. A day to come, or before the structure was proposed by more than its time of meeting, is
// refused.
func (q *Structures) Show(ctx context.Context, who access.Person, n id.ID, g Sign, entry id.ID) error {
	g.Note, g.Proof = strings.TrimSpace(g.Note), strings.TrimSpace(g.Proof)
	wrong := append(checkText("note", g.Note, maxText), checkProof("proof", g.Proof)...)
	if g.Kind.Name() == string(g.Kind) {
		wrong = append(wrong, errs.Field{Path: "sign", Code: language.M("Choose what it is.")})
	}
	if g.On.IsZero() {
		wrong = append(wrong, errs.Field{Path: "on", Code: language.M("Enter the day.")})
	}
	return q.desk.Do(ctx, who, "structure.live", id.NewRef(RefKind, n), func(c *desk.Change) error {
		if g.On.After(c.Now()) {
			wrong = append(wrong, errs.Field{Path: "on", Code: language.M("This day is still to come.")})
		}
		if err := errs.WithFields(wrong...); err != nil {
			return err
		}
		c.Record(map[string]any{"sign": g.Kind, "proof": g.Proof})
		_, err := c.Exec(ctx, `INSERT INTO structure_sign (id, structure_id, kind, on_day, note, proof, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.Entry(), n, g.Kind, g.On, g.Note, g.Proof, c.Now())
		return err
	}, desk.Once(entry))
}

// Standing is a structure with its signs and whether it is due.
type Standing struct {
	Structure
	Signs []Sign
	DueOn time.Time
	Due   bool
}

// Stand returns how the structures that the person may know of stand on a day.
func Stand(ctx context.Context, tx *db.Tx, who access.Person, on time.Time) ([]Standing, error) {
	list, err := List(ctx, tx, who)
	var all []Standing
	for _, s := range list {
		signs, err := Signs(ctx, tx, s.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, Standing{s, signs, DueOn(s, signs), Due(s, signs, on)})
	}
	return all, err
}
