package response

import (
	"context"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Conflict is what somebody wrote for an answer that somebody else had changed meanwhile. The stored answer is the first
// one's; this one waits beside it until the focal point decides.
type Conflict struct {
	ID     id.ID
	Path   string
	Answer Answer // its mark knows who wrote it and when
	File   id.ID
}

// keepConflict keeps an answer beside the one that stands, unless it waits there already.
func keepConflict(ctx context.Context, c *desk.Change, n id.ID, path string, a Answer, file id.ID) error {
	waiting, err := conflicts(ctx, c.Tx, n)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if w.Path == path && w.Answer.same(a) {
			return nil
		}
	}
	mark, err := a.Mark.json()
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `
		INSERT INTO response_conflict (id, response_id, path, value, mark, author, at, file_id, settled, settled_by, settled_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', NULL)`,
		id.New(c.Now()), n, path, a.Value, mark, c.Who().ID, c.Now(), file)
	if err != nil {
		return fmt.Errorf("keep the other answer of %s: %w", path, err)
	}
	return nil
}

// conflicts lists what waits for a decision, by path.
func conflicts(ctx context.Context, tx *db.Tx, n id.ID) ([]Conflict, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, path, value, mark, author, at, file_id FROM response_conflict
		WHERE response_id = ? AND settled = '' ORDER BY path, id`, n)
	return db.Collect(rows, err, func(scan db.Scan) (k Conflict, err error) {
		var mark string
		var author id.ID
		var at time.Time
		if err := scan(&k.ID, &k.Path, &k.Answer.Value, &mark, &author, &at, &k.File); err != nil {
			return k, err
		}
		k.Answer.Mark, err = readMark(mark)
		k.Answer.Mark.Author, k.Answer.Mark.At = author, at
		return k, err
	})
}

// changedByOthers lists the answers that others have changed since a change.
func changedByOthers(ctx context.Context, tx *db.Tx, n id.ID, seen int64, who id.ID) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT path FROM response_change WHERE response_id = ? AND version > ? AND author <> ? ORDER BY path`, n, seen, who)
	return db.Collect(rows, err, func(scan db.Scan) (path string, err error) { return path, scan(&path) })
}

// Settle decides a conflict: the answer that waited takes the place of the one that stands, or it doesn't. Both stay in
// the history.
func (s *Responses) Settle(ctx context.Context, who access.Person, n, conflict id.ID, take bool, entry id.ID) error {
	return s.Desk.Do(ctx, who, "response.settle", id.NewRef(Kind, n), func(c *desk.Change) error {
		w, err := s.writing(ctx, c, n, 0)
		if err != nil {
			return err
		}
		waiting, err := conflicts(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		for _, k := range waiting {
			if k.ID != conflict {
				continue
			}
			if take {
				if err := w.take(k.Path, k.Answer); err != nil {
					return err
				}
				if err := w.settleChange(); err != nil {
					return err
				}
			}
			return settled(ctx, c, k.ID, take)
		}
		return fmt.Errorf("conflict %s: %w", conflict, errs.NotFound)
	}, desk.Once(entry))
}

func settled(ctx context.Context, c *desk.Change, n id.ID, taken bool) error {
	how := "left"
	if taken {
		how = "taken"
	}
	c.Record(map[string]any{"conflict": n, "settled": how})
	_, err := c.Exec(ctx, `
		UPDATE response_conflict SET settled = ?, settled_by = ?, settled_at = ? WHERE id = ?`, how, c.Who().ID, c.Now(), n)
	return err
}
