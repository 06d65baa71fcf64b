package study

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Stage is where a study is in its life.
type Stage string

// The stages. Noted, endorsed and superseded are what a session decided; a draft study may be taken note of and never
// endorsed.
const (
	Proposed   Stage = "proposed"
	Designed   Stage = "designed"
	Adopted    Stage = "adopted"
	Fielding   Stage = "fielding"
	Closed     Stage = "closed"
	Analysed   Stage = "analysed"
	Drafted    Stage = "drafted"
	InReview   Stage = "in-review"
	Translated Stage = "translated"
	Presented  Stage = "presented"
	Noted      Stage = "noted"
	Endorsed   Stage = "endorsed"
	Superseded Stage = "superseded"
)

// Stages lists all stages in the order of a study's life.
func Stages() []Stage {
	return []Stage{Proposed, Designed, Adopted, Fielding, Closed, Analysed, Drafted, InReview, Translated, Presented, Noted, Endorsed, Superseded}
}

// moves says which step follows which. What each needs stands in the guards.
func moves() map[Stage][]Stage {
	return map[Stage][]Stage{
		Proposed:   {Designed},
		Designed:   {Adopted},
		Adopted:    {Fielding},
		Fielding:   {Closed},
		Closed:     {Analysed},
		Analysed:   {Drafted},
		Drafted:    {InReview},
		InReview:   {Translated},
		Translated: {Presented},
		Presented:  {Noted, Endorsed, Superseded},
		Noted:      {Endorsed, Superseded},
		Endorsed:   {Superseded},
	}
}

// back says to where a step can be taken back, with its reason. What a session has decided stays.
func back() map[Stage]Stage {
	return map[Stage]Stage{
		Designed: Proposed, Adopted: Designed, Fielding: Adopted, Closed: Fielding, Analysed: Closed,
		Drafted: Analysed, InReview: Drafted, Translated: InReview, Presented: Translated,
	}
}

// actOf names the act by which a stage is reached.
func actOf() map[Stage]access.Act {
	return map[Stage]access.Act{
		Designed: "study.design", Adopted: "study.adopt", Fielding: "study.field", Closed: "study.close",
		Analysed: "study.analyse", Drafted: "study.draft", InReview: "study.review", Translated: "study.translate",
		Presented: "study.present", Noted: "study.settle", Endorsed: "study.settle", Superseded: "study.settle",
	}
}

// NeedsNote reports whether a step is recorded with words: which session decided what, by the symbol of its document.
func (s Stage) NeedsNote() bool {
	return s == Adopted || s == Noted || s == Endorsed || s == Superseded
}

// noteLimit is the longest note of a step, in bytes.
const noteLimit = 2000

// Move takes a study the next step. What stands in the way comes back as fields of the form, each a sentence.
// version is the one that the page showed.
func (s *Studies) Move(ctx context.Context, who access.Person, n id.ID, to Stage, note string, version int64, entry id.ID) error {
	act, ok := actOf()[to]
	if !ok {
		return errs.WithFields(errs.Field{Path: "to", Code: language.M("Choose the next step.")})
	}
	note = strings.TrimSpace(note)
	if to.NeedsNote() && note == "" || len(note) > noteLimit {
		return errs.WithFields(errs.Field{Path: "note", Code: language.M("Write which session decided what, with the symbol of its document, in at most 2,000 characters.")})
	}
	return s.Desk.Do(ctx, who, act, id.NewRef(Kind, n), func(c *desk.Change) error {
		at, err := own(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !slices.Contains(moves()[at.Stage], to) {
			return wrongStep(at, to)
		}
		inTheWay, err := s.Obstacles(ctx, c.Tx, n, to)
		if err != nil {
			return err
		}
		if len(inTheWay) > 0 {
			return errs.WithFields(asFields(inTheWay)...)
		}
		if err := s.effect(ctx, c, at, to); err != nil {
			return err
		}
		return moved(ctx, c, at, to, note, version)
	}, desk.Once(entry))
}

// Back takes a study a step back. Nothing of what was done is deleted; the reason goes on record.
func (s *Studies) Back(ctx context.Context, who access.Person, n id.ID, reason string, version int64, entry id.ID) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > noteLimit {
		return errs.WithFields(errs.Field{Path: "reason", Code: "Write the reason, in at most 2,000 characters."})
	}
	return s.Desk.Do(ctx, who, "study.back", id.NewRef(Kind, n), func(c *desk.Change) error {
		at, err := own(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		to, ok := back()[at.Stage]
		if !ok {
			return wrongStep(at, at.Stage)
		}
		if to == Fielding { // it is not said yet who won't reply
			if _, err := c.Exec(ctx, `UPDATE respondent SET status = ?, version = version + 1 WHERE study_id = ? AND status = ?`, Invited, n, NoReply); err != nil {
				return err
			}
		}
		return moved(ctx, c, at, to, reason, version)
	}, desk.Once(entry))
}

// own returns a study that this node leads. A study that another node leads is changed there.
func own(ctx context.Context, tx *db.Tx, n id.ID) (Study, error) {
	at, err := Find(ctx, tx, n)
	if err == nil && at.Origin != "" {
		err = errs.Say(fmt.Errorf("study %s is led by node %s: %w", n, at.Origin, errs.Conflict), language.M("Another node leads this study: it is changed there."), nil)
	}
	return at, err
}

func wrongStep(at Study, to Stage) error {
	return errs.Say(fmt.Errorf("study %s: %s does not follow %s: %w", at.ID, to, at.Stage, errs.Conflict),
		language.M("The study is at another step by now. Look at its page again."), nil)
}

// effect does what a step brings with it.
func (s *Studies) effect(ctx context.Context, c *desk.Change, at Study, to Stage) error {
	switch to {
	case Fielding:
		_, err := c.Exec(ctx, `UPDATE study_form SET state = 'fielded' WHERE study_id = ? AND state = 'adopted'`, at.ID)
		return err
	case Closed:
		_, err := c.Exec(ctx, `
			UPDATE respondent SET status = ?, version = version + 1
			WHERE study_id = ? AND status IN (?, ?, ?, ?) AND (late IS NULL OR late < ?)`,
			NoReply, at.ID, Invited, Nominated, Accessed, InProgress, c.Now())
		return err
	}
	return nil
}

func moved(ctx context.Context, c *desk.Change, at Study, to Stage, note string, version int64) error {
	changed, err := c.Exec(ctx, `UPDATE study SET stage = ?, version = version + 1 WHERE id = ? AND version = ?`, to, at.ID, version)
	if err == nil && changed == 0 {
		err = errs.Conflict
	}
	if err != nil {
		return fmt.Errorf("move study %s to %s: %w", at.ID, to, err)
	}
	c.Record(map[string]string{"from": string(at.Stage), "to": string(to)})
	_, err = c.Exec(ctx, `INSERT INTO study_move (id, study_id, n, from_stage, to_stage, note, moved_by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		c.Entry(), at.ID, version+1, at.Stage, to, note, c.Who().ID, c.Now())
	return err
}

// Moved is one step that a study took.
type Moved struct {
	From, To Stage
	Note     string
	By       id.ID
	At       time.Time
}

// History lists the steps of a study in their order.
func History(ctx context.Context, tx *db.Tx, n id.ID) ([]Moved, error) {
	rows, err := tx.Query(ctx, `SELECT from_stage, to_stage, note, moved_by, at FROM study_move WHERE study_id = ? ORDER BY n`, n)
	return db.Collect(rows, err, func(scan db.Scan) (m Moved, err error) {
		err = scan(&m.From, &m.To, &m.Note, &m.By, &m.At)
		return m, err
	})
}
