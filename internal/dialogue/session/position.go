package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// Statement is what was said under an item of the agenda.
type Statement struct {
	ID      id.ID
	Session id.ID
	Item    int
	Party   Party
	Lang    string
	Text    string
	Record  string // written: as it was given; oral-summary: as the secretariat sums it up
	At      time.Time
}

// Records are the two ways in which a statement stands here.
var records = []string{"written", "oral-summary"}

// State records a statement.
func (q *Sessions) State(ctx context.Context, who access.Person, s Statement, entry id.ID) error {
	var wrong []errs.Field
	switch s.Text = strings.TrimSpace(s.Text); {
	case s.Text == "":
		wrong = append(wrong, web.Unanswered("text"))
	case len([]rune(s.Text)) > maxText:
		wrong = append(wrong, web.TooLong("text", maxText))
	}
	if !slices.Contains(records, s.Record) {
		wrong = append(wrong, web.NotOffered("record"))
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "session.statement", id.NewRef(Kind, s.Session), func(c *desk.Change) error {
		if err := hasItem(ctx, c.Tx, s.Session, s.Item); err != nil {
			return err
		}
		_, err := c.Exec(ctx, `
			INSERT INTO meeting_statement (id, session_id, n, party, lang, text, record, by_person, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			entry, s.Session, s.Item, s.Party, s.Lang, s.Text, s.Record, who.ID, c.Now())
		if err != nil {
			return fmt.Errorf("record statement: %w", err)
		}
		return nil
	}, desk.Once(entry))
}

// Statements lists the statements of a session, by item and in the order in which they were recorded.
func Statements(ctx context.Context, tx *db.Tx, session id.ID) ([]Statement, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, session_id, n, party, lang, text, record, at FROM meeting_statement WHERE session_id = ? ORDER BY n, id LIMIT ?`, session, most)
	return db.Collect(rows, err, func(scan db.Scan) (Statement, error) {
		var s Statement
		return s, scan(&s.ID, &s.Session, &s.Item, &s.Party, &s.Lang, &s.Text, &s.Record, &s.At)
	})
}

// Stance is how a party stands to a recommendation, a finding or a paragraph.
type Stance string

// The stances.
const (
	Support     Stance = "support"
	SupportWith Stance = "support-with" // with the changes that the text says
	Reserve     Stance = "reserve"
	Oppose      Stance = "oppose"
	Propose     Stance = "propose" // other wording
)

var stances = []Stance{Support, SupportWith, Reserve, Oppose, Propose}

// Position is one stance of one party on one target. A later one of the same party on the same target supersedes it.
type Position struct {
	ID        id.ID
	Session   id.ID
	Party     Party
	Target    id.Ref
	Label     string
	Stance    Stance
	Text      string
	Lang      string
	Statement id.ID
	Public    bool // the party wants it known whose it is
	At        time.Time
	Standing  bool // no later one supersedes it
}

// Take records a position.
func (q *Sessions) Take(ctx context.Context, who access.Person, p Position, entry id.ID) error {
	p.Text = strings.TrimSpace(p.Text)
	var wrong []errs.Field
	switch {
	case !slices.Contains(stances, p.Stance):
		wrong = append(wrong, web.NotOffered("stance"))
	case p.Text == "" && p.Stance != Support && p.Stance != Oppose:
		wrong = append(wrong, errs.Field{Path: "position", Code: "Say with which changes, with which reserve, or which wording."})
	case len([]rune(p.Text)) > maxText:
		wrong = append(wrong, web.TooLong("position", maxText))
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "session.position", id.NewRef(Kind, p.Session), func(c *desk.Change) error {
		s, err := Find(ctx, c.Tx, p.Session)
		if err != nil {
			return err
		}
		offered, err := q.Targets(ctx, c.Tx, s)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(offered, func(t Target) bool { return t.Ref == p.Target })
		if i < 0 {
			return errs.WithFields(web.NotOffered("target"))
		}
		_, err = c.Exec(ctx, `
			INSERT INTO meeting_position (id, session_id, party, target, label, stance, text, lang, statement_id, public, by_person, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			entry, p.Session, p.Party, p.Target, offered[i].Label, p.Stance, p.Text, p.Lang, p.Statement, p.Public, who.ID, c.Now())
		return err
	}, desk.Once(entry))
}

// Targets lists what a position can be taken on: the session's recommendations, and what other slices offer.
func (q *Sessions) Targets(ctx context.Context, tx *db.Tx, s Session) ([]Target, error) {
	list, err := Recommendations(ctx, tx, s.ID)
	if err != nil {
		return nil, err
	}
	var all []Target
	for _, r := range list {
		all = append(all, Target{id.NewRef(KindRecommendation, r.ID), fmt.Sprintf("%d", r.Number)})
	}
	for _, t := range q.targets {
		more, err := t(ctx, tx, s)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// Positions lists every position taken in a session, the oldest first; Standing tells which ones no later one supersedes.
func Positions(ctx context.Context, tx *db.Tx, session id.ID) ([]Position, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, session_id, party, target, label, stance, text, lang, statement_id, public, at
		FROM meeting_position WHERE session_id = ? ORDER BY id LIMIT ?`, session, most)
	list, err := db.Collect(rows, err, func(scan db.Scan) (Position, error) {
		var p Position
		return p, scan(&p.ID, &p.Session, &p.Party, &p.Target, &p.Label, &p.Stance, &p.Text, &p.Lang, &p.Statement, &p.Public, &p.At)
	})
	return settle(list), err
}

// settle marks the last position of each party on each target.
func settle(list []Position) []Position {
	type key struct {
		party  Party
		target id.Ref
	}
	last := map[key]int{}
	for i, p := range list {
		last[key{p.Party, p.Target}] = i
	}
	for i, p := range list {
		list[i].Standing = last[key{p.Party, p.Target}] == i
	}
	return list
}

// View is the views on one target, as they can be told: attributed where the party wants it, the others by number only.
type View struct {
	Target id.Ref
	Label  string
	Public []Position
	Others map[Stance]int // standing positions whose party isn't told
}

// DiverseViews gathers the standing positions by target, in the order in which targets first came up. It never says
// what "the" view is: every stance stands beside the others.
func DiverseViews(list []Position) []View {
	var views []View
	for _, p := range list {
		if !p.Standing {
			continue
		}
		i := slices.IndexFunc(views, func(v View) bool { return v.Target == p.Target })
		if i < 0 {
			views = append(views, View{Target: p.Target, Label: p.Label, Others: map[Stance]int{}})
			i = len(views) - 1
		}
		if p.Public {
			views[i].Public = append(views[i].Public, p)
		} else {
			views[i].Others[p.Stance]++
		}
	}
	return views
}
