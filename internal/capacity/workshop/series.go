package workshop

import (
	"context"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/capacity/stats"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Tests is what the slice needs to know of tests; node fills it with what learning has.
type Tests interface {
	// Cohorts lists those that the reader of tx may see, the latest first.
	Cohorts(ctx context.Context, tx *db.Tx) ([]Cohort, error)

	// Gain returns what the tests of a cohort show. Figures of fewer than five people, or of a cohort that the reader of tx
	// may not see, are false.
	Gain(ctx context.Context, tx *db.Tx, cohort id.ID) (g stats.Paired, shown bool, err error)
}

// Cohort is a group of learners with a test before and one after.
type Cohort struct {
	ID    id.ID
	Title string
}

// InSeries is one workshop beside the others of its series.
type InSeries struct {
	Workshop  Workshop
	Planned   int // seats
	Taken     int
	Attended  int
	Evaluated Rate // 0 asked while it isn't over
	Later     Rate // after three months; 0 asked before
	Gain      stats.Paired
	Gained    bool // there is a gain that may be shown
}

// Series lists the workshops of a series whose participants and results the person may see, the earliest first. None is [errs.NotFound].
func (q *Workshops) Series(ctx context.Context, tx *db.Tx, who access.Person, name string) ([]InSeries, error) {
	all, err := List(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	var out []InSeries
	for _, w := range slices.Backward(all) {
		if name == "" || w.Series != name {
			continue
		}
		if may, err := q.desk.Could(ctx, tx, who, "workshop.follow", id.NewRef(RefKind, w.ID)); err != nil {
			return nil, err
		} else if !may {
			continue
		}
		s, err := q.beside(ctx, tx, w)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("series %q: %w", name, errs.NotFound)
	}
	return out, nil
}

func (q *Workshops) beside(ctx context.Context, tx *db.Tx, w Workshop) (InSeries, error) {
	s := InSeries{Workshop: w}
	plan, err := Plans(ctx, tx, w.ID)
	if err != nil {
		return s, err
	}
	s.Planned = sum(plan)
	seats, err := Seats(ctx, tx, w.ID)
	if err != nil {
		return s, err
	}
	for _, x := range seats {
		if x.Status.taken() {
			s.Taken++
		}
		if x.Status == Attended {
			s.Attended++
		}
	}
	if s.Evaluated, _, err = EvaluationRate(ctx, tx, w.ID); err != nil {
		return s, err
	}
	asked, err := FollowUps(ctx, tx, w.ID)
	if err != nil {
		return s, err
	}
	if s.Later, _, err = RateOf(asked, Months()[0]); err != nil {
		return s, err
	}
	if w.Cohort != "" {
		s.Gain, s.Gained, err = q.tests.Gain(ctx, tx, w.Cohort)
	}
	return s, err
}
