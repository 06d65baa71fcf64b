package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

// Listed is an entry as people see it.
type Listed struct {
	Found
	At    time.Time
	Role  string
	Node  id.ID // the other node, when it was one that acted
	Facts json.RawMessage
	Pos   int64 // its place, -1 while it waits
}

// Latest lists the newest entries, waiting or placed, older than before ("" for the newest).
func Latest(ctx context.Context, tx *db.Tx, before id.ID, limit int) ([]Listed, error) {
	if before == "" {
		before = "~" // sorts behind every id
	}
	rows, err := tx.Query(ctx, `
		SELECT at, entry, COALESCE(pos, -1) FROM ledger_entry WHERE id < ? ORDER BY id DESC LIMIT ?`, before, limit)
	all, err := db.Collect(rows, err, scanListed)
	if err != nil {
		return nil, fmt.Errorf("latest ledger entries: %w", err)
	}
	return all, nil
}

// ListedOf returns one entry as people see it.
func ListedOf(ctx context.Context, tx *db.Tx, entry id.ID) (Listed, error) {
	l, err := scanListed(tx.Row(ctx, `SELECT at, entry, COALESCE(pos, -1) FROM ledger_entry WHERE id = ?`, entry).Scan)
	if err != nil {
		return Listed{}, fmt.Errorf("ledger entry %s: %w", entry, err)
	}
	return l, nil
}

func scanListed(s db.Scan) (Listed, error) {
	var l Listed
	if err := s(&l.At, &l.JSON, &l.Pos); err != nil {
		return Listed{}, err
	}
	e, err := parseLeaf(l.JSON)
	if err != nil {
		return Listed{}, err
	}
	l.ID, l.Act, l.On = e.ID, e.Act, e.On
	if e.Message != nil {
		l.Message = *e.Message
	}
	if e.Role != nil {
		l.Role = *e.Role
	}
	if e.Node != nil {
		l.Node = *e.Node
	}
	l.Facts, err = json.Marshal(e.Facts)
	return l, err
}

// LastCosigned returns the newest checkpoint of another node's log that this node has cosigned, and when; size 0 when
// it has cosigned none.
func LastCosigned(ctx context.Context, tx *db.Tx, origin string) (size int64, at time.Time, err error) {
	err = tx.Row(ctx, `SELECT size, at FROM witness_origin WHERE origin = ?`, origin).Scan(&size, &at)
	if errors.Is(err, errs.NotFound) {
		return 0, time.Time{}, nil
	}
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("cosigned checkpoint of %s: %w", origin, err)
	}
	return size, at, nil
}

// NewestWitnessed returns the newest checkpoint of this log that a witness has cosigned, with the cosignatures of those
// whose verifier keys are given. Its size is 0 when none was cosigned.
func (l *Log) NewestWitnessed(ctx context.Context, witnesses ...string) (c Checkpoint, by []Cosigned, err error) {
	keys, err := parseVerifiers(witnesses)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("newest witnessed checkpoint: %w", err)
	}
	var msg []byte
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		_, msg, err = newest(ctx, tx, 1)
		return err
	})
	if err != nil || msg == nil {
		return Checkpoint{}, nil, err
	}
	return OpenCheckpoint(msg, append(keys, l.verifiers[0])...)
}
