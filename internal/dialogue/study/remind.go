package study

import (
	"context"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Reminder is one letter to a respondent that has not answered. It says that something is due and where, and nothing of
// what was answered: it may go through mail that others read. This node sends no mail itself: people send the file.
type Reminder struct {
	ID         id.ID
	Respondent id.ID
	Lang       language.Tag
	By         id.ID
	At         time.Time
}

// RemindersOf lists the reminders of a study, the newest first.
func RemindersOf(ctx context.Context, tx *db.Tx, n id.ID) ([]Reminder, error) {
	rows, err := tx.Query(ctx, `SELECT id, respondent_id, lang, sent_by, at FROM study_reminder WHERE study_id = ? ORDER BY id DESC`, n)
	return db.Collect(rows, err, func(scan db.Scan) (r Reminder, err error) {
		err = scan(&r.ID, &r.Respondent, &r.Lang, &r.By, &r.At)
		return r, err
	})
}

// Due reports whether a respondent is to be reminded: it was asked, may still answer, and has not.
func Due(s Study, r Respondent, now time.Time) bool {
	return slices.Contains([]Status{Invited, Nominated, Accessed, InProgress, NoReply}, r.Status) && MayAnswer(s, r, now)
}

// maxReminders is how many reminders are made at once.
const maxReminders = 300

// Remind makes a reminder for each of the respondents, in its own language, and returns how many. Whoever need not be
// reminded (any more) gets none.
func (s *Studies) Remind(ctx context.Context, who access.Person, n id.ID, respondents []id.ID, entry id.ID) (made int, err error) {
	if len(respondents) == 0 || len(respondents) > maxReminders {
		return 0, errs.WithFields(errs.Field{Path: "respondent", Code: language.M("Choose between 1 and 300 respondents.")})
	}
	err = s.Desk.Do(ctx, who, "study.remind", id.NewRef(Kind, n), func(c *desk.Change) error {
		made = 0
		at, err := own(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		for _, to := range respondents {
			r, err := respondentIn(ctx, c.Tx, n, to)
			if err != nil {
				return err
			}
			if !Due(at, r, c.Now()) {
				continue
			}
			if _, err := c.Exec(ctx, `INSERT INTO study_reminder (id, study_id, respondent_id, lang, sent_by, at) VALUES (?, ?, ?, ?, ?, ?)`,
				id.New(c.Now()), n, r.ID, r.Lang, who.ID, c.Now()); err != nil {
				return err
			}
			made++
		}
		c.Record(map[string]int{"reminders": made})
		return nil
	}, desk.Once(entry))
	return made, err
}

// Letter is a reminder in words: to whom, what about, what it says.
type Letter struct {
	To            []string
	Subject, Body string
}

// Words writes the reminder for a respondent in its language. to are the addresses of its focal point and alternate, none
// when nobody was named yet: then the letter goes with a note to the respondent itself.
func (s *Studies) Words(at Study, r Respondent, seats []Seat) Letter {
	p := s.Catalog.Get(r.Lang)
	var l Letter
	for _, seat := range seats {
		if seat.Part == FocalPoint || seat.Part == Alternate {
			l.To = append(l.To, seat.Email)
		}
	}
	name := r.Name
	if r.State != "" && r.Audience == States {
		name = p.Country(r.State)
	}
	l.Subject = p.T("Reminder: {study}", "study", at.Name(r.Lang))
	lines := []string{
		p.T("To {respondent}", "respondent", name),
		p.T("Your answers to the study “{study}” are still awaited.", "study", at.Name(r.Lang)),
	}
	if until := AnswersUntil(at, r); !until.IsZero() {
		lines = append(lines, p.T("Answers can be given until {day}.", "day", p.LongDate(until)))
	}
	if r.Peer == "" {
		lines = append(lines, p.T("You find the questionnaire after signing in at {address}.", "address", s.Public+address(at.ID, "")))
	} else {
		lines = append(lines, p.T("You find the questionnaire at your own node, under “Studies”."))
	}
	if at.Synthetic {
		lines = append(lines, p.T("This is an exercise: the study and all its answers are invented."))
	}
	lines = append(lines, p.T("If you have answered in the meantime, nothing more is to be done."))
	l.Body = strings.Join(lines, "\n\n") + "\n"
	return l
}

// Paragraphs are the paragraphs of the body.
func (l Letter) Paragraphs() []string { return strings.Split(strings.TrimSpace(l.Body), "\n\n") }

// Mail is the letter as a file that mail programs open (RFC 5322). It has no sender: whoever sends it puts theirs.
func (l Letter) Mail(at time.Time) ([]byte, error) {
	var b strings.Builder
	head := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	head("Date", at.Format(time.RFC1123Z))
	if len(l.To) > 0 {
		head("To", strings.Join(l.To, ", "))
	}
	head("Subject", mime.QEncoding.Encode("utf-8", l.Subject))
	head("X-Unsent", "1") // opens as a draft where programs know it
	head("MIME-Version", "1.0")
	head("Content-Type", "text/plain; charset=utf-8")
	head("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write([]byte(strings.ReplaceAll(l.Body, "\n", "\r\n"))); err != nil {
		return nil, fmt.Errorf("write a reminder: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write a reminder: %w", err)
	}
	return []byte(b.String()), nil
}
