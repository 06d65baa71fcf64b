package assessment

import (
	"context"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Dissent is what a group says that doesn't agree, in its own words.
type Dissent struct {
	Group organisation.Kind
	Value Value
	Words string
}

// Agreement is what was agreed of an indicator.
type Agreement struct {
	Indicator string
	Rating
	Note     string // why; what the team saw
	Dissent  []Dissent
	Reopened time.Time // when something was done about it since; zero when nothing was
	Fallen   bool      // it rested on a proof that is gone or another one: it counts as asserted
}

// Agree enters what was agreed of an indicator, in place of what was before. The basis must be there: a proof that stands,
// two groups of different sectors that say so, or what the team saw, in words.
func (q *Assessments) Agree(ctx context.Context, who access.Person, n id.ID, g Agreement, entry id.ID) error {
	g.Note = strings.TrimSpace(g.Note)
	return q.consensus(ctx, who, n, entry, func(c *desk.Change, m Model, a Assessment) error {
		if _, _, ok := m.indicator(g.Indicator); !ok {
			return errs.WithFields(errs.Field{Path: "indicator", Code: language.M("The model has no such indicator.")})
		}
		all, err := Spreads(ctx, c.Tx, m, a)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(s Spread) bool { return s.Indicator == g.Indicator })
		if err := errs.WithFields(checkAgreement(&g, all[i])...); err != nil {
			return err
		}
		c.Record(map[string]any{"indicator": g.Indicator, "value": g.Value, "basis": g.Basis, "dissent": len(g.Dissent)})
		return agree(ctx, c, n, g)
	})
}

func checkAgreement(g *Agreement, s Spread) (wrong []errs.Field) {
	say := func(path, msg string) { wrong = append(wrong, errs.Field{Path: path, Code: msg}) }
	if !slices.Contains(Values(), g.Value) {
		say("value", language.M("Choose how it stands."))
	}
	if g.Value == NotApplicable || g.Value == NotKnown {
		g.Basis = ""
	} else if !slices.Contains(Bases(), g.Basis) {
		say("basis", language.M("Choose what it rests on."))
	}
	switch {
	case g.Basis == Document && !s.proven():
		say("basis", language.M("No proof of a public body stands for this. Choose another basis."))
	case g.Basis == TwoGroups && len(s.sectors(g.Value)) < 2:
		say("basis", language.M("Fewer than two groups of different sectors say this. Choose another basis."))
	case g.Basis == Observed && g.Note == "":
		say("note", language.M("Write what the team saw, where and when."))
	}
	if len([]rune(g.Note)) > maxText {
		say("note", language.M("Write at most 4,000 characters."))
	}
	for _, d := range g.Dissent {
		if !d.Group.Public() && !d.Group.Private() || !slices.Contains(Values(), d.Value) {
			say("dissent-group", language.M("Choose who doesn’t agree, and what they say."))
		}
		wrong = append(wrong, checkText("dissent-words", d.Words, maxText)...)
	}
	return wrong
}

// AgreeUndisputed enters what all who know say, for each indicator of which nothing was agreed yet. It returns how many.
func (q *Assessments) AgreeUndisputed(ctx context.Context, who access.Person, n id.ID, entry id.ID) (entered int, err error) {
	err = q.consensus(ctx, who, n, entry, func(c *desk.Change, m Model, a Assessment) error {
		entered = 0 // the change may run twice
		all, err := Spreads(ctx, c.Tx, m, a)
		if err != nil {
			return err
		}
		before, err := agreements(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		for _, s := range all {
			r, ok := s.Undisputed()
			if _, there := before[s.Indicator]; there || !ok {
				continue
			}
			if err := agree(ctx, c, n, Agreement{Indicator: s.Indicator, Rating: r}); err != nil {
				return err
			}
			entered++
		}
		c.Record(map[string]int{"indicators": entered})
		return nil
	})
	return entered, err
}

// consensus runs an act of agreement, which is done while the round is closed and no draft is out.
func (q *Assessments) consensus(ctx context.Context, who access.Person, n, entry id.ID, change func(c *desk.Change, m Model, a Assessment) error) error {
	return q.desk.Do(ctx, who, "assessment.consensus", id.NewRef(RefKind, n), func(c *desk.Change) error {
		a, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if a.Step != Consolidating {
			return notNow(a)
		}
		m, err := q.ModelOf(a)
		if err != nil {
			return err
		}
		return change(c, m, a)
	}, desk.Once(entry))
}

func agree(ctx context.Context, c *desk.Change, n id.ID, g Agreement) error {
	if _, err := c.Exec(ctx, `
		INSERT INTO assessment_consensus (assessment_id, indicator, value, basis, note, reopened, at) VALUES (?, ?, ?, ?, ?, NULL, ?)
		ON CONFLICT (assessment_id, indicator) DO UPDATE SET value = excluded.value, basis = excluded.basis, note = excluded.note, reopened = NULL, at = excluded.at`,
		n, g.Indicator, g.Value, g.Basis, g.Note, c.Now()); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `DELETE FROM assessment_dissent WHERE assessment_id = ? AND indicator = ?`, n, g.Indicator); err != nil {
		return err
	}
	for _, d := range g.Dissent {
		if _, err := c.Exec(ctx, `INSERT INTO assessment_dissent (id, assessment_id, indicator, grp, value, words) VALUES (?, ?, ?, ?, ?, ?)`,
			id.New(c.Now()), n, g.Indicator, d.Group, d.Value, d.Words); err != nil {
			return err
		}
	}
	return nil
}

// agreements returns what was agreed, by indicator, as it was entered.
func agreements(ctx context.Context, tx *db.Tx, n id.ID) (map[string]Agreement, error) {
	rows, err := tx.Query(ctx, `SELECT indicator, value, basis, note, reopened FROM assessment_consensus WHERE assessment_id = ? ORDER BY indicator`, n)
	list, err := db.Collect(rows, err, func(scan db.Scan) (g Agreement, err error) {
		err = scan(&g.Indicator, &g.Value, &g.Basis, &g.Note, &g.Reopened)
		return g, err
	})
	if err != nil {
		return nil, err
	}
	all := map[string]Agreement{}
	for _, g := range list {
		all[g.Indicator] = g
	}
	rows, err = tx.Query(ctx, `SELECT indicator, grp, value, words FROM assessment_dissent WHERE assessment_id = ? ORDER BY indicator, id`, n)
	_, err = db.Collect(rows, err, func(scan db.Scan) (d Dissent, err error) {
		var indicator string
		if err = scan(&indicator, &d.Group, &d.Value, &d.Words); err != nil {
			return d, err
		}
		g := all[indicator]
		g.Dissent = append(g.Dissent, d)
		all[indicator] = g
		return d, nil
	})
	return all, err
}

// Result is how an assessment stands: what was agreed, and the stage of each factor that follows.
type Result struct {
	Model      Model
	Spreads    []Spread
	Agreed     map[string]Agreement // by indicator
	Standings  []Standing           // in the order of the model's factors
	Dimensions []Dimension
}

// Result reads how an assessment stands by what was agreed. Where what an agreement rests on is gone, it counts as
// asserted.
func (q *Assessments) Result(ctx context.Context, tx *db.Tx, a Assessment) (r Result, err error) {
	if r.Model, err = q.ModelOf(a); err != nil {
		return r, err
	}
	if r.Spreads, err = Spreads(ctx, tx, r.Model, a); err != nil {
		return r, err
	}
	if r.Agreed, err = agreements(ctx, tx, a.ID); err != nil {
		return r, err
	}
	ratings := map[string]Rating{}
	for _, s := range r.Spreads {
		g, ok := r.Agreed[s.Indicator]
		if !ok {
			continue
		}
		if g.Basis == Document && !s.proven() {
			g.Basis, g.Fallen = Asserted, true
			r.Agreed[s.Indicator] = g
		}
		ratings[s.Indicator] = g.Rating
	}
	r.Standings, err = r.Model.Assess(ratings)
	if err == nil {
		r.Dimensions = r.Model.Dimensions(r.Standings)
	}
	return r, err
}
