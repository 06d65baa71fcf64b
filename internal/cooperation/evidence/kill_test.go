package evidence_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/keyring"
)

// killed tells the child process of TestKill what to do.
const killed = "COMITY_TEST_EVIDENCE_CHILD"

// childOrder is what the child works on.
type childOrder struct {
	Dir, Database, File string
	Case                id.ID
	Who                 access.Person
}

// TestKill takes in one file again and again while the process is killed at random instants (SIGKILL). Whatever the
// instant, the next process goes on, and in the end there is one item, whole.
func TestKill(t *testing.T) {
	if order := os.Getenv(killed); order != "" {
		child(t, order)
		return
	}
	if testing.Short() {
		t.Skip("starts processes")
	}
	path := filepath.Join(t.TempDir(), "test.db")
	whole, err := db.Open(context.Background(), "sqlite:"+path, db.Options{})
	must(t, err)
	must(t, whole.Migrate(context.Background(), schemas()...))
	h := open(t, whole)
	content := random(9, 24<<20)
	file := filepath.Join(t.TempDir(), "disk.img")
	must(t, os.WriteFile(file, []byte(content), 0o600))
	order, err := json.Marshal(childOrder{h.dir, path, file, h.caseID, h.as("executor")})
	must(t, err)
	kills := 0
	for try := 0; ; try++ {
		c := exec.Command(os.Args[0], "-test.run=^TestKill$")
		c.Env = append(os.Environ(), killed+"="+string(order))
		must(t, c.Start())
		patience := time.Duration(20+rand.IntN(250)) * time.Millisecond
		if try >= 8 {
			patience = time.Minute
		}
		timer := time.AfterFunc(patience, func() { _ = c.Process.Kill() })
		err := c.Wait()
		timer.Stop()
		if err == nil {
			break
		}
		if kills++; try > 20 {
			t.Fatalf("the child fails by itself: %v", err)
		}
	}
	h.restart(t)
	var items []id.ID
	h.view(t, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM evidence_item WHERE case_id = ?`, h.caseID)
		items, err = db.Collect(rows, err, func(s db.Scan) (n id.ID, err error) { return n, s(&n) })
		return err
	})
	if len(items) != 1 || h.item(t, items[0]).SHA256 != canonical.Sum([]byte(content)) || h.content(t, items[0]) != content {
		t.Errorf("after %d kills: items %v", kills, items)
	}
	h.now.Store(9 * 24 * 3600)
	must(t, h.Sweep(context.Background()))
	left := 0
	must(t, h.Vault.Items(func(id.ID, time.Time) error { left++; return nil }))
	if left != 1 {
		t.Errorf("%d keys after the sweep, want that of the one item", left)
	}
	must(t, whole.Close())
	t.Logf("%d kills", kills)
}

// child takes the file in as a process of its own.
func child(t *testing.T, order string) {
	var o childOrder
	must(t, json.Unmarshal([]byte(order), &o))
	d, err := db.Open(context.Background(), "sqlite:"+o.Database, db.Options{})
	must(t, err)
	ring, err := keyring.Open(filepath.Join(o.Dir, "keys"), "")
	must(t, err)
	h := &house{db: d, dir: o.Dir}
	h.start(t, ring)
	o.Who.Confirmed = time.Now()
	_, err = h.AddFile(context.Background(), o.Who, o.File, given(o.Case), nil)
	if errors.Is(err, errs.Conflict) {
		t.Fatalf("a lock outlived its process: %v", err)
	}
	must(t, err)
}
