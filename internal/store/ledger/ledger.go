// Package ledger is the node's tamper-evident record: every act has an entry, every entry a place in a Merkle tree,
// and whoever holds a signed checkpoint of the tree notices when an entry is changed, dropped, moved or added later.
//
// [Append] writes an entry inside the act's own transaction. A [Log] gives waiting entries their places after commit,
// signs checkpoints and proves entries; [Verify] and [VerifyProof] need neither the database nor this node. The bytes
// are described in docs/formats/ledger.md.
package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the ledger's tables.
func Schema() db.Schema { return db.Schema{Name: "ledger", FS: files} }

// MaxEntry is the largest entry in bytes: tlog-tiles writes its length in 16 bits.
const MaxEntry = 1<<16 - 1

// Entry is what the ledger says of one act. It holds identifiers, codes and digests; names, texts and whatever a
// person could be found by stand in the tables, where they can be erased.
type Entry struct {
	ID      id.ID
	At      time.Time      // entered to the second
	Act     string         // "request.transmit"
	On      id.Ref         // the thing it was done to
	Person  id.ID          // who acted; enters as a commitment that ends when the person is erased; "" for no person
	Role    string         // "" where fewer than five people hold it
	Node    id.ID          // the other node, when it was one that acted
	Message canonical.Hash // of message.json, when the act sends one
	Facts   any            // a JSON object of digests and codes; nil for none
	Key     []byte         // 32 random bytes when the caller has used [Commit] in Facts; nil for a fresh key
}

// leaf is the entry as it is hashed. Members without a value are null, never absent.
type leaf struct {
	ID      id.ID           `json:"id"`
	At      string          `json:"at"`
	Act     string          `json:"act"`
	On      id.Ref          `json:"on"`
	Who     *string         `json:"who"`
	Role    *string         `json:"role"`
	Node    *id.ID          `json:"node"`
	Message *canonical.Hash `json:"message"`
	Facts   any             `json:"facts"`
}

// Append enters e in the transaction of its act; later is the work that [Config.Placed] receives once the entry has
// its place, or nil. The entry is durable with the transaction and waits for its place until a [Log] runs.
// An id that has been entered before is [errs.Conflict], at the latest from [db.Writer.Write]: the act was done already.
func Append(ctx context.Context, tx *db.Tx, e Entry, later []byte) error {
	if err := e.check(); err != nil {
		return err
	}
	if e.Key == nil && e.Person != "" {
		e.Key = NewEntryKey()
	}
	b, err := e.marshal()
	if err != nil {
		return fmt.Errorf("ledger entry %s: %w", e.ID, err)
	}
	err = tx.Send(ctx, `
		INSERT INTO ledger_entry (id, at, entry, later, person_id, who_key) VALUES (?, ?, ?, ?, ?, ?)`, e.ID, e.At, b, later, orNull(e.Person), e.Key)
	if err != nil {
		return fmt.Errorf("ledger entry %s: %w", e.ID, err)
	}
	return nil
}

func (e Entry) check() error {
	if _, err := id.Parse(string(e.ID)); err != nil {
		return fmt.Errorf("ledger entry: %w", err)
	}
	if e.Act == "" || e.On == "" || e.At.IsZero() {
		return fmt.Errorf("ledger entry %s: act %q on %q at %v: none of them may be missing: %w", e.ID, e.Act, e.On, e.At, errs.Invalid)
	}
	if e.Key != nil && len(e.Key) != sha256.Size {
		return fmt.Errorf("ledger entry %s: its key has %d bytes, want %d: %w", e.ID, len(e.Key), sha256.Size, errs.Invalid)
	}
	return nil
}

// marshal returns the leaf: the entry's canonical JSON.
func (e Entry) marshal() ([]byte, error) {
	l := leaf{ID: e.ID, At: db.Stamp(e.At.UTC().Truncate(time.Second)), Act: e.Act, On: e.On, Facts: e.Facts}
	if e.Facts == nil {
		l.Facts = struct{}{}
	}
	if e.Person != "" {
		who := Commit(e.Key, string(e.Person))
		l.Who = &who
	}
	l.Role, l.Node, l.Message = orNull(e.Role), orNull(e.Node), orNull(e.Message)
	b, err := canonical.Marshal(l)
	if err != nil {
		return nil, err
	}
	if len(b) > MaxEntry {
		return nil, fmt.Errorf("%d bytes, at most %d fit: enter a digest instead: %w", len(b), MaxEntry, errs.Invalid)
	}
	return b, nil
}

func orNull[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// NewEntryKey returns the 32 random bytes under which one entry commits to who acted.
func NewEntryKey() []byte {
	k := make([]byte, sha256.Size)
	rand.Read(k) // never fails: crypto/rand ends the program rather than give weak bytes
	return k
}

// Commit returns HMAC-SHA-256(key, fact) in hexadecimal. A fact that could be guessed (a person, a number) stands so
// in an entry; without the key nobody can try values, and erasing the key leaves the tree as it was.
func Commit(key []byte, fact string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(fact))
	return hex.EncodeToString(h.Sum(nil))
}

// Erase deletes the keys of all entries of the person: no entry tells any more who acted, and every proof still holds.
func Erase(ctx context.Context, tx *db.Tx, person id.ID) error {
	// Those that wait come first: one that gets its place meanwhile is found among the placed.
	for _, which := range []string{"pos IS NULL", "pos IS NOT NULL"} {
		if _, err := tx.Exec(ctx, `UPDATE ledger_entry SET person_id = NULL, who_key = NULL WHERE `+which+` AND person_id = ?`, person); err != nil {
			return fmt.Errorf("erase ledger keys of %s: %w", person, err)
		}
	}
	return nil
}

// Who returns the person whom the entry names, or "" when it names nobody or the person has been erased.
// A key that doesn't fit the entry is [errs.Invalid]: one of the two was changed.
func Who(ctx context.Context, tx *db.Tx, entry id.ID) (id.ID, error) {
	var (
		person id.ID
		key, b []byte
	)
	err := tx.Row(ctx, `
		SELECT person_id, who_key, entry FROM ledger_entry WHERE id = ?`, entry).Scan(&person, &key, &b)
	if err != nil {
		return "", fmt.Errorf("ledger entry %s: %w", entry, err)
	}
	if person == "" {
		return "", nil
	}
	l, err := parseLeaf(b)
	if err != nil {
		return "", fmt.Errorf("ledger entry %s: %w", entry, err)
	}
	if l.Who == nil || *l.Who != Commit(key, string(person)) {
		return "", fmt.Errorf("ledger entry %s doesn't name the person of its key: %w", entry, errs.Invalid)
	}
	return person, nil
}
