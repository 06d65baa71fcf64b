package study

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/store/db"
)

// Obstacle is one thing that stands in the way of a step: a sentence of the catalogue with its values, and the page on
// which it can be mended ("" for none).
type Obstacle struct {
	Code string
	Args map[string]string
	At   string
}

// Guard says what stands in the way of a step of a study, nothing when the step may be taken.
type Guard func(ctx context.Context, tx *db.Tx, study id.ID) ([]Obstacle, error)

// Guard adds a guard to the step that reaches stage; it is called while the node is wired. Slices that a study does not
// know (data, documents, translations) guard the steps that rest on them.
func (s *Studies) Guard(stage Stage, g Guard) { s.guards[stage] = append(s.guards[stage], g) }

// guardedByOthers lists the steps that rest on another slice, with what is said where no such slice is wired: a step that
// nobody can vouch for is not taken.
func guardedByOthers() map[Stage]string {
	return map[Stage]string{
		Analysed:   language.M("The data are not frozen yet."),
		InReview:   language.M("No round of comments is open yet."),
		Translated: language.M("The report is not translated yet."),
	}
}

// Obstacles returns what stands in the way of taking the study to the stage.
func (s *Studies) Obstacles(ctx context.Context, tx *db.Tx, n id.ID, to Stage) ([]Obstacle, error) {
	if missing, ok := guardedByOthers()[to]; ok && len(s.guards[to]) == 0 {
		return []Obstacle{{Code: missing}}, nil
	}
	var all []Obstacle
	for _, g := range s.guards[to] {
		found, err := g(ctx, tx, n)
		if err != nil {
			return nil, fmt.Errorf("what stands between study %s and %s: %w", n, to, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func asFields(all []Obstacle) []errs.Field {
	fields := make([]errs.Field, 0, len(all))
	for _, o := range all {
		fields = append(fields, errs.Field{Path: "to", Code: o.Code, Args: o.Args})
	}
	return fields
}

// ownGuards are the guards that need nothing but the study itself (dialogue.md §2).
func (s *Studies) ownGuards() {
	s.Guard(Designed, s.hasPlan)
	s.Guard(Fielding, s.hasForms)
	s.Guard(Fielding, s.hasDates)
	s.Guard(Closed, s.timeIsUp)
}

func (s *Studies) hasPlan(ctx context.Context, tx *db.Tx, n id.ID) ([]Obstacle, error) {
	p, err := PlanOf(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	var all []Obstacle
	if len(p.Topics) == 0 {
		all = append(all, Obstacle{Code: language.M("The study has no topics yet."), At: address(n, "topics")})
	}
	if len(p.Method) == 0 {
		all = append(all, Obstacle{Code: language.M("The method is not described yet."), At: address(n, "topics")})
	}
	return all, nil
}

// hasForms wants an adopted questionnaire, and for each one all six languages or a waiver, and somebody to be asked.
func (s *Studies) hasForms(ctx context.Context, tx *db.Tx, n id.ID) ([]Obstacle, error) {
	forms, err := FormsOf(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	asked, err := Respondents(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	var all []Obstacle
	adopted := 0
	for _, f := range forms {
		if f.State != FormAdopted && f.State != FormFielded {
			continue
		}
		adopted++
		args := map[string]string{"form": f.Version}
		if len(f.Lacks) > 0 && f.Waiver == "" {
			args["languages"] = strings.Join(f.lacking(), " ")
			all = append(all, Obstacle{Code: language.M("The questionnaire {form} is not complete in these languages: {languages}."), Args: args, At: address(n, "instruments")})
		}
		if !slices.ContainsFunc(asked, func(r Respondent) bool { return r.Audience == f.Audience }) {
			all = append(all, Obstacle{Code: language.M("Nobody is asked with the questionnaire {form} yet."), Args: args, At: address(n, "frame")})
		}
	}
	if adopted == 0 {
		all = append(all, Obstacle{Code: language.M("No questionnaire is adopted yet."), At: address(n, "instruments")})
	}
	return all, nil
}

func (s *Studies) hasDates(ctx context.Context, tx *db.Tx, n id.ID) ([]Obstacle, error) {
	at, err := Find(ctx, tx, n)
	switch {
	case err != nil:
		return nil, err
	case at.Deadline.IsZero():
		return []Obstacle{{Code: language.M("The study has no deadline yet."), At: address(n, "topics")}}, nil
	case !at.Deadline.After(tx.Now()):
		return []Obstacle{{Code: language.M("The deadline has passed already. Set a later one."), At: address(n, "topics")}}, nil
	}
	return nil, nil
}

// timeIsUp keeps the asking open until the deadline and until each later day that was granted.
func (s *Studies) timeIsUp(ctx context.Context, tx *db.Tx, n id.ID) ([]Obstacle, error) {
	at, err := Find(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	if at.Deadline.After(tx.Now()) {
		return []Obstacle{{
			Code: language.M("The deadline is {day}: until then answers may come in."), Args: map[string]string{"day": at.Deadline.Format("2006-01-02")}, At: address(n, "topics"),
		}}, nil
	}
	return nil, nil
}

// address is the page of a study, or one below it.
func address(n id.ID, page string) string {
	if page == "" {
		return "/d/studies/" + string(n)
	}
	return "/d/studies/" + string(n) + "/" + page
}
