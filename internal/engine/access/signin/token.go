package signin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"comity/internal/base/errs"
)

const (
	keySize   = 32
	tokenSize = 32 // bytes of chance in whatever opens something by itself
)

// newToken returns a secret that fits into an address or a cookie, and the hash under which it is kept. The hash needs
// no salt and no slowness: 256 bits of chance cannot be tried.
func newToken() (token, hash string) {
	b := make([]byte, tokenSize)
	_, _ = rand.Read(b) // never fails: the program ends instead
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, hashToken(token)
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// tokenish reports whether s can be one of ours, before a database is asked.
func tokenish(s string) bool { return len(s) == base64.RawURLEncoding.EncodedLen(tokenSize) }

// sealer locks small secrets at rest and blinds what has to be found again without being kept.
type sealer struct {
	aead  cipher.AEAD
	blind []byte
}

func newSealer(key []byte) sealer {
	derive := func(purpose string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(purpose))
		return m.Sum(nil)
	}
	// Neither call fails with a key of 32 bytes, which New has checked.
	block, _ := aes.NewCipher(derive("comity/signin/seal"))
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	return sealer{aead, derive("comity/signin/blind")}
}

// seal locks secret for the purpose: what was sealed for one does not open for another.
func (s sealer) seal(secret []byte, purpose string) []byte {
	return s.aead.Seal(nil, nil, secret, []byte(purpose))
}

func (s sealer) open(sealed []byte, purpose string) ([]byte, error) {
	b, err := s.aead.Open(nil, nil, sealed, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("open a sealed secret: %w: %w", err, errs.Invalid)
	}
	return b, nil
}

// hide returns a stand-in for a value that is the same each time and tells nothing without the key.
func (s sealer) hide(kind, value string) string {
	m := hmac.New(sha256.New, s.blind)
	m.Write([]byte(kind + "\x00" + value))
	return kind + ":" + hex.EncodeToString(m.Sum(nil)[:16])
}
