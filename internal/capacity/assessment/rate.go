package assessment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Rated is what one stakeholder says of an indicator, with what proves it.
type Rated struct {
	Stakeholder  id.ID
	Indicator    string
	Value        Value
	Evidence     Evidence // kind of the proof; "" without one
	Proof        string   // SHA-256 of a file that is kept, or an address; "" without one: then it is asserted
	Locator      string   // page, section, sheet
	Note         string
	Confidential bool   // the proof and the note are for the team alone
	Fault        string // what the team found of the proof: "" nothing wrong, "gone", "differs"
}

// Stands reports whether the rating has a proof that is still there.
func (r Rated) Stands() bool { return r.Proof != "" && r.Fault == "" }

// Rate enters or changes ratings of a stakeholder while the round is open, all or none: a page of the form. Nobody but
// the organisation itself can read them before it is closed.
func (q *Assessments) Rate(ctx context.Context, who access.Person, stakeholder id.ID, ratings []Rated, entry id.ID) error {
	return q.desk.Do(ctx, who, "assessment.rate", id.NewRef(RefStakeholder, stakeholder), func(c *desk.Change) error {
		s, err := Stakeholding(ctx, c.Tx, stakeholder)
		if err != nil {
			return err
		}
		a, err := Get(ctx, c.Tx, s.Assessment)
		if err != nil {
			return err
		}
		if a.Step != Collecting {
			return errs.Say(fmt.Errorf("assessment %s is %s: %w", a.ID, a.Step, errs.Conflict), language.M("No round is open: ratings are not taken now. What you entered before stands."), nil)
		}
		m, err := q.ModelOf(a)
		if err != nil {
			return err
		}
		var wrong []errs.Field
		for i := range ratings {
			wrong = append(wrong, checkRated(m, s, &ratings[i])...)
		}
		if err := errs.WithFields(wrong...); err != nil {
			return err
		}
		c.Record(map[string]any{"round": a.Round, "ratings": len(ratings)})
		for _, r := range ratings {
			if err := enter(ctx, c, a, s, r); err != nil {
				return err
			}
		}
		return nil
	}, desk.Once(entry))
}

func checkRated(m Model, s Stakeholder, r *Rated) (wrong []errs.Field) {
	r.Proof, r.Locator, r.Note = strings.TrimSpace(r.Proof), strings.TrimSpace(r.Locator), strings.TrimSpace(r.Note)
	_, i, ok := m.indicator(r.Indicator)
	if !ok || !slices.Contains(i.Asks, s.Organisation.Kind) {
		return []errs.Field{{Path: r.Indicator, Code: language.M("This is not asked of your group.")}}
	}
	say := func(part, msg string) { wrong = append(wrong, errs.Field{Path: r.Indicator + "-" + part, Code: msg}) }
	if !slices.Contains(Values(), r.Value) {
		say("value", language.M("Choose how it stands."))
	}
	if r.Proof != "" && !isProof(r.Proof) {
		say("proof", language.M("Enter the SHA-256 of the file (64 digits and letters a to f), or an address that begins with https://."))
	}
	if r.Proof != "" && !slices.Contains(i.Evidence, r.Evidence) {
		say("evidence", language.M("Choose what the proof is."))
	}
	if r.Proof == "" {
		r.Evidence, r.Locator = "", ""
	}
	if len([]rune(r.Locator)) > maxLine {
		say("locator", language.M("Write at most 300 characters."))
	}
	if len([]rune(r.Note)) > maxText {
		say("note", language.M("Write at most 4,000 characters."))
	}
	return wrong
}

func enter(ctx context.Context, c *desk.Change, a Assessment, s Stakeholder, r Rated) error {
	_, err := c.Exec(ctx, `
		INSERT INTO assessment_rating (assessment_id, stakeholder_id, round, indicator, value, evidence, proof, locator, note, confidential, fault, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)
		ON CONFLICT (stakeholder_id, round, indicator) DO UPDATE SET value = excluded.value, evidence = excluded.evidence, proof = excluded.proof,
			locator = excluded.locator, note = excluded.note, confidential = excluded.confidential, fault = '', at = excluded.at`,
		a.ID, s.ID, a.Round, r.Indicator, r.Value, r.Evidence, r.Proof, r.Locator, r.Note, r.Confidential, c.Now())
	return err
}

const ratedColumns = `stakeholder_id, indicator, value, evidence, proof, locator, note, confidential, fault`

func scanRated(s db.Scan) (r Rated, err error) {
	err = s(&r.Stakeholder, &r.Indicator, &r.Value, &r.Evidence, &r.Proof, &r.Locator, &r.Note, &r.Confidential, &r.Fault)
	return r, err
}

// Own returns a stakeholder's ratings by indicator, the newest of each, also of a round that is open. Whether the reader
// is of the organisation is asked of the desk.
func Own(ctx context.Context, tx *db.Tx, stakeholder id.ID) (map[string]Rated, error) {
	rows, err := tx.Query(ctx, `SELECT `+ratedColumns+` FROM assessment_rating WHERE stakeholder_id = ? ORDER BY round, indicator`, stakeholder)
	all, err := db.Collect(rows, err, scanRated)
	own := map[string]Rated{}
	for _, r := range all {
		own[r.Indicator] = r // a later round takes the place of an earlier one
	}
	return own, err
}

// rated returns the newest rating of each stakeholder and indicator, of closed rounds alone: what a round that is open
// holds is in no answer of this query, whoever asks.
func rated(ctx context.Context, tx *db.Tx, a Assessment) (map[string]map[id.ID]Rated, error) {
	rows, err := tx.Query(ctx, `SELECT `+ratedColumns+` FROM assessment_rating WHERE assessment_id = ? AND round <= ? ORDER BY round, indicator, stakeholder_id`, a.ID, a.closed())
	list, err := db.Collect(rows, err, scanRated)
	all := map[string]map[id.ID]Rated{}
	for _, r := range list {
		if all[r.Indicator] == nil {
			all[r.Indicator] = map[id.ID]Rated{}
		}
		all[r.Indicator][r.Stakeholder] = r
	}
	return all, err
}

// faults are what the team can find of a proof, with what is said of it: messages of the catalogue.
func faults() map[string]string {
	return map[string]string{
		"":        language.M("Nothing is wrong with the proof"),
		"gone":    language.M("The proof is gone"),
		"differs": language.M("The proof has another hash than was entered"),
	}
}

// Fault enters what the team found of a proof: while it is gone or another one, the rating counts as asserted.
func (q *Assessments) Fault(ctx context.Context, who access.Person, n, stakeholder id.ID, indicator, fault string, entry id.ID) error {
	if _, ok := faults()[fault]; !ok {
		return errs.WithFields(errs.Field{Path: "fault", Code: language.M("Choose what is wrong with it.")})
	}
	return q.desk.Do(ctx, who, "assessment.consensus", id.NewRef(RefKind, n), func(c *desk.Change) error {
		a, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		c.Record(map[string]string{"indicator": indicator, "fault": fault})
		changed, err := c.Exec(ctx, `UPDATE assessment_rating SET fault = ? WHERE assessment_id = ? AND stakeholder_id = ? AND indicator = ? AND round <= ? AND proof <> ''`,
			fault, n, stakeholder, indicator, a.closed())
		if err == nil && changed == 0 {
			err = fmt.Errorf("proof of %s for %s: %w", indicator, stakeholder, errs.NotFound)
		}
		return err
	}, desk.Once(entry))
}
