// Package structure keeps what is to last when a programme has ended: mechanisms, units, contact points, partnerships,
// networks, and the law under them.
//
// A structure lives when it shows signs of life, each with what proves it; without them it comes on the due list, and a
// person decides. Start with [Structures.Propose] and, for the law, [Structures.OpenReview]. The design is "Phase 4:
// structures"; docs/formats has nothing of it, since no file leaves the node.
package structure

import (
	"context"
	"embed"
	"fmt"
	"regexp"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "structure", FS: files} }

// The kinds of things in references.
const (
	RefKind       = "structure"
	RefCommitment = "commitment"
	RefContact    = "structure-contact"
	RefReview     = "legal-review"
	RefRow        = "legal-row"
)

// Structure is one lasting body or arrangement.
type Structure struct {
	ID         id.ID
	Kind       Kind
	Lead       organisation.Organisation
	Name       string
	MeetsEvery int // months: how often it is to show a sign of life
	Stage      Stage
	Basis      string
	BasisProof string
	Budget     bool // it has a budget of its own
	Exercise   bool
	Since      time.Time
	Version    int64
}

// Structures reads structures and reviews of law, and begins acts on them.
type Structures struct {
	desk     *desk.Desk
	read     *db.Reader
	law      *Law
	measures Measures
	cards    Cards
	catalog  *language.Catalog
	exercise bool
}

// Measures tells how a measure of practice stood in a span of days: how often it was kept, of how many.
type Measures func(ctx context.Context, tx *db.Tx, measure string, from, to time.Time) (k, n int, err error)

// Cards tells by which trusted card a State's node vouches for an authority: the node's id, "" for none.
type Cards func(ctx context.Context, tx *db.Tx, state, authority string) (node id.ID, err error)

// Config is what the slice needs of a node.
type Config struct {
	Desk     *desk.Desk
	Read     *db.Reader
	Sources  *access.Sources
	Law      *Law
	Measures Measures
	Cards    Cards
	Catalog  *language.Catalog
	Exercise bool
}

// New returns the structures of a node and registers how their facts are read.
func New(c Config) (*Structures, error) {
	q := &Structures{
		desk: c.Desk, read: c.Read, law: c.Law, measures: c.Measures, cards: c.Cards, catalog: c.Catalog, exercise: c.Exercise,
	}
	for kind, facts := range map[string]access.FactsFunc{
		RefKind: Facts, RefCommitment: commitmentFacts, RefContact: contactFacts, RefReview: reviewFacts, RefRow: rowFacts,
	} {
		if err := c.Sources.Register(kind, facts); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// Facts reads what the policy needs to know of a structure. It is open to this node's own people; to a guest it exists
// when they act for its State or are of an organisation that takes part in it.
func Facts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	s, err := Get(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	f, err := stateFacts(ctx, tx, s.Lead.State, who)
	if err != nil {
		return f, err
	}
	if f.Standing == access.Stranger {
		in, err := takesPart(ctx, tx, who, s.ID)
		if err != nil {
			return f, err
		}
		if in {
			f.Standing = access.Member
		}
	}
	return f, nil
}

// stateFacts are the facts of a thing that belongs to a State.
func stateFacts(ctx context.Context, tx *db.Tx, state string, who access.Person) (access.Facts, error) {
	f := access.Facts{Now: tx.Now(), Standing: access.Open}
	var err error
	if f.OwnState, err = organisation.ForState(ctx, tx, who, state); err != nil {
		return f, err
	}
	if who.Guest() && !f.OwnState {
		f.Standing = access.Stranger
	}
	return f, nil
}

// takesPart reports whether the person is of an organisation that takes part in the structure.
func takesPart(ctx context.Context, tx *db.Tx, who access.Person, n id.ID) (bool, error) {
	members, err := memberIDs(ctx, tx, n)
	for _, o := range members {
		if in, err := organisation.Stands(ctx, tx, who, o); in || err != nil {
			return in, err
		}
	}
	return false, err
}

// Limits of what people type.
const (
	maxName  = 200
	maxText  = 4_000
	mostEach = 36 // months between signs of life
)

var sha = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checkProof says what is wrong with a proof: the SHA-256 of a file that is kept, or an address on the web.
func checkProof(path, proof string) []errs.Field {
	if sha.MatchString(proof) || strings.HasPrefix(proof, "https://") && len(proof) <= 500 {
		return nil
	}
	return []errs.Field{{Path: path, Code: language.M("Add what proves it: the SHA-256 of the file (64 digits and letters a to f), or an address that begins with https://.")}}
}

func checkText(path, text string, most int) []errs.Field {
	if n := len([]rune(text)); n == 0 || n > most {
		return []errs.Field{{Path: path, Code: language.M("Write at least a word and at most {n} characters."), Args: map[string]string{"n": fmt.Sprint(most)}}}
	}
	return nil
}

// Propose enters a structure that is proposed. Its State is that of the organisation that leads it, whose people alone
// may propose it. It returns its id, which is entry's.
func (q *Structures) Propose(ctx context.Context, who access.Person, s Structure, entry id.ID) (id.ID, error) {
	s.Name = strings.TrimSpace(s.Name)
	wrong := checkText("name", s.Name, maxName)
	if !s.Kind.known() {
		wrong = append(wrong, errs.Field{Path: "kind", Code: language.M("Choose what it is.")})
	}
	if s.MeetsEvery < 1 || s.MeetsEvery > mostEach {
		wrong = append(wrong, errs.Field{Path: "every", Code: language.M("Enter a number of months from 1 to 36.")})
	}
	if err := errs.WithFields(wrong...); err != nil {
		return "", err
	}
	err := q.desk.Do(ctx, who, "structure.edit", id.NewRef(RefKind, entry), func(c *desk.Change) error {
		c.Record(map[string]string{"kind": string(s.Kind), "stage": string(Proposed)})
		if _, err := c.Exec(ctx, `
			INSERT INTO structure (id, kind, lead, name, meets_every, stage, basis, basis_proof, budget, exercise, since, version)
			VALUES (?, ?, ?, ?, ?, ?, '', '', FALSE, ?, ?, 1)`,
			entry, s.Kind, s.Lead.ID, s.Name, s.MeetsEvery, Proposed, q.exercise, c.Now()); err != nil {
			return err
		}
		return addMember(ctx, c, entry, s.Lead.ID)
	}, desk.Once(entry), desk.Within(id.NewRef(organisation.RefKind, s.Lead.ID)))
	return entry, err
}

// AddMember has an organisation take part.
func (q *Structures) AddMember(ctx context.Context, who access.Person, n, org, entry id.ID) error {
	return q.desk.Do(ctx, who, "structure.edit", id.NewRef(RefKind, n), func(c *desk.Change) error {
		if _, err := organisation.Get(ctx, c.Tx, org); err != nil {
			return err
		}
		c.Record(map[string]id.ID{"organisation": org})
		return addMember(ctx, c, n, org)
	}, desk.Once(entry))
}

func addMember(ctx context.Context, c *desk.Change, n, org id.ID) error {
	_, err := c.Exec(ctx, `
		INSERT INTO structure_member (structure_id, organisation_id, since) VALUES (?, ?, ?)
		ON CONFLICT (structure_id, organisation_id) DO NOTHING`, n, org, c.Now())
	return err
}

func memberIDs(ctx context.Context, tx *db.Tx, n id.ID) ([]id.ID, error) {
	rows, err := tx.Query(ctx, `SELECT organisation_id FROM structure_member WHERE structure_id = ? ORDER BY since, organisation_id`, n)
	return db.Collect(rows, err, func(scan db.Scan) (o id.ID, err error) {
		err = scan(&o)
		return o, err
	})
}

// Members lists the organisations that take part, the lead first.
func Members(ctx context.Context, tx *db.Tx, n id.ID) ([]organisation.Organisation, error) {
	ids, err := memberIDs(ctx, tx, n)
	var all []organisation.Organisation
	for _, i := range ids {
		o, err := organisation.Get(ctx, tx, i)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, err
}

const columns = `id, kind, lead, name, meets_every, stage, basis, basis_proof, budget, exercise, since, version`

func scan(s db.Scan) (t Structure, err error) {
	err = s(&t.ID, &t.Kind, &t.Lead.ID, &t.Name, &t.MeetsEvery, &t.Stage, &t.Basis, &t.BasisProof, &t.Budget, &t.Exercise, &t.Since, &t.Version)
	return t, err
}

// Get returns a structure. Whether the reader may know of it is asked of the desk.
func Get(ctx context.Context, tx *db.Tx, n id.ID) (Structure, error) {
	s, err := scan(tx.Row(ctx, `SELECT `+columns+` FROM structure WHERE id = ?`, n).Scan)
	if err != nil {
		return s, fmt.Errorf("structure %s: %w", n, err)
	}
	s.Lead, err = organisation.Get(ctx, tx, s.Lead.ID)
	return s, err
}

// List returns the structures that the person may know of, in the order in which they were proposed.
func List(ctx context.Context, tx *db.Tx, who access.Person) ([]Structure, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM structure ORDER BY id`)
	all, err := db.Collect(rows, err, scan)
	if err != nil {
		return nil, err
	}
	var seen []Structure
	for _, s := range all {
		f, err := Facts(ctx, tx, id.NewRef(RefKind, s.ID), who)
		if err != nil {
			return nil, err
		}
		if f.Standing == access.Stranger {
			continue
		}
		if s.Lead, err = organisation.Get(ctx, tx, s.Lead.ID); err != nil {
			return nil, err
		}
		seen = append(seen, s)
	}
	return seen, nil
}

// Lasting lists the networks and partnerships that were set up and have not ended, with how many organisations take part.
func Lasting(ctx context.Context, tx *db.Tx) (all []Structure, members []int, err error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM structure WHERE kind IN (?, ?) AND stage IN (?, ?, ?) ORDER BY id`, Network, Partnership, Established, Operating, Sustained)
	if all, err = db.Collect(rows, err, scan); err != nil {
		return nil, nil, err
	}
	for _, s := range all {
		in, err := memberIDs(ctx, tx, s.ID)
		if err != nil {
			return nil, nil, err
		}
		members = append(members, len(in))
	}
	return all, members, nil
}
