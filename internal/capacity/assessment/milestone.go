package assessment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Becomes is what an accepted recommendation turns into.
type Becomes string

// What recommendations turn into.
const (
	Course      Becomes = "course"
	Workshop    Becomes = "workshop"
	Structure   Becomes = "structure"
	LegalReview Becomes = "legal_review"
	Partnership Becomes = "partnership"
)

// Becoming lists them in the order of pages.
func Becoming() []Becomes { return []Becomes{Course, Workshop, Structure, LegalReview, Partnership} }

// Name returns it in words: a message of the catalogue.
func (b Becomes) Name() string {
	switch b {
	case Course:
		return language.M("Course")
	case Workshop:
		return language.M("Workshop")
	case Structure:
		return language.M("Lasting structure")
	case LegalReview:
		return language.M("Review of law")
	case Partnership:
		return language.M("Partnership")
	}
	return string(b)
}

// Milestone is something that is to be reached by a day.
type Milestone struct {
	ID             id.ID
	Recommendation id.ID
	Words          string
	Becomes        Becomes
	Owner          organisation.Organisation
	Begins, Due    time.Time // days
	Measure        string    // by what it is seen that it is done
	State          string    // open, done or dropped
	Proof          string    // of one that is done
	Why            string    // it was dropped
}

// Plan enters a milestone of a recommendation that the State accepts.
func (q *Assessments) Plan(ctx context.Context, who access.Person, n id.ID, m Milestone, entry id.ID) error {
	m.Words, m.Measure = strings.TrimSpace(m.Words), strings.TrimSpace(m.Measure)
	wrong := append(checkText("words", m.Words, maxLine), checkText("measure", m.Measure, maxLine)...)
	if !slices.Contains(Becoming(), m.Becomes) {
		wrong = append(wrong, errs.Field{Path: "becomes", Code: language.M("Choose what it becomes.")})
	}
	if m.Begins.IsZero() || m.Due.IsZero() || m.Due.Before(m.Begins) {
		wrong = append(wrong, errs.Field{Path: "due", Code: language.M("Enter two days, the first not after the second.")})
	}
	return q.desk.Do(ctx, who, "milestone.edit", id.NewRef(RefKind, n), func(c *desk.Change) error {
		a, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !a.Step.in(Commented, Cleared, Published, Kept) {
			return notNow(a)
		}
		all, err := Recommendations(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(r Recommendation) bool { return r.ID == m.Recommendation && r.Reply == Accepted }) {
			wrong = append(wrong, errs.Field{Path: "recommendation", Code: language.M("Choose a recommendation that the State accepts.")})
		}
		of, err := ofState(ctx, c.Tx, a, m.Owner.ID, "owner")
		if err != nil {
			return err
		}
		if err := errs.WithFields(append(wrong, of...)...); err != nil {
			return err
		}
		c.Record(map[string]string{"becomes": string(m.Becomes), "due": m.Due.Format(time.DateOnly)})
		_, err = c.Exec(ctx, `
			INSERT INTO assessment_milestone (id, assessment_id, recommendation_id, words, becomes, owner, begins, due, measure, state, proof, why, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', '', '', ?)`,
			c.Entry(), n, m.Recommendation, m.Words, m.Becomes, m.Owner.ID, m.Begins, m.Due, m.Measure, c.Now())
		return err
	}, desk.Once(entry))
}

// Finish says that a milestone is reached, with what proves it. When a recommendation has no open milestone left, what is
// not met of its factors is open again: it is to be rated anew.
func (q *Assessments) Finish(ctx context.Context, who access.Person, n, milestone id.ID, proof string, entry id.ID) error {
	proof = strings.TrimSpace(proof)
	if !isProof(proof) {
		return errs.WithFields(errs.Field{Path: "proof-" + string(milestone), Code: language.M("Add what proves it: the SHA-256 of the file (64 digits and letters a to f), or an address that begins with https://.")})
	}
	return q.end(ctx, who, n, milestone, entry, "done", proof, "")
}

// Drop says that a milestone will not be reached, and why.
func (q *Assessments) Drop(ctx context.Context, who access.Person, n, milestone id.ID, why string, entry id.ID) error {
	why = strings.TrimSpace(why)
	if err := errs.WithFields(checkText("why-"+string(milestone), why, maxLine)...); err != nil {
		return err
	}
	return q.end(ctx, who, n, milestone, entry, "dropped", "", why)
}

func (q *Assessments) end(ctx context.Context, who access.Person, n, milestone, entry id.ID, state, proof, why string) error {
	return q.desk.Do(ctx, who, "milestone.done", id.NewRef(RefKind, n), func(c *desk.Change) error {
		all, err := Milestones(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(m Milestone) bool { return m.ID == milestone })
		if i < 0 {
			return fmt.Errorf("milestone %s: %w", milestone, errs.NotFound)
		}
		if all[i].State != "open" {
			return errs.Say(fmt.Errorf("milestone %s is %s: %w", milestone, all[i].State, errs.Conflict), language.M("This milestone was ended already."), nil)
		}
		c.Record(map[string]string{"milestone": string(milestone), "state": state, "proof": proof})
		if _, err := c.Exec(ctx, `UPDATE assessment_milestone SET state = ?, proof = ?, why = ?, at = ? WHERE id = ?`, state, proof, why, c.Now(), milestone); err != nil {
			return err
		}
		all[i].State = state
		return q.reopen(ctx, c, n, all[i].Recommendation, all)
	}, desk.Once(entry))
}

// reopen opens the indicators of a recommendation again when all its milestones have ended and one was reached.
func (q *Assessments) reopen(ctx context.Context, c *desk.Change, n, recommendation id.ID, all []Milestone) error {
	done := false
	for _, m := range all {
		if m.Recommendation == recommendation && m.State == "open" {
			return nil
		}
		done = done || m.Recommendation == recommendation && m.State == "done"
	}
	if !done {
		return nil
	}
	list, err := Recommendations(ctx, c.Tx, n)
	if err != nil {
		return err
	}
	a, err := Get(ctx, c.Tx, n)
	if err != nil {
		return err
	}
	m, err := q.ModelOf(a)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.ID != recommendation {
			continue
		}
		for _, code := range r.Factors {
			f, _ := m.factor(code)
			for _, i := range f.Indicators {
				if _, err := c.Exec(ctx, `UPDATE assessment_consensus SET reopened = ? WHERE assessment_id = ? AND indicator = ? AND value <> ?`, c.Now(), n, i.Code, Met); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Milestones lists an assessment's milestones by the day on which they are due.
func Milestones(ctx context.Context, tx *db.Tx, n id.ID) ([]Milestone, error) {
	rows, err := tx.Query(ctx, `SELECT id, recommendation_id, words, becomes, owner, begins, due, measure, state, proof, why FROM assessment_milestone WHERE assessment_id = ? ORDER BY due, id`, n)
	all, err := db.Collect(rows, err, func(scan db.Scan) (m Milestone, err error) {
		err = scan(&m.ID, &m.Recommendation, &m.Words, &m.Becomes, &m.Owner.ID, &m.Begins, &m.Due, &m.Measure, &m.State, &m.Proof, &m.Why)
		return m, err
	})
	for i := range all {
		var e error
		if all[i].Owner, e = organisation.Get(ctx, tx, all[i].Owner.ID); e != nil {
			return nil, e
		}
	}
	return all, err
}
