package study

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

// Permission lets one respondent answer after the deadline. The latest one counts; none is deleted.
type Permission struct {
	Respondent id.ID
	Until      time.Time
	Reason     string
	By         id.ID
	At         time.Time
}

// LateList lists who was let answer after the deadline, the newest permission first.
func LateList(ctx context.Context, tx *db.Tx, n id.ID) ([]Permission, error) {
	rows, err := tx.Query(ctx, `SELECT respondent_id, until, reason, given_by, at FROM study_late WHERE study_id = ? ORDER BY id DESC`, n)
	return db.Collect(rows, err, func(scan db.Scan) (p Permission, err error) {
		err = scan(&p.Respondent, &p.Until, &p.Reason, &p.By, &p.At)
		return p, err
	})
}

// LetAnswerLate gives a respondent a later last day than the others have. A respondent that answers at its own node is told
// by another invitation, which carries the day.
func (s *Studies) LetAnswerLate(ctx context.Context, who access.Person, n, respondent id.ID, until time.Time, reason string, entry id.ID) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > noteLimit {
		return errs.WithFields(errs.Field{Path: "reason", Code: "Write the reason, in at most 2,000 characters."})
	}
	if err := s.settled(ctx, respondent); err != nil {
		return err
	}
	return s.Desk.Do(ctx, who, "study.late", id.NewRef(Kind, n), func(c *desk.Change) error {
		at, err := own(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		r, err := respondentIn(ctx, c.Tx, n, respondent)
		switch {
		case err != nil:
			return err
		case at.Stage != Fielding && at.Stage != Closed:
			return errs.Say(fmt.Errorf("late answers to study %s, which is %s: %w", n, at.Stage, errs.Conflict), language.M("Answers come in while a study is being asked, and late ones until it is analysed."), nil)
		case !until.After(at.Deadline) || !until.After(c.Now()):
			return errs.WithFields(errs.Field{Path: "until", Code: language.M("Choose a day after the deadline that is still to come.")})
		}
		if _, err := c.Exec(ctx, `INSERT INTO study_late (id, study_id, respondent_id, until, reason, given_by, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.Entry(), n, respondent, until, reason, who.ID, c.Now()); err != nil {
			return err
		}
		c.Record(map[string]string{"respondent": string(r.ID), "until": db.Stamp(until)})
		if _, err = c.Exec(ctx, `UPDATE respondent SET late = ?, version = version + 1 WHERE id = ?`, until, respondent); err != nil || r.Peer == "" {
			return err
		}
		r.Late = until
		return s.ask(ctx, c, at, r, ByNode)
	}, desk.Once(entry))
}
