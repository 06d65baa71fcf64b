// Package session keeps the meetings of bodies: agenda, documents, statements, positions with their history, and
// recommendations from preliminary to adopted.
//
// Diverse views are kept side by side and never counted into one: a position names the party that took it only where
// that party wants it public. Start with [Sessions.Convene].
package session

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/base/symbol"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

//go:embed data/bodies.toml
var bodiesTOML string

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "session", FS: files} }

// Kind is the kind of thing that a session is in references, KindRecommendation that of a recommendation.
const (
	Kind               = "session"
	KindRecommendation = "recommendation"
)

// Body is what meets.
type Body struct {
	Key, Prefix, Parent string
	Name                string // an English sentence of the catalogue
}

// Bodies reads the bodies that the program knows.
func Bodies() ([]Body, error) {
	var f struct {
		Format string
		Body   []Body
	}
	m, err := toml.Decode(bodiesTOML, &f)
	switch {
	case err != nil:
		return nil, errs.Invalidf("bodies.toml: %v", err)
	case len(m.Undecoded()) > 0 || f.Format != "comity/bodies/1":
		return nil, errs.Invalidf("bodies.toml: format %q, unknown keys %v", f.Format, m.Undecoded())
	}
	return f.Body, nil
}

// Session is one meeting of a body.
type Session struct {
	ID           id.ID
	Body         string
	Ordinal      int
	Begins, Ends time.Time // days
	Place        string
	Mode         string // in-person, online, hybrid
	Study        id.ID  // of which it speaks, "" for none
	Mandates     []string
	Outcome      string // what it decided, "" until recorded
	Exercise     bool
	Version      int64
	Agenda       []Item
}

// Item is one item of the agenda, with its documents.
type Item struct {
	N         int
	Title     string
	Documents []Paper
}

// Paper is a document before the session.
type Paper struct{ Symbol, Title string }

// Limits of what people type.
const (
	maxTitle = 300
	maxText  = 20_000
	maxItems = 40
)

// Sessions reads sessions and begins acts on them.
type Sessions struct {
	desk     *desk.Desk
	read     *db.Reader
	bodies   []Body
	catalog  *language.Catalog
	exercise bool
	targets  []Targets
}

// Target is what a position can be taken on, beside the session's own recommendations.
type Target struct {
	Ref   id.Ref
	Label string
}

// Targets lists what another slice offers for positions in a session: findings of its study, paragraphs of its documents.
type Targets func(ctx context.Context, tx *db.Tx, s Session) ([]Target, error)

// New returns the sessions of a node and registers how their facts are read.
func New(d *desk.Desk, r *db.Reader, s *access.Sources, catalog *language.Catalog, exercise bool) (*Sessions, error) {
	bodies, err := Bodies()
	if err != nil {
		return nil, err
	}
	if err := s.Register(KindRecommendation, access.AboutHouse); err != nil {
		return nil, err
	}
	return &Sessions{desk: d, read: r, bodies: bodies, catalog: catalog, exercise: exercise}, s.Register(Kind, access.AboutHouse)
}

// Offer has positions taken on what another slice keeps. It is called while the node is wired.
func (q *Sessions) Offer(t Targets) { q.targets = append(q.targets, t) }

func (s Session) check(bodies []Body) error {
	var wrong []errs.Field
	if !slices.ContainsFunc(bodies, func(b Body) bool { return b.Key == s.Body }) {
		wrong = append(wrong, web.NotOffered("body"))
	}
	if s.Ordinal < 1 || s.Ordinal > 999 {
		wrong = append(wrong, errs.Field{Path: "ordinal", Code: "Enter the number of the session, from 1 to 999."})
	}
	if s.Begins.IsZero() {
		wrong = append(wrong, web.Unanswered("begins"))
	}
	if s.Ends.Before(s.Begins) {
		wrong = append(wrong, errs.Field{Path: "ends", Code: "It can't end before it begins."})
	}
	if !slices.Contains(modes, s.Mode) {
		wrong = append(wrong, web.NotOffered("mode"))
	}
	if len([]rune(s.Place)) > maxTitle {
		wrong = append(wrong, web.TooLong("place", maxTitle))
	}
	switch {
	case len(s.Agenda) == 0:
		wrong = append(wrong, errs.Field{Path: "agenda", Code: "Write the agenda, one item a line."})
	case len(s.Agenda) > maxItems:
		wrong = append(wrong, errs.Field{Path: "agenda", Code: "An agenda has at most 40 items."})
	}
	for _, it := range s.Agenda {
		if len([]rune(it.Title)) > maxTitle {
			wrong = append(wrong, web.TooLong("agenda", maxTitle))
		}
	}
	return errs.WithFields(wrong...)
}

var modes = []string{"in-person", "online", "hybrid"}

// Convene enters a session with its agenda. Its id is entry's.
func (q *Sessions) Convene(ctx context.Context, who access.Person, s Session, entry id.ID) error {
	if err := s.check(q.bodies); err != nil {
		return err
	}
	mandates, err := json.Marshal(some(s.Mandates))
	if err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "session.convene", id.NewRef(Kind, entry), func(c *desk.Change) error {
		var there int64
		if err := c.Row(ctx, `SELECT COUNT(*) FROM meeting WHERE body = ? AND ordinal = ?`, s.Body, s.Ordinal).Scan(&there); err != nil {
			return err
		}
		if there > 0 {
			return errs.WithFields(errs.Field{Path: "ordinal", Code: "This session of the body is here already."})
		}
		if _, err := c.Exec(ctx, `
			INSERT INTO meeting (id, body, ordinal, begins, ends, place, mode, study_id, mandates, outcome, exercise, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, 1)`,
			entry, s.Body, s.Ordinal, s.Begins, s.Ends, strings.TrimSpace(s.Place), s.Mode, s.Study, string(mandates), q.exercise); err != nil {
			return fmt.Errorf("convene: %w", err)
		}
		for i, it := range s.Agenda {
			if _, err := c.Exec(ctx, `INSERT INTO meeting_item (session_id, n, title) VALUES (?, ?, ?)`, entry, i+1, strings.TrimSpace(it.Title)); err != nil {
				return err
			}
		}
		return nil
	}, desk.Once(entry))
}

// Table puts a document before the session, under an item of its agenda.
func (q *Sessions) Table(ctx context.Context, who access.Person, n id.ID, item int, p Paper, entry id.ID) error {
	p.Symbol, p.Title = strings.TrimSpace(p.Symbol), strings.TrimSpace(p.Title)
	var wrong []errs.Field
	if _, err := symbol.Parse(p.Symbol); err != nil {
		wrong = append(wrong, errs.Field{Path: "symbol", Code: "This is no symbol of a document. Write it as it is printed: A/RES/65/230, or CCPCJ 22/7."})
	}
	if p.Title == "" {
		wrong = append(wrong, web.Unanswered("paper"))
	} else if len([]rune(p.Title)) > maxTitle {
		wrong = append(wrong, web.TooLong("paper", maxTitle))
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "session.table", id.NewRef(Kind, n), func(c *desk.Change) error {
		if err := hasItem(ctx, c.Tx, n, item); err != nil {
			return err
		}
		var there int64
		if err := c.Row(ctx, `SELECT COUNT(*) FROM meeting_document WHERE session_id = ? AND symbol = ?`, n, p.Symbol).Scan(&there); err != nil {
			return err
		}
		if there > 0 {
			return errs.WithFields(errs.Field{Path: "symbol", Code: "This document is before the session already."})
		}
		_, err := c.Exec(ctx, `INSERT INTO meeting_document (session_id, n, symbol, title) VALUES (?, ?, ?, ?)`, n, item, p.Symbol, p.Title)
		return err
	}, desk.Once(entry))
}

func hasItem(ctx context.Context, tx *db.Tx, n id.ID, item int) error {
	var there int64
	if err := tx.Row(ctx, `SELECT COUNT(*) FROM meeting_item WHERE session_id = ? AND n = ?`, n, item).Scan(&there); err != nil {
		return err
	}
	if there == 0 {
		return errs.WithFields(web.NotOffered("item"))
	}
	return nil
}

// Decide records what the session decided. version is the one that the form showed.
func (q *Sessions) Decide(ctx context.Context, who access.Person, n id.ID, outcome string, version int64, entry id.ID) error {
	switch outcome = strings.TrimSpace(outcome); {
	case outcome == "":
		return errs.WithFields(web.Unanswered("outcome"))
	case len([]rune(outcome)) > maxText:
		return errs.WithFields(web.TooLong("outcome", maxText))
	}
	return q.desk.Do(ctx, who, "session.decide", id.NewRef(Kind, n), func(c *desk.Change) error {
		changed, err := c.Exec(ctx, `UPDATE meeting SET outcome = ?, version = version + 1 WHERE id = ? AND version = ?`, outcome, n, version)
		if err == nil && changed == 0 {
			return errs.Conflict
		}
		return err
	}, desk.Once(entry))
}

const columns = `id, body, ordinal, begins, ends, place, mode, study_id, mandates, outcome, exercise, version`

func scan(s db.Scan) (Session, error) {
	var x Session
	var mandates string
	if err := s(&x.ID, &x.Body, &x.Ordinal, &x.Begins, &x.Ends, &x.Place, &x.Mode, &x.Study, &mandates, &x.Outcome, &x.Exercise, &x.Version); err != nil {
		return x, err
	}
	return x, json.Unmarshal([]byte(mandates), &x.Mandates)
}

// Find reads a session with its agenda.
func Find(ctx context.Context, tx *db.Tx, n id.ID) (Session, error) {
	s, err := scan(tx.Row(ctx, `SELECT `+columns+` FROM meeting WHERE id = ?`, n).Scan)
	if err != nil {
		return s, fmt.Errorf("session %s: %w", n, err)
	}
	rows, err := tx.Query(ctx, `SELECT n, title FROM meeting_item WHERE session_id = ? ORDER BY n`, n)
	s.Agenda, err = db.Collect(rows, err, func(scan db.Scan) (Item, error) {
		var it Item
		return it, scan(&it.N, &it.Title)
	})
	if err != nil {
		return s, err
	}
	rows, err = tx.Query(ctx, `SELECT n, symbol, title FROM meeting_document WHERE session_id = ? ORDER BY symbol`, n)
	_, err = db.Collect(rows, err, func(scan db.Scan) (Paper, error) {
		var item int
		var p Paper
		err := scan(&item, &p.Symbol, &p.Title)
		for i := range s.Agenda {
			if s.Agenda[i].N == item {
				s.Agenda[i].Documents = append(s.Agenda[i].Documents, p)
			}
		}
		return p, err
	})
	return s, err
}

// most is how many of a kind are read for one page.
const most = 500

// List lists the sessions, the newest entered first, without their agendas.
func List(ctx context.Context, tx *db.Tx) ([]Session, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM meeting WHERE id > '' ORDER BY id DESC LIMIT ?`, most)
	list, err := db.Collect(rows, err, scan)
	slices.SortStableFunc(list, func(a, b Session) int { return b.Begins.Compare(a.Begins) })
	return list, err
}

// Of lists the sessions that speak of a study, by day.
func Of(ctx context.Context, tx *db.Tx, study id.ID) ([]Session, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM meeting WHERE study_id = ? ORDER BY id LIMIT ?`, study, most)
	list, err := db.Collect(rows, err, scan)
	slices.SortStableFunc(list, func(a, b Session) int { return a.Begins.Compare(b.Begins) })
	return list, err
}

// some makes an empty list of none.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
