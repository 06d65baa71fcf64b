package signin

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/store/db"
)

// A code has six digits and changes each 30 seconds (RFC 6238), as every app knows it. The step before and the step
// after are taken too: a telephone's clock is not exact.
const (
	period     = 30
	secretSize = 20 // bytes, the size of the SHA-1 that the apps use
)

// Setup is a fresh secret on its way into a person's app. It is kept nowhere: the page carries it, sealed, from the form
// that shows it to the answer that proves it.
type Setup struct {
	Secret string // base 32, in groups of four, for typing
	URL    string // otpauth://… for apps on the same device
	QR     []byte // PNG of the same
	Sealed string // goes through the form
}

// setupFor is how long a person may take to bring the secret into the app.
const setupFor = 30 * time.Minute

// NewSetup makes a secret for the person. login stands in the app beside the authority's name.
func (s *SignIn) NewSetup(person id.ID, login string, now time.Time) (Setup, error) {
	secret := make([]byte, secretSize)
	if _, err := rand.Read(secret); err != nil {
		return Setup{}, fmt.Errorf("make a secret: %w", err)
	}
	return s.setup(secret, person, login, now)
}

// Again returns the setup of a form that came back with a wrong code, so that the app need not be filled anew.
func (s *SignIn) Again(sealed string, person id.ID, login string, now time.Time) (Setup, error) {
	secret, err := s.openSetup(sealed, person, now)
	if err != nil {
		return Setup{}, err
	}
	return s.setup(secret, person, login, now)
}

func (s *SignIn) setup(secret []byte, person id.ID, login string, now time.Time) (Setup, error) {
	issuer := s.name
	if issuer == "" {
		issuer = "Comity"
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: login, Secret: secret})
	if err != nil {
		return Setup{}, fmt.Errorf("make a secret: %w", err)
	}
	picture, err := key.Image(240, 240)
	if err != nil {
		return Setup{}, fmt.Errorf("draw the code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return Setup{}, fmt.Errorf("draw the code: %w", err)
	}
	until := []byte(db.Stamp(now.Add(setupFor)))
	sealed := s.sealer.seal(append(until, secret...), "setup "+string(person))
	return Setup{
		Secret: inFours(key.Secret()), URL: key.URL(), QR: b.Bytes(),
		Sealed: base64.RawURLEncoding.EncodeToString(sealed),
	}, nil
}

func (s *SignIn) openSetup(sealed string, person id.ID, now time.Time) ([]byte, error) {
	again := errs.Say(errs.Invalid, "This page was open for too long. Begin again.", nil)
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, again
	}
	if b, err = s.sealer.open(b, "setup "+string(person)); err != nil || len(b) != len(db.Stamp(now))+secretSize {
		return nil, again
	}
	until, err := db.ParseStamp(string(b[:len(b)-secretSize]))
	if err != nil || now.After(until) {
		return nil, again
	}
	return b[len(b)-secretSize:], nil
}

// SetApp gives the person the secret of a setup once the code proves that the app has it.
func (s *SignIn) SetApp(ctx context.Context, tx *db.Tx, person id.ID, sealed, code string) error {
	secret, err := s.openSetup(sealed, person, tx.Now())
	if err != nil {
		return err
	}
	step, ok := codeStep(secret, code, tx.Now(), 0)
	if !ok {
		return errs.WithFields(errs.Field{Path: "code", Code: "This is not the code that the app shows now. Check the clock of your device."})
	}
	return s.setSecret(ctx, tx, person, secret, step)
}

// SetSecret gives the person a known secret, in base 32 as apps show it: for the people of a demonstration.
func (s *SignIn) SetSecret(ctx context.Context, tx *db.Tx, person id.ID, secret string) error {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil || len(b) != secretSize {
		return errs.Invalidf("secret of an app: want %d bytes in base 32", secretSize)
	}
	return s.setSecret(ctx, tx, person, b, 0)
}

// Code returns what an app shows at now that holds the secret, in base 32: for the people of a demonstration, who have no
// telephone.
func Code(secret string, now time.Time) (string, error) {
	code, err := totp.GenerateCodeCustom(secret, now, totp.ValidateOpts{Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", errs.Invalidf("code of an app: %v", err)
	}
	return code, nil
}

func (s *SignIn) setSecret(ctx context.Context, tx *db.Tx, person id.ID, secret []byte, step int64) error {
	_, err := tx.Exec(ctx, `
        INSERT INTO totp (person_id, secret, last_step, added_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, added_at = excluded.added_at`,
		person, s.sealer.seal(secret, "totp "+string(person)), step, tx.Now())
	if err != nil {
		return fmt.Errorf("set up an app: %w", err)
	}
	return nil
}

// useCode takes a code once: the step it belongs to, and every earlier one, is refused from then on.
func (s *SignIn) useCode(ctx context.Context, tx *db.Tx, person id.ID, code string) (bool, error) {
	var sealed []byte
	var last int64
	err := tx.Row(ctx, `SELECT secret, last_step FROM totp WHERE person_id = ?`+tx.ForUpdate(), person).Scan(&sealed, &last)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("check a code: %w", err)
	}
	secret, err := s.sealer.open(sealed, "totp "+string(person))
	if err != nil {
		return false, fmt.Errorf("check a code: %w", err)
	}
	step, ok := codeStep(secret, code, tx.Now(), last)
	if !ok {
		return false, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE totp SET last_step = ? WHERE person_id = ?`, step, person); err != nil {
		return false, fmt.Errorf("check a code: %w", err)
	}
	return true, nil
}

// codeStep returns the step, later than last, to which the code belongs.
func codeStep(secret []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	code = strings.ReplaceAll(language.Digits(code), " ", "")
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	o := totp.ValidateOpts{Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	current := now.Unix() / period
	for n := current - 1; n <= current+1; n++ {
		want, err := totp.GenerateCodeCustom(text, time.Unix(n*period, 0), o)
		if err == nil && subtle.ConstantTimeCompare([]byte(code), []byte(want)) == 1 && n > last {
			step, ok = n, true
		}
	}
	return step, ok
}

// inFours sets a long code in groups of four.
func inFours(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
