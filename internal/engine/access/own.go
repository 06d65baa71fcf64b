package access

import (
	"context"

	"comity/internal/base/id"
	"comity/internal/store/db"
)

// AboutPerson gives the facts of the kind "person": who it is about, so that nobody decides on themselves.
// An account that is still to be made has an id but no row, and its facts are the same.
func AboutPerson(_ context.Context, tx *db.Tx, on id.Ref, _ Person) (Facts, error) {
	return Facts{Now: tx.Now(), Standing: Open, Did: map[Part][]id.ID{Subject: {on.ID()}}}, nil
}

// AboutOffice gives the facts of the kind "office".
func AboutOffice(_ context.Context, tx *db.Tx, on id.Ref, _ Person) (Facts, error) {
	return Facts{Now: tx.Now(), Standing: Open, Office: on.ID()}, nil
}

// AboutHouse gives the facts of the kinds of which there is one in a node: the ledger, the node itself.
func AboutHouse(_ context.Context, tx *db.Tx, _ id.Ref, _ Person) (Facts, error) {
	return Facts{Now: tx.Now(), Standing: Open}, nil
}
