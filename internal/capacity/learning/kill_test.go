package learning_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"comity/internal/base/id"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/node"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// killDir names, for the child of TestL5Kill, the folder of its node.
const killDir = "COMITY_KILL_DIR"

// TestMain lets the binary be its own victim.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		if err := victim(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// room is what the child has to do: so many tests of so many people, page by page, each page under an entry id of its own.
type room struct {
	Cohort   id.ID
	People   []id.ID
	Attempts []id.ID
	Entries  []id.ID // of each page that is saved
}

// saved is the file in which the child writes each page that the node has acknowledged.
func saved(dir string) string { return filepath.Join(dir, "saved") }

func acknowledged(dir string) (n int, err error) {
	f, err := os.Open(saved(dir))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); n++ {
		if s.Text() != strconv.Itoa(n) {
			return n, fmt.Errorf("line %d says %q", n, s.Text())
		}
	}
	return n, nil
}

func openRoom(ctx context.Context, dir string) (*node.Node, room, error) {
	var r room
	b, err := os.ReadFile(filepath.Join(dir, "room.json"))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		return nil, r, err
	}
	n, err := node.Open(ctx, node.Config{Dir: filepath.Join(dir, "node"), Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	return n, r, err
}

// value is the answer of the n-th page: each is another one.
func value(n int) string { return strconv.Itoa(1000 + n) }

// victim goes on where the one before it was killed: the first page that it doesn't know to be saved is saved again.
func victim(ctx context.Context, dir string) error {
	n, r, err := openRoom(ctx, dir)
	if err != nil {
		return err
	}
	go n.Work(ctx)
	done, err := acknowledged(dir)
	if err != nil {
		return err
	}
	if err := kept(ctx, n, r, done); err != nil {
		return err
	}
	var people []access.Person
	if err := n.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		for _, p := range r.People {
			a, err := access.Find(ctx, tx, p)
			if err != nil {
				return err
			}
			people = append(people, a.Person)
		}
		return nil
	}); err != nil {
		return err
	}
	f, err := os.OpenFile(saved(dir), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	for ; done < len(r.Entries); done++ {
		i := done % len(r.People)
		if err := n.Learning.Save(ctx, people[i], r.Attempts[i], "identifiers", url.Values{"shared": {value(done)}}, r.Entries[done]); err != nil {
			return fmt.Errorf("page %d: %w", done, err)
		}
		if _, err := fmt.Fprintln(f, done); err != nil {
			return err
		}
	}
	return nil
}

// kept holds what the node has against what it acknowledged: the newest page of each person, or the one that was under
// way when it was killed.
func kept(ctx context.Context, n *node.Node, r room, done int) error {
	return n.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		for i, a := range r.Attempts {
			last := done - 1 - (done-1-i+len(r.Attempts))%len(r.Attempts) // the newest page of this person, of those acknowledged
			var answers string
			if err := tx.Row(ctx, `SELECT answers FROM test_attempt WHERE id = ?`, a).Scan(&answers); err != nil {
				return err
			}
			var has struct {
				Shared json.Number `json:"shared"`
			}
			if err := json.Unmarshal([]byte(answers), &has); err != nil {
				return err
			}
			want := []string{value(last)}
			if last < 0 {
				want = []string{""}
			}
			if done < len(r.Entries) && done%len(r.People) == i {
				want = append(want, value(done))
			}
			if !slices.Contains(want, has.Shared.String()) {
				return fmt.Errorf("after %d pages person %d has %s, want one of %v", done, i, answers, want)
			}
		}
		return nil
	})
}

// L5: the node of a training room is ended by SIGKILL at random instants of its tests, and started again. No page that it
// has acknowledged is lost, none is saved twice, and the ledger is whole.
func TestL5Kill(t *testing.T) {
	kills, pages := 5, 800
	if os.Getenv("COMITY_TEST_TOOLS") == "1" {
		kills, pages = 50, 4000
	}
	dir := t.TempDir()
	makeRoom(t, dir, 50, pages)
	nodetest.KillAgainAndAgain(t, kills, 100*time.Millisecond, 350*time.Millisecond, killDir+"="+dir)
	n, r, err := openRoom(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = n.Close() }()
	if err := kept(ctx, n, r, pages); err != nil {
		t.Error(err)
	}
	err = n.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		var changes, entries int
		if err := tx.Row(ctx, `SELECT SUM(changes) FROM test_attempt`).Scan(&changes); err != nil {
			return err
		}
		err := tx.Row(ctx, `SELECT COUNT(*) FROM ledger_entry WHERE CAST(entry AS TEXT) LIKE '%"act":"attempt.save"%'`).Scan(&entries)
		if changes != pages || entries != pages {
			t.Errorf("%d pages were saved in %d entries, want %d", changes, entries, pages)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := n.Log.Check(ctx); err != nil {
		t.Errorf("the ledger: %v", err)
	}
}

// makeRoom makes a node with a cohort of so many people, each with a test that was begun.
func makeRoom(t *testing.T, dir string, people, pages int) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := node.Config{Dir: filepath.Join(dir, "node"), Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	must(node.Init(c, node.Identity{State: "XA", Authorities: []string{"XA-LAB"}, Names: map[string]string{"en": "Training room (exercise)"}, Exercise: true,
		URL: "https://127.0.0.1:9", Hosts: []string{"127.0.0.1"}}))
	n, err := node.Open(ctx, c)
	must(err)
	defer func() { must(n.Close()) }()
	_, _, err = n.Found(ctx, "Training room (exercise)", []node.NewPerson{{Login: "trainer", Name: "Trainer (exercise)", Lang: "en", Roles: []access.Role{"trainer", "manager"}}})
	must(err)
	who := func(login string) (p access.Person) {
		must(n.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			a, err := access.FindLogin(ctx, tx, login)
			p = a.Person
			return err
		}))
		p.Confirmed = time.Now()
		return p
	}
	entry := func() id.ID { return id.New(time.Now()) }
	trainer := who("trainer")
	_, err = n.Organisations.Enter(ctx, trainer, organisation.Organisation{Kind: organisation.Police, State: "XB", Name: "Police of B (exercise)"}, entry())
	must(err)
	var r room
	r.Cohort, err = n.Learning.Open(ctx, trainer, learning.Cohort{Title: "A room (exercise)", Course: "evidence-across-borders", Form: "a", Minutes: 480}, entry())
	must(err)
	var roster []learning.Learner
	for i := range people {
		roster = append(roster, learning.Learner{Name: fmt.Sprintf("Learner %d (exercise)", i), Email: fmt.Sprintf("learner%d@example.org", i), Role: "judge", State: "XB", Organisation: "Police of B (exercise)"})
	}
	_, err = n.Learning.Enrol(ctx, trainer, r.Cohort, roster, entry())
	must(err)
	must(n.Learning.Turn(ctx, trainer, r.Cohort, learning.Pre, entry()))
	for _, l := range roster {
		p := who(l.Email)
		a, err := n.Learning.Begin(ctx, p, r.Cohort, entry())
		must(err)
		r.People, r.Attempts = append(r.People, p.ID), append(r.Attempts, a)
	}
	for range pages {
		r.Entries = append(r.Entries, entry())
	}
	b, err := json.Marshal(r)
	must(err)
	must(os.WriteFile(filepath.Join(dir, "room.json"), b, 0o600))
	must(os.WriteFile(saved(dir), nil, 0o600))
}

// BenchmarkHandIn hands tests in, many at once: 2,000 of them are to take ten seconds at most (-benchtime 2000x).
func BenchmarkHandIn(b *testing.B) {
	s := build(b, "sqlite")
	var people []access.Person
	for from := 0; from < b.N; from += 500 {
		var roster []learning.Learner
		for i := from; i < min(b.N, from+500); i++ {
			roster = append(roster, learning.Learner{Name: fmt.Sprintf("Learner %d (exercise)", i), Email: fmt.Sprintf("learner%d@example.org", i), Role: "judge", State: "XB", Organisation: "Police of B (exercise)"})
		}
		links, err := s.Learning.Enrol(ctx, s.trainer(), s.cohort, roster, s.Entry())
		s.must(err)
		s.look(func(tx *db.Tx) error {
			for _, l := range links {
				a, err := access.Find(ctx, tx, l.Person)
				if err != nil {
					return err
				}
				people = append(people, a.Person)
			}
			return nil
		})
	}
	s.turn(learning.Pre)
	var tests []id.ID
	for _, p := range people {
		tests = append(tests, s.begin(p))
	}
	var next atomic.Int64
	b.ResetTimer()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := next.Add(1) - 1
			if err := s.Learning.Submit(ctx, people[i], tests[i], s.Entry()); err != nil {
				b.Error(err)
			}
		}
	})
	b.StopTimer()
	if f := s.figures(); f.Before != b.N {
		b.Errorf("%d of %d tests were handed in", f.Before, b.N)
	}
}
