package signin

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/store/db"
)

// A recovery code has 80 bits of chance in 16 characters without 0, 1, I and O.
const (
	recoveryCodes = 10
	recoveryBytes = 10
)

const recoveryAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// NewRecovery makes ten codes for the person, each good for one sign-in, and forgets the earlier ones. They are shown
// once and kept as hashes.
func NewRecovery(ctx context.Context, tx *db.Tx, person id.ID) ([]string, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM recovery WHERE person_id = ?`, person); err != nil {
		return nil, fmt.Errorf("make recovery codes: %w", err)
	}
	var codes []string
	for range recoveryCodes {
		b := make([]byte, recoveryBytes)
		_, _ = rand.Read(b) // never fails: the program ends instead
		code := base32.NewEncoding(recoveryAlphabet).EncodeToString(b)
		if _, err := tx.Exec(ctx, `INSERT INTO recovery (hash, person_id) VALUES (?, ?)`, hashToken(code), person); err != nil {
			return nil, fmt.Errorf("make recovery codes: %w", err)
		}
		codes = append(codes, strings.ReplaceAll(inFours(code), " ", "-"))
	}
	return codes, nil
}

// useRecovery takes a code once.
func useRecovery(ctx context.Context, tx *db.Tx, person id.ID, code string) (bool, error) {
	code = strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(language.Digits(code)))
	n, err := tx.Exec(ctx, `UPDATE recovery SET used_at = ? WHERE hash = ? AND person_id = ? AND used_at IS NULL`, tx.Now(), hashToken(code), person)
	if err != nil {
		return false, fmt.Errorf("use a recovery code: %w", err)
	}
	return n == 1, nil
}
