package learning

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/base/protect"
	"comity/internal/capacity/stats"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Figures are what a cohort's tests show. Nothing in them is of one person or one State; a figure that can't be computed says
// why (the errors of package stats), one that is too small to be shown is left out.
type Figures struct {
	People      int // enrolled
	Before      int // with a test before
	Pairs       int
	DroppedPre  float64 // mean before of those with no test after, in points; only where there are five
	Dropped     int
	Total       float64 // points that can be had
	Gain        stats.Paired
	GainWhy     error
	Norm        stats.Norm
	NormWhy     error
	Competences []Competence
	Groups      []GroupGain
	Items       []stats.Item
	ItemNames   []string
	ItemsN      int
	Alpha       stats.Value
}

// Competence is the gain in one competency, of at least three items and five people.
type Competence struct {
	Code  string
	Items int
	Gain  stats.Paired
}

// GroupGain is the gain of a profession; Shown is false where it could tell of single people.
type GroupGain struct {
	Role  string
	N     int
	Shown bool
	Gain  stats.Paired
}

// The least that is shown.
const (
	leastPeople = 5
	leastItems  = 3
	confidence  = 0.95
)

// sheet is one person's two tests.
type sheet struct {
	role      string
	pre, post map[string]float64 // points by item; nil without the test
}

func total(points map[string]float64, items []string) (sum float64) {
	for _, i := range items {
		sum += points[i]
	}
	return sum
}

// Figures computes what a cohort's final tests show now.
func (q *Learning) Figures(ctx context.Context, tx *db.Tx, k Cohort) (Figures, error) {
	sheets, err := readSheets(ctx, tx, k.ID)
	if err != nil {
		return Figures{}, err
	}
	_, s, err := q.Test(k)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{People: len(sheets), Total: float64(s.Total()) / 100}
	by := map[string][]string{}
	most := map[string]float64{}
	for _, it := range s.Items {
		f.ItemNames = append(f.ItemNames, it.Name)
		by[it.Competency] = append(by[it.Competency], it.Name)
		most[it.Name] = float64(it.Points) / 100
	}
	var pairs, first []sheet
	var left []float64
	for _, x := range sheets {
		switch {
		case x.pre != nil && x.post != nil:
			pairs = append(pairs, x)
		case x.pre != nil:
			left = append(left, total(x.pre, f.ItemNames))
		}
		if x.pre != nil {
			first = append(first, x)
		}
	}
	f.Before, f.Pairs, f.Dropped = len(first), len(pairs), len(left)
	if f.Dropped >= leastPeople {
		for _, v := range left {
			f.DroppedPre += v / float64(f.Dropped)
		}
	}
	f.gains(pairs, by)
	return f, f.items(first, most)
}

// gains fills in the whole, each competency and each profession.
func (f *Figures) gains(pairs []sheet, by map[string][]string) {
	pre, post := scores(pairs, f.ItemNames)
	f.Gain, f.GainWhy = stats.Gain(pre, post, confidence)
	f.Norm, f.NormWhy = stats.Normalised(pre, post, f.Total)
	if len(pairs) < leastPeople {
		f.GainWhy, f.NormWhy = stats.ErrPairs, stats.ErrPairs
		f.Gain, f.Norm = stats.Paired{}, stats.Norm{}
		return
	}
	for _, code := range slices.Sorted(maps.Keys(by)) {
		if len(by[code]) < leastItems {
			continue
		}
		a, b := scores(pairs, by[code])
		if g, err := stats.Gain(a, b, confidence); err == nil {
			f.Competences = append(f.Competences, Competence{code, len(by[code]), g})
		}
	}
	var groups []protect.Group
	members := map[string][]sheet{}
	for _, x := range pairs {
		members[x.role] = append(members[x.role], x)
	}
	roles := slices.Sorted(maps.Keys(members))
	for _, r := range roles {
		a, b := scores(members[r], f.ItemNames)
		sum := 0
		for i := range a {
			sum += int(100 * (a[i] + b[i]))
		}
		groups = append(groups, protect.Group{N: len(members[r]), Sum: sum, Most: int(200 * f.Total)})
	}
	shown, _ := protect.Groups(leastPeople, groups)
	for i, r := range roles {
		g := GroupGain{Role: r, Shown: shown[i]}
		if shown[i] {
			a, b := scores(members[r], f.ItemNames)
			var err error
			g.N = len(members[r])
			g.Gain, err = stats.Gain(a, b, confidence)
			g.Shown = err == nil
		}
		f.Groups = append(f.Groups, g)
	}
}

// items fills in how each question did in the test before, of at least five people.
func (f *Figures) items(first []sheet, most map[string]float64) error {
	f.ItemsN, f.Alpha = len(first), stats.Value{Why: stats.ErrPairs}
	if len(first) < leastPeople {
		return nil
	}
	var table [][]float64
	var tops []float64
	for _, x := range first {
		var row []float64
		for _, i := range f.ItemNames {
			row = append(row, x.pre[i])
		}
		table = append(table, row)
	}
	for _, i := range f.ItemNames {
		tops = append(tops, most[i])
	}
	var err error
	if f.Items, err = stats.Items(table, tops); err != nil {
		return fmt.Errorf("figures of items: %w", err)
	}
	f.Alpha.X, f.Alpha.Why = stats.Alpha(table)
	return nil
}

func scores(of []sheet, items []string) (pre, post []float64) {
	for _, x := range of {
		pre, post = append(pre, total(x.pre, items)), append(post, total(x.post, items))
	}
	return pre, post
}

// readSheets reads the final tests of everybody who is enrolled, with the newest marks, in two statements.
func readSheets(ctx context.Context, tx *db.Tx, n id.ID) ([]sheet, error) {
	people, err := Enrolments(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	list, err := attempts(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	all, err := allMarks(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	points := map[id.ID]map[string]float64{}
	for _, m := range all {
		if points[m.Attempt] == nil {
			points[m.Attempt] = map[string]float64{}
		}
		points[m.Attempt][m.Item] = float64(m.Points) / 100
	}
	var sheets []sheet
	for _, p := range people {
		x := sheet{role: p.Role}
		for _, a := range list {
			switch {
			case a.Enrolment != p.ID || !a.Final():
			case a.Slot == Pre:
				x.pre = points[a.ID]
			default:
				x.post = points[a.ID]
			}
		}
		sheets = append(sheets, x)
	}
	return sheets, nil
}

// frozen is what a baseline holds: what was answered, by digest, and what each got.
type frozenTest struct {
	Attempt id.ID          `json:"attempt"`
	Slot    string         `json:"slot"`
	Answers canonical.Hash `json:"answers"`
	Points  int64          `json:"points"`
}

// Freeze makes the baseline of a closed cohort: from then on nothing in it changes, and its sum stands in the ledger.
func (q *Learning) Freeze(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.Desk.Do(ctx, who, "baseline.freeze", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if err := elsewhere(k); err != nil {
			return err
		}
		if k.State != Closed {
			return errs.Say(fmt.Errorf("freeze cohort %s: %w", n, errs.Conflict), language.M("Close the cohort first."), nil)
		}
		list, err := attempts(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		content := struct {
			Format string         `json:"format"`
			Form   canonical.Hash `json:"form"`
			Tests  []frozenTest   `json:"tests"`
		}{"comity/baseline/1", k.Hash, []frozenTest{}}
		for _, a := range list {
			if !a.Final() {
				continue
			}
			b, err := a.Answers.Bytes()
			if err != nil {
				return err
			}
			got, err := marks(ctx, c.Tx, a.ID)
			if err != nil {
				return err
			}
			t := frozenTest{Attempt: a.ID, Slot: a.Slot, Answers: canonical.Sum(b)}
			for _, m := range got {
				t.Points += int64(m.Points)
			}
			content.Tests = append(content.Tests, t)
		}
		b, err := canonical.Marshal(content)
		if err != nil {
			return err
		}
		c.Record(map[string]any{"baseline": canonical.Sum(b), "tests": len(content.Tests)})
		if _, err := c.Exec(ctx, `INSERT INTO baseline (cohort_id, frozen, sum, content) VALUES (?, ?, ?, ?)`, n, c.Now(), canonical.Sum(b), string(b)); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `UPDATE cohort SET state = ?, version = version + 1 WHERE id = ?`, Frozen, n)
		return err
	}, desk.Once(entry))
}

// Baseline returns the sum of a frozen cohort's baseline, "" before.
func Baseline(ctx context.Context, tx *db.Tx, n id.ID) (canonical.Hash, error) {
	rows, err := tx.Query(ctx, `SELECT sum FROM baseline WHERE cohort_id = ?`, n)
	list, err := db.Collect(rows, err, func(scan db.Scan) (h canonical.Hash, err error) { err = scan(&h); return h, err })
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}

// BaselineFile returns the baseline of a frozen cohort as it leaves the node (comity/baseline/1): tests by digest, with their
// points and nobody's name.
func BaselineFile(ctx context.Context, tx *db.Tx, n id.ID) ([]byte, error) {
	var content string
	if err := tx.Row(ctx, `SELECT content FROM baseline WHERE cohort_id = ?`, n).Scan(&content); err != nil {
		return nil, fmt.Errorf("baseline of cohort %s: %w", n, err)
	}
	return []byte(content), nil
}

// Taught is a cohort whose baseline is frozen, in numbers that show nobody.
type Taught struct {
	ID     id.ID
	Title  string
	Frozen time.Time
	Sum    canonical.Hash
	People int
	States int
}

// AllTaught lists the cohorts whose baseline is frozen: what a programme can show for itself.
func AllTaught(ctx context.Context, tx *db.Tx) ([]Taught, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.id, c.title, b.frozen, b.sum, COUNT(e.id), COUNT(DISTINCT e.state)
		FROM baseline b JOIN cohort c ON c.id = b.cohort_id JOIN enrolment e ON e.cohort_id = c.id
		GROUP BY c.id, c.title, b.frozen, b.sum ORDER BY b.frozen, c.id`)
	return db.Collect(rows, err, func(scan db.Scan) (x Taught, err error) {
		return x, scan(&x.ID, &x.Title, &x.Frozen, &x.Sum, &x.People, &x.States)
	})
}
