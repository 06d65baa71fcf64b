package structure

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

// Stage is where a structure stands in its life.
type Stage string

// The stages. A structure that shows no life becomes dormant or is dissolved when a person says so, never by itself.
const (
	Proposed    Stage = "proposed"
	Agreed      Stage = "agreed"
	Established Stage = "established"
	Operating   Stage = "operating"
	Sustained   Stage = "sustained"
	Dormant     Stage = "dormant"
	Dissolved   Stage = "dissolved"
)

// moves lists where a structure can go from each stage.
var moves = map[Stage][]Stage{
	Proposed:    {Agreed, Dissolved},
	Agreed:      {Established, Dissolved},
	Established: {Operating, Dormant, Dissolved},
	Operating:   {Sustained, Dormant, Dissolved},
	Sustained:   {Dormant, Dissolved},
	Dormant:     {Operating, Dissolved},
}

// Moves lists the stages to which a structure can be taken from this one.
func (s Stage) Moves() []Stage { return slices.Clone(moves[s]) }

// Name returns the stage in words: a message of the catalogue.
func (s Stage) Name() string {
	switch s {
	case Proposed:
		return language.M("Proposed, not agreed yet")
	case Agreed:
		return language.M("Agreed, not set up yet")
	case Established:
		return language.M("Set up, not at work yet")
	case Operating:
		return language.M("At work")
	case Sustained:
		return language.M("At work, and made to last")
	case Dormant:
		return language.M("Asleep")
	case Dissolved:
		return language.M("Ended for good")
	}
	return string(s)
}

// sustainedFor is how long a structure has shown signs of life before it counts as sustained.
const sustainedFor = 24 // months

// Lacks returns what stands in the way of a stage on a day, as messages of the catalogue: a basis document before it is
// established, two signs before it operates, signs over 24 months without a gap and a budget of its own before it is
// sustained.
func Lacks(s Structure, signs []Sign, to Stage, on time.Time) []string {
	var lacks []string
	switch to {
	case Established:
		if s.Basis == "" {
			lacks = append(lacks, language.M("Enter the document on which it rests."))
		}
	case Operating:
		if len(signs) < 2 {
			lacks = append(lacks, language.M("It has to show two signs of life."))
		}
		if Due(s, signs, on) {
			lacks = append(lacks, language.M("Its last sign of life is too long ago."))
		}
	case Sustained:
		if !unbroken(s, signs, on) {
			lacks = append(lacks, language.M("It has to show signs of life over 24 months without a gap."))
		}
		if !s.Budget {
			lacks = append(lacks, language.M("It needs a budget of its own."))
		}
	}
	return lacks
}

// unbroken reports whether the signs reach back 24 months from the day with no gap of more than twice the promised time.
func unbroken(s Structure, signs []Sign, on time.Time) bool {
	from := on.AddDate(0, -sustainedFor, 0)
	last := time.Time{}
	for _, g := range signs { // by day
		if g.On.After(on) {
			break
		}
		if last.IsZero() && g.On.After(from) {
			return false // the first sign is younger than 24 months
		}
		if !last.IsZero() && g.On.After(from) && g.On.After(after(last, 2*s.MeetsEvery)) {
			return false
		}
		last = g.On
	}
	return !last.IsZero() && !on.After(after(last, 2*s.MeetsEvery))
}

// Move takes the structure to a stage. What it lacks for it is refused, each thing in its sentence.
func (q *Structures) Move(ctx context.Context, who access.Person, n id.ID, to Stage, why string, entry id.ID) error {
	why = strings.TrimSpace(why)
	return q.desk.Do(ctx, who, "structure.live", id.NewRef(RefKind, n), func(c *desk.Change) error {
		s, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !slices.Contains(moves[s.Stage], to) {
			return errs.Say(fmt.Errorf("structure %s: from %s to %s: %w", n, s.Stage, to, errs.Conflict), language.M("It stands elsewhere by now. Look at it again."), nil)
		}
		signs, err := Signs(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		var wrong []errs.Field
		for _, l := range Lacks(s, signs, to, c.Now()) {
			wrong = append(wrong, errs.Field{Path: "to", Code: l})
		}
		if (to == Dormant || to == Dissolved) && why == "" {
			wrong = append(wrong, errs.Field{Path: "why", Code: language.M("Write the reason.")})
		}
		if err := errs.WithFields(wrong...); err != nil {
			return err
		}
		c.Record(map[string]Stage{"from": s.Stage, "to": to})
		if _, err := c.Exec(ctx, `UPDATE structure SET stage = ?, version = version + 1 WHERE id = ?`, to, n); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `INSERT INTO structure_move (id, structure_id, stage, why, at) VALUES (?, ?, ?, ?, ?)`, c.Entry(), n, to, why, c.Now())
		return err
	}, desk.Once(entry))
}

// Found enters the document on which the structure rests and whether it has a budget of its own.
func (q *Structures) Found(ctx context.Context, who access.Person, n id.ID, basis, proof string, budget bool, entry id.ID) error {
	basis, proof = strings.TrimSpace(basis), strings.TrimSpace(proof)
	if err := errs.WithFields(append(checkText("basis", basis, maxName), checkProof("basis-proof", proof)...)...); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "structure.edit", id.NewRef(RefKind, n), func(c *desk.Change) error {
		c.Record(map[string]any{"proof": proof, "budget": budget})
		_, err := c.Exec(ctx, `UPDATE structure SET basis = ?, basis_proof = ?, budget = ?, version = version + 1 WHERE id = ?`, basis, proof, budget, n)
		return err
	}, desk.Once(entry))
}
