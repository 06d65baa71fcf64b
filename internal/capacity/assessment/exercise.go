package assessment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Cast are the people who play an exercise, each with a factor shown just now.
type Cast struct {
	Body                               id.ID // the public body that asks, whose people are Focal and Clearing
	Focal, Clearing, Manager, Assessor access.Person
	Raters                             map[id.ID]access.Person // who rates, by organisation: at least two public bodies
	Entry                              func() id.ID
	Now                                time.Time
}

// Play takes an invented assessment from its request to its publication on a node for exercises: every organisation rates
// what its group is asked, the round is closed, what differs is agreed on with dissent, each gap gets a recommendation or
// the reason why there is none, the State comments, accepts, plans, clears and publishes. Then [Assessments.Report] and
// [Assessments.Roadmap] give its files. The same cast and time give the same answers. A real node is [errs.Forbidden].
func (q *Assessments) Play(ctx context.Context, c Cast) (id.ID, error) {
	if !q.exercise {
		return "", fmt.Errorf("play an assessment on a real node: %w", errs.Forbidden)
	}
	n, err := q.Request(ctx, c.Focal, c.Body, "national-capacity/1", "All seven dimensions, as the basis of a plan of three years (exercise).", c.Entry())
	if err != nil {
		return "", err
	}
	for _, step := range []func(context.Context, Cast, id.ID) error{q.playRound, q.playConsensus, q.playDraft, q.playRoadmap} {
		if err := step(ctx, c, n); err != nil {
			return n, fmt.Errorf("play assessment %s: %w", n, err)
		}
	}
	return n, nil
}

func (q *Assessments) playRound(ctx context.Context, c Cast, n id.ID) error {
	if err := q.Move(ctx, c.Clearing, n, Agreed, c.Entry()); err != nil {
		return err
	}
	if err := q.Appoint(ctx, c.Manager, n, c.Assessor.ID, c.Entry()); err != nil {
		return err
	}
	var bodies []id.ID
	for o := range c.Raters {
		bodies = append(bodies, o)
	}
	slices.Sort(bodies)
	for _, o := range bodies {
		if err := q.Ask(ctx, c.Assessor, n, o, c.Entry()); err != nil {
			return err
		}
	}
	if err := q.Move(ctx, c.Assessor, n, Collecting, c.Entry()); err != nil {
		return err
	}
	var asked []Stakeholder
	err := q.read.Read(ctx, db.House("exercise"), func(tx *db.Tx) (err error) {
		asked, err = Stakeholders(ctx, tx, n)
		return err
	})
	for i, s := range asked {
		if err != nil {
			return err
		}
		err = q.Rate(ctx, c.Raters[s.Organisation.ID], s.ID, invented(q.models["national-capacity/1"], s.Organisation.Kind, i), c.Entry())
	}
	if err != nil {
		return err
	}
	return q.Move(ctx, c.Assessor, n, Consolidating, c.Entry())
}

// invented are the answers of a group: each factor is at a level of its own, what lies below is met and shown, what lies
// at it is partly met and said differently by every third body, what lies above isn't met.
func invented(m Model, group organisation.Kind, body int) (all []Rated) {
	for at, f := range m.Asked(group) {
		level := 2 + (len(f.Code)+at)%3
		for _, i := range f.Indicators {
			r := Rated{Indicator: i.Code, Value: NotMet}
			switch {
			case i.Stage < level:
				sum := sha256.Sum256([]byte("exercise " + i.Code))
				r.Value, r.Evidence, r.Proof, r.Locator, r.Note = Met, i.Evidence[0], hex.EncodeToString(sum[:]), "p. 1", "Exercise"
			case i.Stage == level && (at+body)%3 == 0:
				r.Value = Met
			case i.Stage == level:
				r.Value = Partly
			}
			all = append(all, r)
		}
	}
	return all
}

func (q *Assessments) playConsensus(ctx context.Context, c Cast, n id.ID) error {
	if _, err := q.AgreeUndisputed(ctx, c.Assessor, n, c.Entry()); err != nil {
		return err
	}
	r, err := q.now(ctx, n)
	if err != nil {
		return err
	}
	for _, s := range Agenda(r.Spreads) {
		g := Agreement{Indicator: s.Indicator, Rating: Rating{Partly, Observed}, Note: "Looked at together with those who were asked (exercise)."}
		if i := slices.IndexFunc(s.Said, func(x Said) bool { return x.Value == Met }); i >= 0 {
			g.Dissent = []Dissent{{s.Said[i].Group, Met, "For us this is in place since last year (exercise)."}}
		}
		if err := q.Agree(ctx, c.Assessor, n, g, c.Entry()); err != nil {
			return err
		}
	}
	return q.Move(ctx, c.Assessor, n, Draft, c.Entry())
}

func (q *Assessments) now(ctx context.Context, n id.ID) (r Result, err error) {
	err = q.read.Read(ctx, db.House("exercise"), func(tx *db.Tx) error {
		a, err := Get(ctx, tx, n)
		if err == nil {
			r, err = q.Result(ctx, tx, a)
		}
		return err
	})
	return r, err
}

func (q *Assessments) playDraft(ctx context.Context, c Cast, n id.ID) error {
	r, err := q.now(ctx, n)
	if err != nil {
		return err
	}
	byArea := map[string][]string{}
	for _, s := range r.Standings {
		f, _ := r.Model.factor(s.Factor)
		if s.Next > 0 {
			byArea[f.Dimension] = append(byArea[f.Dimension], s.Factor)
		}
	}
	last := id.ID("")
	for i, a := range r.Model.Areas {
		gaps := byArea[a.Code]
		switch {
		case len(gaps) == 0:
		case a.Code == "prevention":
			for _, f := range gaps {
				if err := q.RecommendNone(ctx, c.Assessor, n, f, "Another programme works on it already (exercise).", c.Entry()); err != nil {
					return err
				}
			}
		default:
			x := Recommendation{
				Words: fmt.Sprintf("Take what is missing in dimension %d to the next stage, with a plan that names who does it (exercise).", i+1), Factors: gaps,
				Owner: organisation.Organisation{ID: c.Body}, Months: 6 * (i + 1),
			}
			if last != "" {
				x.DependsOn = []id.ID{last}
			}
			last = c.Entry()
			if err := q.Recommend(ctx, c.Assessor, n, x, last); err != nil {
				return err
			}
		}
	}
	if err := q.Comment(ctx, c.Focal, n, "", "The State agrees with the order of work (exercise).", c.Entry()); err != nil {
		return err
	}
	return q.Move(ctx, c.Focal, n, Commented, c.Entry())
}

func (q *Assessments) playRoadmap(ctx context.Context, c Cast, n id.ID) error {
	var all []Recommendation
	err := q.read.Read(ctx, db.House("exercise"), func(tx *db.Tx) (err error) {
		all, err = Recommendations(ctx, tx, n)
		return err
	})
	if err != nil {
		return err
	}
	y, m, d := c.Now.Date()
	begins := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	for i, x := range all {
		if err := q.Answer(ctx, c.Focal, n, x.ID, Accepted, "", c.Entry()); err != nil {
			return err
		}
		due := begins.AddDate(0, 6, 0)
		err := q.Plan(ctx, c.Focal, n, Milestone{
			Recommendation: x.ID, Words: fmt.Sprintf("R%d: first part (exercise)", x.N), Becomes: Becoming()[i%len(Becoming())], Owner: x.Owner,
			Begins: begins, Due: due, Measure: "The indicators of its factors are rated anew",
		}, c.Entry())
		if err != nil {
			return err
		}
		begins = due.AddDate(0, -3, 0)
	}
	for _, to := range []Step{Cleared, Published} {
		if err := q.Move(ctx, c.Clearing, n, to, c.Entry()); err != nil {
			return err
		}
	}
	return nil
}
