package protect_test

import (
	"math/rand/v2"
	"testing"

	"comity/internal/base/protect"
)

// person is a respondent of an invented survey, as the attacker's own program knows it: nothing here is shared with the
// code under test but the flags that it sets.
type person struct {
	region, kind int
	answer       [2]int // to two questions; −1 is none
	hidden       [2]bool
}

const (
	regions = 3
	kinds   = 2
)

// view is one table that could be published: a question by something, for some.
type view struct {
	question int
	by       string // "region", "kind", "other" (the other question) or "" for the whole
	only     int    // a kind, −1 for all
	where    int    // one more than the answer to the other question that they have given, 0 for all
}

func (v view) rows(options int) int {
	return map[string]int{"region": regions, "kind": kinds, "other": options, "": 1}[v.by]
}

func (v view) stand(p person) (row, col int, ok bool) {
	col = p.answer[v.question]
	switch v.by {
	case "region":
		row = p.region
	case "kind":
		row = p.kind
	case "other":
		row = p.answer[1-v.question]
	}
	chosen := (v.only < 0 || p.kind == v.only) && (v.where == 0 || p.answer[1-v.question] == v.where-1)
	return row, col, row >= 0 && col >= 0 && chosen
}

// counts is the table with its sums.
func (v view) counts(people []person, options int) [][]int {
	rows := v.rows(options)
	c := make([][]int, rows+1)
	for i := range c {
		c[i] = make([]int, options+1)
	}
	for _, p := range people {
		if row, col, ok := v.stand(p); ok {
			c[row][col]++
			c[row][options]++
			c[rows][col]++
			c[rows][options]++
		}
	}
	return c
}

func (v view) sensitive(p person) bool {
	return p.hidden[v.question] || v.other() && p.hidden[1-v.question]
}

// other reports that the table depends on answers to the other question.
func (v view) other() bool { return v.by == "other" || v.where > 0 }

func (v view) release(people []person, options int) *protect.Release {
	rows := make([][]protect.Cell, v.rows(options))
	for i := range rows {
		rows[i] = make([]protect.Cell, options)
	}
	for _, p := range people {
		if row, col, ok := v.stand(p); ok {
			rows[row][col].N++
			if v.sensitive(p) {
				rows[row][col].Hidden++
			}
		}
	}
	name := []string{"a", "b"}
	r := &protect.Release{Table: protect.NewTable(!v.other(), rows), Item: name[v.question], On: []string{name[v.question]}}
	r.Table.Part = v.where > 0
	if v.other() {
		r.On = append(r.On, name[1-v.question])
	}
	r.Place = func(who int, answer func(string) string) (int, int, bool) {
		p := people[who]
		for q := range name {
			p.answer[q] = -1
			if a := answer(name[q]); a != "" {
				p.answer[q] = int(a[0] - '0')
			}
		}
		return v.stand(p)
	}
	return r
}

func survey(people []person, options int) *protect.Survey {
	s := &protect.Survey{Values: map[string][]string{}, Hidden: map[string][]bool{}, Domain: map[string][]string{}}
	for q, name := range []string{"a", "b"} {
		for _, p := range people {
			v := ""
			if p.answer[q] >= 0 {
				v = string(rune('0' + p.answer[q]))
			}
			s.Values[name], s.Hidden[name] = append(s.Values[name], v), append(s.Hidden[name], p.hidden[q])
		}
		for o := range options {
			s.Domain[name] = append(s.Domain[name], string(rune('0'+o)))
		}
	}
	return s
}

func invent(r *rand.Rand, n, options int, hidden float64, most int) []person {
	people := make([]person, n)
	secrets := 0
	for i := range people {
		people[i] = person{region: r.IntN(regions), kind: r.IntN(kinds)}
		for q := range 2 {
			people[i].answer[q] = r.IntN(options)
			if r.Float64() < 0.1 {
				people[i].answer[q] = -1
			}
			if people[i].answer[q] >= 0 && r.Float64() < hidden && secrets < most {
				people[i].hidden[q] = true
				secrets++
			}
		}
	}
	return people
}

func allViews() []view {
	return []view{{0, "region", -1, 0}, {0, "kind", -1, 0}, {0, "region", 1, 0}, {1, "region", -1, 0}, {0, "other", -1, 0}, {1, "", 0, 0}, {1, "other", -1, 0}}
}

// filteredViews are tables for those who gave some answer to the other question, beside such for all.
func filteredViews() []view {
	return []view{{0, "region", -1, 0}, {0, "region", -1, 1}, {0, "", -1, 2}, {1, "", -1, 1}, {1, "kind", -1, 2}, {1, "region", 1, 0}, {0, "other", -1, 0}}
}

// TestC3Attack: whoever knows who answered, every answer given with a name and all published tables, and tries every
// possibility, finds no answer that was to be shown in sums only, in 200 invented surveys; nor where the tables are for
// those only who gave an answer that may itself be shown in sums only.
func TestC3Attack(t *testing.T) {
	t.Run("for all", func(t *testing.T) { attackAll(t, rand.New(rand.NewPCG(20, 13)), allViews) })
	t.Run("filtered", func(t *testing.T) { attackAll(t, rand.New(rand.NewPCG(20, 26)), filteredViews) })
}

func attackAll(t *testing.T, r *rand.Rand, tables func() []view) {
	kept, all, secrets := 0, 0, 0
	for n := range 200 {
		options := 2 + n%2
		people := invent(r, 6+r.IntN(9), options, 0.4, 8-n%2*2)
		s := survey(people, options)
		views := tables()
		r.Shuffle(len(views), func(i, j int) { views[i], views[j] = views[j], views[i] })
		var out []*protect.Release
		for _, v := range views {
			one := v.release(people, options)
			protect.Policy{}.Release(s, out, one)
			out = append(out, one)
			k, a := countShown(one.Table)
			kept, all = kept+k, all+a
		}
		secrets += attack(t, n, people, options, views, out)
	}
	t.Logf("%d hidden answers in 200 surveys, none recovered; %d of %d counts shown", secrets, kept, all)
	if secrets < 500 || kept*10 < all {
		t.Errorf("the attack had %d answers to find and %d of %d counts to go by: too few to mean anything", secrets, kept, all)
	}
}

func countShown(t *protect.Table) (shown, all int) {
	for _, row := range t.Cells {
		for _, c := range row {
			if all++; c.Flag == protect.Shown {
				shown++
			}
		}
	}
	return shown, all
}

// attack tries every possible set of hidden answers against what is published.
func attack(t *testing.T, n int, people []person, options int, views []view, out []*protect.Release) int {
	t.Helper()
	type at struct{ who, question int }
	var unknown []at
	for i, p := range people {
		for q := range 2 {
			if p.hidden[q] {
				unknown = append(unknown, at{i, q})
			}
		}
	}
	published := make([][][]int, len(views))
	for i, v := range views {
		published[i] = v.counts(people, options)
	}
	possible := make([]map[int]bool, len(unknown))
	for i := range possible {
		possible[i] = map[int]bool{}
	}
	guess := append([]person(nil), people...)
	var try func(int)
	try = func(i int) {
		if i < len(unknown) {
			for v := range options {
				guess[unknown[i].who].answer[unknown[i].question] = v
				try(i + 1)
			}
			return
		}
		for i, v := range views {
			got := v.counts(guess, options)
			for a, row := range out[i].Table.Cells {
				for b, c := range row {
					if c.Flag == protect.Shown && got[a][b] != published[i][a][b] {
						return
					}
				}
			}
		}
		for i, u := range unknown {
			possible[i][guess[u.who].answer[u.question]] = true
		}
	}
	try(0)
	for i, u := range unknown {
		if len(possible[i]) < 2 {
			t.Errorf("survey %d: the answer of respondent %d to question %d can only be %v", n, u.who, u.question, possible[i])
		}
	}
	return len(unknown)
}

// TestC3Utility: where no answer is sensitive all counts are shown (80 % is asked for). Where three in a hundred are, and
// seven tables that lie within each other are published of 69 respondents, more than half still are.
func TestC3Utility(t *testing.T) {
	r := rand.New(rand.NewPCG(65, 230))
	for _, c := range []struct {
		hidden float64
		least  int // percent
	}{{0, 100}, {0.03, 55}} {
		kept, all := 0, 0
		for range 30 {
			people := invent(r, 69, 2, c.hidden, 1000)
			s := survey(people, 2)
			var out []*protect.Release
			for _, v := range allViews() {
				one := v.release(people, 2)
				protect.Policy{}.Release(s, out, one)
				out = append(out, one)
				k, a := countShown(one.Table)
				kept, all = kept+k, all+a
			}
		}
		if t.Logf("%.0f %% sensitive: %d of %d counts shown", 100*c.hidden, kept, all); kept*100 < c.least*all {
			t.Errorf("with %.0f %% of the answers sensitive %d of %d counts are shown, want %d %%", 100*c.hidden, kept, all, c.least)
		}
	}
}

// TestReleaseAcrossTables: a table for one kind of respondent lies within one for all; the second hides what the two
// would give together.
func TestReleaseAcrossTables(t *testing.T) {
	people := []person{{0, 0, [2]int{0, -1}, [2]bool{true}}}
	for i := range 9 {
		people = append(people, person{0, 1, [2]int{i % 2, -1}, [2]bool{}})
	}
	s := survey(people, 2)
	whole, part := view{0, "", -1, 0}.release(people, 2), view{0, "", 1, 0}.release(people, 2)
	protect.Policy{}.Release(s, nil, part)
	if k, all := countShown(part.Table); k != all {
		t.Errorf("the table without the hidden answer shows %d of %d counts", k, all)
	}
	protect.Policy{}.Release(s, []*protect.Release{part}, whole)
	if whole.Table.Cells[0][0].Flag == protect.Shown || whole.Table.Cells[0][1].Flag == protect.Shown {
		t.Errorf("the whole beside the part shows %s: one subtraction gives the hidden answer", shown(whole.Table))
	}
	if got := protect.Exposed(s, []*protect.Release{part, whole}, "a"); len(got) != 0 {
		t.Errorf("Exposed = %v, want nobody", got)
	}
}
