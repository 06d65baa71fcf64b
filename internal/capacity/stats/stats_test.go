package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var (
	sleepPre  = []float64{.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0, 2} // Student 1908
	sleepPost = []float64{1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	handPre   = []float64{10, 12, 9, 14, 11, 13, 8, 11} // computed by hand, of 20
	handPost  = []float64{14, 15, 12, 18, 14, 17, 13, 13}
	// invented: 28 persons, of 36; in each four of a State the first two are investigators
	eastPre  = []float64{18, 22, 14, 16, 20, 25, 12, 17, 15, 19, 21, 13, 24, 17, 16, 20, 11, 23, 18, 15, 19, 14, 22, 18, 26, 16, 13, 17}
	eastPost = []float64{29, 31, 25, 28, 30, 34, 22, 29, 27, 28, 33, 21, 35, 29, 24, 31, 20, 33, 30, 26, 28, 27, 32, 29, 36, 28, 12, 17}

	kr = rows("111111", "111110", "111011", "111100", "110110", "101100", "110100", "110000", "100010", "000001")
	gr = rows("4343", "3324", "2231", "4434", "1021", "2112")
)

func rows(lines ...string) (all [][]float64) {
	for _, l := range lines {
		var r []float64
		for _, c := range l {
			r = append(r, float64(c-'0'))
		}
		all = append(all, r)
	}
	return all
}

// prosecutors are the last two of each four.
func prosecutors(x []float64) (p []float64) {
	for i, v := range x {
		if i%4 > 1 {
			p = append(p, v)
		}
	}
	return p
}

// near reports whether the values agree within a tolerance of 1e-9 of their size.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b)) }

func hold(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !near(got, want) {
		t.Errorf("%s: %.12g, want %.12g", what, got, want)
	}
}

// T1: the gain of each data set.
func TestT1Gain(t *testing.T) {
	for _, c := range []struct {
		name                    string
		pre, post               []float64
		mean, sd, tt, low, high float64 // 0: not given
	}{
		{"Sleep", sleepPre, sleepPost, 1.58, 0, 4.0621276835, 0.7001142367, 2.4598857633},
		{"H", handPre, handPost, 3.5, math.Sqrt(6.0 / 7), 0, 2.725995027, 4.274004973},
		{"E", eastPre, eastPost, 9.75, 3.192874010, 16.15853003, 8.511932707, 10.98806729},
		{"E, prosecutors", prosecutors(eastPre), prosecutors(eastPost), 9.071428571428571, 0, 0, 6.606519565, 11.53633758},
	} {
		g, err := Gain(c.pre, c.post, 0.95)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		hold(t, c.name+": mean", g.Mean, c.mean)
		if c.sd != 0 {
			hold(t, c.name+": sd", g.SD, c.sd)
		}
		if c.tt != 0 {
			hold(t, c.name+": t", g.T, c.tt)
		}
		hold(t, c.name+": low", g.CI.Low, c.low)
		hold(t, c.name+": high", g.CI.High, c.high)
		if g.N != len(c.pre) || g.DF != g.N-1 {
			t.Errorf("%s: n %d, df %d", c.name, g.N, g.DF)
		}
	}
}

// T1: normalised gains, by their names.
func TestT1Normalised(t *testing.T) {
	h, err := Normalised(handPre, handPost, 20)
	if err != nil {
		t.Fatal(err)
	}
	hold(t, "H: class", h.Class, 7.0/18)
	e, err := Normalised(eastPre, eastPost, 36)
	if err != nil {
		t.Fatal(err)
	}
	hold(t, "E: class", e.Class, 7.0/13)
	hold(t, "E: individual", e.Individual, 0.5732769323)
	hold(t, "E: change", e.Change, 0.5720824745)
	p, err := Normalised(prosecutors(eastPre), prosecutors(eastPost), 36)
	if err != nil {
		t.Fatal(err)
	}
	hold(t, "E, prosecutors: class", p.Class, 127.0/272)
	fall, err := Normalised([]float64{30}, []float64{15}, 40)
	if err != nil {
		t.Fatal(err)
	}
	hold(t, "a fall from 30 to 15 of 40", fall.Change, -0.5)
	drop, err := Normalised([]float64{0, 40, 20}, []float64{0, 40, 30}, 40)
	if err != nil || drop.Dropped != 2 || drop.Left != 1 {
		t.Errorf("0 → 0 and 40 → 40: dropped %d, left out %d (%v)", drop.Dropped, drop.Left, err)
	}
	hold(t, "what remains", drop.Change, 0.5)
}

// T1: reliability and what each question did.
func TestT1Items(t *testing.T) {
	for name, c := range map[string]struct {
		scores [][]float64
		want   float64
	}{"K": {kr, 8.0 / 15}, "G": {gr, 0.8947658402}} {
		a, err := Alpha(c.scores)
		if err != nil {
			t.Fatal(err)
		}
		hold(t, name+": alpha", a, c.want)
	}
	items, err := Items(kr, []float64{1, 1, 1, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	difficulty := []float64{.9, .7, .5, .6, .5, .3}
	rest := []float64{0.3931785497, 0.4193139347, 0.5070925528, 0.2512297172, 0.3162277660, -0.0890870806}
	index := []float64{1.0 / 3, 2.0 / 3, 1, 2.0 / 3, 2.0 / 3, 1.0 / 3}
	for i, it := range items {
		hold(t, "difficulty", it.Difficulty, difficulty[i])
		hold(t, "index", it.Index, index[i])
		if it.Rest.Why != nil || math.Abs(it.Rest.X-rest[i]) > 5e-11 {
			t.Errorf("item %d: rest %.10f (%v), want %.10f", i+1, it.Rest.X, it.Rest.Why, rest[i])
		}
		a, err := Alpha(without(kr, i))
		if err != nil || it.IfDeleted.X != a {
			t.Errorf("item %d: alpha without it %v, want %v", i+1, it.IfDeleted, a)
		}
	}
}

// T1: shares and rates.
func TestT1Rates(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2552885199, 0.3662095770}, {22, 28, 0.6046141435, 0.8978753967}} {
		i, err := Wilson(c.k, c.n, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		hold(t, "Wilson low", i.Low, c.low)
		hold(t, "Wilson high", i.High, c.high)
	}
	for _, c := range []struct {
		k1, n1, k2, n2   int
		value, low, high float64
		change           Change
	}{
		{30, 60, 9, 58, 3.222222222222222, 1.491409109, 7.715686711, Fell},
		{18, 45, 7, 42, 2.4, 0.9564766195, 6.798268195, Unclear},
	} {
		r, err := RateRatio(c.k1, c.n1, c.k2, c.n2, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		hold(t, "ratio", r.Value, c.value)
		hold(t, "ratio low", r.CI.Low, c.low)
		hold(t, "ratio high", r.CI.High, c.high)
		if r.Change != c.change {
			t.Errorf("%d/%d → %d/%d %s, want %s", c.k1, c.n1, c.k2, c.n2, r.Change, c.change)
		}
	}
	back, err := RateRatio(9, 58, 30, 60, 0.95)
	if err != nil || back.Change != Rose {
		t.Errorf("the other way round: %s (%v)", back.Change, err)
	}
	none, err := RateRatio(12, 40, 0, 40, 0.95)
	if err != nil || !none.Open || none.Change != Fell || none.CI.Low <= 1 {
		t.Errorf("nothing after: %+v (%v)", none, err)
	}
}

// T1: the 21 patients with 6-mercaptopurine of Freireich et al. 1963 (Blood 21:699), as in Kleinbaum and Klein: median 23,
// log-minus-log limits 13 and none; survival 0.8571 at 6, 0.6275 at 13, 0.4482 at 23.
func TestT1KaplanMeier(t *testing.T) {
	times := []float64{6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35}
	open := []bool{false, false, false, true, false, true, false, true, true, false, false, true, true, true, false, false, true, true, true, true, true}
	c, err := KaplanMeier(times, open, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	if c.N != 21 || c.Events != 9 || c.Median.X != 23 || c.Low.X != 13 || !errors.Is(c.High.Why, ErrPairs) {
		t.Errorf("n %d, events %d, median %v [%v, %v]", c.N, c.Events, c.Median, c.Low, c.High)
	}
	for at, want := range map[float64]float64{6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482} {
		i := slices.IndexFunc(c.Steps, func(s Step) bool { return s.Time == at })
		if i < 0 || math.Abs(c.Steps[i].Survival-want) > 5e-5 {
			t.Errorf("at %g: %v, want %g", at, c.Steps, want)
		}
	}
	never, err := KaplanMeier([]float64{1, 2, 3}, []bool{true, true, true}, 0.95)
	if err != nil || never.Median.Why == nil || len(never.Steps) != 0 {
		t.Errorf("nothing came: %+v (%v)", never, err)
	}
}

// T2: degenerate input gets the named error, and never a figure.
func TestT2NamedErrors(t *testing.T) {
	of := func(_ any, err error) error { return err }
	nan := math.NaN()
	for name, c := range map[string]struct{ got, want error }{
		"one pair":               {of(Gain([]float64{1}, []float64{2}, .95)), ErrPairs},
		"unequal":                {of(Gain([]float64{1, 2}, []float64{2}, .95)), ErrShape},
		"level 1":                {of(Gain([]float64{1, 2}, []float64{2, 3}, 1)), ErrRange},
		"not a number":           {of(Gain([]float64{1, nan}, []float64{2, 3}, .95)), ErrRange},
		"all at the top":         {of(Normalised([]float64{36, 36}, []float64{36, 30}, 36)), ErrCeiling},
		"above the top":          {of(Normalised([]float64{37}, []float64{36}, 36)), ErrRange},
		"no maximum":             {of(Normalised([]float64{0}, []float64{0}, 0)), ErrRange},
		"nobody":                 {of(Normalised(nil, nil, 36)), ErrPairs},
		"one person":             {of(Alpha(rows("101"))), ErrPairs},
		"one item":               {of(Alpha(rows("1", "0"))), ErrPairs},
		"equal totals":           {of(Alpha(rows("10", "01"))), ErrConstant},
		"ragged":                 {of(Alpha([][]float64{{1, 0}, {1}})), ErrShape},
		"item above its maximum": {of(Items(rows("20", "01"), []float64{1, 1})), ErrRange},
		"Wilson of none":         {of(Wilson(0, 0, .95)), ErrPairs},
		"Wilson of too many":     {of(Wilson(3, 2, .95)), ErrRange},
		"rates of none":          {of(RateRatio(0, 5, 0, 5, .95)), ErrConstant},
		"rates without n":        {of(RateRatio(0, 0, 1, 5, .95)), ErrPairs},
		"no times":               {of(KaplanMeier(nil, nil, .95)), ErrPairs},
		"time below 0":           {of(KaplanMeier([]float64{-1}, []bool{false}, .95)), ErrRange},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	same, err := Gain([]float64{1, 2, 3}, []float64{2, 3, 4}, .95)
	if err != nil || same.SD != 0 || same.T != 0 || same.CI.Low != 1 || same.CI.High != 1 {
		t.Errorf("equal differences: %+v (%v)", same, err)
	}
	constant, err := Items(rows("11", "10", "11"), []float64{1, 1})
	if err != nil || !errors.Is(constant[0].Rest.Why, ErrConstant) {
		t.Errorf("a question that all got right: %+v (%v)", constant, err)
	}
	for _, k := range []int{0, 5} {
		i, err := Wilson(k, 5, .95)
		if err != nil || i.Low < 0 || i.High > 1 || k == 0 && i.Low != 0 || k == 5 && i.High != 1 {
			t.Errorf("Wilson of %d of 5: %+v (%v)", k, i, err)
		}
	}
}

// T3: permuting the rows changes no bit.
func TestT3OrderDoesNotMatter(t *testing.T) {
	g, _ := Gain(eastPre, eastPost, .95)
	n, _ := Normalised(eastPre, eastPost, 36)
	a, _ := Alpha(gr)
	it, _ := Items(kr, []float64{1, 1, 1, 1, 1, 1})
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		p := r.Perm(len(eastPre))
		pre, post := make([]float64, len(p)), make([]float64, len(p))
		for i, j := range p {
			pre[i], post[i] = eastPre[j], eastPost[j]
		}
		if g2, _ := Gain(pre, post, .95); g2 != g {
			t.Fatalf("gain %+v, then %+v", g, g2)
		}
		if n2, _ := Normalised(pre, post, 36); n2 != n {
			t.Fatalf("normalised %+v, then %+v", n, n2)
		}
		shuffled := func(x [][]float64) [][]float64 {
			y := slices.Clone(x)
			r.Shuffle(len(y), func(i, j int) { y[i], y[j] = y[j], y[i] })
			return y
		}
		if a2, _ := Alpha(shuffled(gr)); a2 != a {
			t.Fatalf("alpha %v, then %v", a, a2)
		}
		if it2, _ := Items(shuffled(kr), []float64{1, 1, 1, 1, 1, 1}); !slices.Equal(it, it2) {
			t.Fatalf("items %v, then %v", it, it2)
		}
	}
}

// T4: of intervals at 95 % over simulated cohorts of 28, from 93 to 97 % hold the true gain.
func TestT4Coverage(t *testing.T) {
	r := rand.New(rand.NewPCG(28, 2013))
	const cohorts, true95 = 4_000, 9.0
	held := 0
	for range cohorts {
		pre, post := make([]float64, 28), make([]float64, 28)
		for i := range pre {
			pre[i] = 18 + 4*r.NormFloat64()
			post[i] = pre[i] + true95 + 3*r.NormFloat64()
		}
		g, err := Gain(pre, post, .95)
		if err != nil {
			t.Fatal(err)
		}
		if g.CI.Low <= true95 && true95 <= g.CI.High {
			held++
		}
	}
	if share := float64(held) / cohorts; share < .93 || share > .97 {
		t.Errorf("%.3f of the intervals hold the true gain", share)
	}
}

// TestQuantiles holds the quantiles against published tables: Student's t and the exact interval of 4 of 10.
func TestQuantiles(t *testing.T) {
	for _, c := range []struct {
		df   int
		p    float64
		want float64
	}{{1, .975, 12.7062047362}, {7, .975, 2.3646242516}, {9, .975, 2.2621571628}, {27, .975, 2.0518305165}, {120, .975, 1.9799304051}, {5, .5, 0}} {
		if got := studentQuantile(c.p, c.df); math.Abs(got-c.want) > 5e-10 {
			t.Errorf("t(%d, %g) = %.10f, want %.10f", c.df, c.p, got, c.want)
		}
	}
	if low, high := betaQuantile(.025, 4, 7), betaQuantile(.975, 5, 6); math.Abs(low-0.1215523) > 5e-7 || math.Abs(high-0.7376219) > 5e-7 {
		t.Errorf("Clopper–Pearson of 4 of 10: [%.7f, %.7f]", low, high)
	}
	if z := normalQuantile(.975); math.Abs(z-1.959963984540054) > 1e-14 {
		t.Errorf("z = %.15f", z)
	}
}
