package workshop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// AskLink is the link by which one person answers one follow-up without signing in: months after a workshop few people have
// their means of signing in at hand.
type AskLink struct {
	FollowUp
	Name  string
	Email string
	Lang  language.Tag
	Token string // shown once; its hash is kept
}

// MakeLinks makes a link for each follow-up that was asked and is not answered. An earlier link of the same follow-up ends. A
// link works once, until the question lapses.
func (q *Workshops) MakeLinks(ctx context.Context, who access.Person, n, entry id.ID) (links []AskLink, err error) {
	err = q.desk.Do(ctx, who, "followup.link", id.NewRef(RefKind, n), func(c *desk.Change) error {
		links = nil
		all, err := FollowUps(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		for _, f := range all {
			if f.Status != IsSent {
				continue
			}
			a, err := access.Find(ctx, c.Tx, f.Person)
			if err != nil {
				return err
			}
			if a.Disabled {
				continue
			}
			l := AskLink{FollowUp: f, Name: a.Name, Email: a.Login, Lang: a.Lang, Token: rand.Text()}
			if _, err := c.Exec(ctx, `UPDATE workshop_followup SET link = ? WHERE id = ?`, hashOf(l.Token), f.ID); err != nil {
				return err
			}
			links = append(links, l)
		}
		c.Record(map[string]int{"count": len(links)})
		return nil
	}, desk.Once(entry))
	return links, err
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// errEnded is the one answer to a link that was used, is too old, or never was.
func errEnded() error {
	return errs.Say(fmt.Errorf("link of a follow-up: %w", errs.NotFound), language.M("This link was used already or has ended. Ask the person who sent it for a new one."), nil)
}

// Follow returns the follow-up of a link and who is asked, without using it.
func (q *Workshops) Follow(ctx context.Context, token string) (f FollowUp, a access.Account, w Workshop, err error) {
	err = q.read.Read(ctx, db.House("followup"), func(tx *db.Tx) error {
		f, err = scanFollowUp(tx.Row(ctx, `SELECT `+followUpColumns+` FROM workshop_followup WHERE link = ?`, hashOf(token)).Scan)
		if errors.Is(err, errs.NotFound) || err == nil && f.Status != IsSent {
			return errEnded()
		}
		if err != nil {
			return err
		}
		if a, err = access.Find(ctx, tx, f.Person); err != nil {
			return err
		}
		if a.Disabled {
			return errEnded()
		}
		w, err = Get(ctx, tx, f.Workshop)
		return err
	})
	return f, a, w, err
}

// AnswerByLink keeps what the person of a link says, as [Workshops.AnswerFollowUp] does for someone who has signed in. The link
// ends by that.
func (q *Workshops) AnswerByLink(ctx context.Context, token string, said url.Values, entry id.ID) error {
	f, a, _, err := q.Follow(ctx, token)
	if err != nil {
		return err
	}
	return q.AnswerFollowUp(ctx, a.Person, f.ID, said, entry)
}

// askSupervisor asks the supervisor to whom a person agrees after the end, at the times that are still to come.
func askSupervisor(ctx context.Context, c *desk.Change, s Seat, w Workshop, supervisor id.ID) error {
	if w.ClosedOn == "" || s.Status != Attended || supervisor == "" {
		return nil // settle asks at the end
	}
	end, err := time.Parse(time.DateOnly, w.ClosedOn)
	if err != nil {
		return fmt.Errorf("end of workshop %s: %w", w.ID, err)
	}
	for _, m := range Months() {
		if due := Due(end, m); due.After(c.Now()) {
			if err := ask(ctx, c, s, supervisor, m, "supervisor", due); err != nil {
				return err
			}
		}
	}
	return nil
}

// ask enters one follow-up. One that was answered stays.
func ask(ctx context.Context, c *desk.Change, s Seat, person id.ID, month int, of string, due time.Time) error {
	_, err := c.Exec(ctx, `
		INSERT INTO workshop_followup (id, workshop_id, seat_id, person_id, month, of, due, status, answers, link, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', ?) ON CONFLICT (seat_id, month, of) DO NOTHING`,
		id.New(c.Now()), s.Workshop, s.ID, person, month, of, due.Format(time.DateOnly), IsDue, c.Now())
	return err
}
