package structure

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

// Commitment is what a partner has promised in a structure: "answers preservation within 24 hours, in 90 of 100 cases".
type Commitment struct {
	ID           id.ID
	Structure    id.ID
	Organisation organisation.Organisation
	Says         string
	Measure      string // what practice measures it by, "" when the partner reports
	Target       int    // per cent
	Since        time.Time
	Exercise     bool
}

// Measured are the measures that practice knows, with what they say: messages of the catalogue.
func Measured() map[string]string {
	return map[string]string{
		"preservation-24h": language.M("Preservation answered within 24 hours"),
		"receipt-24h":      language.M("Requests received within 24 hours"),
		"acceptance-30d":   language.M("Requests accepted within 30 days"),
	}
}

// Figure is how a commitment was kept in a span of days, and from where that is known.
type Figure struct {
	Kept, Of int
	From, To time.Time
	Practice bool   // from practice; otherwise from the partner's report
	Proof    string // of a report
}

// Share returns the share in per cent, rounded down: 89.9 is not 90 of 100.
func (f Figure) Share() (percent int, ok bool) {
	if f.Of == 0 {
		return 0, false
	}
	return 100 * f.Kept / f.Of, true
}

func commitmentFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	m, err := commitment(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	f, err := Facts(ctx, tx, id.NewRef(RefKind, m.Structure), who)
	if err != nil {
		return f, err
	}
	f.OwnOrganisation, err = organisation.Stands(ctx, tx, who, m.Organisation.ID)
	return f, err
}

const commitmentColumns = `id, structure_id, organisation_id, says, measure, target, since, exercise`

func scanCommitment(s db.Scan) (m Commitment, err error) {
	err = s(&m.ID, &m.Structure, &m.Organisation.ID, &m.Says, &m.Measure, &m.Target, &m.Since, &m.Exercise)
	return m, err
}

func commitment(ctx context.Context, tx *db.Tx, n id.ID) (Commitment, error) {
	m, err := scanCommitment(tx.Row(ctx, `SELECT `+commitmentColumns+` FROM structure_commitment WHERE id = ?`, n).Scan)
	if err != nil {
		return m, fmt.Errorf("commitment %s: %w", n, err)
	}
	return m, nil
}

// Commitments lists what partners have promised in a structure.
func Commitments(ctx context.Context, tx *db.Tx, n id.ID) ([]Commitment, error) {
	rows, err := tx.Query(ctx, `SELECT `+commitmentColumns+` FROM structure_commitment WHERE structure_id = ? ORDER BY id`, n)
	all, err := db.Collect(rows, err, scanCommitment)
	for i := range all {
		if all[i].Organisation, err = organisation.Get(ctx, tx, all[i].Organisation.ID); err != nil {
			return nil, err
		}
	}
	return all, err
}

// Promise enters what an organisation that takes part has promised.
func (q *Structures) Promise(ctx context.Context, who access.Person, n id.ID, m Commitment, entry id.ID) error {
	m.Says = strings.TrimSpace(m.Says)
	wrong := checkText("says", m.Says, maxText)
	if m.Target < 1 || m.Target > 100 {
		wrong = append(wrong, errs.Field{Path: "target", Code: language.M("Enter a share from 1 to 100 per cent.")})
	}
	if _, known := Measured()[m.Measure]; m.Measure != "" && !known {
		wrong = append(wrong, errs.Field{Path: "measure", Code: language.M("Choose how it is measured.")})
	}
	return q.desk.Do(ctx, who, "structure.edit", id.NewRef(RefKind, n), func(c *desk.Change) error {
		members, err := memberIDs(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !slices.Contains(members, m.Organisation.ID) {
			wrong = append(wrong, errs.Field{Path: "organisation", Code: language.M("Choose an organisation that takes part.")})
		}
		if err := errs.WithFields(wrong...); err != nil {
			return err
		}
		c.Record(map[string]any{"commitment": c.Entry(), "measure": m.Measure, "target": m.Target})
		_, err = c.Exec(ctx, `
			INSERT INTO structure_commitment (id, structure_id, organisation_id, says, measure, target, since, exercise) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			c.Entry(), n, m.Organisation.ID, m.Says, m.Measure, m.Target, c.Now(), q.exercise)
		return err
	}, desk.Once(entry))
}

// Report has the partner say how it kept a commitment that practice doesn't measure.
func (q *Structures) Report(ctx context.Context, who access.Person, n id.ID, f Figure, entry id.ID) error {
	f.Proof = strings.TrimSpace(f.Proof)
	wrong := checkProof("proof", f.Proof)
	if f.Of < 1 || f.Kept < 0 || f.Kept > f.Of || f.Of > 1_000_000 {
		wrong = append(wrong, errs.Field{Path: "kept", Code: language.M("Enter how many of how many were kept: the first number is at most the second.")})
	}
	if f.From.IsZero() || f.To.IsZero() || f.To.Before(f.From) {
		wrong = append(wrong, errs.Field{Path: "from", Code: language.M("Enter the first and the last day.")})
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "commitment.report", id.NewRef(RefCommitment, n), func(c *desk.Change) error {
		m, err := commitment(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if m.Measure != "" {
			return errs.Say(fmt.Errorf("commitment %s is measured: %w", n, errs.Conflict), language.M("Practice measures this commitment: nobody reports it."), nil)
		}
		c.Record(map[string]any{"kept": f.Kept, "of": f.Of, "proof": f.Proof})
		_, err = c.Exec(ctx, `INSERT INTO structure_report (id, commitment_id, kept, of_all, from_day, to_day, proof, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			c.Entry(), n, f.Kept, f.Of, f.From, f.To, f.Proof, c.Now())
		return err
	}, desk.Once(entry))
}

// Kept returns how a commitment was kept: by practice over the year before the instant where practice measures it, else
// by the partner's newest report. ok is false when nothing is known.
func (q *Structures) Kept(ctx context.Context, tx *db.Tx, m Commitment, at time.Time) (f Figure, ok bool, err error) {
	if m.Measure != "" {
		f = Figure{From: at.AddDate(-1, 0, 0), To: at, Practice: true}
		if q.measures == nil {
			return f, false, nil
		}
		f.Kept, f.Of, err = q.measures(ctx, tx, m.Measure, f.From, f.To)
		return f, f.Of > 0, err
	}
	rows, err := tx.Query(ctx, `SELECT kept, of_all, from_day, to_day, proof FROM structure_report WHERE commitment_id = ? ORDER BY id DESC LIMIT 1`, m.ID)
	list, err := db.Collect(rows, err, func(scan db.Scan) (f Figure, err error) {
		err = scan(&f.Kept, &f.Of, &f.From, &f.To, &f.Proof)
		return f, err
	})
	if err != nil || len(list) == 0 {
		return Figure{}, false, err
	}
	return list[0], true, nil
}
