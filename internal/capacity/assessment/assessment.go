// Package assessment says together with a State how far its capacity is: a model of stages, ratings with proofs, agreement
// where ratings differ, a report that the State alone clears and publishes, and a roadmap.
//
// What nobody can show lifts nothing: a rating that is only asserted counts like one that isn't known. Nobody sees
// another's rating before the round is closed, and answers of private bodies are printed from three of them only. The
// stages are pure functions: start with [Model.Assess]; the acts with [Assessments.Request]. The design is "Phase 2:
// assessment"; models and ratings are docs/formats/assessment.md.
package assessment

import (
	"context"
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/document/font"
	"comity/internal/engine/picture"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "assessment", FS: files} }

// The kinds of things in references. An inside is an assessment by what it says: its spread, its agreement, its report.
const (
	RefKind        = "assessment"
	RefInside      = "assessment-inside"
	RefStakeholder = "assessment-stakeholder"
)

// Assessment is one assessment of one State.
type Assessment struct {
	ID        id.ID
	State     string
	Model     string // name and version: "national-capacity/1"
	Scope     string
	Step      Step
	Round     int
	Exercise  bool
	Requested time.Time
	Version   int64
}

// closed is the newest round that is closed: ratings of a later one are nobody's to read but their own organisation's.
func (a Assessment) closed() int {
	if a.Step == Collecting {
		return a.Round - 1
	}
	return a.Round
}

// Assessments reads assessments and begins acts on them.
type Assessments struct {
	desk     *desk.Desk
	read     *db.Reader
	models   map[string]Model
	catalog  *language.Catalog
	fonts    *font.Set
	pictures *picture.Maker
	names    map[string]string
	exercise bool
}

// Config is what the slice needs of a node.
type Config struct {
	Desk     *desk.Desk
	Read     *db.Reader
	Sources  *access.Sources
	Catalog  *language.Catalog
	Fonts    *font.Set
	Pictures *picture.Maker
	Names    map[string]string // of the authority, by language: the author of reports
	Exercise bool
}

// New returns the assessments of a node and registers how their facts are read.
func New(c Config) (*Assessments, error) {
	models, err := Models()
	if err != nil {
		return nil, err
	}
	q := &Assessments{
		desk: c.Desk, read: c.Read, models: map[string]Model{}, catalog: c.Catalog, fonts: c.Fonts, pictures: c.Pictures, names: c.Names, exercise: c.Exercise,
	}
	for _, m := range models {
		q.models[m.Name+"/"+m.Version] = m
	}
	for kind, facts := range map[string]access.FactsFunc{RefKind: Facts, RefInside: insideFacts, RefStakeholder: stakeholderFacts} {
		if err := c.Sources.Register(kind, facts); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// ModelOf returns the model of an assessment.
func (q *Assessments) ModelOf(a Assessment) (Model, error) {
	m, ok := q.models[a.Model]
	if !ok {
		return m, fmt.Errorf("model %s of assessment %s: %w", a.Model, a.ID, errs.NotFound)
	}
	return m, nil
}

// Facts reads what the policy needs to know of an assessment. It exists for its team, for the State's own people and for
// the organisations that are asked; for others of this node only before it has begun and after it was published.
func Facts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	a, err := Get(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	f, err := inside(ctx, tx, a, who)
	if err != nil || f.Standing != access.Stranger {
		return f, err
	}
	if !who.Guest() && a.Step.in(Requested, Agreed) {
		f.Standing = access.Open
		return f, nil
	}
	list, err := Stakeholders(ctx, tx, a.ID)
	for _, s := range list {
		in, e := organisation.Stands(ctx, tx, who, s.Organisation.ID)
		if e != nil {
			return f, e
		}
		if in {
			f.Standing = access.Member
		}
	}
	return f, err
}

func insideFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	a, err := Get(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	return inside(ctx, tx, a, who)
}

// inside are the facts of what an assessment says: it is its team's and the State's until the State publishes it.
func inside(ctx context.Context, tx *db.Tx, a Assessment, who access.Person) (access.Facts, error) {
	f, err := access.InCase(ctx, tx, a.ID, who)
	if err != nil || f.Standing == access.Excluded {
		return f, err
	}
	if f.OwnState, err = organisation.ForState(ctx, tx, who, a.State); err != nil {
		return f, err
	}
	switch {
	case f.OwnState:
		f.Standing = access.Member
	case f.Standing == access.Stranger && a.Step == Published:
		f.Standing = access.Open
	}
	team, err := Team(ctx, tx, a.ID)
	f.Did = map[access.Part][]id.ID{access.Assessor: team}
	return f, err
}

func stakeholderFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	s, err := Stakeholding(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	f := access.Facts{Now: tx.Now(), Standing: access.Stranger}
	if f.OwnOrganisation, err = organisation.Stands(ctx, tx, who, s.Organisation.ID); f.OwnOrganisation {
		f.Standing = access.Member
	}
	return f, err
}

// Limits of what people type.
const (
	maxText    = 4_000
	maxLine    = 300
	mostMonths = 120
)

var sha = regexp.MustCompile(`^[0-9a-f]{64}$`)

// isProof reports whether a text is the SHA-256 of a file that is kept, or an address on the web.
func isProof(s string) bool {
	return sha.MatchString(s) || strings.HasPrefix(s, "https://") && len(s) <= 500
}

func checkText(path, text string, most int) []errs.Field {
	if n := len([]rune(text)); n == 0 || n > most {
		return []errs.Field{{Path: path, Code: language.M("Write at least a word and at most {n} characters."), Args: map[string]string{"n": fmt.Sprint(most)}}}
	}
	return nil
}

// Request asks for an assessment of the State of a public body, whose people alone may do so. It returns its id, which is
// entry's.
func (q *Assessments) Request(ctx context.Context, who access.Person, body id.ID, model, scope string, entry id.ID) (id.ID, error) {
	scope = strings.TrimSpace(scope)
	wrong := checkText("scope", scope, maxText)
	if _, ok := q.models[model]; !ok {
		wrong = append(wrong, errs.Field{Path: "model", Code: language.M("Choose a model.")})
	}
	if err := errs.WithFields(wrong...); err != nil {
		return "", err
	}
	err := q.desk.Do(ctx, who, "assessment.request", id.NewRef(RefKind, entry), func(c *desk.Change) error {
		o, err := organisation.Get(ctx, c.Tx, body)
		if err != nil {
			return err
		}
		c.Record(map[string]string{"state": o.State, "model": model})
		if _, err := c.Exec(ctx, `
			INSERT INTO assessment (id, state, model, scope, step, round, exercise, requested, version) VALUES (?, ?, ?, ?, ?, 0, ?, ?, 1)`,
			entry, o.State, model, scope, Requested, q.exercise, c.Now()); err != nil {
			return err
		}
		return moved(ctx, c, entry, Requested)
	}, desk.Once(entry), desk.Within(id.NewRef(organisation.RefKind, body)))
	return entry, err
}

func moved(ctx context.Context, c *desk.Change, n id.ID, to Step) error {
	_, err := c.Exec(ctx, `INSERT INTO assessment_move (id, assessment_id, step, at) VALUES (?, ?, ?, ?)`, c.Entry(), n, to, c.Now())
	return err
}

// notNow says that an act doesn't fit the step at which an assessment stands.
func notNow(a Assessment) error {
	return errs.Say(fmt.Errorf("assessment %s is %s: %w", a.ID, a.Step, errs.Conflict), language.M("The assessment stands elsewhere by now: this can’t be done at this step."), nil)
}

// Move takes an assessment to its next step. To a round it needs somebody to ask; to clearance, for each gap a
// recommendation or the reason why there is none.
func (q *Assessments) Move(ctx context.Context, who access.Person, n id.ID, to Step, entry id.ID) error {
	return q.desk.Do(ctx, who, access.Act(to.act()), id.NewRef(RefKind, n), func(c *desk.Change) error {
		a, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !slices.Contains(a.Step.Moves(), to) {
			return notNow(a)
		}
		switch to {
		case Collecting:
			if err := someoneToAsk(ctx, c.Tx, n); err != nil {
				return err
			}
			a.Round++
		case Cleared:
			if err := q.noGapOpen(ctx, c.Tx, a); err != nil {
				return err
			}
		}
		c.Record(map[string]any{"state": a.State, "step": to, "round": a.Round})
		changed, err := c.Exec(ctx, `UPDATE assessment SET step = ?, round = ?, version = version + 1 WHERE id = ? AND version = ?`, to, a.Round, n, a.Version)
		if err == nil && changed == 0 {
			return notNow(a)
		}
		if err != nil {
			return err
		}
		return moved(ctx, c, n, to)
	}, desk.Once(entry))
}

func someoneToAsk(ctx context.Context, tx *db.Tx, n id.ID) error {
	list, err := Stakeholders(ctx, tx, n)
	if err == nil && len(list) == 0 {
		err = errs.Say(fmt.Errorf("assessment %s has no stakeholder: %w", n, errs.Conflict), language.M("Name at least one organisation that is asked."), nil)
	}
	return err
}

const columns = `id, state, model, scope, step, round, exercise, requested, version`

func scan(s db.Scan) (a Assessment, err error) {
	err = s(&a.ID, &a.State, &a.Model, &a.Scope, &a.Step, &a.Round, &a.Exercise, &a.Requested, &a.Version)
	return a, err
}

// Get returns an assessment. Whether the reader may know of it is asked of the desk.
func Get(ctx context.Context, tx *db.Tx, n id.ID) (Assessment, error) {
	a, err := scan(tx.Row(ctx, `SELECT `+columns+` FROM assessment WHERE id = ?`, n).Scan)
	if err != nil {
		return a, fmt.Errorf("assessment %s: %w", n, err)
	}
	return a, nil
}

// List returns the assessments that the person may know of, in the order in which they were asked for.
func List(ctx context.Context, tx *db.Tx, who access.Person) ([]Assessment, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM assessment ORDER BY id`)
	all, err := db.Collect(rows, err, scan)
	var seen []Assessment
	for _, a := range all {
		f, err := Facts(ctx, tx, id.NewRef(RefKind, a.ID), who)
		if err != nil {
			return nil, err
		}
		if f.Standing == access.Open || f.Standing == access.Member {
			seen = append(seen, a)
		}
	}
	return seen, err
}

// Moved returns when an assessment came to a step for the last time; zero when it never did.
func Moved(ctx context.Context, tx *db.Tx, n id.ID, to Step) (at time.Time, err error) {
	rows, err := tx.Query(ctx, `SELECT step, at FROM assessment_move WHERE assessment_id = ? ORDER BY id`, n)
	_, err = db.Collect(rows, err, func(scan db.Scan) (s Step, err error) {
		var t time.Time
		if err = scan(&s, &t); s == to {
			at = t
		}
		return s, err
	})
	return at, err
}
