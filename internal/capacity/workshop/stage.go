package workshop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
)

// Stage is how far a workshop is.
type Stage string

// The stages.
const (
	Planned   Stage = "planned"
	Announced Stage = "announced"
	Selecting Stage = "selecting"
	Ready     Stage = "ready"
	Running   Stage = "running"
	Closed    Stage = "closed"
	Evaluated Stage = "evaluated"
	Cancelled Stage = "cancelled"
)

var moves = map[Stage][]Stage{
	Planned:   {Announced, Cancelled},
	Announced: {Selecting, Cancelled},
	Selecting: {Ready, Cancelled},
	Ready:     {Running, Selecting, Cancelled},
	Running:   {Closed},
	Closed:    {Evaluated},
}

// Moves are the stages that can follow.
func (s Stage) Moves() []Stage { return moves[s] }

// act is what someone must be allowed in order to take a workshop to the stage.
func (s Stage) act() access.Act {
	switch s {
	case Announced:
		return "workshop.announce"
	case Closed, Evaluated:
		return "workshop.close"
	case Cancelled:
		return "workshop.plan"
	}
	return "workshop.select"
}

// Name returns the stage in words: a message of the catalogue.
func (s Stage) Name() string {
	switch s {
	case Planned:
		return language.M("Being planned")
	case Announced:
		return language.M("Announced")
	case Selecting:
		return language.M("Participants are being chosen")
	case Ready:
		return language.M("Ready to begin")
	case Running:
		return language.M("Under way")
	case Closed:
		return language.M("Over")
	case Evaluated:
		return language.M("Evaluated")
	case Cancelled:
		return language.M("Cancelled")
	}
	return string(s)
}

// Lacks lists what is missing before the workshop is ready: messages of the catalogue.
func Lacks(w Workshop, plan []Plan, seats []Seat, materials []Material) (lacks []string) {
	taken := map[place]int{}
	for _, s := range seats {
		if s.Status.taken() {
			taken[place{s.State, s.Role}]++
		}
	}
	short := len(plan) == 0
	for _, p := range plan {
		short = short || taken[place{p.State, p.Role}] != p.Seats
	}
	if short && w.Waiver == "" {
		lacks = append(lacks, language.M("Not every planned seat is taken: fill it, or write why it may stay empty."))
	}
	if !w.Tested {
		lacks = append(lacks, language.M("The test is not frozen yet."))
	}
	for _, l := range w.Languages {
		if !slices.ContainsFunc(materials, func(m Material) bool { return m.Language == l }) {
			lacks = append(lacks, language.M("Materials are missing in a working language."))
			break
		}
	}
	return lacks
}

// Move takes the workshop to another stage. What it lacks for that is [errs.Conflict] and said. When it closes, each
// person who was there will be asked 3, 6 and 12 months later.
func (q *Workshops) Move(ctx context.Context, who access.Person, n id.ID, to Stage, why string, entry id.ID) error {
	if len([]rune(why)) > maxWhy {
		return errs.WithFields(errs.Field{Path: "why", Code: language.M("Write the reason, in at most 2,000 characters.")})
	}
	return q.desk.Do(ctx, who, to.act(), id.NewRef(RefKind, n), func(c *desk.Change) error {
		w, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !slices.Contains(w.Stage.Moves(), to) {
			return errs.Say(fmt.Errorf("workshop %s is %s, not for %s: %w", n, w.Stage, to, errs.Conflict),
				language.M("The workshop is at another stage by now. Look at it again."), nil)
		}
		if to == Ready {
			if err := mayBeReady(ctx, c, w); err != nil {
				return err
			}
		}
		if to == Evaluated {
			if err := mayBeEvaluated(ctx, c, w); err != nil {
				return err
			}
		}
		if to == Closed || to == Cancelled { // both are an end: from here travel and health data are kept 90 days
			if err := end(c, &w); err != nil {
				return err
			}
		}
		if to == Closed {
			if err := settle(ctx, c, w); err != nil {
				return err
			}
		}
		c.Record(map[string]string{"from": string(w.Stage), "stage": string(to)})
		if _, err := c.Exec(ctx, `INSERT INTO workshop_move (id, workshop_id, stage, why, at) VALUES (?, ?, ?, ?, ?)`, id.New(c.Now()), n, to, why, c.Now()); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `UPDATE workshop SET stage = ?, closed_on = ?, version = version + 1 WHERE id = ?`, to, w.ClosedOn, n)
		return err
	}, desk.Once(entry))
}

func mayBeReady(ctx context.Context, c *desk.Change, w Workshop) error {
	plan, err := Plans(ctx, c.Tx, w.ID)
	if err != nil {
		return err
	}
	seats, err := Seats(ctx, c.Tx, w.ID)
	if err != nil {
		return err
	}
	materials, err := Materials(ctx, c.Tx, w.ID)
	if err != nil {
		return err
	}
	if lacks := Lacks(w, plan, seats, materials); len(lacks) > 0 {
		return errs.Say(fmt.Errorf("workshop %s: %w", w.ID, errs.Conflict), lacks[0], nil)
	}
	return nil
}

// end sets the day of the end, in the workshop's own zone.
func end(c *desk.Change, w *Workshop) error {
	zone, err := w.Location()
	if err != nil {
		return err
	}
	w.ClosedOn = c.Now().In(zone).Format(time.DateOnly)
	return nil
}

// settle writes who was there, who was not at any session, and who will be asked when.
func settle(ctx context.Context, c *desk.Change, w Workshop) error {
	if _, err := c.Exec(ctx, `
		UPDATE workshop_seat SET status = ?, at = ? WHERE workshop_id = ? AND status = ? AND id IN (
			SELECT seat_id FROM workshop_attendance WHERE mark IN ('present', 'partial'))`, Attended, c.Now(), w.ID, Accepted); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `UPDATE workshop_seat SET status = ?, at = ? WHERE workshop_id = ? AND status = ?`, NoShow, c.Now(), w.ID, Accepted); err != nil {
		return err
	}
	return askLater(ctx, c, w)
}

// Preparation is what readiness waits for beside seats and materials, and what a workshop belongs to.
type Preparation struct {
	Tested bool   // its test is frozen
	Waiver string // why seats may stay empty
	Series string // what ties workshops of one programme together; "" for none
	Cohort id.ID  // whose tests are the workshop's; "" for none
}

// Prepare puts a preparation in place of the one before.
func (q *Workshops) Prepare(ctx context.Context, who access.Person, n id.ID, p Preparation, entry id.ID) error {
	p.Series = strings.TrimSpace(p.Series)
	var wrong []errs.Field
	if len([]rune(p.Waiver)) > maxWhy {
		wrong = append(wrong, errs.Field{Path: "waiver", Code: language.M("Write the reason, in at most 2,000 characters.")})
	}
	if len([]rune(p.Series)) > maxName || strings.ContainsAny(p.Series, "/\n") {
		wrong = append(wrong, errs.Field{Path: "series", Code: language.M("Write the name of the series without a slash, in at most 200 characters.")})
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "workshop.plan", id.NewRef(RefKind, n), func(c *desk.Change) error {
		c.Record(map[string]any{"tested": p.Tested, "waived": p.Waiver != "", "cohort": p.Cohort})
		_, err := c.Exec(ctx, `UPDATE workshop SET tested = ?, waiver = ?, series = ?, cohort_id = ?, version = version + 1 WHERE id = ?`, p.Tested, p.Waiver, p.Series, p.Cohort, n)
		return err
	}, desk.Once(entry))
}
