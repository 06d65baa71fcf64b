package learning

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// The states of an attempt. One that came in after its end is kept, and the trainer decides; of a disputed one several
// records came, and none counts.
const (
	disputed  = "disputed"
	open      = "open"
	submitted = "submitted"
	late      = "late"
	voided    = "voided"
)

// Attempt is one person's test.
type Attempt struct {
	ID        id.ID
	Enrolment id.ID
	Cohort    id.ID
	Slot      string
	State     string
	Started   time.Time
	Deadline  time.Time
	Submitted time.Time
	Answers   instrument.Answers
	Changes   int64
}

// Final reports whether the attempt counts.
func (a Attempt) Final() bool { return a.State == submitted }

// attemptFacts: an attempt lies in its cohort and is its learner's own.
func attemptFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	a, err := attempt(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	return ownFacts(ctx, tx, a.Cohort, a.Enrolment, who)
}

// ownFacts are those of what lies in a cohort and is one learner's own.
func ownFacts(ctx context.Context, tx *db.Tx, cohort, enrolment id.ID, who access.Person) (access.Facts, error) {
	f, err := access.InCase(ctx, tx, cohort, who)
	if err != nil {
		return f, err
	}
	var person id.ID
	err = tx.Row(ctx, `SELECT person_id FROM enrolment WHERE id = ?`, enrolment).Scan(&person)
	f.Did = map[access.Part][]id.ID{access.Subject: {person}}
	return f, err
}

const attemptColumns = `id, enrolment_id, cohort_id, slot, state, started, deadline, submitted, answers, changes`

func scanAttempt(s db.Scan) (a Attempt, err error) {
	var answers string
	if err := s(&a.ID, &a.Enrolment, &a.Cohort, &a.Slot, &a.State, &a.Started, &a.Deadline, &a.Submitted, &answers, &a.Changes); err != nil {
		return a, err
	}
	a.Answers, err = instrument.ParseAnswers([]byte(answers))
	return a, err
}

func attempt(ctx context.Context, tx *db.Tx, n id.ID) (Attempt, error) {
	a, err := scanAttempt(tx.Row(ctx, `SELECT `+attemptColumns+` FROM test_attempt WHERE id = ?`, n).Scan)
	if err != nil {
		return a, fmt.Errorf("attempt %s: %w", n, err)
	}
	return a, nil
}

// attempts lists the attempts of a cohort that are not voided.
func attempts(ctx context.Context, tx *db.Tx, n id.ID) ([]Attempt, error) {
	rows, err := tx.Query(ctx, `SELECT `+attemptColumns+` FROM test_attempt WHERE cohort_id = ? AND state <> ? ORDER BY id`, n, voided)
	return db.Collect(rows, err, scanAttempt)
}

// Begin begins the test that is open now, for the learner themselves. One that was begun is returned: there is one of
// each.
func (q *Learning) Begin(ctx context.Context, who access.Person, n, entry id.ID) (at id.ID, err error) {
	at = entry
	err = q.Desk.Do(ctx, who, "attempt.begin", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		e, err := enrolmentOf(ctx, c.Tx, n, who.ID)
		if errors.Is(err, errs.NotFound) {
			return errs.Say(fmt.Errorf("begin a test of cohort %s: %w", n, errs.Forbidden), language.M("You are not enrolled in this cohort."), nil)
		}
		if err != nil {
			return err
		}
		if k.State != Opened || k.Slot == "" {
			return errs.Say(fmt.Errorf("begin a test of cohort %s: %w", n, errs.Conflict), language.M("No test is open now. Your trainer opens it."), nil)
		}
		before, err := attempts(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		for _, a := range before {
			if a.Enrolment == e.ID && a.Slot == k.Slot {
				at = a.ID
				return nil
			}
		}
		none, err := instrument.NewAnswers().Bytes()
		if err != nil {
			return err
		}
		at = entry
		c.Record(map[string]string{"form": string(k.Hash), "slot": k.Slot})
		_, err = c.Exec(ctx, `
			INSERT INTO test_attempt (id, enrolment_id, cohort_id, slot, state, started, deadline, submitted, answers, changes) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, 0)`,
			entry, e.ID, n, k.Slot, open, c.Now(), c.Now().Add(time.Duration(k.Minutes)*time.Minute), string(none))
		return err
	}, desk.Once(entry))
	return at, err
}

// Save keeps one page of a test. What is typed is kept even when it is wrong. After the end it is refused: what was saved
// before counts.
func (q *Learning) Save(ctx context.Context, who access.Person, n id.ID, section string, form url.Values, entry id.ID) error {
	return q.Desk.Do(ctx, who, "attempt.save", id.NewRef(RefAttempt, n), func(c *desk.Change) error {
		a, k, err := q.running(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if c.Now().After(a.Deadline) {
			return errs.Say(fmt.Errorf("save attempt %s: %w", n, errs.Conflict), language.M("The time is over. What you saved before counts; hand the test in."), nil)
		}
		in, _, err := q.Test(k)
		if err != nil {
			return err
		}
		next, said, err := in.Bind(a.Answers, section, form)
		if err != nil {
			return err
		}
		if err := errs.WithFields(said...); err != nil {
			return err
		}
		b, err := next.Bytes()
		if err != nil {
			return err
		}
		c.Record(map[string]canonical.Hash{"answers": canonical.Sum(b)})
		_, err = c.Exec(ctx, `UPDATE test_attempt SET answers = ?, changes = changes + 1 WHERE id = ? AND state = ?`, string(b), n, open)
		return err
	}, desk.Once(entry))
}

// running returns an attempt that is open, with its cohort.
func (q *Learning) running(ctx context.Context, tx *db.Tx, n id.ID) (Attempt, Cohort, error) {
	a, err := attempt(ctx, tx, n)
	if err != nil {
		return a, Cohort{}, err
	}
	if a.State != open {
		return a, Cohort{}, errs.Say(fmt.Errorf("attempt %s is %s: %w", n, a.State, errs.Conflict), language.M("This test was handed in. Nothing in it changes any more."), nil)
	}
	k, err := cohort(ctx, tx, a.Cohort)
	return a, k, err
}

// Submit hands a test in, and marks it. Handed in after its end by more than a minute it is late: kept, and the trainer
// decides.
func (q *Learning) Submit(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.Desk.Do(ctx, who, "attempt.submit", id.NewRef(RefAttempt, n), func(c *desk.Change) error {
		a, k, err := q.running(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		return q.end(ctx, c, k, a)
	}, desk.Once(entry))
}

// grace is how long after its end a test that is handed in isn't late: the page takes its time.
const grace = time.Minute

// end takes an attempt as it is and marks it.
func (q *Learning) end(ctx context.Context, c *desk.Change, k Cohort, a Attempt) error {
	state := submitted
	if c.Now().After(a.Deadline.Add(grace)) && a.Changes > 0 {
		state = late
	}
	b, err := a.Answers.Bytes()
	if err != nil {
		return err
	}
	c.Record(map[string]any{"attempt": a.ID, "answers": canonical.Sum(b), "state": state})
	if _, err := c.Exec(ctx, `UPDATE test_attempt SET state = ?, submitted = ? WHERE id = ?`, state, c.Now(), a.ID); err != nil {
		return err
	}
	return q.mark(ctx, c, k, a)
}

// mark adds the marks that the key gives, where the newest were given by another key. Old marks stand.
func (q *Learning) mark(ctx context.Context, c *desk.Change, k Cohort, a Attempt) error {
	in, s, err := q.Test(k)
	if err != nil {
		return err
	}
	have, err := marks(ctx, c.Tx, a.ID)
	if err != nil {
		return err
	}
	keys, err := keyHashes(s)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, x := range s.Score(in, a.Answers) {
		sum := keys[x.Item.Name]
		same := Mark{a.ID, x.Item.Name, x.Points, x.Answered, sum}
		if !slices.Contains(have, same) {
			rows = append(rows, []any{id.New(c.Now()), a.ID, x.Item.Name, x.Points, x.Answered, "rule", sum, c.Now()})
		}
	}
	return insert(ctx, c.Tx, intoMarks, rows)
}

// intoMarks names the table of marks with its columns, for [insert].
const intoMarks = `test_mark (id, attempt_id, item, points, answered, by_whom, key_hash, at)`

// keyHashes returns by which key each item is marked.
func keyHashes(s *instrument.Scoring) (map[string]canonical.Hash, error) {
	keys := map[string]canonical.Hash{}
	for _, it := range s.Items {
		sum, err := it.KeyHash()
		if err != nil {
			return nil, err
		}
		keys[it.Name] = sum
	}
	return keys, nil
}

// Mark is what one answer got, by which key.
type Mark struct {
	Attempt  id.ID
	Item     string
	Points   instrument.Points
	Answered bool
	Key      canonical.Hash
}

// marks lists the newest mark of each item of an attempt.
func marks(ctx context.Context, tx *db.Tx, n id.ID) ([]Mark, error) {
	rows, err := tx.Query(ctx, `SELECT attempt_id, item, points, answered, key_hash FROM test_mark WHERE attempt_id = ? ORDER BY id DESC`, n)
	return newestMarks(db.Collect(rows, err, scanMark))
}

// allMarks lists the newest mark of each item of every attempt of a cohort.
func allMarks(ctx context.Context, tx *db.Tx, n id.ID) ([]Mark, error) {
	rows, err := tx.Query(ctx, `
		SELECT m.attempt_id, m.item, m.points, m.answered, m.key_hash FROM test_attempt a JOIN test_mark m ON m.attempt_id = a.id
		WHERE a.cohort_id = ? ORDER BY m.id DESC`, n)
	return newestMarks(db.Collect(rows, err, scanMark))
}

func scanMark(s db.Scan) (m Mark, err error) {
	return m, s(&m.Attempt, &m.Item, &m.Points, &m.Answered, &m.Key)
}

// newestMarks keeps the first of each item, of marks that stand newest first.
func newestMarks(all []Mark, err error) ([]Mark, error) {
	var out []Mark
	seen := map[[2]string]bool{}
	for _, m := range all {
		if k := [2]string{string(m.Attempt), m.Item}; !seen[k] {
			seen[k] = true
			out = append(out, m)
		}
	}
	return out, err
}

// Remark marks every attempt of a cohort by the key as it is now: after a key was corrected. Old marks stand; the newest
// count.
func (q *Learning) Remark(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.Desk.Do(ctx, who, "attempt.mark", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		list, err := attempts(ctx, c.Tx, n)
		for _, a := range list {
			if a.State == open || a.State == disputed {
				continue
			}
			if err := q.mark(ctx, c, k, a); err != nil {
				return err
			}
		}
		return err
	}, desk.Once(entry))
}

// Void takes an attempt out of the count, or takes one that was late into it. It may be begun anew once voided.
func (q *Learning) Void(ctx context.Context, who access.Person, n id.ID, count bool, entry id.ID) error {
	return q.Desk.Do(ctx, who, "attempt.void", id.NewRef(RefAttempt, n), func(c *desk.Change) error {
		a, err := attempt(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		to := voided
		if count {
			to = submitted
			if a.State != late {
				return errs.Say(fmt.Errorf("attempt %s is %s: %w", n, a.State, errs.Conflict), language.M("Only a test that came in late can be taken into the count."), nil)
			}
		}
		c.Record(map[string]string{"from": a.State, "to": to})
		_, err = c.Exec(ctx, `UPDATE test_attempt SET state = ? WHERE id = ?`, to, n)
		return err
	}, desk.Once(entry))
}
