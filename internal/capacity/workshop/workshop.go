// Package workshop keeps workshops: how many seats each State and profession has, who takes them, what is taught when,
// who was there, and what has changed months later.
//
// However many people accept at once, no State has more seats than planned and no room more than it holds: the act's
// object is the workshop, so acceptances come one after the other. A workshop is a compartment. Start with
// [Workshops.Open]; the design is "Phase 3: workshop".
package workshop

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/document/font"
	"comity/internal/engine/instrument"
	"comity/internal/store/blob"
	"comity/internal/store/db"
	"comity/internal/store/keyring"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "workshop", FS: files} }

// The kinds of things in references.
const (
	RefKind     = "workshop"
	RefSeat     = "workshop-seat"
	RefFollowUp = "followup"
)

// Workshop is one workshop.
type Workshop struct {
	ID           id.ID
	Name         string
	Place        string
	Zone         string // IANA name of the time zone in which its days are days
	From, To     string // first and last day, 2013-06-24
	Capacity     int    // seats that the room has, partners' included
	Languages    []language.Tag
	Competencies []string // codes
	Series       string   // "" for none
	Cohort       id.ID    // whose tests are the workshop's; "" for none
	Stage        Stage
	Waiver       string // why it may be ready with fewer seats taken than planned
	Tested       bool   // its test is frozen
	ClosedOn     string // day, "" before
	Exercise     bool
	Version      int64
}

// Location returns the workshop's time zone.
func (w Workshop) Location() (*time.Location, error) {
	l, err := time.LoadLocation(w.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of workshop %s: %w: %w", w.ID, err, errs.Invalid)
	}
	return l, nil
}

// Workshops reads workshops and begins acts on them.
type Workshops struct {
	desk    *desk.Desk
	read    *db.Reader
	orgs    *organisation.Organisations
	catalog *language.Catalog
	fonts   *font.Set

	blobs blob.Store
	vault *keyring.Vault
	tests Tests
	now   func() time.Time

	evaluation, followUp *instrument.Instrument

	public   string
	exercise bool
}

// Config is what the slice needs of a node.
type Config struct {
	Desk          *desk.Desk
	Read          *db.Reader
	Sources       *access.Sources
	Organisations *organisation.Organisations // lets people in who are nominated
	Catalog       *language.Catalog
	Fonts         *font.Set // of printed papers
	Blobs         blob.Store
	Vault         *keyring.Vault // of the keys of materials
	Tests         Tests
	Now           func() time.Time
	Public        string // the address under which people reach the node
	Exercise      bool
}

// New returns the workshops of a node and registers how their facts are read.
func New(c Config) (*Workshops, error) {
	q := &Workshops{desk: c.Desk, read: c.Read, orgs: c.Organisations, catalog: c.Catalog, fonts: c.Fonts, blobs: c.Blobs, vault: c.Vault, tests: c.Tests, now: c.Now, public: c.Public, exercise: c.Exercise}
	var err, err2 error
	q.evaluation, err = LoadForm(EvaluationForm)
	q.followUp, err2 = LoadForm(FollowUpForm)
	if err = errors.Join(err, err2); err != nil {
		return nil, err
	}
	for kind, facts := range map[string]access.FactsFunc{RefKind: Facts, RefSeat: seatFacts, RefFollowUp: followUpFacts} {
		if err := c.Sources.Register(kind, facts); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// Facts reads what the policy needs to know of a workshop. Members know of it, and the people of a State that has seats
// in it. Someone with a live seat is a subject of it.
func Facts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	if _, err := Get(ctx, tx, on.ID()); err != nil {
		return access.Facts{}, err
	}
	f, err := access.InCase(ctx, tx, on.ID(), who)
	if err != nil || f.Standing == access.Excluded {
		return f, err
	}
	plan, err := Plans(ctx, tx, on.ID())
	if err != nil {
		return f, err
	}
	for _, p := range plan {
		own, err := organisation.ForState(ctx, tx, who, p.State)
		if err != nil {
			return f, err
		}
		f.OwnState = f.OwnState || own
	}
	if f.OwnState && f.Standing == access.Stranger {
		f.Standing = access.Member
	}
	f.Did = map[access.Part][]id.ID{access.Subject: nil}
	if _, ok, err := SeatOf(ctx, tx, on.ID(), who.ID); err != nil {
		return f, err
	} else if ok {
		f.Did[access.Subject] = []id.ID{who.ID}
	}
	return f, nil
}

// Limits of what people type.
const (
	maxName     = 200
	maxWhy      = 2_000
	maxCapacity = 500
	maxDays     = 60
)

func (w Workshop) check() error {
	var wrong []errs.Field
	if n := len([]rune(w.Name)); n == 0 || n > maxName {
		wrong = append(wrong, errs.Field{Path: "name", Code: language.M("Write the name, in at most 200 characters.")})
	}
	if n := len([]rune(w.Place)); n == 0 || n > maxName {
		wrong = append(wrong, errs.Field{Path: "place", Code: language.M("Write where it takes place, in at most 200 characters.")})
	}
	if _, err := w.Location(); err != nil || w.Zone == "" || w.Zone == "Local" {
		wrong = append(wrong, errs.Field{Path: "zone", Code: language.M("Write the time zone by its name in the time zone database, such as Africa/Nairobi.")})
	}
	from, err1 := time.Parse(time.DateOnly, w.From)
	to, err2 := time.Parse(time.DateOnly, w.To)
	if err1 != nil || err2 != nil || to.Before(from) || to.Sub(from) > maxDays*24*time.Hour {
		wrong = append(wrong, errs.Field{Path: "to", Code: language.M("Enter a first and a last day, at most 60 days apart.")})
	}
	if w.Capacity < 1 || w.Capacity > maxCapacity {
		wrong = append(wrong, errs.Field{Path: "capacity", Code: language.M("Enter a number of seats from 1 to 500.")})
	}
	if len(w.Languages) == 0 {
		wrong = append(wrong, errs.Field{Path: "languages", Code: language.M("Choose at least one working language.")})
	}
	return errs.WithFields(wrong...)
}

// Open enters a workshop that is planned; who opens it is its first member. It returns its id, which is entry's.
func (q *Workshops) Open(ctx context.Context, who access.Person, w Workshop, entry id.ID) (id.ID, error) {
	w.Name, w.Place = strings.TrimSpace(w.Name), strings.TrimSpace(w.Place)
	if err := w.check(); err != nil {
		return "", err
	}
	err := q.desk.Do(ctx, who, "workshop.plan", id.NewRef(RefKind, entry), func(c *desk.Change) error {
		c.Record(map[string]any{"stage": Planned, "capacity": w.Capacity, "from": w.From, "to": w.To})
		if _, err := c.Exec(ctx, `
			INSERT INTO workshop (id, name, place, zone, from_day, to_day, capacity, languages, competencies, series, cohort_id, stage, waiver, tested,
				closed_on, exercise, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', FALSE, '', ?, 1)`,
			entry, w.Name, w.Place, w.Zone, w.From, w.To, w.Capacity, tags(w.Languages), strings.Join(w.Competencies, " "), w.Series, w.Cohort,
			Planned, q.exercise); err != nil {
			return err
		}
		return access.AddMember(ctx, c.Tx, entry, c.Who().ID, c.Who().ID)
	}, desk.Once(entry), desk.Within(id.NewRef("node", entry)))
	return entry, err
}

func tags(all []language.Tag) string {
	var s []string
	for _, t := range all {
		s = append(s, string(t))
	}
	return strings.Join(s, " ")
}

// AddTeam lets one of this node's people work on the workshop.
func (q *Workshops) AddTeam(ctx context.Context, who access.Person, n, person, entry id.ID) error {
	return q.desk.Do(ctx, who, "workshop.plan", id.NewRef(RefKind, n), func(c *desk.Change) error {
		c.Record(map[string]id.ID{"person": person})
		return access.AddMember(ctx, c.Tx, n, person, c.Who().ID)
	}, desk.Once(entry))
}

const columns = `workshop.id, workshop.name, workshop.place, workshop.zone, workshop.from_day, workshop.to_day, workshop.capacity,
	workshop.languages, workshop.competencies, workshop.series, workshop.cohort_id, workshop.stage, workshop.waiver, workshop.tested, workshop.closed_on,
	workshop.exercise, workshop.version`

func scan(s db.Scan) (w Workshop, err error) {
	var langs, competencies string
	err = s(&w.ID, &w.Name, &w.Place, &w.Zone, &w.From, &w.To, &w.Capacity, &langs, &competencies, &w.Series, &w.Cohort, &w.Stage, &w.Waiver,
		&w.Tested, &w.ClosedOn, &w.Exercise, &w.Version)
	for _, t := range strings.Fields(langs) {
		w.Languages = append(w.Languages, language.Tag(t))
	}
	w.Competencies = strings.Fields(competencies)
	return w, err
}

// Get returns a workshop. Whether the reader may know of it is asked of the desk.
func Get(ctx context.Context, tx *db.Tx, n id.ID) (Workshop, error) {
	w, err := scan(tx.Row(ctx, `SELECT `+columns+` FROM workshop WHERE id = ?`, n).Scan)
	if err != nil {
		return w, fmt.Errorf("workshop %s: %w", n, err)
	}
	return w, nil
}

// List returns the workshops that the person may know of, the latest first.
func List(ctx context.Context, tx *db.Tx, who access.Person) ([]Workshop, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM workshop ORDER BY from_day DESC, id DESC`)
	all, err := db.Collect(rows, err, scan)
	if err != nil {
		return nil, err
	}
	var seen []Workshop
	for _, w := range all {
		f, err := Facts(ctx, tx, id.NewRef(RefKind, w.ID), who)
		if err != nil {
			return nil, err
		}
		if f.Standing == access.Member {
			seen = append(seen, w)
		}
	}
	return seen, nil
}
