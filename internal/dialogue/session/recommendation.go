package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// Status is where a recommendation stands.
type Status string

// The statuses of a recommendation.
const (
	Preliminary Status = "preliminary"
	Revised     Status = "revised"
	Adopted     Status = "adopted"
	NotAdopted  Status = "not-adopted"
	Merged      Status = "merged"
)

// moves says where a recommendation can go from where it stands; the last three are ends.
var moves = map[Status][]Status{
	Preliminary: {Revised, Adopted, NotAdopted, Merged},
	Revised:     {Revised, Adopted, NotAdopted, Merged},
}

// Moves lists where a recommendation can go from s.
func (s Status) Moves() []Status { return moves[s] }

// Recommendation is what a session is asked to recommend.
type Recommendation struct {
	ID        id.ID
	Session   id.ID
	Number    int
	Lang      string
	Text      string
	Suggested []Party
	Status    Status
	Merged    id.ID
	Version   int64
}

// Recommend enters a preliminary recommendation with the next number of the session.
func (q *Sessions) Recommend(ctx context.Context, who access.Person, r Recommendation, entry id.ID) error {
	if err := checkText("recommendation", &r.Text); err != nil {
		return err
	}
	suggested, err := json.Marshal(r.Suggested)
	if err != nil {
		return err
	}
	if r.Suggested == nil {
		suggested = []byte("[]")
	}
	return q.desk.Do(ctx, who, "session.recommend", id.NewRef(Kind, r.Session), func(c *desk.Change) error {
		var last int64
		if err := c.Row(ctx, `SELECT COALESCE(MAX(number), 0) FROM meeting_recommendation WHERE session_id = ?`, r.Session).Scan(&last); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, `
			INSERT INTO meeting_recommendation (id, session_id, number, lang, text, suggested, status, merged, version) VALUES (?, ?, ?, ?, ?, ?, ?, '', 1)`,
			entry, r.Session, last+1, r.Lang, r.Text, string(suggested), Preliminary); err != nil {
			return fmt.Errorf("recommend: %w", err)
		}
		return moved(ctx, c, entry, "", Preliminary, r.Text)
	}, desk.Once(entry))
}

func checkText(path string, text *string) error {
	switch *text = strings.TrimSpace(*text); {
	case *text == "":
		return errs.WithFields(web.Unanswered(path))
	case len([]rune(*text)) > maxText:
		return errs.WithFields(web.TooLong(path, maxText))
	}
	return nil
}

// Move takes a recommendation on: revised with another text, adopted, not adopted, or merged into another of the same
// session. version is the one that the form showed.
func (q *Sessions) Move(ctx context.Context, who access.Person, n id.ID, to Status, text string, into id.ID, version int64, entry id.ID) error {
	if err := checkText("recommendation", &text); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "session.adopt", id.NewRef(KindRecommendation, n), func(c *desk.Change) error {
		r, err := FindRecommendation(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !slices.Contains(r.Status.Moves(), to) {
			return errs.Say(errs.Conflict, "This recommendation has come to its end already.", nil)
		}
		if to != Merged {
			into = ""
		} else if other, err := FindRecommendation(ctx, c.Tx, into); err != nil || other.Session != r.Session || other.ID == r.ID {
			return errs.WithFields(web.NotOffered("into"))
		}
		if to != Revised {
			text = r.Text // only a revision changes the words
		}
		changed, err := c.Exec(ctx, `
			UPDATE meeting_recommendation SET status = ?, text = ?, merged = ?, version = version + 1 WHERE id = ? AND version = ?`, to, text, into, n, version)
		if err == nil && changed == 0 {
			return errs.Conflict
		}
		if err != nil {
			return err
		}
		c.Record(map[string]any{"status": to})
		return moved(ctx, c, n, r.Status, to, text)
	}, desk.Once(entry))
}

func moved(ctx context.Context, c *desk.Change, n id.ID, from, to Status, text string) error {
	_, err := c.Exec(ctx, `
		INSERT INTO meeting_recommendation_move (id, recommendation_id, from_status, to_status, text, by_person, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		c.Entry(), n, from, to, text, c.Who().ID, c.Now())
	return err
}

const recommendationColumns = `id, session_id, number, lang, text, suggested, status, merged, version`

func scanRecommendation(scan db.Scan) (Recommendation, error) {
	var r Recommendation
	var suggested string
	if err := scan(&r.ID, &r.Session, &r.Number, &r.Lang, &r.Text, &suggested, &r.Status, &r.Merged, &r.Version); err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(suggested), &r.Suggested)
}

// FindRecommendation reads one recommendation.
func FindRecommendation(ctx context.Context, tx *db.Tx, n id.ID) (Recommendation, error) {
	r, err := scanRecommendation(tx.Row(ctx, `SELECT `+recommendationColumns+` FROM meeting_recommendation WHERE id = ?`, n).Scan)
	if err != nil {
		return r, fmt.Errorf("recommendation %s: %w", n, err)
	}
	return r, nil
}

// Recommendations lists the recommendations of a session by number.
func Recommendations(ctx context.Context, tx *db.Tx, session id.ID) ([]Recommendation, error) {
	rows, err := tx.Query(ctx, `SELECT `+recommendationColumns+` FROM meeting_recommendation WHERE session_id = ? ORDER BY number LIMIT ?`, session, most)
	return db.Collect(rows, err, scanRecommendation)
}

// Step is one move of a recommendation, as it is shown afterwards.
type Step struct {
	From, To Status
	Text     string
	At       time.Time
}

// History lists what became of a recommendation, the oldest first.
func History(ctx context.Context, tx *db.Tx, n id.ID) ([]Step, error) {
	rows, err := tx.Query(ctx, `
		SELECT from_status, to_status, text, at FROM meeting_recommendation_move WHERE recommendation_id = ? ORDER BY id LIMIT ?`, n, most)
	return db.Collect(rows, err, func(scan db.Scan) (Step, error) {
		var s Step
		return s, scan(&s.From, &s.To, &s.Text, &s.At)
	})
}
