package learning

import (
	"context"

	"comity/internal/base/id"
	"comity/internal/store/db"
)

// Lines returns the tests of a cohort that were handed in, as they travel.
func Lines(ctx context.Context, tx *db.Tx, n id.ID) (all [][]byte, err error) {
	list, err := attempts(ctx, tx, n)
	for _, a := range list {
		b, err := recordOf(a)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, err
}

// Merge merges tests as if they had come from a node.
func (q *Learning) Merge(ctx context.Context, tx *db.Tx, n, node id.ID, all [][]byte) error {
	k, err := cohort(ctx, tx, n)
	if err != nil {
		return err
	}
	m, err := q.newMerge(ctx, tx, k, node, tx.Now())
	if err != nil {
		return err
	}
	for i, b := range all {
		if err := m.line(i+1, b); err != nil {
			return err
		}
	}
	return q.keep(ctx, tx, m)
}
