package learning_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/capacity/learning"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// laptop makes a node of its own that the school's trusts, with the cohort given to it.
func (s *school) laptop(kind, name string) *school {
	s.t.Helper()
	l := &school{t: s.t, now: s.now, cohort: s.cohort, told: map[id.ID]bool{}}
	l.Node = nodetest.New(s.t, name, nodetest.Options{Kind: kind, Now: func() time.Time { return *l.now }})
	nodetest.Meet(s.t, s.Node, l.Node)
	s.must(s.Learning.Give(ctx, s.trainer(), s.cohort, l.Self.Node(), s.Entry()))
	nodetest.Eventually(s.t, "the field pack comes to "+name, func() bool {
		n := 0
		l.look(func(tx *db.Tx) error { list, err := learning.Cohorts(ctx, tx); n = len(list); return err })
		return n == 1
	})
	return l
}

// sits has the i-th learner take the test that is open on this node, with so many of the three numbers right.
func (s *school) sits(i, right int) id.ID {
	s.t.Helper()
	var who access.Person
	s.look(func(tx *db.Tx) error {
		a, err := access.FindLogin(ctx, tx, fmt.Sprintf("learner%d@example.org", i))
		who = a.Person
		return err
	})
	a := s.begin(who)
	for n, x := range [][3]string{{"identifiers", "shared", "1024"}, {"court", "zone", "20"}} {
		if n < right {
			s.must(s.Learning.Save(ctx, who, a, x[0], url.Values{x[1]: {x[2]}}, s.Entry()))
		}
	}
	s.must(s.Learning.Submit(ctx, who, a, s.Entry()))
	return a
}

func (s *school) turn(slot string) {
	s.t.Helper()
	s.must(s.Learning.Turn(ctx, s.trainer(), s.cohort, slot, s.Entry()))
}

// home sends the laptop's results and waits for the school's receipt, whose refusal it returns.
func (s *school) home(l *school) string {
	s.t.Helper()
	s.must(l.Learning.Home(ctx, l.trainer(), s.cohort, l.Entry()))
	return l.settled()
}

// settled waits until every message that this node sent has its receipt, and returns what the
// receipts refuse that came since it was last asked.
func (s *school) settled() (refused string) {
	s.t.Helper()
	nodetest.Eventually(s.t, "the receipts", func() bool {
		var waiting int
		s.look(func(tx *db.Tx) error {
			return tx.Row(ctx, `SELECT COUNT(*) FROM message WHERE direction = 'out' AND kind = 'record' AND receipt_message = ''`).Scan(&waiting)
		})
		return waiting == 0
	})
	s.look(func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id, trouble FROM message WHERE direction = 'out' AND kind = 'record' ORDER BY id`)
		_, err = db.Collect(rows, err, func(scan db.Scan) (n id.ID, err error) {
			var trouble string
			err = scan(&n, &trouble)
			if !s.told[n] {
				refused += trouble
			}
			s.told[n] = true
			return n, err
		})
		return err
	})
	return refused
}

func (s *school) sum() (sum canonical.Hash) {
	s.t.Helper()
	s.look(func(tx *db.Tx) (err error) { sum, err = learning.Sum(ctx, tx, s.cohort); return err })
	return sum
}

func (s *school) figures() (f learning.Figures) {
	s.t.Helper()
	s.look(func(tx *db.Tx) error {
		list, err := learning.Cohorts(ctx, tx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(k learning.Cohort) bool { return k.ID == s.cohort })
		f, err = s.Learning.Figures(ctx, tx, list[at])
		return err
	})
	return f
}

// L7: a laptop takes 28 people through both tests without the school; what comes home gives the same figures as the same
// tests taken there.
func TestL7Laptop(t *testing.T) {
	each(t, func(t *testing.T, s *school) {
		s.enrol(28)
		l := s.laptop("sqlite", "XB")
		s.fails(l.Learning.Freeze(ctx, l.trainer(), s.cohort, l.Entry()), "Another node leads this cohort.")
		_, err := l.Learning.Enrol(ctx, l.trainer(), s.cohort, nil, l.Entry())
		s.fails(err, "Another node leads this cohort.")
		s.fails(l.Learning.Home(ctx, l.trainer(), s.cohort, l.Entry()), "No test was handed in here yet")
		s.fails(s.Learning.Home(ctx, s.trainer(), s.cohort, s.Entry()), "This cohort is led here")
		links, err := l.Learning.Links(ctx, l.trainer(), s.cohort, l.Entry())
		s.must(err)
		if len(links) != 28 || links[0].Token == "" {
			t.Errorf("%d links on paper, the first %+v", len(links), links[0])
		}
		for _, n := range []*school{l, s} { // the same tests on the laptop and, in another cohort of the same people, at home
			if n == s {
				s.cohort, err = s.Learning.Open(ctx, s.trainer(), learning.Cohort{Title: "The same on line (exercise)", Course: "evidence-across-borders", Form: "a", Minutes: 60}, s.Entry())
				s.must(err)
				s.enrol(28)
			}
			for _, slot := range []string{learning.Pre, learning.Post} {
				n.turn(slot)
				for i := range 28 {
					n.sits(i, i%3*map[string]int{learning.Pre: 0, learning.Post: 1}[slot])
				}
			}
		}
		online := s.figures()
		s.cohort = l.cohort
		if refused := s.home(l); refused != "" {
			t.Fatal(refused)
		}
		if got := s.figures(); fmt.Sprint(got) != fmt.Sprint(online) || got.Pairs != 28 || got.Gain.Mean == 0 {
			t.Errorf("figures of the laptop %+v\non line %+v", got, online)
		}
		before := s.sum()
		if refused := s.home(l); refused != "" || s.sum() != before {
			t.Errorf("sent again: %q, the sum went from %s to %s", refused, before, s.sum())
		}
		site := s.Site(t, nodetest.Slice{Routes: s.Learning.Routes, Pages: learning.Pages(), Words: learning.Words()[0]})
		if a := site.As("trainer").Get("/capacity/cohorts/" + string(s.cohort)); !strings.Contains(a.Text(), "Central Authority of XB (exercise)") || strings.Contains(a.Text(), "Not yet") {
			t.Errorf("the page doesn't say what came from where: %s", a.Text())
		}
		s.must(s.Learning.Close(ctx, s.trainer(), s.cohort, s.Entry()))
		s.must(s.Learning.Freeze(ctx, s.trainer(), s.cohort, s.Entry()))
		if refused := s.home(l); !strings.Contains(refused, "not-allowed") {
			t.Errorf("results after the baseline was frozen: %q", refused)
		}
	})
}

// L8: two laptops, in either order and each twice, leave the same sum. Of a person who sat on both, neither test counts
// until somebody chooses.
func TestL8EitherOrder(t *testing.T) {
	each(t, func(t *testing.T, s *school) {
		s.enrol(8)
		s.turn(learning.Pre)
		a, b := s.laptop("sqlite", "XB"), s.laptop("sqlite", "XC")
		var brought [2][][]byte
		for n, l := range []*school{a, b} {
			l.turn(learning.Pre)
			for i := 3 * n; i < 5+3*n; i++ { // 3 and 4 sit on both
				l.sits(i, 1+i%2)
			}
			l.look(func(tx *db.Tx) (err error) { brought[n], err = learning.Lines(ctx, tx, s.cohort); return err })
		}
		back := errors.New("back")
		after := func(order ...int) (sum canonical.Hash) {
			err := s.DB.Writer.Write(ctx, func(tx *db.Tx) error {
				for _, n := range order {
					if err := s.Learning.Merge(ctx, tx, s.cohort, []*school{a, b}[n].Self.Node(), brought[n]); err != nil {
						return err
					}
				}
				var err error
				if sum, err = learning.Sum(ctx, tx, s.cohort); err != nil {
					return err
				}
				return back
			})
			if !errors.Is(err, back) {
				t.Fatal(err)
			}
			return sum
		}
		want := after(0, 1)
		for _, order := range [][]int{{1, 0}, {0, 0, 1, 1}, {1, 0, 1, 0}, {0, 1, 0, 0}} {
			if got := after(order...); got != want {
				t.Errorf("in the order %v the sum is %s, want %s", order, got, want)
			}
		}
		if one := after(0); one == want {
			t.Error("the sum of one laptop is that of both")
		}
		for _, l := range []*school{b, a, b} {
			if refused := s.home(l); refused != "" {
				t.Fatal(refused)
			}
		}
		if got := s.sum(); got != want {
			t.Errorf("through envelopes the sum is %s, want %s", got, want)
		}
		if f := s.figures(); f.Before != 6 {
			t.Errorf("%d tests count, want the six that nobody disputes", f.Before)
		}
		var open []learning.Dispute
		s.look(func(tx *db.Tx) (err error) { open, err = learning.Disputes(ctx, tx, s.cohort); return err })
		if len(open) != 2 || len(open[0].Records) != 2 {
			t.Fatalf("disputes: %+v", open)
		}
		site := s.Site(t, nodetest.Slice{Routes: s.Learning.Routes, Pages: learning.Pages(), Words: learning.Words()[0]})
		at := "/capacity/cohorts/" + string(s.cohort)
		if a := site.As("trainer").Get(at); !strings.Contains(a.Text(), "2 records of one person differ") {
			t.Errorf("nobody is told: %s", a.Text())
		}
		chosen := open[0].Records[1]
		if a := site.As("trainer").Post(at+"/resolve", url.Values{"entry": {string(s.Entry())}, "record": {string(chosen.Attempt) + " " + string(chosen.Sum)}}); a.Status != 303 {
			t.Errorf("choosing: %d %s", a.Status, a.Text())
		}
		s.fails(s.Learning.Resolve(ctx, s.trainer(), s.cohort, chosen.Attempt, chosen.Sum, s.Entry()), "There is nothing to choose any more")
		decided := s.sum()
		s.home(a)
		s.home(b)
		if got := s.sum(); got != decided {
			t.Errorf("after the choice, sent again: the sum went from %s to %s", decided, got)
		}
		if f := s.figures(); f.Before != 7 {
			t.Errorf("%d tests count, want seven after one choice", f.Before)
		}
	})
}

// TestStrangeResults: a test of a node to which the cohort wasn't given, of nobody in the cohort, changed on its way, or with a
// clock that is wrong.
func TestStrangeResults(t *testing.T) {
	each(t, func(t *testing.T, s *school) {
		s.enrol(3)
		l := s.laptop("sqlite", "XB")
		l.turn(learning.Pre)
		a := l.sits(0, 2)
		sql := func(n *school, text string, args ...any) {
			t.Helper()
			s.must(n.DB.Writer.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, text, args...); return err }))
		}
		sql(s, `UPDATE cohort_given SET node = ? WHERE cohort_id = ?`, s.Self.Node(), s.cohort)
		if refused := s.home(l); !strings.Contains(refused, "not-allowed") {
			t.Errorf("from a node without the cohort: %q", refused)
		}
		sql(s, `UPDATE cohort_given SET node = ? WHERE cohort_id = ?`, l.Self.Node(), s.cohort)
		var line []byte
		l.look(func(tx *db.Tx) error {
			all, err := learning.Lines(ctx, tx, s.cohort)
			line = all[0]
			return err
		})
		for what, x := range map[string][2]string{
			"nobody has the place": {enrolmentIn(t, line), string(s.Entry())}, "JSON": {"{", "{ "}, "in state": {`"state":"submitted"`, `"state":"disputed"`},
		} {
			bad := []byte(strings.Replace(string(line), x[0], x[1], 1))
			err := s.DB.Writer.Write(ctx, func(tx *db.Tx) error {
				return s.Learning.Merge(ctx, tx, s.cohort, l.Self.Node(), [][]byte{bad})
			})
			if err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "attempts.jsonl: line 1") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if f := s.figures(); f.Before != 0 {
			t.Errorf("%d tests were taken in", f.Before)
		}
		// Changed on the laptop after it came home: both are kept, neither counts.
		if refused := s.home(l); refused != "" {
			t.Fatal(refused)
		}
		sql(l, `UPDATE test_attempt SET answers = (SELECT answers FROM test_attempt WHERE id = ?), submitted = ? WHERE id = ?`, a, s.now.Add(time.Second), a)
		if refused := s.home(l); refused != "" {
			t.Fatal(refused)
		}
		if f := s.figures(); f.Before != 0 {
			t.Error("a test of which two records differ counts")
		}
		// A clock that is an hour slow.
		*s.now = s.now.Add(-time.Hour)
		l.sits(1, 1)
		*s.now = s.now.Add(time.Hour)
		if refused := s.home(l); refused != "" {
			t.Fatal(refused)
		}
		site := s.Site(t, nodetest.Slice{Routes: s.Learning.Routes, Pages: learning.Pages(), Words: learning.Words()[0]})
		if a := site.As("trainer").Get("/capacity/cohorts/" + string(s.cohort)); !strings.Contains(a.Text(), "times of day are doubtful") {
			t.Errorf("the page doesn't say that the clock was wrong: %s", a.Text())
		}
	})
}

// enrolmentIn returns whose test a line is.
func enrolmentIn(t *testing.T, line []byte) string {
	t.Helper()
	var r struct{ Enrolment string }
	if err := json.Unmarshal(line, &r); err != nil || r.Enrolment == "" {
		t.Fatal(err, string(line))
	}
	return r.Enrolment
}

// BenchmarkMerge merges two laptops of 5,000 tests each into a cohort of as many.
func BenchmarkMerge(b *testing.B) {
	s := build(b, "sqlite")
	people := manyPlaces(s, 5000)
	halves := [][][]byte{s.tests(people, learning.Pre), s.tests(people, learning.Post)}
	back := errors.New("back")
	for b.Loop() {
		err := s.DB.Writer.Write(ctx, func(tx *db.Tx) error {
			for _, half := range halves {
				if err := s.Learning.Merge(ctx, tx, s.cohort, s.Self.Node(), half); err != nil {
					return err
				}
			}
			return back
		})
		if !errors.Is(err, back) {
			b.Fatal(err)
		}
	}
}

// manyPlaces writes so many places of one person of the house into the cohort.
func manyPlaces(s *school, n int) (all []id.ID) {
	s.t.Helper()
	s.must(s.DB.Writer.Write(ctx, func(tx *db.Tx) error {
		all = nil
		for range n {
			e := s.Entry()
			if _, err := tx.Exec(ctx, `INSERT INTO enrolment (id, cohort_id, person_id, role, state, organisation_id, at) VALUES (?, ?, ?, 'judge', 'XB', '', ?)`, e, s.cohort, e, *s.now); err != nil {
				return err
			}
			all = append(all, e)
		}
		return nil
	}))
	return all
}

// tests makes a test of each place, as it travels.
func (s *school) tests(of []id.ID, slot string) (all [][]byte) {
	at := db.Stamp(*s.now)
	var ids []id.ID
	for range of {
		ids = append(ids, s.Entry())
	}
	slices.Sort(ids) // as a laptop sends them
	for i, e := range of {
		all = append(all, fmt.Appendf(nil, `{"answers":{"format":"comity/answers/1","shared":"%d","zone":"20"},"deadline":%q,"enrolment":%q,"id":%q,"slot":%q,"started":%q,"state":"submitted","submitted":%q}`,
			1020+i%5, at, e, ids[i], slot, at, at))
	}
	return all
}
