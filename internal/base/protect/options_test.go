package protect_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"comity/internal/base/protect"
)

// chooser is a respondent of an invented survey with one question to which several answers can be given, at least one.
type chooser struct {
	region int
	chose  int // bits
	hidden bool
}

var letters = []string{"a", "b", "c"}

func written(chose int) string {
	var all []string
	for i, l := range letters {
		if chose&(1<<i) != 0 {
			all = append(all, l)
		}
	}
	return strings.Join(all, " ")
}

// optionView is a table of one option, by region or not, for one region (−1 for all).
type optionView struct {
	option   int
	byRegion bool
	only     int
}

func (v optionView) stand(p chooser) (row, col int, ok bool) {
	if v.byRegion {
		row = p.region
	}
	return row, 1 - p.chose>>v.option&1, v.only < 0 || p.region == v.only
}

func (v optionView) counts(people []chooser) [][]int {
	rows := 1
	if v.byRegion {
		rows = 2
	}
	c := make([][]int, rows+1)
	for i := range c {
		c[i] = make([]int, 3)
	}
	for _, p := range people {
		if row, col, ok := v.stand(p); ok {
			for _, i := range []int{row, rows} {
				c[i][col]++
				c[i][2]++
			}
		}
	}
	return c
}

func (v optionView) release(people []chooser) *protect.Release {
	counts := v.counts(people)
	cells := make([][]protect.Cell, len(counts)-1)
	for i := range cells {
		cells[i] = []protect.Cell{{N: counts[i][0]}, {N: counts[i][1]}}
	}
	for _, p := range people {
		if row, col, ok := v.stand(p); ok && p.hidden {
			cells[row][col].Hidden++
		}
	}
	place := func(who int, answer func(string) string) (int, int, bool) {
		p := people[who]
		p.chose = 0
		for _, l := range strings.Fields(answer("acts")) {
			p.chose |= 1 << slices.Index(letters, l)
		}
		return v.stand(p)
	}
	return &protect.Release{Table: protect.NewTable(true, cells), Item: "acts=" + letters[v.option], On: []string{"acts"}, Place: place}
}

// TestC3SeveralAnswers: of a question with several answers, of which each respondent gives one at least, no option of an
// answer that was to be shown in sums only can be found by whoever tries every possibility for all options together.
// Where most chose one of two, whoever is known not to have chosen the one has chosen the other.
func TestC3SeveralAnswers(t *testing.T) {
	for _, c := range []struct {
		name  string
		sets  []int // what is chosen, as often as it stands here
		views []optionView
	}{
		{"three", []int{1, 2, 3, 4, 5, 6, 7}, []optionView{{0, true, -1}, {1, true, -1}, {2, true, -1}, {0, false, 0}, {1, false, -1}, {2, false, 1}}},
		{"mostly one of three", []int{1, 2, 4, 1, 2, 4, 3}, []optionView{{0, true, -1}, {1, true, -1}, {2, true, -1}, {0, false, 0}, {1, false, -1}, {2, false, 1}}},
		{"mostly one of two", []int{1, 2, 3, 1, 2}, []optionView{{0, true, -1}, {1, true, -1}, {0, false, 0}, {1, false, -1}}},
	} {
		t.Run(c.name, func(t *testing.T) { attackOptions(t, c.sets, c.views) })
	}
}

func attackOptions(t *testing.T, sets []int, views []optionView) {
	t.Helper()
	options := letters
	if !slices.ContainsFunc(sets, func(set int) bool { return set > 3 }) {
		options = letters[:2]
	}
	r := rand.New(rand.NewPCG(4, 4))
	kept, all, secrets := 0, 0, 0
	for n := range 250 {
		people := make([]chooser, 6+r.IntN(7))
		hidden := 0
		for i := range people {
			people[i] = chooser{r.IntN(2), sets[r.IntN(len(sets))], hidden < 5 && r.Float64() < 0.5}
			if people[i].hidden {
				hidden++
			}
		}
		s := &protect.Survey{Values: map[string][]string{}, Hidden: map[string][]bool{}, Domain: map[string][]string{}, Options: map[string][]string{"acts": options}}
		for _, p := range people {
			s.Values["acts"], s.Hidden["acts"] = append(s.Values["acts"], written(p.chose)), append(s.Hidden["acts"], p.hidden)
		}
		views := slices.Clone(views)
		r.Shuffle(len(views), func(i, j int) { views[i], views[j] = views[j], views[i] })
		var out []*protect.Release
		for _, v := range views {
			one := v.release(people)
			protect.Policy{}.Release(s, out, one)
			out = append(out, one)
			k, a := countShown(one.Table)
			kept, all = kept+k, all+a
		}
		secrets += findOptions(t, n, people, options, views, out)
	}
	t.Logf("%d options of hidden answers in 250 surveys, none recovered; %d of %d counts shown", secrets, kept, all)
	if secrets < 1_000 || kept*10 < all {
		t.Errorf("the attack had %d options to find and %d of %d counts to go by: too few to mean anything", secrets, kept, all)
	}
}

// findOptions tries every possible set of hidden answers against what is published.
func findOptions(t *testing.T, n int, people []chooser, options []string, views []optionView, out []*protect.Release) int {
	t.Helper()
	var unknown []int
	for i, p := range people {
		if p.hidden {
			unknown = append(unknown, i)
		}
	}
	var published [][][]int
	for _, v := range views {
		published = append(published, v.counts(people))
	}
	could := make([]int, len(unknown)) // bits: 1<<option is chosen in a possible world, 8<<option isn't
	guess := slices.Clone(people)
	var try func(int)
	try = func(i int) {
		if i < len(unknown) {
			for set := 1; set < 1<<len(options); set++ {
				guess[unknown[i]].chose = set
				try(i + 1)
			}
			return
		}
		for k, v := range views {
			got := v.counts(guess)
			for a, row := range out[k].Table.Cells {
				for b, c := range row {
					if c.Flag == protect.Shown && got[a][b] != published[k][a][b] {
						return
					}
				}
			}
		}
		for k, who := range unknown {
			could[k] |= guess[who].chose | (7&^guess[who].chose)<<3
		}
	}
	try(0)
	for k, who := range unknown {
		for o, l := range options {
			if could[k]&(1<<o) == 0 || could[k]&(8<<o) == 0 {
				t.Errorf("survey %d: whether respondent %d chose %s can be told", n, who, l)
			}
		}
	}
	return len(unknown) * len(options)
}
