package workshop

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/stats"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Months are how long after the end people are asked what has changed.
func Months() []int { return []int{3, 6, 12} }

// LapseAfter is how many days after it was due a question is no longer asked.
const LapseAfter = 60

// Due is the day some months after a day; where the month has no such day, its last one.
func Due(day time.Time, months int) time.Time {
	y, m, d := day.Date()
	last := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m+time.Month(months), min(d, last), 0, 0, 0, 0, time.UTC)
}

// Asked is how a follow-up stands.
type Asked string

// A follow-up is due, then sent, then answered or lapsed.
const (
	IsDue      Asked = "due"
	IsSent     Asked = "sent"
	IsAnswered Asked = "answered"
	HasLapsed  Asked = "lapsed"
)

// Name returns how it stands in words: a message of the catalogue.
func (a Asked) Name() string {
	switch a {
	case IsDue:
		return language.M("Not asked yet")
	case IsSent:
		return language.M("Asked")
	case IsAnswered:
		return language.M("Has answered")
	case HasLapsed:
		return language.M("No longer asked")
	}
	return string(a)
}

// FollowUp is one question to one person, some months after the workshop.
type FollowUp struct {
	ID       id.ID
	Workshop id.ID
	Seat     id.ID
	Person   id.ID
	Month    int
	Of       string // "self", "supervisor"
	Due      string // day
	Status   Asked
}

// askLater makes the follow-ups of everyone who was there, and of the supervisor to whom the person agreed.
func askLater(ctx context.Context, c *desk.Change, w Workshop) error {
	end, err := time.Parse(time.DateOnly, w.ClosedOn)
	if err != nil {
		return fmt.Errorf("end of workshop %s: %w", w.ID, err)
	}
	seats, err := Seats(ctx, c.Tx, w.ID)
	if err != nil {
		return err
	}
	for _, s := range seats {
		if s.Status != Attended {
			continue
		}
		for _, m := range Months() {
			asks := map[string]id.ID{"self": s.Person}
			if s.Supervisor != "" {
				asks["supervisor"] = s.Supervisor
			}
			for of, person := range asks {
				if err := ask(ctx, c, s, person, m, of, Due(end, m)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

const followUpColumns = `id, workshop_id, seat_id, person_id, month, of, due, status`

func scanFollowUp(scan db.Scan) (f FollowUp, err error) {
	err = scan(&f.ID, &f.Workshop, &f.Seat, &f.Person, &f.Month, &f.Of, &f.Due, &f.Status)
	return f, err
}

// FollowUps lists the follow-ups of a workshop.
func FollowUps(ctx context.Context, tx *db.Tx, n id.ID) ([]FollowUp, error) {
	rows, err := tx.Query(ctx, `SELECT `+followUpColumns+` FROM workshop_followup WHERE workshop_id = ? ORDER BY month, id`, n)
	return db.Collect(rows, err, scanFollowUp)
}

// GetFollowUp returns a follow-up.
func GetFollowUp(ctx context.Context, tx *db.Tx, n id.ID) (FollowUp, error) {
	f, err := scanFollowUp(tx.Row(ctx, `SELECT `+followUpColumns+` FROM workshop_followup WHERE id = ?`, n).Scan)
	if err != nil {
		return f, fmt.Errorf("follow-up %s: %w", n, err)
	}
	return f, nil
}

// Waiting lists what the person has been asked and has not answered.
func Waiting(ctx context.Context, tx *db.Tx, person id.ID) ([]FollowUp, error) {
	rows, err := tx.Query(ctx, `SELECT `+followUpColumns+` FROM workshop_followup WHERE person_id = ? AND status = ? ORDER BY due, id`, person, IsSent)
	return db.Collect(rows, err, scanFollowUp)
}

// followUpFacts: for everyone but the person who is asked it doesn't exist.
func followUpFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	f, err := GetFollowUp(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	facts := access.Facts{Now: tx.Now(), Case: f.Workshop, Standing: access.Stranger, Did: map[access.Part][]id.ID{access.Subject: {f.Person}}}
	if who.ID == f.Person {
		facts.Standing = access.Member
	}
	return facts, nil
}

// AgreeSupervisor says whom the person agrees to be asked too; "" takes it back for what was not answered yet. Whoever agrees
// after the end has the supervisor asked at the times that are still to come.
func (q *Workshops) AgreeSupervisor(ctx context.Context, who access.Person, n, supervisor, entry id.ID) error {
	return q.desk.Do(ctx, who, "seat.accept", id.NewRef(RefKind, n), func(c *desk.Change) error {
		s, ok, err := SeatOf(ctx, c.Tx, n, c.Who().ID)
		if err != nil || !ok {
			return errors.Join(err, fmt.Errorf("seat of %s: %w", c.Who().ID, errs.NotFound))
		}
		if err := checkSupervisor(ctx, c.Tx, s, supervisor); err != nil {
			return err
		}
		c.Record(map[string]bool{"agreed": supervisor != ""})
		w, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if _, err = c.Exec(ctx, `UPDATE workshop_seat SET supervisor_id = ? WHERE id = ?`, supervisor, s.ID); err != nil {
			return err
		}
		if _, err = c.Exec(ctx, `
			DELETE FROM workshop_followup WHERE workshop_id = ? AND status IN ('due', 'sent') AND of = 'supervisor' AND seat_id = ?`, n, s.ID); err != nil {
			return err
		}
		return askSupervisor(ctx, c, s, w, supervisor)
	}, desk.Once(entry))
}

// AnswerFollowUp keeps what the person says to each question of the form. What is not asked any more is [errs.Conflict].
func (q *Workshops) AnswerFollowUp(ctx context.Context, who access.Person, n id.ID, said url.Values, entry id.ID) error {
	a, err := bound(q.followUp, said, q.now())
	if err != nil {
		return err
	}
	content, err := a.Bytes()
	if err != nil {
		return err
	}
	sum, err := q.followUp.Hash()
	if err != nil {
		return fmt.Errorf("follow-up form: %w", err)
	}
	return q.desk.Do(ctx, who, "followup.answer", id.NewRef(RefFollowUp, n), func(c *desk.Change) error {
		c.Record(map[string]string{"form": string(sum)})
		done, err := c.Exec(ctx, `UPDATE workshop_followup SET status = ?, answers = ?, link = '', at = ? WHERE id = ? AND status = ?`, IsAnswered, string(content), c.Now(), n, IsSent)
		if err == nil && done == 0 {
			err = errs.Say(fmt.Errorf("follow-up %s: %w", n, errs.Conflict), language.M("This was answered already, or is no longer asked."), nil)
		}
		return err
	}, desk.Once(entry))
}

// Rate is how many of those who were asked have answered.
type Rate struct {
	Answered, Asked int
	Interval        stats.Interval // 95 %, Wilson
}

// RateOf counts the participants' own follow-ups of a month, of those whose day has come. Nobody asked yet is false.
func RateOf(all []FollowUp, month int) (Rate, bool, error) {
	var r Rate
	for _, f := range all {
		if f.Month != month || f.Of != "self" || f.Status == IsDue {
			continue
		}
		r.Asked++
		if f.Status == IsAnswered {
			r.Answered++
		}
	}
	if r.Asked == 0 {
		return r, false, nil
	}
	var err error
	r.Interval, err = stats.Wilson(r.Answered, r.Asked, 0.95)
	return r, err == nil, err
}
