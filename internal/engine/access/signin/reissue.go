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

// AskedFor is how long an open wish for a new means of signing in waits for the second person.
const AskedFor = 7 * 24 * time.Hour

// Reissue is a wish, not yet agreed to, that a person who lost their means of signing in gets new ones.
type Reissue struct {
	ID    id.ID
	By    id.ID
	Asked time.Time
	Why   string
}

// AskReissue asks that the person may sign in anew. One open wish is enough: the second is [errs.Conflict].
func AskReissue(ctx context.Context, tx *db.Tx, person, by id.ID, why string) (id.ID, error) {
	if why == "" || len(why) > access.WhyLimit {
		return "", errs.WithFields(errs.Field{Path: "why", Code: "Write the reason, in at most 2,000 characters."})
	}
	switch _, err := OpenReissue(ctx, tx, person); {
	case err == nil:
		return "", errs.Say(fmt.Errorf("ask for a reissue: %w", errs.Conflict), "Someone asked for this already. A second person has to agree.", nil)
	case !errors.Is(err, errs.NotFound):
		return "", err
	}
	n := id.New(tx.Now())
	_, err := tx.Exec(ctx, `INSERT INTO reissue (id, person_id, asked_by, asked_at, why) VALUES (?, ?, ?, ?, ?)`, n, person, by, tx.Now(), why)
	if err != nil {
		return "", fmt.Errorf("ask for a reissue: %w", err)
	}
	return n, nil
}

// OpenReissue returns the wish that waits for a second person, [errs.NotFound] when there is none.
func OpenReissue(ctx context.Context, tx *db.Tx, person id.ID) (Reissue, error) {
	var r Reissue
	err := tx.Row(ctx, `
        SELECT id, asked_by, asked_at, why FROM reissue WHERE person_id = ? AND asked_at > ? AND agreed_at IS NULL
        ORDER BY asked_at DESC LIMIT 1`, person, tx.Now().Add(-AskedFor)).Scan(&r.ID, &r.By, &r.Asked, &r.Why)
	if err != nil {
		return Reissue{}, fmt.Errorf("open reissue for %s: %w", person, err)
	}
	return r, nil
}

// AgreeReissue takes every means of signing in from the person, ends their sessions, and returns the token of an
// invitation to choose new ones. The one who asked cannot agree.
func AgreeReissue(ctx context.Context, tx *db.Tx, person, by id.ID) (token string, err error) {
	if err := tx.Lock(ctx, "factors/"+string(person)); err != nil {
		return "", err
	}
	r, err := OpenReissue(ctx, tx, person)
	if err != nil {
		return "", err
	}
	if r.By == by || person == by {
		return "", errs.Say(fmt.Errorf("agree to a reissue: %w", errs.Forbidden), "A second person has to do this: you asked for it.", nil)
	}
	if _, err := tx.Exec(ctx, `UPDATE reissue SET agreed_by = ?, agreed_at = ? WHERE id = ?`, by, tx.Now(), r.ID); err != nil {
		return "", fmt.Errorf("agree to a reissue: %w", err)
	}
	if err := removeAll(ctx, tx, person); err != nil {
		return "", err
	}
	return Invite(ctx, tx, person, ToRenew, by)
}

// AboutPerson gives the facts of the kind "person": whom it is about, and who asked for new means of signing in.
func AboutPerson(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	f, err := access.AboutPerson(ctx, tx, on, who)
	if err != nil {
		return access.Facts{}, err
	}
	f.Did[access.Requester] = nil
	switch r, err := OpenReissue(ctx, tx, on.ID()); {
	case err == nil:
		f.Did[access.Requester] = []id.ID{r.By}
	case !errors.Is(err, errs.NotFound):
		return access.Facts{}, err
	}
	return f, nil
}
