package mandate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Pillar is the part of the programme that an activity belongs to.
type Pillar string

// The three pillars.
const (
	Cooperation Pillar = "cooperation"
	Capacity    Pillar = "capacity"
	Dialogue    Pillar = "dialogue"
)

// Live is something that the running system did, as its slice tells it.
type Live struct {
	Ref      id.Ref
	Kind     string // what served_by in the data speaks of: "study", "session", "request", …
	Pillar   Pillar
	Title    string // as people named it
	Day      time.Time
	Href     string   // its page, "" for none
	Mandates []string // the paragraphs that the thing itself names; where it names some, it serves no others
	Facts    []Fact   // what of it counts as evidence
	Hash     string   // of what it rests on, where there is such a thing: a dataset, a document
}

// Fact is one sentence about a thing: an English sentence of the catalogue and its values.
type Fact struct {
	Say  string            `json:"say"`
	Args map[string]string `json:"args,omitempty"`
}

// Source lists what one slice has done that can serve mandates, newest first. The transaction has the reader's scope.
type Source func(ctx context.Context, tx *db.Tx) ([]Live, error)

// Register reads the mandates of a node and begins acts on them.
type Register struct {
	desk  *desk.Desk
	read  *db.Reader
	data  *Data
	feeds []Source
	now   func() time.Time
}

// New returns the register of a node and registers how its facts are read.
func New(d *desk.Desk, r *db.Reader, s *access.Sources, data *Data, now func() time.Time) (*Register, error) {
	g := &Register{desk: d, read: r, data: data, now: now}
	if err := s.Register(Kind, access.AboutHouse); err != nil {
		return nil, err
	}
	if err := s.Register(KindPaste, access.AboutHouse); err != nil {
		return nil, err
	}
	return g, s.Register(KindStatus, aboutStatus)
}

// Feed has the register ask one more slice. It is called while the node is wired.
func (g *Register) Feed(s Source) { g.feeds = append(g.feeds, s) }

// aboutStatus reads who wrote an entry: another person clears it.
func aboutStatus(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	f, err := access.AboutHouse(ctx, tx, on, who)
	if err != nil {
		return f, err
	}
	var by id.ID
	if err := tx.Row(ctx, `SELECT by_person FROM mandate_status WHERE id = ?`, on.ID()).Scan(&by); err != nil {
		return f, err
	}
	f.Did = map[access.Part][]id.ID{access.Author: {by}}
	return f, nil
}

// Documents lists the register: what came with the program and what was pasted and confirmed, by date.
func (g *Register) Documents(ctx context.Context, tx *db.Tx) ([]Document, error) {
	pasted, err := confirmed(ctx, tx, g.data)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(g.data.Documents, pasted)
	slices.SortStableFunc(all, func(a, b Document) int { return a.Date.Compare(b.Date) })
	return all, nil
}

// Document finds a document by its part of an address.
func (g *Register) Document(ctx context.Context, tx *db.Tx, slug string) (Document, error) {
	all, err := g.Documents(ctx, tx)
	if err != nil {
		return Document{}, err
	}
	for _, d := range all {
		if d.Slug() == slug {
			return d, nil
		}
	}
	return Document{}, fmt.Errorf("resolution %s: %w", slug, errs.NotFound)
}

// Para finds a paragraph by its document's part of an address and its key.
func (g *Register) Para(ctx context.Context, tx *db.Tx, slug, key string) (Document, Para, error) {
	d, err := g.Document(ctx, tx, slug)
	if err != nil {
		return d, Para{}, err
	}
	for _, p := range d.Paras {
		if p.Key == key {
			return d, p, nil
		}
	}
	return d, Para{}, fmt.Errorf("paragraph %s of %s: %w", key, d.Symbol, errs.NotFound)
}

// Lives asks every slice what it has done.
func (g *Register) Lives(ctx context.Context, tx *db.Tx) ([]Live, error) {
	var all []Live
	for _, feed := range g.feeds {
		list, err := feed(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("mandates: evidence: %w", err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// Serves reports whether a thing bears on the paragraph: it names it, or it names none and is of a kind that serves it.
func (l Live) Serves(p Para) bool {
	if len(l.Mandates) > 0 {
		return slices.ContainsFunc(l.Mandates, p.named)
	}
	return slices.Contains(p.ServedBy, l.Kind)
}

// named reports whether a reference means the paragraph: by its key ("A/RES/65/230#op9") or its number ("A/RES/65/230#9").
func (p Para) named(ref string) bool {
	return ref == p.Name() || p.Number > 0 && !p.Preambular && ref == p.Symbol+"#"+itoa(p.Number)
}

// Standing is how a paragraph stands: what serves it, and the last word about it.
type Standing struct {
	Doc        Document
	Para       Para
	Lives      []Live
	Activities []Activity
	Last       *Status // nil when nothing was entered yet
}

// Served reports whether anything was done about it.
func (s Standing) Served() bool { return len(s.Lives)+len(s.Activities) > 0 }

// Overdue reports whether its day has passed and nobody has entered that it is completed or doesn't apply.
func (s Standing) Overdue(now time.Time) bool {
	return !s.Para.Due.Day.IsZero() && now.After(s.Para.Due.Day.AddDate(0, 0, 1)) && !s.settled()
}

func (s Standing) settled() bool {
	return s.Last != nil && (s.Last.State == Completed || s.Last.State == NotApplicable)
}

// Standings says how each paragraph that asks for something stands, by document and paragraph.
func (g *Register) Standings(ctx context.Context, tx *db.Tx) ([]Standing, []Live, error) {
	docs, err := g.Documents(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	lives, err := g.Lives(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	var all []Standing
	for _, d := range docs {
		for _, p := range d.Paras {
			if !p.Class.Asks() || p.Preambular {
				continue
			}
			s, err := standing(ctx, tx, d, p, lives)
			if err != nil {
				return nil, nil, err
			}
			all = append(all, s)
		}
	}
	return all, lives, nil
}

func standing(ctx context.Context, tx *db.Tx, d Document, p Para, lives []Live) (s Standing, err error) {
	s = Standing{Doc: d, Para: p}
	for _, l := range lives {
		if l.Serves(p) {
			s.Lives = append(s.Lives, l)
		}
	}
	if s.Activities, err = activities(ctx, tx, p); err != nil {
		return s, err
	}
	list, err := statuses(ctx, tx, p)
	if len(list) > 0 {
		s.Last = &list[0]
	}
	return s, err
}

// Unserved are the things that no paragraph of the register asks for.
func Unserved(all []Standing, lives []Live) []Live {
	var rest []Live
	for _, l := range lives {
		if !slices.ContainsFunc(all, func(s Standing) bool { return l.Serves(s.Para) }) {
			rest = append(rest, l)
		}
	}
	return rest
}
