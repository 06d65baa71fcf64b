package access

import (
	"context"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

// BreakGlassFor is how long someone who opened a case in an emergency sees it.
const BreakGlassFor = 8 * time.Hour

// WhyLimit is the longest reason for an exclusion or an emergency, in bytes.
const WhyLimit = 2000

// Membership is how one person stands to a case.
type Membership struct {
	Person   id.ID
	Excluded bool
	Until    time.Time // zero: without an end; otherwise a break-glass
	Why      string
	Added    time.Time
}

// AddMember makes a person a member of a case for good. For someone who was kept out by name it is [errs.Conflict]:
// [Readmit] comes first, and is seen for what it is.
func AddMember(ctx context.Context, tx *db.Tx, caseID, person, by id.ID) error {
	changed, err := tx.Exec(ctx, `
        INSERT INTO member (case_id, person_id, kept_out, until, why, added_by, added_at) VALUES (?, ?, FALSE, NULL, '', ?, ?)
        ON CONFLICT (case_id, person_id) DO UPDATE SET until = NULL WHERE member.kept_out = FALSE`,
		caseID, person, by, tx.Now())
	if err == nil && changed == 0 {
		err = errs.Say(errs.Conflict, "This person was kept out of the case by name.", nil)
	}
	if err != nil {
		return fmt.Errorf("add %s to case %s: %w", person, caseID, err)
	}
	return nil
}

// RemoveMember ends a membership. The last member who stays without an end cannot go: a case that nobody sees would
// be lost, and that is [errs.Invalid].
func RemoveMember(ctx context.Context, tx *db.Tx, caseID, person id.ID) error {
	var others int
	err := tx.Row(ctx, `
        SELECT COUNT(*) FROM member WHERE case_id = ? AND person_id <> ? AND kept_out = FALSE AND until IS NULL`,
		caseID, person).Scan(&others)
	if err == nil && others == 0 {
		err = errs.Say(errs.Invalid, "This is the last member of the case: add another person first.", nil)
	}
	if err == nil {
		err = one(tx.Exec(ctx, `DELETE FROM member WHERE case_id = ? AND person_id = ? AND kept_out = FALSE`, caseID, person))
	}
	if err != nil {
		return fmt.Errorf("remove %s from case %s: %w", person, caseID, err)
	}
	return nil
}

// Exclude keeps a person out of a case by name, whatever they are to it and whomever they stand in for: for them it
// does not exist from now on.
func Exclude(ctx context.Context, tx *db.Tx, caseID, person, by id.ID, why string) error {
	if err := checkWhy(why); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
        INSERT INTO member (case_id, person_id, kept_out, until, why, added_by, added_at) VALUES (?, ?, TRUE, NULL, ?, ?, ?)
        ON CONFLICT (case_id, person_id) DO UPDATE SET kept_out = TRUE, until = NULL, why = excluded.why,
            added_by = excluded.added_by, added_at = excluded.added_at`, caseID, person, why, by, tx.Now())
	if err != nil {
		return fmt.Errorf("exclude %s from case %s: %w", person, caseID, err)
	}
	return nil
}

// Readmit ends an exclusion. The person is a stranger to the case afterwards.
func Readmit(ctx context.Context, tx *db.Tx, caseID, person id.ID) error {
	if err := one(tx.Exec(ctx, `DELETE FROM member WHERE case_id = ? AND person_id = ? AND kept_out = TRUE`, caseID, person)); err != nil {
		return fmt.Errorf("readmit %s to case %s: %w", person, caseID, err)
	}
	return nil
}

// BreakGlass lets a person into a case for [BreakGlassFor], and returns until when. The caller tells the members.
// For a member it is [errs.Conflict]; someone who was excluded never gets here, the policy having told them that there
// is no such case.
func BreakGlass(ctx context.Context, tx *db.Tx, caseID, person id.ID, why string) (time.Time, error) {
	if err := checkWhy(why); err != nil {
		return time.Time{}, err
	}
	until := tx.Now().Add(BreakGlassFor)
	changed, err := tx.Exec(ctx, `
        INSERT INTO member (case_id, person_id, kept_out, until, why, added_by, added_at) VALUES (?, ?, FALSE, ?, ?, ?, ?)
        ON CONFLICT (case_id, person_id) DO UPDATE SET until = excluded.until, why = excluded.why, added_at = excluded.added_at
        WHERE member.kept_out = FALSE AND member.until IS NOT NULL`, caseID, person, until, why, person, tx.Now())
	if err == nil && changed == 0 {
		err = errs.Conflict
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("open case %s in an emergency: %w", caseID, err)
	}
	return until, nil
}

func checkWhy(why string) error {
	if why == "" || len(why) > WhyLimit {
		return errs.WithFields(errs.Field{Path: "why", Code: "Write the reason, in at most 2,000 characters."})
	}
	return nil
}

// InCase returns the facts that membership gives for a thing in the case: Now, Case and Standing. The package that owns
// the thing adds its own. With caseID "" the thing lies in no case.
func InCase(ctx context.Context, tx *db.Tx, caseID id.ID, who Person) (Facts, error) {
	f := Facts{Now: tx.Now(), Case: caseID, Standing: Open}
	if caseID == "" {
		return f, nil
	}
	var err error
	if f.Standing, err = standing(ctx, tx, caseID, who); err != nil {
		return Facts{}, fmt.Errorf("standing to case %s: %w", caseID, err)
	}
	return f, nil
}

func standing(ctx context.Context, tx *db.Tx, caseID id.ID, who Person) (Standing, error) {
	if who.ID == "" || who.Kind == Node {
		return Stranger, nil
	}
	marks, args := among(who)
	var excluded, member int
	err := tx.Row(ctx, `
        SELECT COUNT(CASE WHEN kept_out = TRUE AND person_id = ? THEN 1 END),
            COUNT(CASE WHEN kept_out = FALSE AND (until IS NULL OR until > ?) THEN 1 END)
        FROM member WHERE case_id = ? AND person_id IN (`+marks+`)`,
		append([]any{who.ID, tx.Now(), caseID}, args...)...).Scan(&excluded, &member)
	switch {
	case err != nil:
		return Unknown, err
	case excluded > 0:
		return Excluded, nil
	case member == 0:
		return Stranger, nil
	}
	return Member, nil
}

// Members lists who is in a case, and who is kept out, in the order in which they came. A break-glass that has run out
// is not listed.
func Members(ctx context.Context, tx *db.Tx, caseID id.ID) ([]Membership, error) {
	rows, err := tx.Query(ctx, `
        SELECT person_id, kept_out, until, why, added_at FROM member
        WHERE case_id = ? AND (until IS NULL OR until > ?) ORDER BY added_at, person_id`, caseID, tx.Now())
	all, err := db.Collect(rows, err, func(scan db.Scan) (m Membership, err error) {
		err = scan(&m.Person, &m.Excluded, &m.Until, &m.Why, &m.Added)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("members of case %s: %w", caseID, err)
	}
	return all, nil
}
