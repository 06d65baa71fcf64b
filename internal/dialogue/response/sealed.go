package response

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
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Opener is an analyst whom somebody else named as one who may open a study's sealed answers (dialogue.md §4: "visible to
// the State and named coders").
type Opener struct {
	ID     id.ID
	Person id.ID
	By     id.ID
	At     time.Time
}

// Opening is one time that sealed answers were opened, and why.
type Opening struct {
	Person     id.ID
	Submission id.ID
	Respondent id.ID
	At         time.Time
	Reason     string
}

// NameOpener names an analyst who may open the sealed answers to a study. Nobody names themself: two people stand between
// a sealed answer and its reader.
func (s *Responses) NameOpener(ctx context.Context, who access.Person, n, person, entry id.ID) error {
	return s.Desk.Do(ctx, who, "submission.name", id.NewRef(study.Kind, n), func(c *desk.Change) error {
		a, err := access.Find(ctx, c.Tx, person)
		switch {
		case err != nil || a.Disabled || !a.Holds("analyst"):
			return errs.WithFields(errs.Field{Path: "person", Code: language.M("Choose an analyst of this house.")})
		case person == who.ID:
			return errs.WithFields(errs.Field{Path: "person", Code: language.M("Somebody else has to name you.")})
		}
		now, err := openers(ctx, c.Tx, n)
		if err != nil || slices.ContainsFunc(now, func(o Opener) bool { return o.Person == person }) {
			return err
		}
		c.Record(map[string]any{"named": person})
		_, err = c.Exec(ctx, `
			INSERT INTO submission_opener (id, study_id, person_id, named_by, at, ended_at) VALUES (?, ?, ?, ?, ?, NULL)`,
			entry, n, person, who.ID, c.Now())
		return err
	}, desk.Once(entry))
}

// EndOpener takes back that somebody may open sealed answers. What they have opened stays in the list.
func (s *Responses) EndOpener(ctx context.Context, who access.Person, n, opener, entry id.ID) error {
	return s.Desk.Do(ctx, who, "submission.name", id.NewRef(study.Kind, n), func(c *desk.Change) error {
		changed, err := c.Exec(ctx, `UPDATE submission_opener SET ended_at = ? WHERE id = ? AND study_id = ? AND ended_at IS NULL`, c.Now(), opener, n)
		if err == nil && changed == 0 {
			err = fmt.Errorf("opener %s of study %s: %w", opener, n, errs.NotFound)
		}
		c.Record(map[string]any{"ended": opener})
		return err
	}, desk.Once(entry))
}

// openers lists who may open the sealed answers to a study now.
func openers(ctx context.Context, tx *db.Tx, n id.ID) ([]Opener, error) {
	rows, err := tx.Query(ctx, `SELECT id, person_id, named_by, at FROM submission_opener WHERE study_id = ? AND ended_at IS NULL ORDER BY id`, n)
	return db.Collect(rows, err, func(scan db.Scan) (o Opener, err error) { return o, scan(&o.ID, &o.Person, &o.By, &o.At) })
}

// Unseal opens the sealed answers of a submission for an analyst who was named, and enters who did it and why. They are
// held against what the respondent signed; nothing of them is stored or counted. A submission without any is
// [errs.NotFound], one that was withdrawn [errs.Conflict].
func (s *Responses) Unseal(ctx context.Context, who access.Person, n id.ID, reason string, entry id.ID) (Sealed, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > MaxNote {
		return Sealed{}, errs.WithFields(errs.Field{Path: "reason", Code: language.M("Write the reason, in at most 2,000 characters.")})
	}
	var opened Sealed
	err := s.Desk.Do(ctx, who, "submission.open", id.NewRef(KindSubmission, n), func(c *desk.Change) (err error) {
		x, sealed, err := s.sealedOf(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if opened, err = s.opened(x, sealed); err != nil {
			return err
		}
		c.Record(map[string]any{"hash": x.Hash, "answers": x.Secrets})
		_, err = c.Exec(ctx, `INSERT INTO submission_opening (id, study_id, submission_id, person_id, at, reason) VALUES (?, ?, ?, ?, ?, ?)`,
			entry, x.Respondent.Study, n, who.ID, c.Now(), reason)
		return err
	}, desk.Once(entry))
	if err == nil && opened.Format == "" { // the same form again: what it opened was shown then and is kept nowhere
		err = errs.Say(fmt.Errorf("open sealed answers of %s: %w", n, errs.Conflict), language.M("These answers were opened and shown already. Give the reason again to see them once more."), nil)
	}
	return opened, err
}

// sealedOf reads a submission with what of it is sealed.
func (s *Responses) sealedOf(ctx context.Context, tx *db.Tx, n id.ID) (x Submission, sealed []byte, err error) {
	if x, err = s.Submission(ctx, tx, n); err != nil {
		return x, nil, err
	}
	switch {
	case len(x.Secrets) == 0:
		return x, nil, fmt.Errorf("sealed answers of submission %s: %w", n, errs.NotFound)
	case x.State == Withdrawn:
		return x, nil, errs.Say(fmt.Errorf("sealed answers of submission %s: %w", n, errs.Conflict), language.M("The response was withdrawn. Nothing of it is used."), nil)
	}
	err = tx.Row(ctx, `SELECT secrets FROM submission WHERE id = ?`, n).Scan(&sealed)
	return x, sealed, err
}

// opened decrypts what was sealed and holds it against the record's commitments.
func (s *Responses) opened(x Submission, sealed []byte) (Sealed, error) {
	b, err := s.unseal(sealed)
	if err != nil {
		return Sealed{}, fmt.Errorf("sealed answers of submission %s: %w", x.ID, err)
	}
	r, err := ReadRecord(x.Record)
	if err != nil {
		return Sealed{}, err
	}
	return CheckSecrets(r, b)
}

// openings lists who opened sealed answers to a study, the last first.
func openings(ctx context.Context, tx *db.Tx, n id.ID) ([]Opening, error) {
	rows, err := tx.Query(ctx, `
		SELECT o.person_id, o.submission_id, s.respondent_id, o.at, o.reason FROM submission_opening o JOIN submission s ON s.id = o.submission_id
		WHERE o.study_id = ? ORDER BY o.id DESC LIMIT 200`, n)
	return db.Collect(rows, err, func(scan db.Scan) (o Opening, err error) {
		return o, scan(&o.Person, &o.Submission, &o.Respondent, &o.At, &o.Reason)
	})
}

// namedFor reads who may open the sealed answers to a study, and who named the person asked about.
func namedFor(ctx context.Context, tx *db.Tx, n, who id.ID) (may, by []id.ID, err error) {
	all, err := openers(ctx, tx, n)
	by = []id.ID{}
	for _, o := range all {
		may = append(may, o.Person)
		if o.Person == who {
			by = append(by, o.By)
		}
	}
	return may, by, err
}
