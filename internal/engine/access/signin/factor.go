package signin

import (
	"context"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

// Factors are a person's means of signing in.
type Factors struct {
	Password bool
	App      bool // an app shows codes
	Passkeys []Passkey
	Codes    int // codes on paper that are left
}

// ways counts in how many ways, each enough by itself, the person signs in.
func (f Factors) ways() int {
	n := len(f.Passkeys)
	if f.Password && f.App {
		n++
	}
	return n
}

// Any reports whether the person can sign in at all.
func (f Factors) Any() bool { return f.ways() > 0 }

// FactorsOf returns the person's means of signing in.
func FactorsOf(ctx context.Context, tx *db.Tx, person id.ID) (Factors, error) {
	var f Factors
	err := tx.Row(ctx, `
        SELECT (SELECT COUNT(*) FROM password WHERE person_id = ?) > 0,
               (SELECT COUNT(*) FROM totp WHERE person_id = ?) > 0,
               (SELECT COUNT(*) FROM recovery WHERE person_id = ? AND used_at IS NULL)`,
		person, person, person).Scan(&f.Password, &f.App, &f.Codes)
	if err != nil {
		return Factors{}, fmt.Errorf("factors of %s: %w", person, err)
	}
	rows, err := tx.Query(ctx, `SELECT id, label, added_at, used_at FROM passkey WHERE person_id = ? ORDER BY added_at, id`, person)
	f.Passkeys, err = db.Collect(rows, err, func(scan db.Scan) (k Passkey, err error) {
		err = scan(&k.ID, &k.Label, &k.Added, &k.Used)
		return k, err
	})
	if err != nil {
		return Factors{}, fmt.Errorf("factors of %s: %w", person, err)
	}
	return f, nil
}

// RemovePasskey takes a passkey away. The last means of signing in stays: that is [errs.Invalid].
func RemovePasskey(ctx context.Context, tx *db.Tx, person, passkey id.ID) error {
	if err := leavesOne(ctx, tx, person); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM passkey WHERE id = ? AND person_id = ?`, passkey, person)
	if err == nil && n == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return fmt.Errorf("remove passkey %s: %w", passkey, err)
	}
	return nil
}

// RemovePassword takes password and app away together: neither is enough alone.
func RemovePassword(ctx context.Context, tx *db.Tx, person id.ID) error {
	if err := leavesOne(ctx, tx, person); err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM password WHERE person_id = ?`, `DELETE FROM totp WHERE person_id = ?`} {
		if _, err := tx.Exec(ctx, q, person); err != nil {
			return fmt.Errorf("remove the password: %w", err)
		}
	}
	return nil
}

func leavesOne(ctx context.Context, tx *db.Tx, person id.ID) error {
	if err := tx.Lock(ctx, "factors/"+string(person)); err != nil {
		return err
	}
	f, err := FactorsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	if f.ways() < 2 {
		return errs.Say(errs.Invalid, "This is your only way of signing in. Add another one first.", nil)
	}
	return nil
}

// removeAll takes every means of signing in away and ends every session.
func removeAll(ctx context.Context, tx *db.Tx, person id.ID) error {
	for _, q := range []string{
		`DELETE FROM password WHERE person_id = ?`, `DELETE FROM totp WHERE person_id = ?`,
		`DELETE FROM passkey WHERE person_id = ?`, `DELETE FROM recovery WHERE person_id = ?`,
	} {
		if _, err := tx.Exec(ctx, q, person); err != nil {
			return fmt.Errorf("remove all factors: %w", err)
		}
	}
	return EndSessions(ctx, tx, person, "")
}
