package counterpart

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/errs"
	"comity/internal/capacity/exercise"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/request"
	"comity/internal/store/db"
)

// HandedIn reads, at the learners' node, what its own record shows of a request: what the rules find in it as it was mended,
// and the history of the items that came in return. So these lines of a mark rest on the log and not on what somebody says
// they did; what was seen in the files a person adds. A request that the reader may not know of is [errs.NotFound].
func HandedIn(ctx context.Context, tx *db.Tx, law *request.Law, reference string, now time.Time) (exercise.Handed, error) {
	h := exercise.Handed{Request: true, Findings: []string{}, Custody: []exercise.Event{}, Named: []exercise.Named{}, Facts: map[string]string{}}
	list, err := request.List(ctx, tx, request.Filter{Direction: request.Out, Words: reference})
	if err != nil {
		return h, err
	}
	i := slices.IndexFunc(list, func(r request.Request) bool { return r.Reference == reference && r.Exercise })
	if i < 0 {
		return h, fmt.Errorf("exercise: there is no request %q: %w", reference, errs.NotFound)
	}
	moves, err := request.Moves(ctx, tx, list[i].ID)
	if err != nil {
		return h, err
	}
	a, err := Corrected(list[i].Answers, moves)
	if err != nil {
		return h, err
	}
	found, err := law.Check(a, true, now)
	if err != nil {
		return h, err
	}
	for _, f := range found {
		h.Findings = append(h.Findings, f.Rule)
	}
	items, err := evidence.OfRequest(ctx, tx, reference)
	if err != nil {
		return h, err
	}
	for _, it := range items {
		events, err := evidence.Events(ctx, tx, it.ID)
		if err != nil {
			return h, err
		}
		for _, e := range events {
			h.Custody = append(h.Custody, exercise.Event{Item: it.Label, What: string(e.What)})
		}
	}
	return h, nil
}
