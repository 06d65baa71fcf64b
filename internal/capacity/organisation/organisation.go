// Package organisation keeps who takes part in building capacity beside this node's own people: authorities of States,
// companies, universities, other organisations, each with its people, who are guests of the node.
//
// An organisation is a compartment, and its people are the members. Whoever is of a public body of a State acts for the
// State ([ForState]); whoever is of a company acts for the company ([Stands]). Start with [Organisations.Enter].
package organisation

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
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "organisation", FS: files} }

// RefKind is the kind of thing that an organisation is in references.
const RefKind = "organisation"

// Organisation is one body that takes part.
type Organisation struct {
	ID       id.ID
	Kind     Kind
	State    string // ISO 3166-1 alpha-2, or "XA" to "XG"; "" of an intergovernmental organisation
	Name     string // as it calls itself; not translated
	Exercise bool
	Entered  time.Time
	Version  int64
}

// Organisations reads organisations and begins acts on them.
type Organisations struct {
	desk     *desk.Desk
	read     *db.Reader
	policy   *access.Policy
	catalog  *language.Catalog
	public   string
	exercise bool
}

// Config is what the slice needs of a node.
type Config struct {
	Desk     *desk.Desk
	Read     *db.Reader
	Policy   *access.Policy
	Sources  *access.Sources
	Catalog  *language.Catalog
	Public   string // the address under which people reach the node
	Exercise bool   // the node is for exercises: its organisations are, and the exercise States are offered
}

// New returns the organisations of a node and registers how their facts are read.
func New(c Config) (*Organisations, error) {
	q := &Organisations{desk: c.Desk, read: c.Read, policy: c.Policy, catalog: c.Catalog, public: c.Public, exercise: c.Exercise}
	return q, c.Sources.Register(RefKind, Facts)
}

// Facts reads what the policy needs to know of an organisation: to this node's own people it is open, to a guest it
// exists as theirs only.
func Facts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	var state string
	if err := tx.Row(ctx, `SELECT state FROM organisation WHERE id = ?`, on.ID()).Scan(&state); err != nil {
		return access.Facts{}, err
	}
	f, err := access.InCase(ctx, tx, on.ID(), who)
	if err != nil {
		return access.Facts{}, err
	}
	if !who.Guest() && f.Standing == access.Stranger {
		f.Standing = access.Open
	}
	if f.OwnOrganisation, err = Stands(ctx, tx, who, on.ID()); err != nil {
		return access.Facts{}, err
	}
	f.OwnState, err = ForState(ctx, tx, who, state)
	return f, err
}

// maxName is the longest name of an organisation or a person, in characters.
const maxName = 200

func (q *Organisations) check(o Organisation) error {
	var wrong []errs.Field
	if n := len([]rune(o.Name)); n == 0 || n > maxName {
		wrong = append(wrong, errs.Field{Path: "name", Code: language.M("Write the name, in at most 200 characters.")})
	}
	if !o.Kind.known() {
		wrong = append(wrong, errs.Field{Path: "kind", Code: language.M("Choose what it is.")})
	}
	switch {
	case o.Kind == IGO && o.State != "":
		wrong = append(wrong, errs.Field{Path: "state", Code: language.M("An intergovernmental organisation belongs to no State: leave this empty.")})
	case o.Kind != IGO && !q.KnowsState(o.State):
		wrong = append(wrong, errs.Field{Path: "state", Code: language.M("Choose the State in which it is.")})
	}
	return errs.WithFields(wrong...)
}

// Enter enters an organisation, which nobody belongs to yet. It returns its id, which is entry's. One of the same name in
// the same State is [errs.Conflict].
func (q *Organisations) Enter(ctx context.Context, who access.Person, o Organisation, entry id.ID) (id.ID, error) {
	o.Name = strings.TrimSpace(o.Name)
	if err := q.check(o); err != nil {
		return "", err
	}
	err := q.desk.Do(ctx, who, "organisation.enter", id.NewRef(RefKind, entry), func(c *desk.Change) error {
		c.Record(map[string]string{"kind": string(o.Kind), "state": o.State})
		o.ID = entry
		err := q.insert(ctx, c, o)
		if errors.Is(err, errs.Conflict) {
			err = errs.Say(err, language.M("An organisation of this name is there already in this State."), nil)
		}
		return err
	}, desk.Once(entry), desk.Within(id.NewRef("node", entry)))
	return entry, err
}

// Bring returns the organisation of this name in this State, entered as part of an act under way if it isn't there: one
// that comes with people from another node.
func (q *Organisations) Bring(ctx context.Context, c *desk.Change, o Organisation) (id.ID, error) {
	if err := q.check(o); err != nil {
		return "", err
	}
	there, err := Named(ctx, c.Tx, o.State, o.Name)
	if !errors.Is(err, errs.NotFound) {
		return there.ID, err
	}
	o.ID = id.New(c.Now())
	return o.ID, q.insert(ctx, c, o)
}

// Named returns the organisation of a name, in whatever letters, in a State; [errs.NotFound] without one.
func Named(ctx context.Context, tx *db.Tx, state, name string) (Organisation, error) {
	list, err := List(ctx, tx, state)
	if err != nil {
		return Organisation{}, err
	}
	for _, o := range list {
		if o.State == state && strings.EqualFold(o.Name, name) {
			return o, nil
		}
	}
	return Organisation{}, fmt.Errorf("organisation %q in State %q: %w", name, state, errs.NotFound)
}

func (q *Organisations) insert(ctx context.Context, c *desk.Change, o Organisation) error {
	_, err := c.Exec(ctx, `
		INSERT INTO organisation (id, kind, state, name, exercise, entered, version) VALUES (?, ?, ?, ?, ?, ?, 1)`,
		o.ID, o.Kind, o.State, o.Name, q.exercise, c.Now())
	return err
}

const columns = `organisation.id, organisation.kind, organisation.state, organisation.name, organisation.exercise, organisation.entered, organisation.version`

// Get returns an organisation. Whether the reader may know of it is asked of the desk: its name is no secret among those
// who work with it.
func Get(ctx context.Context, tx *db.Tx, n id.ID) (Organisation, error) {
	o, err := scan(tx.Row(ctx, `SELECT `+columns+` FROM organisation WHERE id = ?`, n).Scan)
	if err != nil {
		return o, fmt.Errorf("organisation %s: %w", n, err)
	}
	return o, nil
}

// List returns all organisations by State and name; of a State only when one is given.
func List(ctx context.Context, tx *db.Tx, state string) ([]Organisation, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM organisation WHERE ? = '' OR state = ? ORDER BY state, name`, state, state)
	return db.Collect(rows, err, scan)
}

// Mine returns the organisations that a person is of, by State and name.
func Mine(ctx context.Context, tx *db.Tx, person id.ID) ([]Organisation, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT `+columns+` FROM organisation JOIN organisation_person p ON p.organisation_id = organisation.id
		WHERE p.person_id = ? AND p.ended IS NULL ORDER BY organisation.state, organisation.name`, person)
	return db.Collect(rows, err, scan)
}

func scan(s db.Scan) (o Organisation, err error) {
	err = s(&o.ID, &o.Kind, &o.State, &o.Name, &o.Exercise, &o.Entered, &o.Version)
	return o, err
}
