package request

import (
	"context"
	"time"

	"comity/internal/store/db"
)

// YearCount is how many requests the reader may know of in a calendar year (UTC), by the day on which they came to
// stand in this node.
type YearCount struct {
	Year    int
	Out, In int
	Last    time.Time // when the newest of them came
}

// Counts counts requests by year, the newest year first, within the reader's scope: a colleague outside a case gets no
// number that would tell of it.
func Counts(ctx context.Context, tx *db.Tx) ([]YearCount, error) {
	where, args := tx.Scope().Where("request.case_id")
	rows, err := tx.Query(ctx, `
		SELECT COUNT(*), COUNT(CASE WHEN direction = ? THEN 1 END), MAX(created_at) FROM request
		WHERE case_id > '' AND `+where+` GROUP BY SUBSTR(created_at, 1, 4) ORDER BY 3 DESC`, append([]any{Out}, args...)...)
	return db.Collect(rows, err, func(scan db.Scan) (y YearCount, err error) {
		var all int
		err = scan(&all, &y.Out, &y.Last)
		y.Year, y.In = y.Last.Year(), all-y.Out
		return y, err
	})
}
