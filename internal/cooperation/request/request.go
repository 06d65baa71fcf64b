// Package request writes, clears, sends and answers requests for assistance.
//
// A request is one cover and its measures, drafted as answers to an instrument, checked by rules, signed as a letter
// and sent as an envelope. Both sides keep the same moves (move.go) and compute the same state from them. Start with
// [Requests.Draft] on the requesting side and [Requests.Receive] on the other.
package request

import (
	"context"
	"embed"
	"fmt"
	"time"

	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "request", FS: files} }

// Kind is the kind of thing that a request is in references.
const Kind = "request"

// Direction tells whether we ask or are asked.
type Direction string

// The two directions.
const (
	Out Direction = "out"
	In  Direction = "in"
)

// Side returns the part that this node plays.
func (d Direction) Side() Side {
	if d == Out {
		return Requester
	}
	return Receiver
}

// Request is one request as this node sees it.
type Request struct {
	ID             id.ID
	Case           id.ID
	Direction      Direction
	Reference      string // of the requesting authority: PT-PGR-2026-000001
	OwnReference   string // the receiving authority's own number
	Peer           id.ID
	TheirState     string
	TheirAuthority string
	Types          string
	State          State
	Since          time.Time
	Exercise       bool
	Answers        []byte
	Rules          string
	Created        time.Time
	Version        int64

	given id.ID // to whom the move under way gives it
}

const columns = `request.id, request.case_id, request.direction, request.reference, request.own_reference, request.peer,
	request.their_state, request.their_authority, request.types, request.state, request.since,
	request.exercise, request.answers, request.rules, request.created_at, request.version`

func scan(s db.Scan) (Request, error) {
	var r Request
	var answers string
	err := s(&r.ID, &r.Case, &r.Direction, &r.Reference, &r.OwnReference, &r.Peer,
		&r.TheirState, &r.TheirAuthority, &r.Types, &r.State, &r.Since,
		&r.Exercise, &answers, &r.Rules, &r.Created, &r.Version)
	r.Answers = []byte(answers)
	return r, err
}

// Get returns a request that the reader may know of, [errs.NotFound] otherwise.
func Get(ctx context.Context, tx *db.Tx, n id.ID) (Request, error) {
	where, args := tx.Scope().Where("request.case_id")
	row := tx.Row(ctx, `SELECT `+columns+` FROM request WHERE request.id = ? AND `+where, append([]any{n}, args...)...)
	r, err := scan(row.Scan)
	if err != nil {
		return Request{}, fmt.Errorf("request %s: %w", n, err)
	}
	return r, nil
}

// byReference finds the request of a chain. It is for messages that came in, whose sender has been checked.
func byReference(ctx context.Context, tx *db.Tx, reference string, peer id.ID) (Request, error) {
	row := tx.Row(ctx, `SELECT `+columns+` FROM request WHERE request.reference = ? AND request.peer = ?`, reference, peer)
	r, err := scan(row.Scan)
	if err != nil {
		return Request{}, fmt.Errorf("request %s: %w", reference, err)
	}
	return r, nil
}

// Facts reads what the policy needs to know of a request.
func Facts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	var k id.ID
	if err := tx.Row(ctx, `SELECT case_id FROM request WHERE id = ?`, on.ID()).Scan(&k); err != nil {
		return access.Facts{}, err
	}
	f, err := access.InCase(ctx, tx, k, who)
	if err != nil {
		return access.Facts{}, err
	}
	f.Did = map[access.Part][]id.ID{access.Drafter: nil, access.Proposer: nil}
	type part struct {
		name   string
		person id.ID
	}
	rows, err := tx.Query(ctx, `SELECT part, person_id FROM request_person WHERE request_id = ?`, on.ID())
	parts, err := db.Collect(rows, err, func(s db.Scan) (part, error) {
		var p part
		return p, s(&p.name, &p.person)
	})
	if err != nil {
		return access.Facts{}, err
	}
	for _, p := range parts {
		switch p.name {
		case partAssignee:
			f.Assignees = append(f.Assignees, p.person)
		case partDrafter:
			f.Did[access.Drafter] = append(f.Did[access.Drafter], p.person)
		case partProposer:
			f.Did[access.Proposer] = append(f.Did[access.Proposer], p.person)
		}
	}
	return f, nil
}

// What a person did to a request, where the rule of two people asks for it.
const (
	partDrafter  = "drafter"
	partAssignee = "assignee"
	partProposer = "proposer"
)

// took notes that a person played a part.
func took(ctx context.Context, tx *db.Tx, n id.ID, part string, person id.ID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO request_person (request_id, part, person_id, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (request_id, part, person_id) DO NOTHING`, n, part, person, tx.Now())
	return err
}
