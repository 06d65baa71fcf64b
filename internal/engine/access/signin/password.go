package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// The length of a password, in characters. No other rule of form is laid on it; a sentence is best.
const (
	ShortestPassword = 15
	LongestPassword  = 200
)

// cost is how dear one try is: passes, and memory in KiB. RFC 9106 §4 recommends 3 passes over 64 MiB where memory is
// scarce; we take one lane, since the processors are shared with everybody's pages.
type cost struct{ time, memory uint32 }

// beyond reports whether a kept hash asks for more work than we would ever have asked for.
func (c cost) beyond() bool { return c.time < 1 || c.time > 10 || c.memory > 256<<10 }

const (
	saltSize = 16
	hashSize = 32
)

// hashPassword returns the password's Argon2id hash with its parameters, in the usual $-form.
func hashPassword(password string, c cost) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	sum := argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.time, c.memory, 1, hashSize)
	return c.form(salt, sum), nil
}

// decoy returns a hash that takes as long to try as any other and that nobody's password gives: its sum is chance, so
// it costs nothing to make when a node starts.
func decoy(c cost) string {
	chance := make([]byte, saltSize+hashSize)
	rand.Read(chance) // never fails: crypto/rand ends the program rather than give weak bytes
	return c.form(chance[:saltSize], chance[saltSize:])
}

// form writes a salt and the sum that was made with it at this cost.
func (c cost) form(salt, sum []byte) string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, c.memory, c.time, enc.EncodeToString(salt), enc.EncodeToString(sum))
}

// matches reports whether the password gives the hash, with the hash's own parameters.
func matches(password, hash string) (bool, error) {
	var version int
	var c cost
	var rest string
	if _, err := fmt.Sscanf(hash, "$argon2id$v=%d$m=%d,t=%d,p=1$%s", &version, &c.memory, &c.time, &rest); err != nil || version != argon2.Version || c.beyond() {
		return false, fmt.Errorf("password hash: not a form that this program writes: %w", errs.Invalid)
	}
	s, h, _ := strings.Cut(rest, "$")
	salt, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return false, fmt.Errorf("password hash: salt: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(h)
	if err != nil || len(want) != hashSize {
		return false, fmt.Errorf("password hash: sum: %w", errs.Invalid)
	}
	got := argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.time, c.memory, 1, hashSize)
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// turn waits until a password may be hashed: two at a time in the whole node. It gives up with ctx; done ends the turn.
func (s *SignIn) turn(ctx context.Context) (done func(), err error) {
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w: %w", ctx.Err(), errs.Unavailable)
	}
}

// tries looks whether the password gives the hash.
func (s *SignIn) tries(ctx context.Context, password, hash string) (bool, error) {
	done, err := s.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	return matches(password, hash)
}

//go:embed common.txt
var commonFile string

// common returns the words that people build weak passwords from, the longest first.
func common() []string {
	var words []string
	for line := range strings.Lines(commonFile) {
		if w := strings.TrimSpace(line); w != "" && w[0] != '#' {
			words = append(words, w)
		}
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	return words
}

// left is how many different pairs of neighbours a password must have when common words and the person's own are
// taken out of it. Nine characters that do not repeat have eight.
const left = 8

// checkPassword says what is wrong with a new password, nil when it is good. own are words that others know of the
// person: login, name, authority.
func checkPassword(password string, own ...string) error {
	password = norm.NFC.String(password)
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return wrongPassword(language.M("The password has characters that cannot be typed."))
	case n < ShortestPassword:
		return wrongPassword(language.M("Use at least 15 characters: a short sentence is easy to remember."))
	case n > LongestPassword:
		return wrongPassword(language.M("Use at most 200 characters."))
	case strength(password, own) < left:
		return wrongPassword(language.M("This password is easy to guess: it is made of common words, your own name, or repetitions."))
	}
	return nil
}

func wrongPassword(say string) error {
	return errs.WithFields(errs.Field{Path: "password", Code: say})
}

// strength counts the different characters that are left of a password without what is guessed first.
func strength(password string, own []string) int {
	s := plain(password)
	for _, w := range own {
		for _, part := range strings.Fields(w) {
			if part = plain(part); utf8.RuneCountInString(part) >= 3 {
				s = strings.ReplaceAll(s, part, " ")
			}
		}
	}
	for _, w := range common() {
		s = strings.ReplaceAll(s, plain(w), " ")
	}
	return len(steps(s))
}

// plain brings a password to the form in which words are looked for: small letters, the usual stand-ins undone.
func plain(s string) string {
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "$", "s", "@", "a", "!", "i").
		Replace(strings.ToLower(s))
}

// steps returns the pairs of neighbouring characters that differ from each other: "abababab" has two, "aaaa" one.
func steps(s string) map[[2]rune]bool {
	pairs := map[[2]rune]bool{}
	runes := []rune(s)
	for i := 1; i < len(runes); i++ {
		if runes[i] != ' ' && runes[i-1] != ' ' {
			pairs[[2]rune{runes[i-1], runes[i]}] = true
		}
	}
	return pairs
}

// NewPassword is a checked password on its way to its person, already hashed: hashing takes a tenth of a second, which
// would hold up every other act if it were done within a transaction.
type NewPassword struct {
	person id.ID
	hash   string
}

// NewPassword checks a password for the person of the account and hashes it. What is wrong with it is [errs.Invalid]
// with a remark on the field "password".
func (s *SignIn) NewPassword(ctx context.Context, a access.Account, password string) (NewPassword, error) {
	if err := checkPassword(password, a.Login, a.Name, a.Authority); err != nil {
		return NewPassword{}, err
	}
	done, err := s.turn(ctx)
	if err != nil {
		return NewPassword{}, err
	}
	defer done()
	hash, err := hashPassword(password, s.cost)
	return NewPassword{a.ID, hash}, err
}

// SetPassword gives the person their new password, in place of an earlier one.
func SetPassword(ctx context.Context, tx *db.Tx, p NewPassword) error {
	if p.hash == "" {
		return errs.Invalidf("set a password: it was not checked")
	}
	_, err := tx.Exec(ctx, `
        INSERT INTO password (person_id, hash, changed_at) VALUES (?, ?, ?)
        ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`, p.person, p.hash, tx.Now())
	if err != nil {
		return fmt.Errorf("set a password: %w", err)
	}
	return nil
}

// passwordOf returns the hash of the person's password, "" when they have none.
func passwordOf(ctx context.Context, tx *db.Tx, person id.ID) (hash string, err error) {
	err = tx.Row(ctx, `SELECT hash FROM password WHERE person_id = ?`, person).Scan(&hash)
	if errors.Is(err, errs.NotFound) {
		return "", nil
	}
	return hash, err
}
