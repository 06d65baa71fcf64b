package translation

import (
	"context"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/store/db"
)

// Count is how many texts wait, by what they wait for.
type Count struct{ Missing, Outdated, Draft, Reviewed int64 }

// Total is how many wait at all.
func (c Count) Total() int64 { return c.Missing + c.Outdated + c.Draft + c.Reviewed }

const counted = `
	COALESCE(SUM(CASE WHEN u.state = 'missing' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN u.state = 'outdated' THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN u.state = 'draft' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN u.state = 'reviewed' THEN 1 ELSE 0 END), 0)`

// Waiting counts what waits in a language, in all objects that the reader may know of.
func Waiting(ctx context.Context, tx *db.Tx, tag language.Tag) (Count, error) {
	where, args := visible(tx)
	var c Count
	err := tx.Row(ctx, `
		SELECT `+counted+`
		FROM translation_unit u
		JOIN translation_object o ON o.id = u.object_id
		JOIN translation_source s ON s.object_id = u.object_id AND s.field = u.field AND s.gone = FALSE
		WHERE u.lang = ? AND u.state IN ('missing', 'outdated', 'draft', 'reviewed') AND `+where,
		append([]any{tag}, args...)...).Scan(&c.Missing, &c.Outdated, &c.Draft, &c.Reviewed)
	return c, err
}

// Queued is an object with what waits in a language.
type Queued struct {
	Object
	Count
}

// Queue returns the objects in which something waits in a language, the newest first, at most limit, older than before
// ("" for the newest).
func Queue(ctx context.Context, tx *db.Tx, tag language.Tag, before id.ID, limit int) ([]Queued, error) {
	where, args := visible(tx)
	if before == "" {
		before = "~" // sorts behind every id
	}
	rows, err := tx.Query(ctx, `
		SELECT o.id, o.object, o.kind, o.lang, `+counted+`
		FROM translation_unit u
		JOIN translation_object o ON o.id = u.object_id
		JOIN translation_source s ON s.object_id = u.object_id AND s.field = u.field AND s.gone = FALSE
		WHERE u.lang = ? AND u.state IN ('missing', 'outdated', 'draft', 'reviewed') AND u.object_id < ? AND `+where+`
		GROUP BY o.id, o.object, o.kind, o.lang ORDER BY o.id DESC LIMIT ?`, append(append([]any{tag, before}, args...), limit)...)
	return db.Collect(rows, err, func(s db.Scan) (w Queued, err error) {
		return w, s(&w.ID, &w.Ref, &w.Kind, &w.Lang, &w.Missing, &w.Outdated, &w.Draft, &w.Reviewed)
	})
}
