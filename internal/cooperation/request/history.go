package request

import (
	"context"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// History is what practice counts of one request: no case, no person, no answer.
type History struct {
	Direction Direction
	Track     string // formal, informal, direct, emergency: what the request says of itself
	Types     []string
	Their     string // the other State
	Programme string // the one that the request names, "" for none
	Steps     []Step // the oldest first
}

// Step is one move that a message or an act of a day's work left behind.
type Step struct {
	Move    string
	At      time.Time
	Grounds []string // codes, of a refusal or a postponement
	Rules   []string // ids that a question names
}

// Histories lists the requests that began in a span of time, for counting them: whoever asks has to be allowed to see what
// the requests show together, and nothing of one is told.
func Histories(ctx context.Context, tx *db.Tx, from, to time.Time) ([]History, error) {
	said, err := covers(ctx, tx, from, to)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT r.id, r.direction, r.types, r.their_state, m.move, m.at, m.body FROM request r JOIN request_move m ON m.request_id = r.id
		WHERE r.created_at >= ? AND r.created_at < ? ORDER BY r.id, m.id`, from, to)
	var all []History
	last := id.ID("")
	_, err = db.Collect(rows, err, func(scan db.Scan) (none struct{}, err error) {
		var n id.ID
		var types, their, body string
		var direction Direction
		var s Step
		if err := scan(&n, &direction, &types, &their, &s.Move, &s.At, &body); err != nil {
			return none, err
		}
		if n != last {
			all, last = append(all, History{Direction: direction, Track: said[n].track, Types: strings.Fields(types), Their: their, Programme: said[n].programme}), n
		}
		s.read(body)
		h := &all[len(all)-1]
		h.Steps = append(h.Steps, s)
		return none, nil
	})
	return all, err
}

// counted is what a request says of itself that practice counts.
type counted struct{ track, programme string }

// covers reads by which way each request of a span of time goes, and under which programme.
func covers(ctx context.Context, tx *db.Tx, from, to time.Time) (map[id.ID]counted, error) {
	rows, err := tx.Query(ctx, `SELECT id, answers FROM request WHERE created_at >= ? AND created_at < ? ORDER BY created_at, id`, from, to)
	of := map[id.ID]counted{}
	_, err = db.Collect(rows, err, func(scan db.Scan) (none struct{}, err error) {
		var n id.ID
		var b string
		if err := scan(&n, &b); err != nil {
			return none, err
		}
		a, err := instrument.ParseAnswers([]byte(b))
		c := counted{a.Get("request/track"), a.Get("request/programme/name")}
		if c.programme == "none" {
			c.programme = ""
		}
		of[n] = c
		return none, err
	})
	return of, err
}

// read takes the codes from a move's message. One that can't be read has none: its time counts all the same.
func (s *Step) read(body string) {
	mv, ok := MoveNamed(s.Move)
	if !ok || mv.Kind == "" || body == "{}" {
		return
	}
	r, err := ReadResponse([]byte(body), mv.Kind)
	if err != nil {
		return
	}
	for _, g := range r.Ground {
		s.Grounds = append(s.Grounds, g.Code)
	}
	for _, it := range r.Item {
		if it.Rule != "" {
			s.Rules = append(s.Rules, it.Rule)
		}
	}
}
