package study

import (
	"context"
	"slices"

	"comity/internal/base/id"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// Line is one thing about studies that somebody has to do.
type Line struct{ Text, Href string }

// Today lists what the person of the request has to do about studies: nominations that wait for them as the second person,
// studies for which this State has not said who answers, and studies that they answer themselves.
func (s *Studies) Today(r *web.Request) ([]Line, error) {
	var lines []Line
	err := s.look(r, func(ctx context.Context, tx *db.Tx) error {
		all, err := List(ctx, tx)
		if err != nil {
			return err
		}
		for _, at := range all {
			if at.Stage != Fielding && at.Stage != Closed {
				continue
			}
			more, err := s.todayOf(ctx, tx, r, at)
			if err != nil {
				return err
			}
			lines = append(lines, more...)
		}
		return nil
	})
	return lines, err
}

func (s *Studies) todayOf(ctx context.Context, tx *db.Tx, r *web.Request, at Study) (lines []Line, err error) {
	mine, err := OwnRespondents(ctx, tx, at.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range mine {
		if o.Status != Submitted && MayAnswer(at, o, tx.Now()) {
			lines = append(lines, Line{r.T("Answer the study “{study}”", "study", at.Name(r.Lang())), address(at.ID, "")})
		}
	}
	if at.Origin != "" {
		if !s.Desk.Ever(r.Person, "study.nominate.send") || len(mine) > 0 || r.Person.Guest() {
			return lines, nil
		}
		asked, err := Respondents(ctx, tx, at.ID)
		if slices.ContainsFunc(asked, func(o Respondent) bool { return o.Status == Invited }) {
			lines = append(lines, Line{r.T("Name who answers the study “{study}”", "study", at.Name(r.Lang())), address(at.ID, "name")})
		}
		return lines, err
	}
	if !s.Desk.Ever(r.Person, "study.nominate.confirm") {
		return lines, nil
	}
	waits, err := s.waitingFor(ctx, tx, at.ID, r.Person.ID)
	if waits > 0 {
		lines = append(lines, Line{r.N("{n} nomination waits for you as the second person", "{n} nominations wait for you as the second person", waits), address(at.ID, "nominations")})
	}
	return lines, err
}

// waitingFor counts the nominations of a study that somebody else entered and nobody has confirmed.
func (s *Studies) waitingFor(ctx context.Context, tx *db.Tx, n, second id.ID) (count int, err error) {
	all, err := NominationsOf(ctx, tx, n)
	for _, m := range all {
		if m.State == WaitsForSecond && m.EnteredBy != second {
			count++
		}
	}
	return count, err
}
