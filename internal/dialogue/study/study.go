// Package study leads a study through its life: what is asked, of whom, by when, and what stands in the way of the next step.
//
// A study is planned, adopted by a session, fielded with one questionnaire for each audience, closed, analysed, drafted,
// commented on, translated and presented; the steps and what each needs are two tables ([Stage], [Guard]). Who is asked
// stands in a frame, so that a response rate has a denominator. The same tables hold, at a State's own node, what that
// State is asked to answer ([Study.Origin]). Start with [Studies.Propose] and [Studies.Move].
package study

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "study", FS: files} }

// The kinds of thing that this slice owns, in references.
const (
	Kind           = "study"
	KindRespondent = "respondent"
	KindNomination = "nomination"
)

// Audience is a group of respondents that gets a questionnaire of its own.
type Audience string

// The four audiences.
const (
	States   Audience = "state"
	Private  Audience = "private"
	Academic Audience = "academic"
	IGO      Audience = "igo" // intergovernmental organisations
)

// Audiences lists the audiences, States first.
func Audiences() []Audience { return []Audience{States, Private, Academic, IGO} }

// Study is one study, led by this node or by the one whose invitation came in.
type Study struct {
	ID        id.ID
	Origin    id.ID // the node that leads it, "" for this one
	Code      string
	Title     map[language.Tag]string
	Stage     Stage
	Synthetic bool // its answers are invented: every page, file and picture of it says so
	Opens     time.Time
	Deadline  time.Time // the last instant for an answer; zero: not set
	Mandates  []string  // paragraphs of resolutions, "A/RES/65/230#9"
	Office    id.ID
	Version   int64
}

// Name returns the title in the language, in English where it has none.
func (s Study) Name(tag language.Tag) string {
	if t := s.Title[tag]; t != "" {
		return t
	}
	if t := s.Title[language.English]; t != "" {
		return t
	}
	return s.Code
}

// Config is what the slice needs.
type Config struct {
	Desk     *desk.Desk
	Read     *db.Reader
	Policy   *access.Policy
	Sources  *access.Sources
	Exchange *exchange.Exchange
	Catalog  *language.Catalog
	Public   string // address at which people reach the pages, for links in invitations
	Now      func() time.Time
}

// Studies reads studies and begins acts on them.
type Studies struct {
	Config
	guards   map[Stage][]Guard
	answerAt func(respondent id.ID) string
	more     []Tab
	forms    sync.Map // canonical.Hash → *instrument.Instrument, parsed once: a form never changes
}

// New returns the studies of a node, registers how their facts are read and what is done with messages that come in.
func New(c Config) (*Studies, error) {
	s := &Studies{Config: c, guards: map[Stage][]Guard{}}
	for kind, facts := range map[string]access.FactsFunc{Kind: Facts, KindRespondent: respondentFacts, KindNomination: nominationFacts} {
		if err := c.Sources.Register(kind, facts); err != nil {
			return nil, err
		}
	}
	s.ownGuards()
	if c.Exchange != nil {
		s.takeMessages(c.Exchange)
	}
	return s, nil
}

// Facts reads what the policy needs to know of a study. Whoever works in an office here may know of it; a guest only when
// they have a part in answering it.
func Facts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	f := access.Facts{Now: tx.Now(), Standing: access.Open}
	if err := tx.Row(ctx, `SELECT office_id FROM study WHERE id = ?`, on.ID()).Scan(&f.Office); err != nil {
		return access.Facts{}, err
	}
	if !who.Guest() {
		return f, nil
	}
	var seats int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM study_seat WHERE person_id = ? AND study_id = ? AND ended IS NULL`, who.ID, on.ID()).Scan(&seats)
	f.Standing = access.Member
	if seats == 0 {
		f.Standing = access.Stranger
	}
	return f, err
}

const columns = `id, origin, code, title, stage, synthetic, mandates, opens, deadline, office_id, version`

// Find returns a study. Whether the reader may know of it is decided by [Facts].
func Find(ctx context.Context, tx *db.Tx, n id.ID) (Study, error) {
	s, err := scanStudy(tx.Row(ctx, `SELECT `+columns+` FROM study WHERE id = ?`, n).Scan)
	if err != nil {
		return Study{}, fmt.Errorf("study %s: %w", n, err)
	}
	return s, nil
}

// List returns all studies, the newest first: for people of an office.
func List(ctx context.Context, tx *db.Tx) ([]Study, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM study ORDER BY id DESC`)
	return db.Collect(rows, err, scanStudy)
}

// Mine returns the studies in which the reader has a part in answering for a respondent, the newest first.
func Mine(ctx context.Context, tx *db.Tx) ([]Study, error) {
	where, args := tx.Scope().Where("respondent.id")
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM study
		WHERE id IN (SELECT study_id FROM respondent WHERE `+where+`) ORDER BY id DESC`, args...)
	return db.Collect(rows, err, scanStudy)
}

func scanStudy(scan db.Scan) (Study, error) {
	var s Study
	var title, mandates string
	err := scan(&s.ID, &s.Origin, &s.Code, &title, &s.Stage, &s.Synthetic, &mandates, &s.Opens, &s.Deadline, &s.Office, &s.Version)
	if err != nil {
		return Study{}, err
	}
	if err := json.Unmarshal([]byte(title), &s.Title); err != nil {
		return Study{}, fmt.Errorf("study %s: titles: %w", s.ID, err)
	}
	if err := json.Unmarshal([]byte(mandates), &s.Mandates); err != nil {
		return Study{}, fmt.Errorf("study %s: mandates: %w", s.ID, err)
	}
	return s, nil
}

// text is JSON for a column. What it is given are maps and lists of strings, which always have a JSON form.
func text(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}
