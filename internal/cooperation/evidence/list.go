package evidence

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"comity/internal/base/id"
	"comity/internal/store/db"
)

const itemColumns = `id, case_id, request, measure, label, kind, name, media, size, sha256, crc32, stored, state, custodian,
	details, origin_node, origin, before_us, added_at`

func scanItem(s db.Scan) (Item, error) {
	var it Item
	var details string
	err := s(&it.ID, &it.Case, &it.Request, &it.Measure, &it.Label, &it.Sort, &it.Name, &it.Media, &it.Size, &it.SHA256, &it.CRC32,
		&it.Stored, &it.State, &it.Custodian, &details, &it.OriginBy, &it.Origin, &it.beforeUs, &it.Added)
	if err != nil {
		return it, err
	}
	if err := json.Unmarshal([]byte(details), &it.Details); err != nil {
		return it, fmt.Errorf("details of item %s: %w", it.ID, err)
	}
	return it, nil
}

// get returns an item for an act that the desk has allowed.
func get(ctx context.Context, tx *db.Tx, n id.ID) (Item, error) {
	it, err := scanItem(tx.Row(ctx, `SELECT `+itemColumns+` FROM evidence_item WHERE id = ?`, n).Scan)
	if err != nil {
		return Item{}, fmt.Errorf("item %s: %w", n, err)
	}
	return it, nil
}

// Get returns an item that the reader may know of, errs.NotFound otherwise.
func Get(ctx context.Context, tx *db.Tx, n id.ID) (Item, error) {
	where, args := tx.Scope().Where("evidence_item.case_id")
	it, err := scanItem(tx.Row(ctx, `SELECT `+itemColumns+` FROM evidence_item WHERE id = ? AND `+where, append([]any{n}, args...)...).Scan)
	if err != nil {
		return Item{}, fmt.Errorf("item %s: %w", n, err)
	}
	return it, nil
}

// OfCase lists the items of a case that the reader may know of, from the first taken in, at most limit, behind the
// item after ("" for the beginning).
func OfCase(ctx context.Context, tx *db.Tx, caseID, after id.ID, limit int) ([]Item, error) {
	where, args := tx.Scope().Where("evidence_item.case_id")
	rows, err := tx.Query(ctx, `SELECT `+itemColumns+` FROM evidence_item WHERE case_id = ? AND id > ? AND `+where+` ORDER BY id LIMIT ?`,
		append(append([]any{caseID, after}, args...), limit)...)
	return db.Collect(rows, err, scanItem)
}

// OfRequest lists the first 1,000 items of a request, by its reference, that the reader may know of.
func OfRequest(ctx context.Context, tx *db.Tx, request string) ([]Item, error) {
	if request == "" {
		return nil, nil
	}
	where, args := tx.Scope().Where("evidence_item.case_id")
	rows, err := tx.Query(ctx, `SELECT `+itemColumns+` FROM evidence_item WHERE request = ? AND `+where+` ORDER BY id LIMIT 1000`, append([]any{request}, args...)...)
	return db.Collect(rows, err, scanItem)
}

// Derivation says what an item was made from.
type Derivation struct {
	Item, From    id.ID
	Process, Tool string
}

// DerivedFrom lists what an item was made from.
func DerivedFrom(ctx context.Context, tx *db.Tx, n id.ID) ([]Derivation, error) {
	rows, err := tx.Query(ctx, `SELECT item_id, from_id, process, tool FROM evidence_derivation WHERE item_id = ? ORDER BY from_id`, n)
	return db.Collect(rows, err, scanDerivation)
}

// DerivedInto lists what was made from an item.
func DerivedInto(ctx context.Context, tx *db.Tx, n id.ID) ([]Derivation, error) {
	rows, err := tx.Query(ctx, `SELECT item_id, from_id, process, tool FROM evidence_derivation WHERE from_id = ? ORDER BY item_id`, n)
	return db.Collect(rows, err, scanDerivation)
}

func scanDerivation(s db.Scan) (Derivation, error) {
	var d Derivation
	return d, s(&d.Item, &d.From, &d.Process, &d.Tool)
}

// Condition is a limit on the use of an item, set by the authority that gave it.
type Condition struct {
	SetBy string
	Says  string
	At    time.Time
}

// Conditions lists the conditions on an item in the order in which they were set.
func Conditions(ctx context.Context, tx *db.Tx, n id.ID) ([]Condition, error) {
	rows, err := tx.Query(ctx, `SELECT set_by, says, at FROM evidence_condition WHERE item_id = ? ORDER BY n`, n)
	return db.Collect(rows, err, func(s db.Scan) (Condition, error) {
		var k Condition
		return k, s(&k.SetBy, &k.Says, &k.At)
	})
}

// impose sets further conditions on an item; one that is there already isn't set twice.
func impose(ctx context.Context, tx *db.Tx, n id.ID, more []Condition) error {
	there, err := Conditions(ctx, tx, n)
	if err != nil {
		return err
	}
	for _, k := range more {
		if has(there, k) {
			continue
		}
		there = append(there, k)
		if _, err := tx.Exec(ctx, `INSERT INTO evidence_condition (item_id, n, set_by, says, at) VALUES (?, ?, ?, ?, ?)`,
			n, len(there), k.SetBy, k.Says, tx.Now()); err != nil {
			return fmt.Errorf("set condition: %w", err)
		}
	}
	return nil
}

func has(all []Condition, k Condition) bool {
	for _, a := range all {
		if a.SetBy == k.SetBy && a.Says == k.Says {
			return true
		}
	}
	return false
}
