package response

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// instanceHere is the value of a row that says only that an instance of a repeat is there.
const instanceHere = "+"

// stored is an answer as it stands, and since which change.
type stored struct {
	Answer
	Version int64
	File    id.ID // from which it came, "" when it was typed here
}

// content is all that was answered in a response.
type content struct {
	answers Answers
	at      map[string]stored
}

// load reads a response's answers as they stand.
func load(ctx context.Context, tx *db.Tx, n id.ID) (content, error) {
	c := content{instrument.NewAnswers(), map[string]stored{}}
	rows, err := tx.Query(ctx, `
		SELECT path, value, mark, version, author, at, file_id FROM response_answer WHERE response_id = ? ORDER BY path`, n)
	_, err = db.Collect(rows, err, func(scan db.Scan) (struct{}, error) {
		var path, mark string
		var s stored
		var author id.ID
		var at time.Time
		if err := scan(&path, &s.Value, &mark, &s.Version, &author, &at, &s.File); err != nil {
			return struct{}{}, err
		}
		if s.Mark, err = readMark(mark); err != nil {
			return struct{}{}, fmt.Errorf("mark of %s: %w", path, err)
		}
		s.Mark.Author, s.Mark.At = author, at
		c.at[path] = s
		return struct{}{}, c.put(path, s.Value)
	})
	if err != nil {
		return c, fmt.Errorf("answers of response %s: %w", n, err)
	}
	return c, nil
}

// put sets the value at a path in the document, with the instances of repeats that it stands in.
func (c content) put(path, value string) error {
	if err := instances(c.answers, path); err != nil || value == instanceHere && strings.HasSuffix(path, "]") {
		return err
	}
	return c.answers.Set(path, value)
}

// instances adds the instances of repeats that a path stands in: rows come in the order of their paths, in which
// "case[10]" is before "case[2]".
func instances(a Answers, path string) error {
	for i, r := range path {
		if r != ']' {
			continue
		}
		head := path[:i+1]
		repeat := head[:strings.LastIndex(head, "[")]
		want, err := strconv.Atoi(head[len(repeat)+1 : i])
		if err != nil || want > instrument.MaxInstances {
			return fmt.Errorf("path %.60q has no number that can be", path)
		}
		for a.Count(repeat) < want {
			if _, err := a.AddRepeat(repeat); err != nil {
				return err
			}
		}
	}
	return nil
}

// flat lists what a document holds by path, instances of repeats among it.
func flat(form *instrument.Instrument, a Answers, now time.Time) map[string]string {
	out := map[string]string{}
	form.Eval(a, now).Each(func(q instrument.ItemState) {
		switch {
		case q.Item.Type == instrument.RepeatType:
			out[q.Path] = instanceHere
		case q.Item.Type != instrument.GroupType && a.Get(q.Path) != "":
			out[q.Path] = a.Get(q.Path)
		}
	})
	return out
}

// write puts an answer in its place as part of change number version, and into the history.
func write(ctx context.Context, c *desk.Change, n id.ID, path string, a Answer, version int64, file id.ID) error {
	mark, err := a.Mark.json()
	if err != nil {
		return err
	}
	author := c.Who().ID
	if _, err := c.Exec(ctx, `
		INSERT INTO response_change (response_id, path, version, value, mark, author, at, file_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		n, path, version, a.Value, mark, author, c.Now(), file); err != nil {
		return fmt.Errorf("answer %s: %w", path, err)
	}
	if a.empty() {
		_, err = c.Exec(ctx, `DELETE FROM response_answer WHERE response_id = ? AND path = ?`, n, path)
		return err
	}
	_, err = c.Exec(ctx, `
		INSERT INTO response_answer (response_id, path, value, mark, version, author, at, file_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (response_id, path) DO UPDATE SET value = excluded.value, mark = excluded.mark, version = excluded.version,
			author = excluded.author, at = excluded.at, file_id = excluded.file_id`,
		n, path, a.Value, mark, version, author, c.Now(), file)
	return err
}

// saw returns an answer as it was at a change, and whether somebody other than who has changed it since.
func saw(ctx context.Context, tx *db.Tx, n id.ID, path string, seen int64, who id.ID) (base Answer, others bool, err error) {
	rows, err := tx.Query(ctx, `
		SELECT version, value, mark, author FROM response_change WHERE response_id = ? AND path = ? ORDER BY version`, n, path)
	_, err = db.Collect(rows, err, func(scan db.Scan) (struct{}, error) {
		var version int64
		var a Answer
		var mark string
		var author id.ID
		if err := scan(&version, &a.Value, &mark, &author); err != nil {
			return struct{}{}, err
		}
		if version > seen {
			others = others || author != who
			return struct{}{}, nil
		}
		if a.Mark, err = readMark(mark); err != nil {
			return struct{}{}, err
		}
		base = a
		return struct{}{}, nil
	})
	return base, others, err
}

// paths lists the paths of the content in order.
func (c content) paths() []string { return slices.Sorted(maps.Keys(c.at)) }

// number writes a count for a sentence.
func number(n int) string { return strconv.Itoa(n) }
