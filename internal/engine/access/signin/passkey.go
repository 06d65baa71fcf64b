package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Limits on passkeys: what a browser sends, how many one person has, and how long a person may take between the two
// halves of a ceremony.
const (
	maxResponse  = 64 << 10
	maxPasskeys  = 10
	ceremonyFor  = 5 * time.Minute
	labelLimit   = 60 // characters
	purposeAdd   = "add"
	purposeEnter = "enter"
)

// newPasskeys configures WebAuthn (Level 3): the key lives in the device and asks for its owner's finger or PIN, so one
// step is two factors. Attestation is not asked for: which make a device is of, is no concern of ours.
func newPasskeys(c Config) (*webauthn.WebAuthn, error) {
	name := c.Name
	if name == "" {
		name = "Comity"
	}
	resident := true
	return webauthn.New(&webauthn.Config{
		RPID: c.Host, RPDisplayName: name, RPOrigins: c.Origin,
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &resident,
			ResidentKey:        protocol.ResidentKeyRequirementRequired,
			UserVerification:   protocol.VerificationRequired,
		},
	})
}

// Passkey is one passkey of a person.
type Passkey struct {
	ID    id.ID
	Label string // as the person calls it
	Added time.Time
	Used  time.Time // zero: not yet
}

// Ceremony is the first half of making or using a passkey: Options goes to the browser as it is, Token comes back with
// the browser's answer. Nothing is kept of it here until it ends well, so a stranger cannot fill a table.
type Ceremony struct {
	Options json.RawMessage `json:"options"`
	Token   string          `json:"token"`
}

type ceremonyState struct {
	Data    webauthn.SessionData `json:"data"`
	Expires time.Time            `json:"expires"`
}

// BeginAdd begins to make a passkey for the person.
func (s *SignIn) BeginAdd(ctx context.Context, person id.ID) (Ceremony, error) {
	u, now, err := s.user(ctx, person)
	if err != nil {
		return Ceremony{}, err
	}
	var old []protocol.CredentialDescriptor
	for _, k := range u.keys {
		old = append(old, k.Descriptor())
	}
	options, data, err := s.keys.BeginRegistration(u, webauthn.WithExclusions(old))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin to make a passkey: %w", err)
	}
	return s.ceremony(options, *data, now, purposeAdd+" "+string(person))
}

// BeginEnter begins to sign in with whatever passkey the device has for this node.
func (s *SignIn) BeginEnter(ctx context.Context) (Ceremony, error) {
	options, data, err := s.keys.BeginDiscoverableLogin()
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin to sign in with a passkey: %w", err)
	}
	now, err := s.clock(ctx)
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(options, *data, now, purposeEnter)
}

// clock returns the time by which everything in the database is dated.
func (s *SignIn) clock(ctx context.Context) (now time.Time, err error) {
	err = s.read.Read(ctx, db.House("sign-in"), func(tx *db.Tx) error {
		now = tx.Now()
		return nil
	})
	return now, err
}

func (s *SignIn) ceremony(options any, data webauthn.SessionData, now time.Time, purpose string) (Ceremony, error) {
	o, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, fmt.Errorf("options of a passkey: %w", err)
	}
	state, err := json.Marshal(ceremonyState{data, now.Add(ceremonyFor)})
	if err != nil {
		return Ceremony{}, fmt.Errorf("state of a passkey: %w", err)
	}
	return Ceremony{o, base64.RawURLEncoding.EncodeToString(s.sealer.seal(state, purpose))}, nil
}

// resume opens the token of a ceremony and notes that it was used, so that neither token nor answer serves twice.
func (s *SignIn) resume(ctx context.Context, tx *db.Tx, token, purpose string) (webauthn.SessionData, error) {
	ended := errs.Say(errs.Invalid, "This took too long, or was done already. Begin again.", nil)
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return webauthn.SessionData{}, ended
	}
	b, err := s.sealer.open(sealed, purpose)
	if err != nil {
		return webauthn.SessionData{}, ended
	}
	var state ceremonyState
	if err := json.Unmarshal(b, &state); err != nil {
		return webauthn.SessionData{}, fmt.Errorf("state of a passkey: %w", err)
	}
	if tx.Now().After(state.Expires) {
		return webauthn.SessionData{}, ended
	}
	_, err = tx.Exec(ctx, `INSERT INTO ceremony (hash, expires) VALUES (?, ?)`, hashToken(state.Data.Challenge), state.Expires)
	if errors.Is(err, errs.Conflict) {
		return webauthn.SessionData{}, ended
	}
	return state.Data, err
}

// Add makes the passkey that the browser's answer holds one of the person's. label is what the person calls it.
func (s *SignIn) Add(ctx context.Context, tx *db.Tx, person id.ID, token string, response []byte, label string) (id.ID, error) {
	label = strings.TrimSpace(label)
	if label == "" || utf8.RuneCountInString(label) > labelLimit {
		return "", errs.WithFields(errs.Field{Path: "label", Code: "Give the passkey a name of at most 60 characters, such as the device it is in."})
	}
	data, err := s.resume(ctx, tx, token, purposeAdd+" "+string(person))
	if err != nil {
		return "", err
	}
	u, err := findUser(ctx, tx, person)
	if err != nil {
		return "", err
	}
	if len(u.keys) >= maxPasskeys {
		return "", errs.Say(errs.Invalid, "You have ten passkeys already. Remove one first.", nil)
	}
	if len(response) > maxResponse {
		return "", errPasskey(errors.New("the answer is too large"))
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return "", errPasskey(err)
	}
	key, err := s.keys.CreateCredential(u, data, parsed)
	if err != nil {
		return "", errPasskey(err)
	}
	return saveKey(ctx, tx, person, *key, label)
}

func saveKey(ctx context.Context, tx *db.Tx, person id.ID, key webauthn.Credential, label string) (id.ID, error) {
	record, err := json.Marshal(key)
	if err != nil {
		return "", fmt.Errorf("keep a passkey: %w", err)
	}
	n := id.New(tx.Now())
	_, err = tx.Exec(ctx, `
        INSERT INTO passkey (credential, id, person_id, label, record, added_at) VALUES (?, ?, ?, ?, ?, ?)`,
		credentialName(key.ID), n, person, label, string(record), tx.Now())
	if err != nil {
		return "", fmt.Errorf("keep a passkey: %w", err)
	}
	return n, nil
}

// errPasskey hides from the person what exactly a browser got wrong; the log has it.
func errPasskey(err error) error {
	return errs.Say(fmt.Errorf("passkey: %w: %w", detail(err), errs.Invalid), "The passkey was not accepted. Try again, or use another way to sign in.", nil)
}

// detail brings out what the library keeps apart from its short message.
func detail(err error) error {
	var p *protocol.Error
	if errors.As(err, &p) && p.DevInfo != "" {
		return fmt.Errorf("%w (%s)", err, p.DevInfo)
	}
	return err
}

// Passkey signs in with the browser's answer and returns the token for [SignIn.Cookie].
func (s *SignIn) Passkey(ctx context.Context, token string, response []byte, at Client) (cookie string, err error) {
	err = s.write.Write(ctx, func(tx *db.Tx) error {
		person, err := s.prove(ctx, tx, token, response)
		if err != nil {
			return err
		}
		a, err := access.Find(ctx, tx, person)
		if err != nil {
			return err
		}
		if a.Disabled {
			return errPasskey(errors.New("the account is closed"))
		}
		cookie, err = s.start(ctx, tx, person, ByPasskey, at)
		return err
	})
	return cookie, err
}

// ConfirmPasskey notes that the person of the session showed one of their passkeys again. A passkey of someone else is
// [errs.Forbidden].
func (s *SignIn) ConfirmPasskey(ctx context.Context, session Session, token string, response []byte) error {
	return s.write.Write(ctx, func(tx *db.Tx) error {
		person, err := s.prove(ctx, tx, token, response)
		if err != nil {
			return err
		}
		if person != session.Person {
			return errs.Say(fmt.Errorf("confirm the session: %w", errs.Forbidden), "This passkey belongs to another person.", nil)
		}
		return confirm(ctx, tx, session.ID)
	})
}

// prove returns whose passkey gave the answer.
func (s *SignIn) prove(ctx context.Context, tx *db.Tx, token string, response []byte) (id.ID, error) {
	if len(response) > maxResponse {
		return "", errPasskey(errors.New("the answer is too large"))
	}
	data, err := s.resume(ctx, tx, token, purposeEnter)
	if err != nil {
		return "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return "", errPasskey(err)
	}
	owner, key, err := s.keys.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		return findUser(ctx, tx, id.ID(handle))
	}, data, parsed)
	if err != nil {
		return "", errPasskey(err)
	}
	if key.Authenticator.CloneWarning {
		return "", errPasskey(errors.New("its counter ran backwards: there may be a copy of it"))
	}
	record, err := json.Marshal(key)
	if err != nil {
		return "", fmt.Errorf("keep a passkey: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE passkey SET record = ?, used_at = ? WHERE credential = ?`, string(record), tx.Now(), credentialName(key.ID)); err != nil {
		return "", fmt.Errorf("keep a passkey: %w", err)
	}
	return id.ID(owner.WebAuthnID()), nil
}

func credentialName(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// user is a person as the library wants to see them. The handle in a person's device is the account's id.
type user struct {
	id   id.ID
	name string
	keys []webauthn.Credential
}

func (u user) WebAuthnID() []byte                         { return []byte(u.id) }
func (u user) WebAuthnName() string                       { return u.name }
func (u user) WebAuthnDisplayName() string                { return u.name }
func (u user) WebAuthnCredentials() []webauthn.Credential { return u.keys }

func (s *SignIn) user(ctx context.Context, person id.ID) (u user, now time.Time, err error) {
	err = s.read.Read(ctx, db.House("sign-in"), func(tx *db.Tx) error {
		now = tx.Now()
		u, err = findUser(ctx, tx, person)
		return err
	})
	return u, now, err
}

func findUser(ctx context.Context, tx *db.Tx, person id.ID) (user, error) {
	a, err := access.Find(ctx, tx, person)
	if err != nil {
		return user{}, err
	}
	rows, err := tx.Query(ctx, `SELECT record FROM passkey WHERE person_id = ? ORDER BY added_at, credential`, person)
	keys, err := db.Collect(rows, err, func(scan db.Scan) (k webauthn.Credential, err error) {
		var record string
		if err := scan(&record); err != nil {
			return k, err
		}
		return k, json.Unmarshal([]byte(record), &k)
	})
	if err != nil {
		return user{}, fmt.Errorf("passkeys of %s: %w", person, err)
	}
	return user{person, a.Login, keys}, nil
}
