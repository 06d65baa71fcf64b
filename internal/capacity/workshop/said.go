package workshop

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"comity/internal/base/id"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// Said is how many gave which answer to one question about their work; ":" stands for what is too small to show.
type Said struct {
	Question *instrument.Item
	Often    string // always, mostly
	Rarely   string // seldom, never
	NoCase   string
}

// groups are those of the choices of the follow-up form, in the order of [Said].
func groups() []string { return []string{"often", "rarely", "none"} }

// said counts answers of one month. Nothing is shown while anyone may still answer: the difference between two days would
// say what the one who answered in between has said.
func said(in *instrument.Instrument, all []FollowUp, month int, answers []map[string]string) (out []Said) {
	open := slices.ContainsFunc(all, func(f FollowUp) bool {
		return f.Month == month && f.Of == "self" && f.Status != IsAnswered && f.Status != HasLapsed
	})
	if open || len(answers) < smallest {
		return nil
	}
	for _, it := range questionsOf(in) {
		counts := make([]int, len(groups()))
		for _, a := range answers {
			if i := choiceAt(in, it.List, a[it.Name]); i >= 0 {
				counts[slices.Index(groups(), in.Lists[it.List][i].Extra["group"])]++
			}
		}
		s := figures(counts)
		out = append(out, Said{it, s[0], s[1], s[2]})
	}
	return out
}

// SaidAfter returns what participants said some months after the workshop, protected; none while it can't be shown.
func (q *Workshops) SaidAfter(ctx context.Context, tx *db.Tx, n id.ID, month int) ([]Said, error) {
	all, err := FollowUps(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT answers FROM workshop_followup WHERE workshop_id = ? AND month = ? AND of = 'self' AND status = 'answered'`, n, month)
	answers, err := db.Collect(rows, err, func(scan db.Scan) (map[string]string, error) {
		var content string
		var a map[string]string
		if err := scan(&content); err != nil {
			return nil, err
		}
		err := json.Unmarshal([]byte(content), &a)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("answers of workshop %s: %w", n, err)
	}
	return said(q.followUp, all, month, answers), nil
}
