package study

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Status is how far a respondent is.
type Status string

// What a respondent can be. Listed stands in the frame and was not invited yet.
const (
	Listed     Status = "listed"
	Invited    Status = "invited"
	Nominated  Status = "nominated"   // has named who answers
	Accessed   Status = "accessed"    // someone of theirs has opened the questionnaire
	InProgress Status = "in-progress" // there are answers
	Submitted  Status = "submitted"
	Declined   Status = "declined"
	NoReply    Status = "no-reply" // had not submitted when the asking was closed
)

// Statuses lists them in the order of a respondent's way.
func Statuses() []Status {
	return []Status{Listed, Invited, Nominated, Accessed, InProgress, Submitted, Declined, NoReply}
}

// follows says which status may come after which. Submitted goes back to in progress when an answer is withdrawn or queried.
func follows() map[Status][]Status {
	return map[Status][]Status{
		Listed:     {Invited, Nominated, Declined, NoReply},
		Invited:    {Nominated, Accessed, InProgress, Submitted, Declined, NoReply},
		Nominated:  {Accessed, InProgress, Submitted, Declined, NoReply},
		Accessed:   {InProgress, Submitted, Declined, NoReply},
		InProgress: {Submitted, Declined, NoReply},
		Submitted:  {InProgress},
		Declined:   {Invited, InProgress, Submitted},
		NoReply:    {InProgress, Submitted, Declined},
	}
}

// Respondent is one State, organisation or person that is asked. Its id is the compartment in which its people work.
type Respondent struct {
	ID         id.ID
	Study      id.ID
	Audience   Audience
	State      string // ISO 3166-1 alpha-3, "" for a respondent of no State
	Name       string
	Region     string // M49 code of the UN region, "" when not known
	Membership language.Membership
	Peer       id.ID // the node that answers for it, "" when its people are guests here or answer by file
	Status     Status
	Lang       language.Tag // in which it is written to
	FactPublic bool         // that it has answered may be shown
	Late       time.Time    // until when it may still answer, zero when the deadline holds
	Version    int64
}

const respondentColumns = `id, study_id, audience, state, name, region, membership, peer, status, lang, fact_public, late, version`

// Respondents lists everyone in the frame of a study, in the order of audiences and names. It is for the secretariat and
// for other slices; a respondent's own people read [OwnRespondents].
func Respondents(ctx context.Context, tx *db.Tx, study id.ID) ([]Respondent, error) {
	rows, err := tx.Query(ctx, `SELECT `+respondentColumns+` FROM respondent WHERE study_id = ? ORDER BY audience, name, state, id`, study)
	all, err := db.Collect(rows, err, scanRespondent)
	if err != nil {
		return nil, fmt.Errorf("respondents of study %s: %w", study, err)
	}
	return all, nil
}

// OwnRespondents lists those respondents of a study for whom the reader has a part in answering.
func OwnRespondents(ctx context.Context, tx *db.Tx, study id.ID) ([]Respondent, error) {
	where, args := tx.Scope().Where("respondent.id")
	rows, err := tx.Query(ctx, `SELECT `+respondentColumns+` FROM respondent WHERE study_id = ? AND `+where+` ORDER BY audience, name, state, id`,
		append([]any{study}, args...)...)
	return db.Collect(rows, err, scanRespondent)
}

// RespondentOf returns one respondent. Whether the reader may know of it is decided by its facts.
func RespondentOf(ctx context.Context, tx *db.Tx, n id.ID) (Respondent, error) {
	r, err := scanRespondent(tx.Row(ctx, `SELECT `+respondentColumns+` FROM respondent WHERE id = ?`, n).Scan)
	if err != nil {
		return Respondent{}, fmt.Errorf("respondent %s: %w", n, err)
	}
	return r, nil
}

func scanRespondent(scan db.Scan) (r Respondent, err error) {
	err = scan(&r.ID, &r.Study, &r.Audience, &r.State, &r.Name, &r.Region, &r.Membership, &r.Peer, &r.Status, &r.Lang, &r.FactPublic, &r.Late, &r.Version)
	return r, err
}

// respondentFacts: a respondent is a compartment; what its people do exists for its members only.
func respondentFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	if _, err := RespondentOf(ctx, tx, on.ID()); err != nil {
		return access.Facts{}, err
	}
	return access.InCase(ctx, tx, on.ID(), who)
}

// Mark sets how far a respondent is, as part of an act under way. An earlier step than the one reached changes nothing;
// a step that cannot follow (a submission of someone who was never asked) is [errs.Conflict].
func Mark(ctx context.Context, c *desk.Change, respondent id.ID, to Status) error {
	r, err := RespondentOf(ctx, c.Tx, respondent)
	if err != nil {
		return err
	}
	if r.Status == to {
		return nil
	}
	if !slices.Contains(follows()[r.Status], to) {
		if slices.Index(Statuses(), to) < slices.Index(Statuses(), r.Status) {
			return nil
		}
		return fmt.Errorf("respondent %s: %s does not follow %s: %w", respondent, to, r.Status, errs.Conflict)
	}
	if _, err := c.Exec(ctx, `UPDATE respondent SET status = ?, version = version + 1 WHERE id = ?`, to, respondent); err != nil {
		return fmt.Errorf("mark respondent %s: %w", respondent, err)
	}
	return nil
}

// Decline notes that a respondent has said that it won't answer.
func (s *Studies) Decline(ctx context.Context, who access.Person, n, respondent, entry id.ID) error {
	return s.Desk.Do(ctx, who, "study.frame", id.NewRef(Kind, n), func(c *desk.Change) error {
		if _, err := respondentIn(ctx, c.Tx, n, respondent); err != nil {
			return err
		}
		c.Record(map[string]string{"respondent": string(respondent), "status": string(Declined)})
		return Mark(ctx, c, respondent, Declined)
	}, desk.Once(entry))
}

// AnswersUntil returns the last instant at which a respondent may submit: the study's deadline, or the later day that the
// secretariat has granted. Zero means that there is none.
func AnswersUntil(s Study, r Respondent) time.Time {
	if r.Late.After(s.Deadline) {
		return r.Late
	}
	return s.Deadline
}

// MayAnswer reports whether a respondent may submit at the instant: the study is being asked, or a later day was granted.
func MayAnswer(s Study, r Respondent, at time.Time) bool {
	until := AnswersUntil(s, r)
	switch s.Stage {
	case Fielding:
		return until.IsZero() || !at.After(until)
	case Closed:
		return !r.Late.IsZero() && !at.After(r.Late)
	}
	return false
}
