package learning_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// school is a node with a cohort and its people, and a clock that the test moves.
type school struct {
	*nodetest.Node
	t      testing.TB
	now    *time.Time
	cohort id.ID
	told   map[id.ID]bool // messages whose receipt was looked at
}

var ctx = context.Background()

func each(t *testing.T, f func(t *testing.T, s *school)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(t, build(t, kind)) })
	}
}

func build(t testing.TB, kind string) *school {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Millisecond)
	s := &school{t: t, now: &now}
	s.Node = nodetest.New(t, "XA", nodetest.Options{Kind: kind, Now: func() time.Time { return now }})
	for _, o := range []organisation.Organisation{
		{Kind: organisation.Police, State: "XB", Name: "Police of B (exercise)"}, {Kind: organisation.Bank, State: "XC", Name: "Bank of C (exercise)"},
	} {
		_, err := s.Organisations.Enter(ctx, s.As("manager"), o, s.Entry())
		s.must(err)
	}
	var err error
	s.cohort, err = s.Learning.Open(ctx, s.As("trainer"), learning.Cohort{Title: "East (exercise)", Course: "evidence-across-borders", Form: "a", Minutes: 60}, s.Entry())
	s.must(err)
	return s
}

func (s *school) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *school) fails(err error, sentence string) {
	s.t.Helper()
	said, args := errs.Said(err)
	for k, v := range args {
		said = strings.ReplaceAll(said, "{"+k+"}", v)
	}
	for _, f := range errs.Fields(err) {
		c := f.Code
		for k, v := range f.Args {
			c = strings.ReplaceAll(c, "{"+k+"}", v)
		}
		said += c + "\n"
	}
	if err == nil || !strings.Contains(said, sentence) {
		s.t.Errorf("%v says %q, want %q", err, said, sentence)
	}
}

func (s *school) look(f func(tx *db.Tx) error) {
	s.t.Helper()
	s.must(s.DB.Reader.Read(ctx, db.House("test"), f))
}

// trainer has shown a factor just now.
func (s *school) trainer() access.Person {
	p := s.As("trainer")
	p.Confirmed = s.now.Add(-time.Second)
	return p
}

// enrol takes n people of Exercise State B into the cohort, and returns them.
func (s *school) enrol(n int) []access.Person {
	s.t.Helper()
	var roster []learning.Learner
	for i := range n {
		roster = append(roster, learning.Learner{Name: fmt.Sprintf("Learner %d (exercise)", i), Email: fmt.Sprintf("learner%d@example.org", i),
			Role: []string{"investigator", "investigator", "prosecutor", "prosecutor"}[i%4], State: "XB", Organisation: "Police of B (exercise)"})
	}
	links, err := s.Learning.Enrol(ctx, s.trainer(), s.cohort, roster, s.Entry())
	s.must(err)
	var people []access.Person
	s.look(func(tx *db.Tx) error {
		for _, l := range links {
			a, err := access.Find(ctx, tx, l.Person)
			if err != nil {
				return err
			}
			people = append(people, a.Person)
			s.People[access.Role(l.Email)] = a.Person
		}
		return nil
	})
	return people
}

func (s *school) begin(who access.Person) id.ID {
	s.t.Helper()
	a, err := s.Learning.Begin(ctx, who, s.cohort, s.Entry())
	s.must(err)
	return a
}
