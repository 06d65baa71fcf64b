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
		SELECT direction, created_at FROM request WHERE case_id > '' AND `+where+` ORDER BY created_at DESC`, args...)
	type line struct {
		d  Direction
		at time.Time
	}
	list, err := db.Collect(rows, err, func(s db.Scan) (line, error) {
		var l line
		return l, s(&l.d, &l.at)
	})
	var years []YearCount
	for _, l := range list {
		if y := l.at.Year(); len(years) == 0 || years[len(years)-1].Year != y {
			years = append(years, YearCount{Year: y, Last: l.at})
		}
		if y := &years[len(years)-1]; l.d == Out {
			y.Out++
		} else {
			y.In++
		}
	}
	return years, err
}
