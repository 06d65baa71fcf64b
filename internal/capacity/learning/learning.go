// Package learning keeps courses, the cohorts that take them, their tests before and after, and what was gained.
//
// A test is a form of a course's bank of questions; its key is used on this node alone and shown to nobody before the cohort
// is closed. Start with [Learning.Open], [Learning.Begin] and [Figures].
package learning

import (
	"context"
	"crypto"
	"crypto/x509"
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/learning/data"
	"comity/internal/capacity/organisation"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/document/font"
	"comity/internal/engine/envelope"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "learning", FS: files} }

// The kinds of things in references.
const (
	RefCohort  = "cohort"
	RefAttempt = "attempt"
	RefCourse  = "course"
)

// Learning reads courses, cohorts and tests and begins acts on them.
type Learning struct{ Config }

// Config is what the slice needs of a node.
type Config struct {
	Desk          *desk.Desk
	Read          *db.Reader
	Policy        *access.Policy
	Sources       *access.Sources
	Organisations *organisation.Organisations
	Exchange      *exchange.Exchange
	Library       *data.Library
	Catalog       *language.Catalog
	Public        string
	Fonts         *font.Set
	Sign          func(ctx context.Context, person id.ID) (*x509.Certificate, crypto.Signer, error)
	Exercise      bool
	Rates         Rates
	Now           func() time.Time
}

// New returns the learning of a node and registers how its facts are read.
func New(c Config) (*Learning, error) {
	q := &Learning{c}
	for kind, facts := range map[string]access.FactsFunc{RefCohort: cohortFacts, RefAttempt: attemptFacts, RefCourse: access.AboutHouse, RefNeed: access.AboutHouse, RefCertificate: certificateFacts} {
		if err := c.Sources.Register(kind, facts); err != nil {
			return nil, err
		}
	}
	c.Exchange.Handle(envelope.KindRecord, exchange.Taker{Apply: q.take})
	return q, nil
}

// The states of a cohort.
const (
	Draft  = "draft"
	Opened = "open"
	Closed = "closed"
	Frozen = "frozen"
)

// The slots of a cohort's tests.
const (
	Pre  = "pre"
	Post = "post"
)

// Cohort is a group of people who take a course together.
type Cohort struct {
	ID       id.ID
	Title    string
	Course   string
	Form     string
	Hash     canonical.Hash // of the form
	State    string
	Slot     string
	Minutes  int
	Exercise bool
	LedBy    id.ID // the node that leads it; "" for this one
	Version  int64
}

func cohortFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	if _, err := cohort(ctx, tx, on.ID()); err != nil {
		return access.Facts{}, err
	}
	return access.InCase(ctx, tx, on.ID(), who)
}

const cohortColumns = `cohort.id, cohort.title, cohort.course, cohort.form, cohort.hash, cohort.state, cohort.slot, cohort.minutes, cohort.exercise, cohort.led_by, cohort.version`

func scanCohort(s db.Scan) (k Cohort, err error) {
	return k, s(&k.ID, &k.Title, &k.Course, &k.Form, &k.Hash, &k.State, &k.Slot, &k.Minutes, &k.Exercise, &k.LedBy, &k.Version)
}

func cohort(ctx context.Context, tx *db.Tx, n id.ID) (Cohort, error) {
	k, err := scanCohort(tx.Row(ctx, `SELECT `+cohortColumns+` FROM cohort WHERE id = ?`, n).Scan)
	if err != nil {
		return k, fmt.Errorf("cohort %s: %w", n, err)
	}
	return k, nil
}

// Cohorts lists the cohorts that the reader may know of, the newest first.
func Cohorts(ctx context.Context, tx *db.Tx) ([]Cohort, error) {
	where, args := tx.Scope().Where("cohort.id")
	rows, err := tx.Query(ctx, `SELECT `+cohortColumns+` FROM cohort WHERE `+where+` ORDER BY id DESC LIMIT 200`, args...)
	return db.Collect(rows, err, scanCohort)
}

// Limits of what people type.
const (
	maxTitle     = 200
	leastMinutes = 5
	maxMinutes   = 480
)

// Test returns the form of a cohort's tests and its key, and checks that they are those with which it began.
func (q *Learning) Test(k Cohort) (*instrument.Instrument, *instrument.Scoring, error) {
	c, ok := q.Library.Course(k.Course)
	if !ok {
		return nil, nil, fmt.Errorf("course %s: %w", k.Course, errs.NotFound)
	}
	in, s, err := c.Test(k.Form)
	if err != nil {
		return nil, nil, err
	}
	sum, err := in.Hash()
	if err == nil && k.Hash != "" && sum != k.Hash {
		err = errs.Say(fmt.Errorf("form of cohort %s: %w", k.ID, errs.Conflict), language.M("The course has changed since this cohort began. Its tests are those of the earlier version."), nil)
	}
	return in, s, err
}

// Open makes a cohort of a course, a draft, with who as its first member. It returns its id, which is entry's.
func (q *Learning) Open(ctx context.Context, who access.Person, k Cohort, entry id.ID) (id.ID, error) {
	k.Title = strings.TrimSpace(k.Title)
	var wrong []errs.Field
	if n := len([]rune(k.Title)); n == 0 || n > maxTitle {
		wrong = append(wrong, errs.Field{Path: "title", Code: language.M("Write a title, in at most 200 characters.")})
	}
	if k.Minutes < leastMinutes || k.Minutes > maxMinutes {
		wrong = append(wrong, errs.Field{Path: "minutes", Code: language.M("Enter a number of minutes from 5 to 480.")})
	}
	c, ok := q.Library.Course(k.Course)
	if !ok || !slices.ContainsFunc(c.Forms, func(f data.Form) bool { return f.Name == k.Form }) {
		wrong = append(wrong, errs.Field{Path: "form", Code: language.M("Choose a course and its test.")})
	}
	if err := errs.WithFields(wrong...); err != nil {
		return "", err
	}
	k.Hash = ""
	in, _, err := q.Test(k)
	if err != nil {
		return "", err
	}
	if k.Hash, err = in.Hash(); err != nil {
		return "", err
	}
	err = q.Desk.Do(ctx, who, "cohort.open", id.NewRef(RefCohort, entry), func(c *desk.Change) error {
		c.Record(map[string]any{"course": k.Course, "form": k.Hash})
		k.ID = entry
		if err := q.insertCohort(ctx, c, k); err != nil {
			return err
		}
		return access.AddMember(ctx, c.Tx, entry, who.ID, who.ID)
	}, desk.Once(entry), desk.Within(id.NewRef("node", entry)))
	return entry, err
}

func (q *Learning) insertCohort(ctx context.Context, c *desk.Change, k Cohort) error {
	_, err := c.Exec(ctx, `
		INSERT INTO cohort (id, title, course, form, hash, state, slot, minutes, exercise, led_by, version) VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?, 1)`,
		k.ID, k.Title, k.Course, k.Form, k.Hash, Draft, k.Minutes, q.Exercise, k.LedBy)
	return err
}

// Turn opens the test before or after, or none ("").
func (q *Learning) Turn(ctx context.Context, who access.Person, n id.ID, slot string, entry id.ID) error {
	if slot != "" && slot != Pre && slot != Post {
		return errs.Invalidf("turn cohort %s: no such test %q", n, slot)
	}
	return q.Desk.Do(ctx, who, "cohort.open", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if k.State != Draft && k.State != Opened {
			return errs.Say(fmt.Errorf("cohort %s is %s: %w", n, k.State, errs.Conflict), language.M("The cohort is closed: no test begins any more."), nil)
		}
		c.Record(map[string]string{"slot": slot})
		_, err = c.Exec(ctx, `UPDATE cohort SET state = ?, slot = ?, version = version + 1 WHERE id = ?`, Opened, slot, n)
		return err
	}, desk.Once(entry))
}

// Close ends a cohort's tests. An attempt that is still open is taken as it is, and marked.
func (q *Learning) Close(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.Desk.Do(ctx, who, "cohort.close", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if k.State != Opened {
			return errs.Say(fmt.Errorf("cohort %s is %s: %w", n, k.State, errs.Conflict), language.M("Only a cohort that is open can be closed."), nil)
		}
		list, err := attempts(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		for _, a := range list {
			if a.State == open {
				if err := q.end(ctx, c, k, a); err != nil {
					return err
				}
			}
		}
		_, err = c.Exec(ctx, `UPDATE cohort SET state = ?, slot = '', version = version + 1 WHERE id = ?`, Closed, n)
		return err
	}, desk.Once(entry))
}
