// Package programme shows programmes of cooperation: what each is about, what is done under it in this node, its own view
// on practice, its indicators with today's figures, its guidance.
//
// A programme itself is data (package pack): partners, types of request with extra questions, guidance, indicators. What a
// node adds is which workshops, structures, organisations and requests belong to it. Start with [New] and
// [Programmes.Link].
package programme

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/treaty"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/mandate"
	"comity/internal/programme/pack"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "programme", FS: files} }

// Kind is the kind of thing that a programme is in references.
const Kind = "programme"

// Programmes reads the programmes of a node and begins acts on them.
type Programmes struct {
	Config
	asked *mandate.Data
}

// Config is what the slice needs of a node.
type Config struct {
	Desk    *desk.Desk
	Read    *db.Reader
	Sources *access.Sources
	Law     *request.Law // its types carry the programmes
}

// New holds the programmes against the rest of the node and registers how their facts are read. A programme that names
// what isn't there is [errs.Invalid].
func New(c Config) (*Programmes, error) {
	asked, err := mandate.Load()
	if err != nil {
		return nil, err
	}
	q := &Programmes{c, asked}
	var wrong []string
	for _, p := range Check(c.Law, asked) {
		wrong = append(wrong, p.String())
	}
	if len(wrong) > 0 {
		return nil, errs.Invalidf("programmes: %s", strings.Join(wrong, "; "))
	}
	return q, c.Sources.Register(Kind, access.AboutHouse)
}

// Check names everything in the programmes of the law that the law, the register of mandates, or this slice doesn't have.
func Check(law *request.Law, asked *mandate.Data) []pack.Problem {
	k := known(law, asked)
	var out []pack.Problem
	for _, p := range law.Types.Programmes() {
		out = append(out, p.Check(k)...)
	}
	return out
}

func known(law *request.Law, asked *mandate.Data) pack.Known {
	sections, paras := map[string]bool{}, map[string]bool{}
	for _, s := range law.Types.Form().Sections {
		sections[s.Name] = true
	}
	for _, d := range asked.Documents {
		for _, p := range d.Paras {
			paras[p.Name()] = true
		}
	}
	return pack.Known{
		Type: func(s string) bool { _, ok := law.Types.Get(s); return ok },
		State: func(s string) bool {
			_, ok := law.Catalog.Country(s)
			return ok && len(s) == 2 || slices.Contains(organisation.ExerciseStates(), s)
		},
		Treaty:    func(s string) bool { _, ok := law.Treaties.Get(treaty.Code(s)); return ok },
		Section:   func(s string) bool { return sections[s] },
		Rule:      func(s string) bool { _, ok := law.Rules.Rule(s); return ok },
		Paragraph: func(s string) bool { return paras[s] },
		Measure:   func(source, measure string) bool { return measures[source+"."+measure] != nil },
	}
}

// All lists the programmes by their codes.
func (q *Programmes) All() []*pack.Pack { return q.Law.Types.Programmes() }

// Get finds a programme, [errs.NotFound] when there is none.
func (q *Programmes) Get(code string) (*pack.Pack, error) {
	for _, p := range q.All() {
		if p.Code == code {
			return p, nil
		}
	}
	return nil, fmt.Errorf("programme %q: %w", code, errs.NotFound)
}

// refOf is the reference by which the ledger speaks of a programme, the same in every node.
func refOf(code string) id.Ref { return id.NewRef(Kind, mandate.NamedID("programme "+code)) }

// reads is by which act a thing of each kind is read: only what a person may read can they link, and only that they see.
var reads = map[string]access.Act{
	"workshop": "workshop.read", "structure": "structure.read", "organisation": "organisation.read", "request": "request.read",
}

// Link enters that a thing belongs to a programme. on is a workshop, structure, organisation or request that the person
// may read; linking twice changes nothing.
func (q *Programmes) Link(ctx context.Context, who access.Person, code string, on id.Ref, entry id.ID) error {
	if _, err := q.Get(code); err != nil {
		return err
	}
	return q.Desk.Do(ctx, who, "programme.link", refOf(code), func(c *desk.Change) error {
		may, err := q.mayRead(ctx, c.Tx, who, on)
		if err != nil {
			return err
		}
		if !may {
			return errs.WithFields(errs.Field{Path: "object", Code: language.M("Choose something of the list.")})
		}
		c.Record(map[string]any{"programme": code, "object": on})
		_, err = c.Exec(ctx, `
			INSERT INTO programme_link (programme, object, by_person, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (programme, object) DO NOTHING`, code, on, who.ID, c.Now())
		return err
	}, desk.Once(entry))
}

// Unlink enters that a thing doesn't belong to a programme after all.
func (q *Programmes) Unlink(ctx context.Context, who access.Person, code string, on id.Ref, entry id.ID) error {
	if _, err := q.Get(code); err != nil {
		return err
	}
	return q.Desk.Do(ctx, who, "programme.unlink", refOf(code), func(c *desk.Change) error {
		may, err := q.mayRead(ctx, c.Tx, who, on)
		if err != nil {
			return err
		}
		n := int64(0)
		if may {
			if n, err = c.Exec(ctx, `DELETE FROM programme_link WHERE programme = ? AND object = ?`, code, on); err != nil {
				return err
			}
		}
		if n == 0 {
			return fmt.Errorf("link of %s: %w", on, errs.NotFound)
		}
		c.Record(map[string]any{"programme": code, "object": on})
		return nil
	}, desk.Once(entry))
}

// mayRead reports whether there is such a thing and the person may read it.
func (q *Programmes) mayRead(ctx context.Context, tx *db.Tx, who access.Person, on id.Ref) (bool, error) {
	act, ok := reads[on.Kind()]
	if !ok {
		return false, nil
	}
	err := q.Desk.May(ctx, tx, who, act, on)
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Forbidden) {
		return false, nil
	}
	return err == nil, err
}

// linked lists what belongs to a programme, the oldest link first.
func linked(ctx context.Context, tx *db.Tx, code string) ([]id.Ref, error) {
	rows, err := tx.Query(ctx, `SELECT object FROM programme_link WHERE programme = ? ORDER BY at, object`, code)
	return db.Collect(rows, err, func(scan db.Scan) (r id.Ref, err error) {
		return r, scan(&r)
	})
}

// Serve lists the programmes under which something is done, as what serves their mandates. How many links there are is
// told, not what they are.
func (q *Programmes) Serve(ctx context.Context, tx *db.Tx) ([]mandate.Live, error) {
	var all []mandate.Live
	for _, p := range q.All() {
		refs, err := linked(ctx, tx, p.Code)
		if err != nil {
			return nil, err
		}
		if len(refs) == 0 {
			continue
		}
		all = append(all, mandate.Live{
			Ref: refOf(p.Code), Kind: Kind, Pillar: mandate.Capacity, Title: p.Name, Day: tx.Now(), Href: base + "/" + p.Code, Mandates: p.Mandates,
			Facts: []mandate.Fact{{Say: language.M("{n} activities are linked to it."), Args: map[string]string{"n": strconv.Itoa(len(refs))}}},
		})
	}
	return all, nil
}
