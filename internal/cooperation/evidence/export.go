package evidence

import (
	"context"
	"fmt"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Graph returns an item's provenance as it stands, as a CASE/UCO document for other tools. Whoever asks has to be
// allowed to see the item; no byte of it is in there.
func (e *Evidence) Graph(ctx context.Context, who access.Person, n id.ID) ([]byte, error) {
	if err := e.may(ctx, who, "evidence.list", ref(n)); err != nil {
		return nil, err
	}
	var k Custody
	err := e.Read.Read(ctx, db.House("evidence"), func(tx *db.Tx) error {
		it, err := get(ctx, tx, n)
		if err != nil {
			return err
		}
		k, err = e.custody(ctx, tx, it, safeName(it.Name))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("provenance of item %s: %w", n, err)
	}
	return canonical.Marshal(caseGraph(k))
}
