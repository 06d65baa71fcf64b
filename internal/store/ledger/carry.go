package ledger

import (
	"encoding/base64"
	"fmt"
	"strings"

	"comity/internal/base/errs"
)

// WithEntry returns the proof with the entry's own bytes on its extra line. A proof that travels in an envelope has
// them, so that whoever holds the envelope can check it without asking this node for anything.
func WithEntry(proof, entry []byte) ([]byte, error) {
	first, rest, ok := strings.Cut(string(proof), "\n")
	if !ok || first != proofHeader || strings.HasPrefix(rest, "extra ") {
		return nil, fmt.Errorf("carry entry in a proof: it is none, or has extra data already: %w", errs.Invalid)
	}
	return []byte(first + "\nextra " + base64.StdEncoding.EncodeToString(entry) + "\n" + rest), nil
}

// VerifyWithEntry checks a proof made by [WithEntry]: that the entry it carries stands in the log of vkey. It returns
// what was proven and the entry.
func VerifyWithEntry(proof []byte, vkey string, witnesses ...string) (Proven, Found, error) {
	p, err := ParseProof(proof)
	if err != nil {
		return Proven{}, Found{}, err
	}
	if p.Extra == nil {
		return Proven{}, Found{}, fmt.Errorf("ledger proof carries no entry: %w", errs.Invalid)
	}
	proven, err := VerifyProof(proof, p.Extra, vkey, witnesses...)
	if err != nil {
		return Proven{}, Found{}, err
	}
	found, err := ReadEntry(p.Extra)
	return proven, found, err
}
