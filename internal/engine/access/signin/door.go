package signin

import (
	"context"
	"errors"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Password signs in with login, password and the code that the person's app shows, and returns the token for
// [SignIn.Cookie]. Whatever is wrong, the answer is the same [errs.Invalid], after the same work.
func (s *SignIn) Password(ctx context.Context, login, password, code string, at Client) (token string, err error) {
	err = s.check(ctx, access.FoldLogin(login), password, code, at, func(tx *db.Tx, person id.ID) error {
		token, err = s.start(ctx, tx, person, ByPassword, at)
		return err
	})
	return token, err
}

// Confirm notes that the person of the session showed password and code again.
func (s *SignIn) Confirm(ctx context.Context, session Session, password, code string, at Client) error {
	var login string
	err := s.read.Read(ctx, db.House("sign-in"), func(tx *db.Tx) error {
		a, err := access.Find(ctx, tx, session.Person)
		login = a.Login
		return err
	})
	if err != nil {
		return err
	}
	return s.check(ctx, login, password, code, at, func(tx *db.Tx, _ id.ID) error { return confirm(ctx, tx, session.ID) })
}

// claim is who someone says they are, before anything is proved.
type claim struct {
	person   id.ID // "" when no open account has the login
	hash     string
	subjects []subject
}

// check charges a try, weighs password and code, and runs done in the transaction that takes the charge back.
func (s *SignIn) check(ctx context.Context, login, password, code string, at Client, done func(*db.Tx, id.ID) error) error {
	c, err := s.claim(ctx, login, at)
	if err != nil {
		return err
	}
	hash := c.hash
	if hash == "" {
		hash = s.refused
	}
	right, err := s.tries(ctx, password, hash)
	if err != nil {
		return err
	}
	return s.write.Write(ctx, func(tx *db.Tx) error {
		// The code is looked at with a wrong password as well, so that both take as long; it is used up only
		// by a transaction that commits.
		fits, err := s.useCode(ctx, tx, c.person, code)
		if err != nil {
			return err
		}
		if !right || !fits || c.hash == "" {
			return errWrong(c.person)
		}
		if err := forgive(ctx, tx, c.subjects); err != nil {
			return err
		}
		return done(tx, c.person)
	})
}

// claim charges one try for the login from the client.
func (s *SignIn) claim(ctx context.Context, login string, at Client) (claim, error) {
	var c claim
	err := s.write.Write(ctx, func(tx *db.Tx) error {
		c = claim{}
		a, err := access.FindLogin(ctx, tx, login)
		if err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
		known := false
		if err == nil && !a.Disabled {
			c.person = a.ID
			if c.hash, err = passwordOf(ctx, tx, a.ID); err != nil {
				return err
			}
			if known, err = s.knows(ctx, tx, a.ID, at); err != nil {
				return err
			}
		}
		c.subjects = s.subjects(login, at, known)
		return charge(ctx, tx, c.subjects)
	})
	return c, err
}

// Recovery signs in with a login and one of the codes that the person keeps on paper. The code is used up.
func (s *SignIn) Recovery(ctx context.Context, login, code string, at Client) (token string, err error) {
	c, err := s.claim(ctx, access.FoldLogin(login), at)
	if err != nil {
		return "", err
	}
	err = s.write.Write(ctx, func(tx *db.Tx) error {
		used, err := useRecovery(ctx, tx, c.person, code)
		if err != nil {
			return err
		}
		if !used || c.person == "" {
			return errWrong(c.person)
		}
		if err := forgive(ctx, tx, c.subjects); err != nil {
			return err
		}
		token, err = s.start(ctx, tx, c.person, ByRecovery, at)
		return err
	})
	return token, err
}
