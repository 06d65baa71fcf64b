package envelope

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"

	"comity/internal/base/errs"
)

// Types of verifier keys of signed notes (C2SP signed-note): an Ed25519 key that signs notes, and one that cosigns
// checkpoints with a time (C2SP tlog-cosignature).
const (
	noteEd25519 = 1
	noteCosign  = 4
)

// noteKey reads "name+hash+key" and returns the type and the public key. The hash must be that of name and key, so
// that a slip of the pen in a card is noticed where the card is read.
func noteKey(s string) (kind byte, key []byte, err error) {
	name, rest, _ := strings.Cut(s, "+")
	hash, text, ok := strings.Cut(rest, "+")
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil || name == "" || len(s) > 300 || strings.ContainsAny(name, " \t\r\n") || len(b) != 1+ed25519.PublicKeySize {
		return 0, nil, errs.Invalidf("%.60q: want a verifier key name+hash+key", s)
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), b...))
	if want := fmt.Sprintf("%08x", binary.BigEndian.Uint32(sum[:])); hash != want {
		return 0, nil, errs.Invalidf("%.60q: the hash of name and key is %s", s, want)
	}
	return b[0], b[1:], nil
}

func isLogKey(s string) error { return isNoteKey(s, noteEd25519) }

func isWitnessKey(s string) error { return isNoteKey(s, noteCosign) }

func isNoteKey(s string, want byte) error {
	kind, _, err := noteKey(s)
	if err != nil {
		return err
	}
	if kind != want {
		return errs.Invalidf("%.60q: a key of type %d, want %d", s, kind, want)
	}
	return nil
}
