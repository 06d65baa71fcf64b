package workshop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// Behaviour is what somebody does at work or doesn't; the same items are asked each time, so that answers compare.
type Behaviour struct{ Code, Question string }

// Behaviours lists the items: questions of the catalogue.
func Behaviours() []Behaviour {
	return []Behaviour{
		{"record-zone", language.M("Are times in your case files written down with their time zone?")},
		{"custody", language.M("Is each hand-over of a device or copy written down at once?")},
		{"preserve-first", language.M("Is preservation asked for before the request for the data itself?")},
		{"identify", language.M("Do your requests name address, port and instant of a connection?")},
		{"together", language.M("Do investigators and prosecutors plan a case together from its first week?")},
	}
}

// Answer is one answer to a behaviour's question.
type Answer struct{ Code, Label string }

// AnswerChoices lists the answers: words of the catalogue.
func AnswerChoices() []Answer {
	return []Answer{
		{"always", language.M("Always")}, {"mostly", language.M("Mostly")}, {"seldom", language.M("Seldom")}, {"never", language.M("Never")},
		{"no_case", language.M("There was no case for it")},
	}
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
			ask := map[string]id.ID{"self": s.Person}
			if s.Supervisor != "" {
				ask["supervisor"] = s.Supervisor
			}
			for of, person := range ask {
				if _, err := c.Exec(ctx, `
					INSERT INTO workshop_followup (id, workshop_id, seat_id, person_id, month, of, due, status, answers, at)
					VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)`,
					id.New(c.Now()), w.ID, s.ID, person, m, of, Due(end, m).Format(time.DateOnly), IsDue, c.Now()); err != nil {
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

// AgreeSupervisor says whom the person agrees to be asked too; "" takes it back for what was not asked yet.
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
		_, err = c.Exec(ctx, `UPDATE workshop_seat SET supervisor_id = ? WHERE id = ?`, supervisor, s.ID)
		if err != nil || supervisor != "" {
			return err
		}
		_, err = c.Exec(ctx, `
			DELETE FROM workshop_followup WHERE workshop_id = ? AND status IN ('due', 'sent') AND of = 'supervisor' AND seat_id = ?`, n, s.ID)
		return err
	}, desk.Once(entry))
}

// AnswerFollowUp keeps what the person says: for each behaviour a code. What is not asked any more is [errs.Conflict].
func (q *Workshops) AnswerFollowUp(ctx context.Context, who access.Person, n id.ID, answers map[string]string, entry id.ID) error {
	content, err := checkAnswers(answers)
	if err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "followup.answer", id.NewRef(RefFollowUp, n), func(c *desk.Change) error {
		done, err := c.Exec(ctx, `UPDATE workshop_followup SET status = ?, answers = ?, at = ? WHERE id = ? AND status = ?`, IsAnswered, content, c.Now(), n, IsSent)
		if err == nil && done == 0 {
			err = errs.Say(fmt.Errorf("follow-up %s: %w", n, errs.Conflict), language.M("This was answered already, or is no longer asked."), nil)
		}
		return err
	}, desk.Once(entry))
}

func checkAnswers(answers map[string]string) (string, error) {
	var wrong []errs.Field
	kept := map[string]string{}
	for _, b := range Behaviours() {
		a := answers[b.Code]
		if !slices.ContainsFunc(AnswerChoices(), func(c Answer) bool { return c.Code == a }) {
			wrong = append(wrong, errs.Field{Path: b.Code, Code: language.M("Choose one of the answers that are offered.")})
		}
		kept[b.Code] = a
	}
	content, err := json.Marshal(kept)
	if err != nil {
		return "", fmt.Errorf("answers: %w", err)
	}
	return string(content), errs.WithFields(wrong...)
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
