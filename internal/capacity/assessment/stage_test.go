package assessment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// factor makes a factor and its ratings of a line like "M? · MM! · N": stages from 2, M met, A asserted, P partly, N not
// met, – not applicable, ? not known, ! after an essential one.
func factor(line string) (Factor, map[string]Rating) {
	f, ratings := Factor{Code: "f"}, map[string]Rating{}
	for s, stage := range strings.Split(line, "·") {
		for _, c := range strings.TrimSpace(stage) {
			if c == '!' {
				f.Indicators[len(f.Indicators)-1].Essential = true
				continue
			}
			code := fmt.Sprintf("i%d", len(f.Indicators))
			f.Indicators = append(f.Indicators, Indicator{Code: code, Stage: s + 2, Weight: 1})
			ratings[code] = map[rune]Rating{
				'M': {Met, Document}, 'A': {Met, Asserted}, 'P': {Partly, Document}, 'N': {NotMet, Observed}, '–': {NotApplicable, ""}, '?': {NotKnown, ""},
			}[c]
		}
	}
	return f, ratings
}

func model(rule Rule, f Factor) Model {
	return Model{Rule: rule, Threshold: .75, Stages: []string{"starting", "forming", "working", "steered", "lasting"}, Factors: []Factor{f}}
}

// A1: the seven vectors of the design.
func TestA1Vectors(t *testing.T) {
	for i, c := range []struct {
		rule    Rule
		line    string
		want    string
		vacuous []int
	}{
		{All, "MM · MMP · N", "2 [2, 2], next 2 of 3", nil},
		{All, "M? · MM · NM", "1 [1, 3], next 1 of 2", nil},
		{All, "MA · –– · M · N", "1 [1, 4], next 1 of 2", []int{3}},
		{All, "M · –", "2 [2, 2]", []int{3}},
		{Share, "MMMP · MM?N · NN", "2 [2, 3], next 2 of 4", nil},
		{Share, "MMMP! · MM?N · NN", "1 [1, 1], next 3 of 4", nil},
	} {
		f, ratings := factor(c.line)
		all, err := model(c.rule, f).Assess(ratings)
		if err != nil {
			t.Fatal(err)
		}
		if got := all[0].String(); got != c.want || !slices.Equal(all[0].Vacuous, c.vacuous) {
			t.Errorf("(%d) %s: %s, vacuous %v; want %s, %v", i+1, c.line, got, all[0].Vacuous, c.want, c.vacuous)
		}
	}
	f, ratings := factor("MPN?")
	f.Indicators[0].Weight = 2
	all, err := model(Points, f).Assess(ratings)
	if err != nil {
		t.Fatal(err)
	}
	if p := all[0].Points; p.Value != 62.5 || p.Lower != 50 || p.Upper != 70 || p.Known != 80 || !p.Shown {
		t.Errorf("(7) %+v", p)
	}
	f, ratings = factor("MP??")
	if all, _ = model(Points, f).Assess(ratings); all[0].Points.Shown {
		t.Errorf("half is known, and a score is shown: %+v", all[0].Points)
	}
}

// A2: raising one indicator never lowers a stage, and lower ≤ stage ≤ upper; A4: an assertion never lifts one.
func TestA2A4Monotone(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 4))
	letters := []rune("MAPN–?")
	for range 3_000 {
		var line strings.Builder
		for s := range 4 {
			if s > 0 {
				line.WriteString(" · ")
			}
			for range 1 + r.IntN(4) {
				line.WriteRune(letters[r.IntN(len(letters))])
				if r.IntN(6) == 0 {
					line.WriteRune('!')
				}
			}
		}
		f, ratings := factor(line.String())
		for _, rule := range []Rule{All, Share} {
			m := model(rule, f)
			stand := func() Standing {
				all, err := m.Assess(ratings)
				if err != nil {
					t.Fatal(err)
				}
				return all[0]
			}
			before := stand()
			if before.Lower > before.Stage || before.Stage > before.Upper {
				t.Fatalf("%s: %+v", line.String(), before)
			}
			code := f.Indicators[r.IntN(len(f.Indicators))].Code
			was := ratings[code]
			if was.Value != NotApplicable {
				ratings[code] = Rating{Met, Document}
				if after := stand(); after.Stage < before.Stage || after.Lower < before.Lower {
					t.Fatalf("%s: raising %s from %v lowers %+v to %+v", line.String(), code, was, before, after)
				}
				ratings[code] = Rating{NotMet, Document}
				low := stand()
				ratings[code] = Rating{Met, Asserted}
				if after := stand(); after.Stage > low.Stage {
					t.Fatalf("%s: asserting %s lifts %+v to %+v", line.String(), code, low, after)
				}
			}
			ratings[code] = was
		}
	}
}

// TestRefuses: a rating of nothing, a value that isn't one, a model that can't be.
func TestRefuses(t *testing.T) {
	f, _ := factor("M")
	for want, ratings := range map[string]map[string]Rating{
		`the model has no indicator "x"`: {"x": {Met, Document}}, `i0: there is no value "good"`: {"i0": {"good", Document}}, `i0: there is no basis "hearsay"`: {"i0": {Met, "hearsay"}},
	} {
		if _, err := model(All, f).Assess(ratings); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	twice := f
	twice.Indicators = append(slices.Clone(f.Indicators), f.Indicators[0])
	high := Factor{Indicators: []Indicator{{Code: "a", Stage: 6}}}
	for want, m := range map[string]Model{
		"there is no rule": {Rule: "guess"}, "threshold 0": {Rule: Share}, "stands there twice": model(All, twice), "stage 6, want 2 to 5": model(All, high),
	} {
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestDimensions: the headline of a dimension is its lowest factor, and nothing is averaged.
func TestDimensions(t *testing.T) {
	m := Model{Factors: []Factor{{Code: "a", Dimension: "law"}, {Code: "b", Dimension: "law"}, {Code: "c", Dimension: "courts"}}}
	got := m.Dimensions([]Standing{{Stage: 4}, {Stage: 1}, {Stage: 3}})
	if want := []Dimension{{"law", 1, 4}, {"courts", 3, 3}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// BenchmarkA9 assesses 140 indicators for 40 stakeholders.
func BenchmarkA9(b *testing.B) {
	m := Model{Rule: All, Stages: []string{"1", "2", "3", "4", "5"}}
	ratings := map[string]Rating{}
	for i := range 28 {
		f := Factor{Code: fmt.Sprint("f", i)}
		for j := range 5 {
			code := fmt.Sprintf("f%d.%d", i, j)
			f.Indicators = append(f.Indicators, Indicator{Code: code, Stage: 2 + j%4})
			ratings[code] = []Rating{{Met, Document}, {Partly, Observed}, {NotKnown, ""}}[(i+j)%3]
		}
		m.Factors = append(m.Factors, f)
	}
	for b.Loop() {
		for range 40 {
			if _, err := m.Assess(ratings); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// TestPointsAreSums: the bounds of a score hold its value.
func TestPointsAreSums(t *testing.T) {
	f, ratings := factor("MMPNNPMM")
	all, err := model(Points, f).Assess(ratings)
	if err != nil {
		t.Fatal(err)
	}
	if p := all[0].Points; math.Abs(p.Value-62.5) > 1e-12 || p.Lower != p.Value || p.Upper != p.Value {
		t.Errorf("all known: %+v", p)
	}
}
