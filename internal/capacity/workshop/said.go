package workshop

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"comity/internal/base/id"
	"comity/internal/base/protect"
	"comity/internal/store/db"
)

// smallest is the smallest number of people of whom a figure is printed.
const smallest = 5

// Said is how many gave which answer to one behaviour's question; ":" stands for what is too small to show.
type Said struct {
	Behaviour Behaviour
	Often     string // always, mostly
	Rarely    string // seldom, never
	NoCase    string
}

// said counts answers of one month. Nothing is shown while anyone may still answer: the difference between two days would
// say what the one who answered in between has said.
func said(all []FollowUp, month int, answers []map[string]string) []Said {
	open := slices.ContainsFunc(all, func(f FollowUp) bool {
		return f.Month == month && f.Of == "self" && f.Status != IsAnswered && f.Status != HasLapsed
	})
	if open || len(answers) < smallest {
		return nil
	}
	var out []Said
	for _, b := range Behaviours() {
		row := make([]protect.Cell, 3)
		for _, a := range answers {
			i := map[string]int{"always": 0, "mostly": 0, "seldom": 1, "never": 1, "no_case": 2}[a[b.Code]]
			row[i].N++
			row[i].Hidden++
		}
		t := protect.NewTable(false, [][]protect.Cell{row})
		protect.Policy{K: smallest}.Apply(t)
		show := func(c protect.Cell) string {
			if c.Flag != protect.Shown {
				return ":"
			}
			return fmt.Sprint(c.N)
		}
		out = append(out, Said{b, show(t.Cells[0][0]), show(t.Cells[0][1]), show(t.Cells[0][2])})
	}
	return out
}

// SaidAfter returns what participants said some months after the workshop, protected; none while it can't be shown.
func SaidAfter(ctx context.Context, tx *db.Tx, n id.ID, month int) ([]Said, error) {
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
	return said(all, month, answers), nil
}
