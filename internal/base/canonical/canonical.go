// Package canonical knows the one byte form of a JSON value (RFC 8785) and what Comity's formats allow inside it.
//
// What is hashed or signed is always these bytes. [Check] is for what comes from outside: it accepts exactly the
// bytes that [Marshal] would have written, and says why it refuses others.
package canonical

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"comity/internal/base/errs"
)

// Limits of a canonical document (docs/formats): bytes, depth, and the largest whole number that every
// implementation holds exactly (2⁵³−1).
const (
	MaxBytes = 4 << 20
	MaxDepth = 32
	MaxInt   = 1<<53 - 1
)

// Hash is a SHA-256 as 64 lower-case hexadecimal digits.
type Hash string

// Sum returns the SHA-256 of b.
func Sum(b []byte) Hash {
	h := sha256.Sum256(b)
	return Hash(hex.EncodeToString(h[:]))
}

// Marshal returns v in canonical form. Numbers must be whole and within ±[MaxInt], text is brought to NFC by the
// caller; what doesn't hold is [errs.Invalid].
func Marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("canonical form: %w", err)
	}
	out, err := transform(buf.Bytes(), false)
	if err != nil {
		return nil, fmt.Errorf("canonical form: %w", err)
	}
	return out, checkText(out)
}

// Check reports why b isn't a canonical document: too large or too deep, not RFC 8785's bytes, a number that isn't a
// whole one within ±[MaxInt], a member twice, text that isn't NFC. The error is [errs.Invalid].
func Check(b []byte) error {
	if err := checkText(b); err != nil {
		return err
	}
	var valid json.RawMessage
	if err := json.Unmarshal(b, &valid); err != nil {
		return fmt.Errorf("JSON: %w: %w", err, errs.Invalid)
	}
	want, err := transform(b, true)
	if err != nil {
		return err
	}
	if !bytes.Equal(b, want) {
		return fmt.Errorf("JSON is not in the canonical form of RFC 8785 (order of members, spaces, escapes): %w", errs.Invalid)
	}
	return nil
}

// checkText holds bytes to the size and the Unicode that are allowed.
func checkText(b []byte) error {
	if len(b) > MaxBytes {
		return fmt.Errorf("JSON of %d bytes: at most %d are allowed: %w", len(b), MaxBytes, errs.Invalid)
	}
	if !utf8.Valid(b) {
		return fmt.Errorf("JSON is not UTF-8: %w", errs.Invalid)
	}
	if !norm.NFC.IsNormal(b) {
		return fmt.Errorf("JSON holds text that is not in Unicode normal form C: %w", errs.Invalid)
	}
	return nil
}
