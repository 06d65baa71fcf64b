package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"comity/internal/base/errs"
)

// Algorithm bytes of signed notes: a log's own signature, and a witness's cosignature/v1 (C2SP tlog-cosignature).
const (
	algEd25519     = 1
	algCosignature = 4
)

// NewLogKey makes the key with which a log signs its checkpoints. The name is the log's origin, for good; skey is
// secret, vkey stands in the node's card.
func NewLogKey(origin string) (skey, vkey string, err error) { return newKey(origin, algEd25519) }

// NewWitnessKey makes the key with which a node cosigns its peers' checkpoints. It is never the log's own key.
func NewWitnessKey(name string) (skey, vkey string, err error) { return newKey(name, algCosignature) }

func newKey(name string, alg byte) (skey, vkey string, err error) {
	if !validName(name) {
		return "", "", fmt.Errorf("key name %q: want text without spaces and plus signs: %w", name, errs.Invalid)
	}
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", fmt.Errorf("make key %s: %w", name, err)
	}
	k := &key{name: name, hash: keyHash(name, alg, pub), alg: alg, pub: pub}
	return "PRIVATE+KEY+" + k.text(priv.Seed()), k.String(), nil
}

func validName(name string) bool {
	return name != "" && !strings.ContainsAny(name, " +\t\r\n\u00a0\u2003") && len(name) <= 200
}

// keyHash is the note format's key id: the first 32 bits of SHA-256(name ‖ "\n" ‖ algorithm ‖ public key).
func keyHash(name string, alg byte, pub []byte) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write([]byte{alg})
	h.Write(pub)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// key is a parsed verifier or signer key.
type key struct {
	name string
	hash uint32
	alg  byte
	pub  ed25519.PublicKey
	priv ed25519.PrivateKey // nil in a verifier
	now  func() time.Time   // for cosignatures
}

// String returns the verifier key's text.
func (k *key) String() string { return k.text(k.pub) }

func (k *key) text(material []byte) string {
	b := append([]byte{k.alg}, material...)
	return fmt.Sprintf("%s+%08x+%s", k.name, k.hash, base64.StdEncoding.EncodeToString(b))
}

// ParseVerifier reads a verifier key, "name+hash+base64", of a log or of a witness.
func ParseVerifier(vkey string) (note.Verifier, error) {
	k, err := parseKey(vkey, "")
	if err != nil {
		return nil, fmt.Errorf("verifier key: %w", err)
	}
	return k, nil
}

// ParseSigner reads a log's secret key.
func ParseSigner(skey string) (note.Signer, error) {
	k, err := parseKey(skey, "PRIVATE+KEY+")
	if err != nil {
		return nil, fmt.Errorf("signer key: %w", err)
	}
	if k.alg != algEd25519 {
		return nil, fmt.Errorf("signer key %s is a witness's, not a log's: %w", k.name, errs.Invalid)
	}
	return k, nil
}

// ParseCosigner reads a witness's secret key; now is the clock of its cosignatures.
func ParseCosigner(skey string, now func() time.Time) (note.Signer, error) {
	k, err := parseKey(skey, "PRIVATE+KEY+")
	if err != nil {
		return nil, fmt.Errorf("witness key: %w", err)
	}
	if k.alg != algCosignature {
		return nil, fmt.Errorf("witness key %s is a log's, not a witness's: %w", k.name, errs.Invalid)
	}
	k.now = now
	return k, nil
}

// parseKey keeps the secret out of its errors.
func parseKey(text, prefix string) (*key, error) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), prefix)
	// The key material is base64 and may hold a plus sign itself.
	parts := strings.SplitN(rest, "+", 3)
	if !ok || len(parts) != 3 || !validName(parts[0]) {
		return nil, fmt.Errorf("want %sNAME+HASH+BASE64: %w", prefix, errs.Invalid)
	}
	hash, err1 := strconv.ParseUint(parts[1], 16, 32)
	b, err2 := base64.StdEncoding.DecodeString(parts[2])
	if err1 != nil || err2 != nil || len(parts[1]) != 8 || len(b) != 1+ed25519.SeedSize {
		return nil, fmt.Errorf("%s: hash or key material is damaged: %w", parts[0], errs.Invalid)
	}
	k := &key{name: parts[0], hash: uint32(hash), alg: b[0], pub: b[1:]}
	if k.alg != algEd25519 && k.alg != algCosignature {
		return nil, fmt.Errorf("%s: algorithm %d is unknown: %w", k.name, k.alg, errs.Invalid)
	}
	if prefix != "" {
		k.priv = ed25519.NewKeyFromSeed(b[1:])
		k.pub = k.priv.Public().(ed25519.PublicKey)
	}
	if keyHash(k.name, k.alg, k.pub) != k.hash {
		return nil, fmt.Errorf("%s: the hash is not this key's: %w", k.name, errs.Invalid)
	}
	return k, nil
}

// Name returns the name in the key.
func (k *key) Name() string { return k.name }

// KeyHash returns the key id.
func (k *key) KeyHash() uint32 { return k.hash }

// Sign signs msg; a cosignature is 8 bytes of time before the signature.
func (k *key) Sign(msg []byte) ([]byte, error) {
	if k.alg == algEd25519 {
		return ed25519.Sign(k.priv, msg), nil
	}
	at := uint64(k.now().Unix())
	return append(binary.BigEndian.AppendUint64(nil, at), ed25519.Sign(k.priv, cosigned(at, msg))...), nil
}

// Verify reports whether sig is the key's signature of msg.
func (k *key) Verify(msg, sig []byte) bool {
	if k.alg == algEd25519 {
		return len(sig) == ed25519.SignatureSize && ed25519.Verify(k.pub, msg, sig)
	}
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at < 1<<63 && ed25519.Verify(k.pub, cosigned(at, msg), sig[8:])
}

func cosigned(at uint64, msg []byte) []byte {
	return append([]byte("cosignature/v1\ntime "+strconv.FormatUint(at, 10)+"\n"), msg...)
}

// isWitness reports whether v verifies cosignatures.
func isWitness(v note.Verifier) bool {
	k, ok := v.(*key)
	return ok && k.alg == algCosignature
}
