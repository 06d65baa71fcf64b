package assessment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Recommendation is what is to be done about gaps.
type Recommendation struct {
	ID         id.ID
	N          int // its number in the assessment
	Words      string
	Factors    []string // the gaps that it is about
	Owner      organisation.Organisation
	Months     int     // in which it is to be done
	DependsOn  []id.ID // recommendations that come before it
	Reply      Reply
	ReplyWords string
	Version    int64
}

// Reply is what the State says to a recommendation.
type Reply string

// The replies.
const (
	Accepted Reply = "accepted"
	Declined Reply = "declined"
)

// Name returns the reply in words: a message of the catalogue.
func (r Reply) Name() string {
	switch r {
	case Accepted:
		return language.M("The State accepts it")
	case Declined:
		return language.M("The State does not accept it")
	}
	return language.M("The State has not answered yet")
}

// Gap is a factor below the highest stage, with what is said about it: recommendations, or why there is none.
type Gap struct {
	Standing
	Recommendations []Recommendation
	None            string
}

// Open reports whether nothing is said about the gap.
func (g Gap) Open() bool { return len(g.Recommendations) == 0 && g.None == "" }

// Recommend enters a recommendation, or changes the one whose ID it has, while the State has not cleared the draft. What
// depends on each other in a circle is refused, and the circle named.
func (q *Assessments) Recommend(ctx context.Context, who access.Person, n id.ID, r Recommendation, entry id.ID) error {
	r.Words = strings.TrimSpace(r.Words)
	return q.editing(ctx, who, n, entry, func(c *desk.Change, m Model, a Assessment) error {
		all, err := Recommendations(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		isNew := r.ID == ""
		if i := slices.IndexFunc(all, func(x Recommendation) bool { return x.ID == r.ID }); isNew {
			r.ID, r.N = c.Entry(), len(all)+1
			all = append(all, r)
		} else if i < 0 {
			return fmt.Errorf("recommendation %s: %w", r.ID, errs.NotFound)
		} else {
			r.N = all[i].N
			all[i] = r
		}
		if err := checkRecommendation(ctx, c.Tx, m, a, r, all); err != nil {
			return err
		}
		c.Record(map[string]any{"recommendation": r.N, "factors": r.Factors})
		return r.write(ctx, c, n, isNew)
	})
}

// editing runs an act on the draft's recommendations.
func (q *Assessments) editing(ctx context.Context, who access.Person, n, entry id.ID, change func(c *desk.Change, m Model, a Assessment) error) error {
	return q.desk.Do(ctx, who, "recommendation.edit", id.NewRef(RefKind, n), func(c *desk.Change) error {
		a, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !a.Step.in(Consolidating, Draft, Commented) {
			return notNow(a)
		}
		m, err := q.ModelOf(a)
		if err != nil {
			return err
		}
		return change(c, m, a)
	}, desk.Once(entry))
}

func checkRecommendation(ctx context.Context, tx *db.Tx, m Model, a Assessment, r Recommendation, all []Recommendation) error {
	wrong := checkText("words", r.Words, maxText)
	known := func(f string) bool { _, ok := m.factor(f); return ok }
	if len(r.Factors) == 0 || slices.ContainsFunc(r.Factors, func(f string) bool { return !known(f) }) {
		wrong = append(wrong, errs.Field{Path: "factors", Code: language.M("Choose at least one gap.")})
	}
	if r.Months < 1 || r.Months > mostMonths {
		wrong = append(wrong, errs.Field{Path: "months", Code: language.M("Enter a number of months from 1 to 120.")})
	}
	for _, on := range r.DependsOn {
		if !slices.ContainsFunc(all, func(x Recommendation) bool { return x.ID == on }) {
			wrong = append(wrong, errs.Field{Path: "depends", Code: language.M("Choose recommendations of this assessment.")})
		}
	}
	if c := circle(all); len(c) > 0 {
		wrong = append(wrong, errs.Field{Path: "depends", Code: language.M("These wait for each other in a circle: {list}."), Args: map[string]string{"list": strings.Join(c, " → ")}})
	}
	of, err := ofState(ctx, tx, a, r.Owner.ID, "owner")
	if err != nil {
		return err
	}
	return errs.WithFields(append(wrong, of...)...)
}

// ofState says what is wrong with an owner: it isn't an organisation of the State.
func ofState(ctx context.Context, tx *db.Tx, a Assessment, org id.ID, path string) ([]errs.Field, error) {
	all, err := organisation.List(ctx, tx, a.State)
	if !slices.ContainsFunc(all, func(o organisation.Organisation) bool { return o.ID == org }) {
		return []errs.Field{{Path: path, Code: language.M("Choose who has charge of it.")}}, err
	}
	return nil, err
}

// circle returns the numbers of recommendations that wait for each other, from one of them back to itself: "R2", "R3",
// "R2"; nothing where there is no circle.
func circle(all []Recommendation) []string {
	of := map[id.ID]Recommendation{}
	for _, r := range all {
		of[r.ID] = r
	}
	done := map[id.ID]bool{}
	var path []id.ID
	var walk func(n id.ID) []string
	walk = func(n id.ID) []string {
		if i := slices.Index(path, n); i >= 0 {
			var names []string
			for _, x := range append(slices.Clone(path[i:]), n) {
				names = append(names, fmt.Sprint("R", of[x].N))
			}
			return names
		}
		if done[n] {
			return nil
		}
		path = append(path, n)
		for _, on := range of[n].DependsOn {
			if c := walk(on); c != nil {
				return c
			}
		}
		path, done[n] = path[:len(path)-1], true
		return nil
	}
	for _, r := range all {
		if c := walk(r.ID); c != nil {
			return c
		}
	}
	return nil
}

func (r Recommendation) write(ctx context.Context, c *desk.Change, n id.ID, isNew bool) error {
	if isNew {
		if _, err := c.Exec(ctx, `
			INSERT INTO assessment_recommendation (id, assessment_id, n, words, owner, months, reply, reply_words, version) VALUES (?, ?, ?, ?, ?, ?, '', '', 1)`,
			r.ID, n, r.N, r.Words, r.Owner.ID, r.Months); err != nil {
			return err
		}
	} else {
		changed, err := c.Exec(ctx, `
			UPDATE assessment_recommendation SET words = ?, owner = ?, months = ?, reply = '', reply_words = '', version = version + 1 WHERE id = ? AND version = ?`,
			r.Words, r.Owner.ID, r.Months, r.ID, r.Version)
		if err == nil && changed == 0 {
			err = fmt.Errorf("recommendation %s was changed meanwhile: %w", r.ID, errs.Conflict)
		}
		if err != nil {
			return err
		}
	}
	for _, sql := range []string{`DELETE FROM assessment_gap WHERE recommendation_id = ?`, `DELETE FROM assessment_depends WHERE recommendation_id = ?`} {
		if _, err := c.Exec(ctx, sql, r.ID); err != nil {
			return err
		}
	}
	for _, f := range r.Factors {
		if _, err := c.Exec(ctx, `INSERT INTO assessment_gap (assessment_id, recommendation_id, factor) VALUES (?, ?, ?)`, n, r.ID, f); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, `DELETE FROM assessment_none WHERE assessment_id = ? AND factor = ?`, n, f); err != nil {
			return err
		}
	}
	for _, on := range r.DependsOn {
		if _, err := c.Exec(ctx, `INSERT INTO assessment_depends (assessment_id, recommendation_id, on_id) VALUES (?, ?, ?)`, n, r.ID, on); err != nil {
			return err
		}
	}
	return nil
}

// RecommendNone enters why nothing is recommended about a gap.
func (q *Assessments) RecommendNone(ctx context.Context, who access.Person, n id.ID, factor, because string, entry id.ID) error {
	because = strings.TrimSpace(because)
	return q.editing(ctx, who, n, entry, func(c *desk.Change, m Model, _ Assessment) error {
		wrong := checkText("because", because, maxText)
		if _, ok := m.factor(factor); !ok {
			wrong = append(wrong, errs.Field{Path: "factor", Code: language.M("Choose a gap.")})
		}
		if err := errs.WithFields(wrong...); err != nil {
			return err
		}
		c.Record(map[string]string{"factor": factor})
		_, err := c.Exec(ctx, `INSERT INTO assessment_none (assessment_id, factor, because) VALUES (?, ?, ?) ON CONFLICT (assessment_id, factor) DO UPDATE SET because = excluded.because`,
			n, factor, because)
		return err
	})
}

// Answer enters the State's reply to a recommendation. Declining needs words.
func (q *Assessments) Answer(ctx context.Context, who access.Person, n, recommendation id.ID, reply Reply, words string, entry id.ID) error {
	words = strings.TrimSpace(words)
	var wrong []errs.Field
	if reply != Accepted && reply != Declined {
		wrong = append(wrong, errs.Field{Path: "reply", Code: language.M("Choose what the State says to it.")})
	}
	if reply == Declined || words != "" {
		wrong = append(wrong, checkText("reply-words", words, maxText)...)
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "recommendation.reply", id.NewRef(RefKind, n), func(c *desk.Change) error {
		a, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if a.Step.in(Requested, Agreed, Collecting, Consolidating) {
			return notNow(a)
		}
		c.Record(map[string]string{"recommendation": string(recommendation), "reply": string(reply)})
		changed, err := c.Exec(ctx, `UPDATE assessment_recommendation SET reply = ?, reply_words = ?, version = version + 1 WHERE id = ? AND assessment_id = ?`, reply, words, recommendation, n)
		if err == nil && changed == 0 {
			err = fmt.Errorf("recommendation %s: %w", recommendation, errs.NotFound)
		}
		return err
	}, desk.Once(entry))
}

// Recommendations lists an assessment's recommendations by number.
func Recommendations(ctx context.Context, tx *db.Tx, n id.ID) ([]Recommendation, error) {
	rows, err := tx.Query(ctx, `SELECT id, n, words, owner, months, reply, reply_words, version FROM assessment_recommendation WHERE assessment_id = ? ORDER BY n`, n)
	all, err := db.Collect(rows, err, func(scan db.Scan) (r Recommendation, err error) {
		err = scan(&r.ID, &r.N, &r.Words, &r.Owner.ID, &r.Months, &r.Reply, &r.ReplyWords, &r.Version)
		return r, err
	})
	if err != nil {
		return nil, err
	}
	factors, err := pairs(ctx, tx, `SELECT recommendation_id, factor FROM assessment_gap WHERE assessment_id = ? ORDER BY recommendation_id, factor`, n)
	if err != nil {
		return nil, err
	}
	depends, err := pairs(ctx, tx, `SELECT recommendation_id, on_id FROM assessment_depends WHERE assessment_id = ? ORDER BY recommendation_id, on_id`, n)
	for i, r := range all {
		all[i].Factors = factors[string(r.ID)]
		for _, on := range depends[string(r.ID)] {
			all[i].DependsOn = append(all[i].DependsOn, id.ID(on))
		}
		var e error
		if all[i].Owner, e = organisation.Get(ctx, tx, r.Owner.ID); e != nil {
			return nil, e
		}
	}
	return all, err
}

// pairs reads rows of two columns as lists of the second by the first.
func pairs(ctx context.Context, tx *db.Tx, sql string, n id.ID) (map[string][]string, error) {
	rows, err := tx.Query(ctx, sql, n)
	list, err := db.Collect(rows, err, func(scan db.Scan) (p [2]string, err error) {
		err = scan(&p[0], &p[1])
		return p, err
	})
	all := map[string][]string{}
	for _, p := range list {
		all[p[0]] = append(all[p[0]], p[1])
	}
	return all, err
}

// Gaps lists the factors below the highest stage with what is said about each, in the model's order.
func Gaps(ctx context.Context, tx *db.Tx, r Result, n id.ID) ([]Gap, error) {
	recommendations, err := Recommendations(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	none, err := pairs(ctx, tx, `SELECT factor, because FROM assessment_none WHERE assessment_id = ?`, n)
	var all []Gap
	for _, s := range r.Standings {
		if s.Next == 0 {
			continue
		}
		g := Gap{Standing: s}
		for _, x := range recommendations {
			if slices.Contains(x.Factors, s.Factor) {
				g.Recommendations = append(g.Recommendations, x)
			}
		}
		if because := none[s.Factor]; len(because) > 0 {
			g.None = because[0]
		}
		all = append(all, g)
	}
	return all, err
}

// noGapOpen refuses when there is a gap about which nothing is said.
func (q *Assessments) noGapOpen(ctx context.Context, tx *db.Tx, a Assessment) error {
	r, err := q.Result(ctx, tx, a)
	if err != nil {
		return err
	}
	gaps, err := Gaps(ctx, tx, r, a.ID)
	open := slices.DeleteFunc(gaps, func(g Gap) bool { return !g.Open() })
	if err == nil && len(open) > 0 {
		err = errs.Say(fmt.Errorf("assessment %s has %d gaps without a recommendation: %w", a.ID, len(open), errs.Conflict),
			language.M("Gaps without a recommendation and without a reason why there is none: {n}. They are listed with the recommendations."),
			map[string]string{"n": fmt.Sprint(len(open))})
	}
	return err
}
