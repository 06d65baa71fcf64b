package signin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

// slow says how failures on one subject slow the next try: not at all for the first free ones, then twice as long with
// each, up to most. After forget without a try all is forgotten.
type slow struct {
	free   int
	most   time.Duration
	forget time.Duration
}

// An account is slowed to one guess a minute, which no password of 15 characters falls to and which its owner can wait
// out. A network may hold a whole ministry, so it has more free tries.
func byAccount() slow { return slow{free: 5, most: time.Minute, forget: time.Hour} }
func byNetwork() slow { return slow{free: 30, most: 5 * time.Minute, forget: time.Hour} }

// wait returns how long after the last of so many failures the next try is heard.
func (s slow) wait(fails int) time.Duration {
	if fails < s.free {
		return 0
	}
	d := time.Second
	for range fails - s.free {
		if d *= 2; d >= s.most {
			return s.most
		}
	}
	return d
}

// subject is something on which failures are counted.
type subject struct {
	name string // blinded: neither logins nor addresses are kept
	slow slow
}

// subjects returns on what a try for the login from the client counts. Someone who signed in from the same network
// before is counted there by themselves: a stranger who guesses at their account elsewhere does not slow them.
//
// Behind a proxy on the same machine every connection comes from a loopback address. It says nothing of who is there, and
// counting on it would let one stranger slow the whole house, so then the account alone counts.
func (s *SignIn) subjects(login string, at Client, known bool) []subject {
	account := s.sealer.hide("account", login)
	if known {
		account = s.sealer.hide("account at", login+"\x00"+at.network())
	}
	all := []subject{{account, byAccount()}}
	if at.Address.IsValid() && !at.Address.Unmap().IsLoopback() {
		all = append(all, subject{s.sealer.hide("network", at.network()), byNetwork()})
	}
	return all
}

// charge counts a try as failed before it is looked at, so that a hundred at once are not a hundred for free. It
// refuses, and counts nothing, while one of the subjects has to wait. After a success [forgive] takes it back.
func charge(ctx context.Context, tx *db.Tx, subjects []subject) error {
	for _, b := range subjects {
		if err := tx.Lock(ctx, "attempt/"+b.name); err != nil {
			return err
		}
		left, err := b.left(ctx, tx)
		if err != nil {
			return fmt.Errorf("count attempts: %w", err)
		}
		if left > 0 {
			return errSlow(left)
		}
	}
	for _, b := range subjects {
		_, err := tx.Exec(ctx, `
            INSERT INTO attempt (subject, fails, last) VALUES (?, 1, ?)
            ON CONFLICT (subject) DO UPDATE SET
                fails = CASE WHEN attempt.last < ? THEN 1 ELSE attempt.fails + 1 END, last = excluded.last`,
			b.name, tx.Now(), tx.Now().Add(-b.slow.forget))
		if err != nil {
			return fmt.Errorf("count attempts: %w", err)
		}
	}
	return nil
}

// left returns how long the next try on the subject has to wait.
func (b subject) left(ctx context.Context, tx *db.Tx) (time.Duration, error) {
	var fails int
	var last time.Time
	err := tx.Row(ctx, `SELECT fails, last FROM attempt WHERE subject = ?`, b.name).Scan(&fails, &last)
	if errors.Is(err, errs.NotFound) {
		return 0, nil
	}
	if err != nil || tx.Now().Sub(last) > b.slow.forget {
		return 0, err
	}
	return last.Add(b.slow.wait(fails)).Sub(tx.Now()), nil
}

func errSlow(left time.Duration) error {
	seconds := strconv.Itoa(int((left + time.Second - 1) / time.Second))
	return errs.WithFields(errs.Field{Path: "login", Code: "There were too many attempts. Try again in {seconds} seconds.", Args: map[string]string{"seconds": seconds}})
}

// forgive forgets the failures of the account, and takes back the one try that was charged to the network: one success
// does not open a fresh series of guesses from there.
func forgive(ctx context.Context, tx *db.Tx, subjects []subject) error {
	if _, err := tx.Exec(ctx, `DELETE FROM attempt WHERE subject = ?`, subjects[0].name); err != nil {
		return fmt.Errorf("forget attempts: %w", err)
	}
	for _, b := range subjects[1:] {
		if _, err := tx.Exec(ctx, `UPDATE attempt SET fails = fails - 1 WHERE subject = ? AND fails > 0`, b.name); err != nil {
			return fmt.Errorf("forget attempts: %w", err)
		}
	}
	return nil
}

// knows reports whether the person signed in from the client's network in the last month.
func (s *SignIn) knows(ctx context.Context, tx *db.Tx, person id.ID, at Client) (bool, error) {
	var n int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM session WHERE person_id = ? AND begun > ? AND place = ?`,
		person, tx.Now().Add(-KeptFor), s.sealer.hide("place", at.network())).Scan(&n)
	return n > 0, err
}
