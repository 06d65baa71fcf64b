package access

import (
	"context"
	"fmt"
	"sync"
	"time"

	"comity/internal/base/id"
	"comity/internal/store/db"
)

// holdersFor is how long a count of those who hold a role is believed. Grants of this process are seen at once; this is
// for those of another process on the same database.
const holdersFor = 5 * time.Second

// holders remembers how many people hold each role: every act asks, and hardly any act changes it.
type holders struct {
	mu      sync.Mutex
	changes int // grants and takings that this process has committed
	counted map[Role]count
}

type count struct {
	people int
	at     time.Time
}

type holdersKey struct{}

func holdersIn(tx *db.Tx) *holders {
	return tx.Kept(holdersKey{}, func() any { return &holders{counted: map[Role]count{}} }).(*holders)
}

// regranted has the counts forgotten once the grants that tx changes are committed.
func regranted(tx *db.Tx) { tx.OnCommit(holdersIn(tx).forget) }

func (h *holders) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changes++
	clear(h.counted)
}

// of returns how many people hold the role. tx may not have changed grants itself: what it sees could be undone.
func (h *holders) of(ctx context.Context, tx *db.Tx, role Role) (int, error) {
	n, known, changes := h.remembered(role, tx.Now())
	if known {
		return n, nil
	}
	err := tx.Row(ctx, `SELECT COUNT(DISTINCT person_id) FROM grant_role WHERE role = ?`, role).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count who holds role %s: %w", role, err)
	}
	h.remember(role, count{n, tx.Now()}, changes)
	return n, nil
}

// remembered returns the count while it is believed, and how many changes there had been when it was asked for.
func (h *holders) remembered(role Role, now time.Time) (n int, known bool, changes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.counted[role]
	age := now.Sub(c.at)
	return c.people, ok && age >= 0 && age < holdersFor, h.changes
}

// remember keeps a count, unless grants have changed since it was asked for: it may be of before.
func (h *holders) remember(role Role, c count, changes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.changes == changes {
		h.counted[role] = c
	}
}

// Holders lists who holds a role on this node, whatever their office.
func Holders(ctx context.Context, tx *db.Tx, role Role) ([]id.ID, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT person_id FROM grant_role WHERE role = ? ORDER BY person_id`, role)
	return db.Collect(rows, err, func(s db.Scan) (n id.ID, err error) { return n, s(&n) })
}
