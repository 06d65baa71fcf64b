package assessment

import (
	"context"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Stakeholder is an organisation that is asked. Its kind is the group for which it speaks.
type Stakeholder struct {
	ID           id.ID
	Assessment   id.ID
	Organisation organisation.Organisation
	Since        time.Time
}

// Appoint puts somebody of this node on the team that assesses. Whoever was on it clears nothing of it.
func (q *Assessments) Appoint(ctx context.Context, who access.Person, n, person, entry id.ID) error {
	return q.desk.Do(ctx, who, "assessment.team", id.NewRef(RefKind, n), func(c *desk.Change) error {
		a, err := access.Find(ctx, c.Tx, person)
		if err != nil {
			return err
		}
		if len(a.Offices()) == 0 || a.Disabled {
			return errs.WithFields(errs.Field{Path: "person", Code: language.M("Choose somebody who works in this house.")})
		}
		c.Record(map[string]id.ID{"person": person})
		if _, err := c.Exec(ctx, `INSERT INTO assessment_team (assessment_id, person_id, since) VALUES (?, ?, ?) ON CONFLICT (assessment_id, person_id) DO NOTHING`,
			n, person, c.Now()); err != nil {
			return err
		}
		return access.AddMember(ctx, c.Tx, n, person, who.ID)
	}, desk.Once(entry))
}

// Team lists who is or was on the team that assesses.
func Team(ctx context.Context, tx *db.Tx, n id.ID) ([]id.ID, error) {
	rows, err := tx.Query(ctx, `SELECT person_id FROM assessment_team WHERE assessment_id = ? ORDER BY since, person_id`, n)
	return db.Collect(rows, err, func(scan db.Scan) (p id.ID, err error) {
		err = scan(&p)
		return p, err
	})
}

// Ask has an organisation of the State be asked, before or while a round is open.
func (q *Assessments) Ask(ctx context.Context, who access.Person, n, org, entry id.ID) error {
	return q.desk.Do(ctx, who, "assessment.round", id.NewRef(RefKind, n), func(c *desk.Change) error {
		a, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !a.Step.in(Agreed, Collecting, Consolidating) {
			return notNow(a)
		}
		o, err := organisation.Get(ctx, c.Tx, org)
		if err != nil {
			return err
		}
		if o.State != a.State {
			return errs.WithFields(errs.Field{Path: "organisation", Code: language.M("Choose an organisation of the State that is assessed.")})
		}
		c.Record(map[string]string{"organisation": string(org), "group": string(o.Kind)})
		_, err = c.Exec(ctx, `
			INSERT INTO assessment_stakeholder (id, assessment_id, organisation_id, since) VALUES (?, ?, ?, ?)
			ON CONFLICT (assessment_id, organisation_id) DO NOTHING`, c.Entry(), n, org, c.Now())
		return err
	}, desk.Once(entry))
}

// Stakeholders lists who is asked, in the order in which they were named.
func Stakeholders(ctx context.Context, tx *db.Tx, n id.ID) ([]Stakeholder, error) {
	rows, err := tx.Query(ctx, `SELECT id, assessment_id, organisation_id, since FROM assessment_stakeholder WHERE assessment_id = ? ORDER BY since, id`, n)
	all, err := db.Collect(rows, err, scanStakeholder)
	for i := range all {
		var e error
		if all[i].Organisation, e = organisation.Get(ctx, tx, all[i].Organisation.ID); e != nil {
			return nil, e
		}
	}
	return all, err
}

func scanStakeholder(s db.Scan) (k Stakeholder, err error) {
	err = s(&k.ID, &k.Assessment, &k.Organisation.ID, &k.Since)
	return k, err
}

// Stakeholding returns one organisation's part in an assessment.
func Stakeholding(ctx context.Context, tx *db.Tx, n id.ID) (Stakeholder, error) {
	s, err := scanStakeholder(tx.Row(ctx, `SELECT id, assessment_id, organisation_id, since FROM assessment_stakeholder WHERE id = ?`, n).Scan)
	if err != nil {
		return s, fmt.Errorf("stakeholder %s: %w", n, err)
	}
	s.Organisation, err = organisation.Get(ctx, tx, s.Organisation.ID)
	return s, err
}
