package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// InvitedFor is how long an invitation can be taken up.
const InvitedFor = 7 * 24 * time.Hour

// Purpose is what an invitation opens.
type Purpose string

// The purposes.
const (
	ToJoin   Purpose = "join"   // an account that has no means of signing in yet
	ToRenew  Purpose = "renew"  // an account whose means were lost; two people agreed
	ToFollow Purpose = "follow" // signs in by itself: the people of a demonstration, marked exercise
)

// Invitation is a link that one named person can use once.
type Invitation struct {
	ID      id.ID
	Person  id.ID
	Purpose Purpose
	Expires time.Time
}

// Invite makes an invitation for the person and returns its token, which is shown once and kept as a hash. An earlier
// invitation to join or renew ends.
func Invite(ctx context.Context, tx *db.Tx, person id.ID, purpose Purpose, by id.ID) (token string, err error) {
	return InviteFor(ctx, tx, person, purpose, by, InvitedFor)
}

// InviteFor makes an invitation as [Invite] does that can be taken up for another time: people who are asked by letter,
// through a ministry, need longer than those of the house.
func InviteFor(ctx context.Context, tx *db.Tx, person id.ID, purpose Purpose, by id.ID, last time.Duration) (token string, err error) {
	if purpose != ToFollow {
		_, err := tx.Exec(ctx, `UPDATE invitation SET expires = ? WHERE person_id = ? AND purpose <> ? AND used_at IS NULL AND expires > ?`,
			tx.Now(), person, ToFollow, tx.Now())
		if err != nil {
			return "", fmt.Errorf("end earlier invitations: %w", err)
		}
	}
	token, hash := newToken()
	_, err = tx.Exec(ctx, `
        INSERT INTO invitation (hash, id, person_id, purpose, made_by, made_at, expires) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		hash, id.New(tx.Now()), person, purpose, by, tx.Now(), tx.Now().Add(last))
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	return token, nil
}

// errEnded is the one answer to a link that was used, is too old, or never was.
func errEnded() error {
	return errs.Say(fmt.Errorf("invitation: %w", errs.NotFound), "This link was used already or has ended. Ask the person who sent it for a new one.", nil)
}

// Look returns the invitation of a token and whom it is for, without using it.
func (s *SignIn) Look(ctx context.Context, token string) (in Invitation, a access.Account, err error) {
	err = s.read.Read(ctx, db.House("sign-in"), func(tx *db.Tx) error {
		if in, err = look(ctx, tx, token); err != nil {
			return err
		}
		a, err = access.Find(ctx, tx, in.Person)
		if err == nil && a.Disabled {
			err = errEnded()
		}
		return err
	})
	return in, a, err
}

func look(ctx context.Context, tx *db.Tx, token string) (Invitation, error) {
	if !tokenish(token) {
		return Invitation{}, errEnded()
	}
	var in Invitation
	err := tx.Row(ctx, `SELECT id, person_id, purpose, expires FROM invitation WHERE hash = ? AND used_at IS NULL AND expires > ?`,
		hashToken(token), tx.Now()).Scan(&in.ID, &in.Person, &in.Purpose, &in.Expires)
	if errors.Is(err, errs.NotFound) {
		return Invitation{}, errEnded()
	}
	if err != nil {
		return Invitation{}, fmt.Errorf("look at an invitation: %w", err)
	}
	return in, nil
}

// take uses an invitation of one of the purposes up. Two at once: the second finds it used.
func take(ctx context.Context, tx *db.Tx, token string, follow bool) (Invitation, error) {
	in, err := look(ctx, tx, token)
	if err != nil {
		return Invitation{}, err
	}
	if (in.Purpose == ToFollow) != follow {
		return Invitation{}, errEnded()
	}
	n, err := tx.Exec(ctx, `UPDATE invitation SET used_at = ? WHERE hash = ? AND used_at IS NULL`, tx.Now(), hashToken(token))
	if err != nil {
		return Invitation{}, fmt.Errorf("use an invitation: %w", err)
	}
	if n == 0 {
		return Invitation{}, errEnded()
	}
	return in, nil
}

// Welcome is what a person gets who took up an invitation: the token for [SignIn.Cookie] and the codes for paper, which
// are shown now and never again.
type Welcome struct {
	Token string
	Codes []string
}

// AcceptPassword takes up an invitation with a new password and the app of a setup. A form that is wrong leaves the
// invitation as it was.
func (s *SignIn) AcceptPassword(ctx context.Context, token, password, setup, code string, at Client) (Welcome, error) {
	in, a, err := s.Look(ctx, token)
	if err != nil {
		return Welcome{}, err
	}
	if in.Purpose == ToFollow {
		return Welcome{}, errEnded()
	}
	fresh, err := s.NewPassword(ctx, a, password)
	if err != nil {
		return Welcome{}, err
	}
	return s.accept(ctx, token, ByPassword, at, func(tx *db.Tx, person id.ID) error {
		if err := SetPassword(ctx, tx, fresh); err != nil {
			return err
		}
		return s.SetApp(ctx, tx, person, setup, code)
	})
}

// AcceptPasskey takes up an invitation with a passkey that [SignIn.BeginAdd] began.
func (s *SignIn) AcceptPasskey(ctx context.Context, token, ceremony string, response []byte, label string, at Client) (Welcome, error) {
	return s.accept(ctx, token, ByPasskey, at, func(tx *db.Tx, person id.ID) error {
		_, err := s.Add(ctx, tx, person, ceremony, response, label)
		return err
	})
}

func (s *SignIn) accept(ctx context.Context, token string, by Factor, at Client, set func(*db.Tx, id.ID) error) (w Welcome, err error) {
	err = s.write.Write(ctx, func(tx *db.Tx) error {
		in, err := take(ctx, tx, token, false)
		if err != nil {
			return err
		}
		if err := set(tx, in.Person); err != nil {
			return err
		}
		if w.Codes, err = NewRecovery(ctx, tx, in.Person); err != nil {
			return err
		}
		w.Token, err = s.enter(ctx, tx, in.Person, by, at)
		return err
	})
	return w, err
}

// Follow signs in by a link of a demonstration and returns the token for [SignIn.Cookie].
func (s *SignIn) Follow(ctx context.Context, token string, at Client) (cookie string, err error) {
	err = s.write.Write(ctx, func(tx *db.Tx) error {
		in, err := take(ctx, tx, token, true)
		if err != nil {
			return err
		}
		cookie, err = s.enter(ctx, tx, in.Person, ByLink, at)
		return err
	})
	return cookie, err
}

// enter starts a session for a person whose invitation was taken up.
func (s *SignIn) enter(ctx context.Context, tx *db.Tx, person id.ID, by Factor, at Client) (string, error) {
	a, err := access.Find(ctx, tx, person)
	if err != nil {
		return "", err
	}
	if a.Disabled {
		return "", errEnded()
	}
	return s.start(ctx, tx, person, by, at)
}
