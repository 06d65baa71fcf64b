package request

import (
	"context"
	"strings"

	"comity/internal/base/id"
	"comity/internal/store/db"
)

// Filter narrows a list. Empty members don't.
type Filter struct {
	Direction Direction
	State     State
	Their     string // the other State
	Case      id.ID
	Words     string // somewhere in references, authority or answers
	Part      id.ID  // only what this person drafted, was given or proposed to refuse
	Before    id.ID  // keyset: older than this one
	Limit     int    // 25 when 0
}

// List returns the requests that the reader may know of, newest first.
func List(ctx context.Context, tx *db.Tx, f Filter) ([]Request, error) {
	where, args := tx.Scope().Where("request.case_id")
	q := `SELECT ` + columns + ` FROM request WHERE request.id < ? AND ` + where
	before := f.Before
	if before == "" {
		before = "~" // sorts behind every id
	}
	args = append([]any{before}, args...)
	narrow := func(column, value string) {
		if value != "" {
			q += ` AND ` + column + ` = ?`
			args = append(args, value)
		}
	}
	narrow("request.direction", string(f.Direction))
	narrow("request.state", string(f.State))
	narrow("request.their_state", f.Their)
	narrow("request.case_id", string(f.Case))
	if f.Part != "" {
		q += ` AND EXISTS (SELECT 1 FROM request_person p WHERE p.request_id = request.id AND p.person_id = ?)`
		args = append(args, f.Part)
	}
	for _, word := range strings.Fields(f.Words) {
		q += ` AND (request.reference LIKE ? ESCAPE '!' OR request.own_reference LIKE ? ESCAPE '!' OR request.their_authority LIKE ? ESCAPE '!'
			OR request.answers LIKE ? ESCAPE '!' OR LOWER(request.answers) LIKE ? ESCAPE '!')`
		like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(word) + "%"
		upper := strings.ToUpper(like) // references and codes are written so
		args = append(args, upper, upper, upper, like, strings.ToLower(like))
	}
	if f.Limit == 0 {
		f.Limit = 25
	}
	rows, err := tx.Query(ctx, q+` ORDER BY request.id DESC LIMIT ?`, append(args, f.Limit)...)
	return db.Collect(rows, err, scan)
}

// Registered is what the registry may see of a request that came in: the cover, nothing of the content.
type Registered struct {
	ID             id.ID
	Reference      string
	OwnReference   string
	TheirState     string
	TheirAuthority string
	Types          string
	State          State
	Received       string
	Assigned       bool
	Exercise       bool
}

// Registry lists the covers of all requests that came in, newest first. Only whoever may do "request.cover" reads it.
func Registry(ctx context.Context, tx *db.Tx, before id.ID, limit int) ([]Registered, error) {
	if before == "" {
		before = "~"
	}
	rows, err := tx.Query(ctx, `
		SELECT r.id, r.reference, r.own_reference, r.their_state, r.their_authority, r.types, r.state, r.created_at, r.exercise,
			EXISTS (SELECT 1 FROM request_person p WHERE p.request_id = r.id AND p.part = 'assignee')
		FROM request r WHERE r.id < ? AND r.direction = 'in' ORDER BY r.id DESC LIMIT ?`, before, limit)
	return db.Collect(rows, err, func(s db.Scan) (Registered, error) {
		var r Registered
		err := s(&r.ID, &r.Reference, &r.OwnReference, &r.TheirState, &r.TheirAuthority, &r.Types, &r.State, &r.Received, &r.Exercise, &r.Assigned)
		return r, err
	})
}
