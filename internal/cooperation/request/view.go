package request

import (
	"context"
	"strconv"

	"comity/internal/base/id"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// What pages read. Everything here runs in a transaction with the reader's scope, unless it says otherwise.

// afterPolicy returns a request that the policy has said the reader may act on. It looks at no scope: the registry acts
// on covers of cases that it isn't in.
func afterPolicy(ctx context.Context, tx *db.Tx, n id.ID) (Request, error) {
	return scan(tx.Row(ctx, `SELECT `+columns+` FROM request WHERE request.id = ?`, n).Scan)
}

// openLimit is how many requests under way the page of the day looks at.
const openLimit = 100

// underWay lists the requests that the reader may know of and in which something is still expected, those that have
// stood still the longest first.
func underWay(ctx context.Context, tx *db.Tx) ([]Request, error) {
	where, args := tx.Scope().Where("request.case_id")
	args = append([]any{Closed, Withdrawn, Misdirected}, args...)
	rows, err := tx.Query(ctx, `
		SELECT `+columns+` FROM request WHERE request.state NOT IN (?, ?, ?) AND `+where+`
		ORDER BY request.since, request.id LIMIT ?`, append(args, openLimit)...)
	return db.Collect(rows, err, scan)
}

// keepsMonths is how long after its end a request's promises are still watched: data may be kept for months after the
// request that asked for it was closed.
const keepsMonths = 18

// keeping lists requests that are closed and in which the requested side told since when it keeps data.
func keeping(ctx context.Context, tx *db.Tx) ([]Request, error) {
	where, args := tx.Scope().Where("request.case_id")
	args = append([]any{Closed, tx.Now().AddDate(0, -keepsMonths, 0)}, args...)
	rows, err := tx.Query(ctx, `
		SELECT `+columns+` FROM request WHERE request.state = ? AND request.since > ? AND `+where+`
			AND EXISTS (SELECT 1 FROM request_move m WHERE m.request_id = request.id AND m.move = 'progress')
		ORDER BY request.id DESC LIMIT ?`, append(args, openLimit)...)
	return db.Collect(rows, err, scan)
}

// unassigned lists the covers of what came in and nobody has been given yet, the oldest first. Only whoever may do
// "request.assign" reads it.
func unassigned(ctx context.Context, tx *db.Tx) ([]Registered, error) {
	rows, err := tx.Query(ctx, `SELECT `+registered+` FROM request r
		WHERE r.direction = 'in' AND r.state IN (?, ?)
			AND NOT EXISTS (SELECT 1 FROM request_person p WHERE p.request_id = r.id AND p.part = 'assignee')
		ORDER BY r.id LIMIT ?`, Received, Acknowledged, openLimit)
	return db.Collect(rows, err, scanRegistered)
}

const registered = `r.id, r.reference, r.own_reference, r.their_state, r.their_authority, r.types, r.state, r.created_at, r.exercise,
	EXISTS (SELECT 1 FROM request_person p WHERE p.request_id = r.id AND p.part = 'assignee')`

func scanRegistered(s db.Scan) (r Registered, err error) {
	return r, s(&r.ID, &r.Reference, &r.OwnReference, &r.TheirState, &r.TheirAuthority, &r.Types, &r.State, &r.Received, &r.Exercise, &r.Assigned)
}

// cover returns the cover of a request that came in, for whoever may do "request.cover".
func cover(ctx context.Context, tx *db.Tx, n id.ID) (Registered, error) {
	return scanRegistered(tx.Row(ctx, `SELECT `+registered+` FROM request r WHERE r.id = ? AND r.direction = 'in'`, n).Scan)
}

// measured is a measure with what has become of it.
type measured struct {
	N                   int64
	Type, State, Result string
}

// measuresOf lists the measures of a request: of one that came in with their states, of ours as the answers have them.
func measuresOf(ctx context.Context, tx *db.Tx, r Request) ([]measured, error) {
	rows, err := tx.Query(ctx, `SELECT n, type, state, result FROM request_measure WHERE request_id = ? ORDER BY n`, r.ID)
	list, err := db.Collect(rows, err, func(s db.Scan) (m measured, err error) { return m, s(&m.N, &m.Type, &m.State, &m.Result) })
	if len(list) > 0 || err != nil {
		return list, err
	}
	for i, t := range r.Measures() {
		list = append(list, measured{N: int64(i + 1), Type: t})
	}
	return list, nil
}

// parts lists who played a part in a request, in the order in which they came.
func parts(ctx context.Context, tx *db.Tx, n id.ID, part string) ([]id.ID, error) {
	rows, err := tx.Query(ctx, `SELECT person_id FROM request_person WHERE request_id = ? AND part = ? ORDER BY at, person_id`, n, part)
	return db.Collect(rows, err, func(s db.Scan) (p id.ID, err error) { return p, s(&p) })
}

// asked returns what the other side asked last.
func asked(moves []Moved) Response {
	for i := len(moves) - 1; i >= 0; i-- {
		if moves[i].Move == "ask" {
			return moves[i].Response
		}
	}
	return Response{}
}

// proposedIn returns the refusal that was proposed last and who proposed it.
func proposedIn(ctx context.Context, tx *db.Tx, n id.ID) (resp Response, by id.ID, err error) {
	var body string
	err = tx.Row(ctx, `
		SELECT body, person_id FROM request_move WHERE request_id = ? AND move = 'refuse.propose' ORDER BY id DESC LIMIT 1`, n).Scan(&body, &by)
	if isNotFound(err) {
		return Response{}, "", nil
	}
	if err == nil {
		resp, err = ReadResponse([]byte(body), "refusal")
	}
	return resp, by, err
}

// executors lists the people who could be given a request to carry out.
func executors(ctx context.Context, tx *db.Tx) ([]access.Account, error) {
	all, err := access.People(ctx, tx)
	if err != nil {
		return nil, err
	}
	var fit []access.Account
	for _, a := range all {
		if !a.Disabled && (a.Holds("executor") || a.Holds("head")) {
			fit = append(fit, a)
		}
	}
	return fit, nil
}

// bases are the treaties on which a request says that the other State must help, each once.
func bases(a instrument.Answers) []treaty.Code {
	var codes []treaty.Code
	seen := map[treaty.Code]bool{}
	for i := range a.Count("request/basis/obligation") {
		c := treaty.Code(a.Get("request/basis/obligation[" + strconv.Itoa(i+1) + "]/@treaty"))
		if c != "" && !seen[c] {
			codes, seen[c] = append(codes, c), true
		}
	}
	return codes
}

func distinct(list []string) []string {
	var once []string
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			once, seen[s] = append(once, s), true
		}
	}
	return once
}
