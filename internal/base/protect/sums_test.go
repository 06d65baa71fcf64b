package protect_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"comity/internal/base/protect"
)

// summed is one table of sums of an invented survey: what it is broken down by.
type summed string

func (v summed) row(p person, first int) int {
	switch v {
	case "region":
		return p.region
	case "other": // the answer to the first question, which may be a protected one
		return first
	}
	return 0
}

func (v summed) rows() int { return map[summed]int{"region": regions, "other": 2, "": 1}[v] }

func (v summed) release(people []person) *protect.Release {
	cells := make([][]protect.Cell, v.rows())
	for i := range cells {
		cells[i] = make([]protect.Cell, 1)
	}
	for _, p := range people {
		row := v.row(p, p.answer[0])
		if row < 0 || p.answer[1] < 0 {
			continue
		}
		cells[row][0].N++
		if p.hidden[1] || v == "other" && p.hidden[0] {
			cells[row][0].Hidden++
		}
	}
	r := &protect.Release{Table: protect.NewTable(v != "other", cells), Item: "b", On: []string{"b"}, Sums: true}
	if v == "other" {
		r.On = append(r.On, "a")
	}
	r.Place = func(who int, answer func(string) string) (int, int, bool) {
		first := -1
		if a := answer("a"); a != "" {
			first = int(a[0] - '0')
		}
		row := v.row(people[who], first)
		return row, 0, row >= 0 && answer("b") != ""
	}
	return r
}

// count is what is printed of each row and of all: how many answered, and their sum.
func (v summed) count(people []person) [][2]int {
	c := make([][2]int, v.rows()+1)
	for _, p := range people {
		if row := v.row(p, p.answer[0]); row >= 0 && p.answer[1] >= 0 {
			for _, i := range []int{row, v.rows()} {
				c[i][0], c[i][1] = c[i][0]+1, c[i][1]+p.answer[1]
			}
		}
	}
	return c
}

// TestC3Sums: the attack of TestC3Attack on sums of numbers, printed with the numbers of answers, beside a table of
// counts of the question by which one of them is broken down.
func TestC3Sums(t *testing.T) {
	const most = 4 // an answer is a number from 0 to 3, and the attacker tries up to this
	r := rand.New(rand.NewPCG(67, 189))
	secrets, told := 0, 0
	for n := range 200 {
		people := invent(r, 8+r.IntN(8), 2, 0.3, 5)
		for i := range people {
			if people[i].answer[1] >= 0 {
				people[i].answer[1] = r.IntN(4)
			}
		}
		s := survey(people, 2)
		s.Domain["b"] = nil
		for i, p := range people {
			if p.answer[1] >= 0 {
				s.Values["b"][i] = strconv.Itoa(p.answer[1])
			}
		}
		counted := view{0, "region", -1, 0}
		first := counted.release(people, 2)
		protect.Policy{}.Release(s, nil, first)
		out, views := []*protect.Release{first}, []summed{"region", "other", ""}
		r.Shuffle(len(views), func(i, j int) { views[i], views[j] = views[j], views[i] })
		for _, v := range views {
			one := v.release(people)
			protect.Policy{}.Release(s, out, one)
			out = append(out, one)
		}
		fits := func(guess []person) bool {
			for i, row := range counted.counts(guess, 2) {
				for j, c := range row {
					if first.Table.Cells[i][j].Flag == protect.Shown && c != counted.counts(people, 2)[i][j] {
						return false
					}
				}
			}
			for k, v := range views {
				was, is := v.count(people), v.count(guess)
				for i, row := range out[k+1].Table.Cells {
					if row[1].Flag == protect.Shown && was[i][0] != is[i][0] || row[0].Flag == protect.Shown && was[i][1] != is[i][1] {
						return false
					}
				}
			}
			return true
		}
		all, open := possibilities(people, []int{2, most + 1}, fits)
		secrets, told = secrets+all, told+all-open
		if all != open {
			t.Errorf("survey %d: %d of %d protected answers can be one thing only", n, all-open, all)
		}
	}
	t.Logf("%d protected answers, %d recovered", secrets, told)
	if secrets < 400 {
		t.Errorf("the attack had %d answers to find: too few to mean anything", secrets)
	}
}

// possibilities tries every set of protected answers, each question's from 0 up, and says how many there are and how
// many of them can be more than one thing.
func possibilities(people []person, values []int, fits func([]person) bool) (all, open int) {
	type at struct{ who, question int }
	var unknown []at
	for i, p := range people {
		for q := range 2 {
			if p.hidden[q] {
				unknown = append(unknown, at{i, q})
			}
		}
	}
	seen := make([]map[int]bool, len(unknown))
	for i := range seen {
		seen[i] = map[int]bool{}
	}
	guess := append([]person(nil), people...)
	var try func(int)
	try = func(i int) {
		if i < len(unknown) {
			for v := range values[unknown[i].question] {
				guess[unknown[i].who].answer[unknown[i].question] = v
				try(i + 1)
			}
			return
		}
		if fits(guess) {
			for i, u := range unknown {
				seen[i][guess[u.who].answer[u.question]] = true
			}
		}
	}
	try(0)
	for _, s := range seen {
		if len(s) > 1 {
			open++
		}
	}
	return len(unknown), open
}
