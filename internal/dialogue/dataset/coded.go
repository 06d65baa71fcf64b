package dataset

import (
	"context"
	"slices"
	"strings"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/store/db"
)

// tally is what the open answers to a question came to: two have coded every one of them, and what differed is decided.
// Tables count it like the answers to a question of which several can be chosen.
type tally struct {
	codes []Column
	by    map[id.ID]string // respondent → names of codes with spaces between, [noCode] where none fits
}

// noCode is the answer that no code fits. It is none of the names that a code can have.
const noCode = "."

// codingsOf reads all codings of a dataset, by question and respondent and in it by coder; the decision's is "".
func codingsOf(ctx context.Context, tx *db.Tx, x id.ID) (map[Open]map[id.ID]map[id.ID]string, error) {
	rows, err := tx.Query(ctx, `SELECT audience, item, respondent_id, coder, codes FROM dataset_coding WHERE dataset_id = ?`, x)
	type row struct {
		Open
		respondent, coder id.ID
		codes             string
	}
	list, err := db.Collect(rows, err, func(scan db.Scan) (r row, err error) {
		return r, scan(&r.Audience, &r.Item, &r.respondent, &r.coder, &r.codes)
	})
	all := map[Open]map[id.ID]map[id.ID]string{}
	for _, r := range list {
		if all[r.Open] == nil {
			all[r.Open] = map[id.ID]map[id.ID]string{}
		}
		if all[r.Open][r.respondent] == nil {
			all[r.Open][r.respondent] = map[id.ID]string{}
		}
		all[r.Open][r.respondent][r.coder] = r.codes
	}
	return all, err
}

// readCoded fills in what is coded to the end. What isn't can't be counted.
func (c *Content) readCoded(ctx context.Context, tx *db.Tx, study, x id.ID) error {
	all, err := codingsOf(ctx, tx, x)
	if err != nil {
		return err
	}
	c.coded = map[Open]tally{}
	for q, made := range all {
		t := tally{by: map[id.ID]string{}}
		for _, s := range c.Open(q) {
			if codes, done := settled(made[s.Respondent]); done {
				t.by[s.Respondent] = codes
			}
		}
		if len(t.by) == 0 || len(t.by) < len(c.Open(q)) {
			continue
		}
		codes, err := Codes(ctx, tx, study, q)
		if err != nil {
			return err
		}
		for _, k := range codes {
			t.codes = append(t.codes, Column{k.Name, k.Label})
		}
		c.coded[q] = t
	}
	return nil
}

// settled is what an answer's codings come to: what both say, else what was decided.
func settled(by map[id.ID]string) (codes string, done bool) {
	decided, ruled := by[""]
	var said []string
	for coder, codes := range by {
		if coder != "" {
			said = append(said, codes)
		}
	}
	switch {
	case len(said) == 2 && said[0] == said[1]:
		codes = said[0]
	case len(said) == 2 && ruled:
		codes = decided
	default:
		return "", false
	}
	if codes == "" {
		codes = noCode
	}
	return codes, true
}

// carry takes the codings of the last dataset over into a new one, of answers whose words are the same. What was changed or
// is new is to be coded by the same two.
func carry(ctx context.Context, c *desk.Change, from, to id.ID, fresh *Content) error {
	all, err := codingsOf(ctx, c.Tx, from)
	if err != nil || len(all) == 0 {
		return err
	}
	old, err := Load(ctx, c.Tx, from)
	if err != nil {
		return err
	}
	for q := range all {
		was := old.Open(q)
		for _, s := range fresh.Open(q) {
			if !slices.Contains(was, s) {
				continue
			}
			_, err := c.Exec(ctx, `
				INSERT INTO dataset_coding (dataset_id, audience, item, respondent_id, coder, codes, at)
				SELECT ?, audience, item, respondent_id, coder, codes, at FROM dataset_coding WHERE dataset_id = ? AND audience = ? AND item = ? AND respondent_id = ?`,
				to, from, q.Audience, q.Item, s.Respondent)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// counted is one respondent's answer as tables count it, names of answers or codes with spaces between; "" without one.
func (c *Content) counted(r Row, path string) string {
	if t, ok := c.coded[Open{r.Audience, strings.TrimPrefix(path, "/")}]; ok {
		return t.by[r.Respondent]
	}
	return c.answer(r, path)
}
