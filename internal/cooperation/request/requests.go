package request

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/directory"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/rule"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// Requests reads requests and begins acts on them.
type Requests struct {
	desk      *desk.Desk
	read      *db.Reader
	law       *Law
	directory *directory.Directory
	exchange  *exchange.Exchange
	evidence  *evidence.Evidence
	signatory Signatory
	now       func() time.Time
	today     []func(*web.Request) ([]TodayLine, error)
	theirs    []func(context.Context, *desk.Change, id.ID) error
}

// Config is what the slice needs.
type Config struct {
	Desk      *desk.Desk
	Read      *db.Reader
	Sources   *access.Sources
	Law       *Law
	Directory *directory.Directory
	Exchange  *exchange.Exchange
	Evidence  *evidence.Evidence
	Signatory Signatory
	Now       func() time.Time
}

// New returns the requests of a node, and takes the messages that speak of them from the exchange.
func New(c Config) (*Requests, error) {
	q := &Requests{desk: c.Desk, read: c.Read, law: c.Law, directory: c.Directory, exchange: c.Exchange, evidence: c.Evidence, signatory: c.Signatory, now: c.Now}
	q.listen()
	return q, c.Sources.Register(Kind, Facts)
}

// OnTheirs has f join each act in which a move of the other side comes in: a request of theirs, an answer to a question of
// ours. f gets the request's id at this node; what takes long it asks for with [desk.Later].
func (q *Requests) OnTheirs(f func(ctx context.Context, c *desk.Change, n id.ID) error) {
	q.theirs = append(q.theirs, f)
}

// tellTheirs tells those who listen.
func (q *Requests) tellTheirs(ctx context.Context, c *desk.Change, n id.ID) error {
	for _, f := range q.theirs {
		if err := f(ctx, c, n); err != nil {
			return err
		}
	}
	return nil
}

// Law returns the forms, rules and treaties that the slice works with.
func (q *Requests) Law() *Law { return q.law }

// get reads a request inside an act, whose policy has decided already.
func get(ctx context.Context, c *desk.Change, n id.ID) (Request, error) { return Get(ctx, c.Tx, n) }

// fetch reads a request before an act, to prepare what is slow; the act reads it again.
func (q *Requests) fetch(ctx context.Context, n id.ID) (r Request, err error) {
	err = q.read.Read(ctx, db.House("request"), func(tx *db.Tx) error {
		r, err = Get(ctx, tx, n)
		return err
	})
	return r, err
}

// FindingsError refuses an act because rules say no. It is [errs.Invalid].
type FindingsError struct{ Findings []rule.Finding }

// Error names the rules.
func (e *FindingsError) Error() string {
	var ids []string
	for _, f := range e.Findings {
		ids = append(ids, f.Rule)
	}
	slices.Sort(ids)
	return "rules say no: " + strings.Join(slices.Compact(ids), " ")
}

// Unwrap makes it [errs.Invalid].
func (e *FindingsError) Unwrap() error { return errs.Invalid }

// onlyErrors returns the findings of severity error.
func onlyErrors(all []rule.Finding) []rule.Finding {
	var found []rule.Finding
	for _, f := range all {
		if f.Severity == rule.Error && !f.Info {
			found = append(found, f)
		}
	}
	return found
}

// step makes a move in an act under way: it checks that the state allows it, sets the new state and writes the move.
// message is the id of what travels, "" for nothing.
func step(ctx context.Context, c *desk.Change, r *Request, m Move, body []byte, message id.ID) error {
	side := r.Direction.Side()
	if !m.allowed(side, r.State) {
		return notNow(m, r.State)
	}
	to := m.After(r.State)
	if m.Name == "answer" {
		var err error
		if to, err = beforeQuestion(ctx, c, r.ID); err != nil {
			return err
		}
	}
	return record(ctx, c, r, m, to, true, body, message)
}

// notNow says that a move isn't possible in a state.
func notNow(m Move, s State) error {
	return errs.Say(fmt.Errorf("move %s in state %s: %w", m.Name, s, errs.Conflict),
		"This can't be done now: the request has moved on. Look at where it stands and decide again.", nil)
}

// record sets the state and writes the move, ours or theirs.
func record(ctx context.Context, c *desk.Change, r *Request, m Move, to State, ours bool, body []byte, message id.ID) error {
	if body == nil {
		body = []byte("{}")
	}
	since := r.Since
	if to != r.State {
		since = c.Now()
	}
	n, err := c.Exec(ctx, `
		UPDATE request SET state = ?, since = ?, version = version + 1 WHERE id = ? AND version = ?`, to, since, r.ID, r.Version)
	if err == nil && n == 0 {
		err = errs.Conflict
	}
	if err != nil {
		return err
	}
	r.State, r.Since = to, since
	r.Version++
	who := c.Who().ID
	if !ours {
		who = ""
	}
	_, err = c.Exec(ctx, `
		INSERT INTO request_move (id, request_id, at, move, ours, person_id, message_id, state, body, entry_id, given_to)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id.New(c.Now()), r.ID, c.Now(), m.Name, ours, who, message, to, string(body), c.Entry(), r.given)
	return err
}

// beforeQuestion is the state to which an answer leads back: the last one before the question.
func beforeQuestion(ctx context.Context, c *desk.Change, n id.ID) (State, error) {
	var s State
	err := c.Row(ctx, `
		SELECT state FROM request_move WHERE request_id = ? AND state <> ? ORDER BY id DESC LIMIT 1`, n, NeedsInformation).Scan(&s)
	if errors.Is(err, errs.NotFound) {
		return Acknowledged, nil
	}
	return s, err
}

// Moved is a move as people see it: who did what, when, with which words.
type Moved struct {
	ID       id.ID
	At       time.Time
	Move     string
	Ours     bool
	Person   id.ID
	Message  id.ID
	State    State
	Response Response
	Entry    id.ID // of the ledger, "" for moves of old
	GivenTo  id.ID // the person to whom the request was given, "" for other moves
}

// Moves lists what has happened to a request, the oldest first.
func Moves(ctx context.Context, tx *db.Tx, n id.ID) ([]Moved, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, at, move, ours, person_id, message_id, state, body, entry_id, given_to FROM request_move WHERE request_id = ? ORDER BY id`, n)
	return db.Collect(rows, err, func(s db.Scan) (Moved, error) {
		var m Moved
		var body string
		if err := s(&m.ID, &m.At, &m.Move, &m.Ours, &m.Person, &m.Message, &m.State, &body, &m.Entry, &m.GivenTo); err != nil {
			return m, err
		}
		if mv, ok := MoveNamed(m.Move); ok && mv.Kind != "" && body != "{}" {
			if r, err := ReadResponse([]byte(body), mv.Kind); err == nil {
				m.Response = r
			}
		}
		return m, nil
	})
}

// answersOfRequest reads a request's answers.
func (r Request) answers() (instrument.Answers, error) { return instrument.ParseAnswers(r.Answers) }

// Measures lists the types of the request's measures, in their order.
func (r Request) Measures() []string { return strings.Fields(r.Types) }
