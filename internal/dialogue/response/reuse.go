package response

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// Earlier is what the same respondent answered to the same question of another study. It is offered beside a question
// that has no answer yet and never taken by itself (dialogue.md §4: own State only, with its date).
type Earlier struct {
	Study    study.Study
	Revision int64
	At       time.Time // when it was cleared
	Answer   Answer    // in the choices of the question now
}

// Source is where the answer comes from, as it is kept beside it when it is taken over.
func (e Earlier) Source() string {
	origin := fmt.Sprintf("%s, revision %d, %s", e.Study.Code, e.Revision, e.At.UTC().Format(time.DateOnly))
	if said := e.Answer.Mark.Source; said != "" {
		origin = said + " (" + origin + ")"
	}
	if all := []rune(origin); len(all) > MaxSource {
		origin = string(all[:MaxSource])
	}
	return origin
}

// taken is the answer with its origin as its source. What was said about it otherwise belonged to the other study.
func (e Earlier) taken() Answer {
	m := Mark{Source: e.Source(), SourceKind: e.Answer.Mark.SourceKind, Period: e.Answer.Mark.Period, Lang: e.Answer.Mark.Lang, Confidential: e.Answer.Mark.Confidential}
	return Answer{e.Answer.Value, m}
}

// earlier finds earlier answers to the questions of a form, by path: the newest of each. The reader sees what they have a
// part in, and so the answers of their own respondent only; secret ones are in no record and not offered.
func (s *Responses) earlier(ctx context.Context, tx *db.Tx, v view, form *instrument.Instrument, have content) (map[string]Earlier, error) {
	out := map[string]Earlier{}
	if v.Respondent.State == "" {
		return out, nil
	}
	studies, err := study.Mine(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, st := range studies {
		own, err := study.OwnRespondents(ctx, tx, st.ID)
		if err != nil {
			return nil, err
		}
		for _, of := range own {
			if of.ID == v.N || of.State != v.Respondent.State || of.Audience != v.Respondent.Audience {
				continue
			}
			if err := s.offered(ctx, tx, st, of, form, have, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// offered adds what one earlier response has for the questions that are still blank.
func (s *Responses) offered(ctx context.Context, tx *db.Tx, st study.Study, of study.Respondent, form *instrument.Instrument, have content, out map[string]Earlier) error {
	r, err := get(ctx, tx, of.ID)
	if errors.Is(err, errs.NotFound) || err == nil && r.State == Withdrawn {
		return nil
	}
	if err != nil {
		return err
	}
	k, at, err := lastCleared(ctx, tx, r)
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	record, err := ReadRecord(k.record)
	if err != nil {
		return err
	}
	old, err := s.Studies.FieldedAs(ctx, tx, st.ID, record.Instrument)
	if err != nil {
		return err
	}
	answers, err := instrument.ParseAnswers(record.Answers)
	if err != nil {
		return err
	}
	found := answersByName(old.Form, answers, tx.Now())
	steps := sameSteps(form, record.Instrument)
	form.Eval(have.answers, tx.Now()).Each(func(q instrument.ItemState) {
		from, value := match(q.Item, found, steps)
		if old := found[from]; value == "" || !q.Relevant || q.Value != "" || strings.Contains(q.Path, "[") || !fits(old.Item, q.Item, form, value) {
			return
		}
		e := Earlier{Study: st, Revision: record.Revision, At: at, Answer: Answer{value, record.Marks[found[from].Path]}}
		if before, there := out[q.Path]; !there || before.At.Before(e.At) {
			out[q.Path] = e
		}
	})
	return nil
}

// lastCleared is the newest record of a response that was sent, and when it was signed.
func lastCleared(ctx context.Context, tx *db.Tx, r Response) (cleared, time.Time, error) {
	revision := r.Revision
	if r.State == Draft || r.State == ForClearance || r.State == Cleared {
		revision--
	}
	k, err := clearedOf(ctx, tx, r.ID, revision)
	if err != nil {
		return k, time.Time{}, err
	}
	var at time.Time
	err = tx.Row(ctx, `SELECT at FROM response_cleared WHERE response_id = ? AND revision = ?`, r.ID, revision).Scan(&at)
	return k, at, err
}

// answersByName lists what was answered outside of repeats, under each name by which maps_to can call it: "form:name",
// "form:group/name", and "/group/name", by which a crosswalk does.
func answersByName(form *instrument.Instrument, a Answers, now time.Time) map[string]instrument.ItemState {
	out := map[string]instrument.ItemState{}
	form.Eval(a, now).Each(func(q instrument.ItemState) {
		if q.Relevant && q.Value != "" && !strings.Contains(q.Path, "[") {
			for _, name := range []string{form.ID + ":" + q.Item.Name, form.ID + ":" + q.Path, q.Item.Path()} {
				out[name] = q
			}
		}
	})
	return out
}

// sameSteps are the lines of a form's crosswalk from a version that say a question is the same, by its path now.
func sameSteps(form *instrument.Instrument, from Hash) map[string]instrument.Step {
	out := map[string]instrument.Step{}
	if form.Crosswalk == nil || form.Crosswalk.From != string(from) {
		return out
	}
	for _, step := range form.Crosswalk.Items {
		if step.Change == instrument.Same || step.Change == instrument.Recoded {
			out[step.Now] = step
		}
	}
	return out
}

// match finds the earlier answer to a question, and its value in the choices of now; "" for none. A choice that has no
// counterpart offers nothing.
func match(it *instrument.Item, found map[string]instrument.ItemState, steps map[string]instrument.Step) (from, value string) {
	for _, name := range it.MapsTo {
		if q, ok := found[name]; ok {
			return name, q.Value
		}
	}
	step, ok := steps[it.Path()]
	if !ok {
		return "", ""
	}
	q, ok := found[step.Was]
	if !ok || step.Change == instrument.Same {
		return step.Was, q.Value
	}
	var codes []string
	for _, name := range q.Item.Chosen(q.Value) {
		to, ok := step.Codes[name]
		if !ok {
			return "", ""
		}
		codes = append(codes, to)
	}
	return step.Was, strings.Join(codes, " ")
}

// fits reports whether a value can be an answer to a question now: of the same kind, and of its choices.
func fits(was, now *instrument.Item, form *instrument.Instrument, value string) bool {
	kinds := []instrument.Type{instrument.TextType, instrument.IntegerType, instrument.DecimalType, instrument.SelectOneType, instrument.SelectMultipleType}
	if was == nil || was.Type != now.Type || !slices.Contains(kinds, now.Type) {
		return false
	}
	for _, name := range now.Chosen(value) {
		if now.List != "" && !slices.ContainsFunc(form.Lists[now.List], func(c instrument.Choice) bool { return c.Name == name }) {
			return false
		}
	}
	return true
}
