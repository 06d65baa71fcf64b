package workshop

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Teams divides the people who have a seat into n teams that mix States and professions: each in turn goes to the team
// that has the fewest of their State, of these to the one with the fewest of their profession, of these to the smallest.
// The same seed and people give the same teams.
func Teams(seats []Seat, n int, seed uint64) [][]Seat {
	var in []Seat
	for _, s := range seats {
		if s.Status == Accepted || s.Status == Attended {
			in = append(in, s)
		}
	}
	n = min(n, len(in))
	if n < 1 {
		return nil
	}
	slices.SortFunc(in, func(a, b Seat) int { return cmp.Compare(a.ID, b.ID) })
	r := rand.New(rand.NewPCG(seed, uint64(len(in))))
	r.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
	order := map[string]int{} // States in the order in which the seed brings them
	for _, s := range in {
		if _, ok := order[s.State]; !ok {
			order[s.State] = len(order)
		}
	}
	// The people of one State come one after the other, each profession together: so the second State's prosecutors find
	// the teams to which the first one's investigators went.
	slices.SortStableFunc(in, func(a, b Seat) int {
		return cmp.Or(cmp.Compare(order[a.State], order[b.State]), cmp.Compare(a.Role, b.Role))
	})
	teams := make([][]Seat, n)
	for _, s := range in {
		best := 0
		for i := range teams {
			if slices.Compare(alike(teams[i], s), alike(teams[best], s)) < 0 {
				best = i
			}
		}
		teams[best] = append(teams[best], s)
	}
	return teams
}

// alike counts those of the same State, of the same profession, and all.
func alike(team []Seat, s Seat) []int {
	n := []int{0, 0, len(team)}
	for _, t := range team {
		if t.State == s.State {
			n[0]++
		}
		if t.Role == s.Role {
			n[1]++
		}
	}
	return n
}
