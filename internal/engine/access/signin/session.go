package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// How long a session lasts: without a request, and at most. KeptFor is how long a session that is over stays in the
// person's list.
const (
	IdleFor = 30 * time.Minute
	LastFor = 12 * time.Hour
	KeptFor = 30 * 24 * time.Hour
)

// seenEvery is how often a session's last request is written down: a page view costs a write once a minute. It makes
// a session end up to so much earlier than [IdleFor], never later.
const seenEvery = time.Minute

// Session is one signed-in browser of a person.
type Session struct {
	ID        id.ID
	Person    id.ID
	Factor    Factor
	Agent     string
	Begun     time.Time
	Seen      time.Time
	Confirmed time.Time // when a factor was shown last
	Ended     time.Time // zero while it was not ended by hand
}

// Factor is by what a person signed in.
type Factor string

// The factors.
const (
	ByPasskey  Factor = "passkey"
	ByPassword Factor = "password" // together with a code
	ByRecovery Factor = "recovery"
	ByLink     Factor = "link" // an invitation, or a link of a demonstration
)

// over reports whether the session has ended by itself at now.
func (s Session) over(now time.Time) bool {
	return now.Sub(s.Seen) > IdleFor || now.Sub(s.Begun) > LastFor
}

// Open reports whether the session still serves at now.
func (s Session) Open(now time.Time) bool { return s.Ended.IsZero() && !s.over(now) }

// start begins a session and returns the token for the cookie. Every sign-in makes a new one.
func (s *SignIn) start(ctx context.Context, tx *db.Tx, person id.ID, by Factor, at Client) (string, error) {
	token, hash := newToken()
	_, err := tx.Exec(ctx, `
        INSERT INTO session (hash, id, person_id, factor, place, agent, begun, seen, confirmed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		hash, id.New(tx.Now()), person, by, s.sealer.hide("place", at.network()), at.agent(), tx.Now(), tx.Now(), tx.Now())
	if err != nil {
		return "", fmt.Errorf("start a session: %w", err)
	}
	return token, nil
}

const sessionColumns = `id, person_id, factor, agent, begun, seen, confirmed, ended`

func scanSession(scan db.Scan) (s Session, err error) {
	err = scan(&s.ID, &s.Person, &s.Factor, &s.Agent, &s.Begun, &s.Seen, &s.Confirmed, &s.Ended)
	return s, err
}

// byToken returns the session of the token, [errs.NotFound] when there is none or it is over.
func byToken(ctx context.Context, tx *db.Tx, token string) (Session, error) {
	if !tokenish(token) {
		return Session{}, errs.NotFound
	}
	s, err := scanSession(tx.Row(ctx, `SELECT `+sessionColumns+` FROM session WHERE hash = ?`, hashToken(token)).Scan)
	if err == nil && !s.Open(tx.Now()) {
		err = errs.NotFound
	}
	return s, err
}

// Person returns who sends the request: the zero person when there is no session, when it is over, or when the account
// was closed. Errors are those of the database.
func (s *SignIn) Person(r *http.Request) (access.Person, error) {
	p, _, err := s.Session(r)
	return p, err
}

// Session returns who sends the request together with the session, zero values when there is none.
func (s *SignIn) Session(r *http.Request) (access.Person, Session, error) {
	token := s.token(r)
	if token == "" {
		return access.Person{}, Session{}, nil
	}
	var a access.Account
	var found Session
	var now time.Time
	err := s.read.Read(r.Context(), db.House("sign-in"), func(tx *db.Tx) (err error) {
		now = tx.Now()
		if found, err = byToken(r.Context(), tx, token); err != nil {
			return err
		}
		a, err = access.Find(r.Context(), tx, found.Person)
		return err
	})
	if errors.Is(err, errs.NotFound) || err == nil && a.Disabled {
		return access.Person{}, Session{}, nil
	}
	if err != nil {
		return access.Person{}, Session{}, fmt.Errorf("read the session: %w", err)
	}
	if now.Sub(found.Seen) >= seenEvery {
		if err := s.see(r.Context(), token); err != nil {
			return access.Person{}, Session{}, err
		}
	}
	a.Confirmed = found.Confirmed
	return a.Person, found, nil
}

func (s *SignIn) see(ctx context.Context, token string) error {
	err := s.write.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE session SET seen = ? WHERE hash = ? AND ended IS NULL AND seen < ?`, tx.Now(), hashToken(token), tx.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("note that the session is used: %w", err)
	}
	return nil
}

// confirm notes that the person of the session showed a factor just now.
func confirm(ctx context.Context, tx *db.Tx, session id.ID) error {
	n, err := tx.Exec(ctx, `UPDATE session SET confirmed = ?, seen = ? WHERE id = ? AND ended IS NULL`, tx.Now(), tx.Now(), session)
	if err == nil && n == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return fmt.Errorf("confirm the session: %w", err)
	}
	return nil
}

// Sessions lists the sessions of a person that serve at the transaction's time, the newest first.
func Sessions(ctx context.Context, tx *db.Tx, person id.ID) ([]Session, error) {
	rows, err := tx.Query(ctx, `SELECT `+sessionColumns+` FROM session
        WHERE person_id = ? AND begun >= ? AND seen >= ? AND ended IS NULL ORDER BY begun DESC, id DESC`,
		person, tx.Now().Add(-LastFor), tx.Now().Add(-IdleFor))
	all, err := db.Collect(rows, err, scanSession)
	if err != nil {
		return nil, fmt.Errorf("sessions of %s: %w", person, err)
	}
	return all, nil
}

// EndSession ends one session of the person. Someone else's session is [errs.NotFound].
func EndSession(ctx context.Context, tx *db.Tx, person, session id.ID) error {
	n, err := tx.Exec(ctx, `UPDATE session SET ended = ? WHERE id = ? AND person_id = ? AND ended IS NULL`, tx.Now(), session, person)
	if err == nil && n == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return fmt.Errorf("end session %s: %w", session, err)
	}
	return nil
}

// EndSessions ends all sessions of the person but one; keep may be "".
func EndSessions(ctx context.Context, tx *db.Tx, person, keep id.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE session SET ended = ? WHERE person_id = ? AND id <> ? AND ended IS NULL`, tx.Now(), person, keep); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", person, err)
	}
	return nil
}

// SignOut ends the session of the request, if there is one.
func (s *SignIn) SignOut(r *http.Request) error {
	token := s.token(r)
	if token == "" {
		return nil
	}
	err := s.write.Write(r.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(r.Context(), `UPDATE session SET ended = ? WHERE hash = ? AND ended IS NULL`, tx.Now(), hashToken(token))
		return err
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// CookieName returns the name of the session's cookie. Browsers do not separate cookies by port, so it carries the end
// of the node's id; the beginning is a time, which nodes that are made together share.
func (s *SignIn) CookieName() string {
	n := string(s.node)
	name := "comity-" + n[max(0, len(n)-8):]
	if s.plain {
		return name // browsers take the prefix over TLS only
	}
	return "__Host-" + name
}

// Cookie returns the cookie that carries a session's token; with "" it takes the cookie away. It lives as long as the
// browser: how long the session lasts is kept here.
func (s *SignIn) Cookie(token string) *http.Cookie {
	c := &http.Cookie{Name: s.CookieName(), Value: token, Path: "/", Secure: !s.plain, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

func (s *SignIn) token(r *http.Request) string {
	c, err := r.Cookie(s.CookieName())
	if err != nil || !tokenish(c.Value) {
		return ""
	}
	return c.Value
}
