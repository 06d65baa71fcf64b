package workshop

import (
	"embed"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/protect"
	"comity/internal/engine/instrument"
)

//go:embed forms
var forms embed.FS

// The questionnaires that come with the program, each a folder of forms.
const (
	EvaluationForm = "evaluation" // how the workshop was
	FollowUpForm   = "followup"   // what has changed at work; the same each time, so that answers compare
)

// wholeForm is the section that each questionnaire consists of.
const wholeForm = "all"

// LoadForm returns a questionnaire with its translations.
func LoadForm(name string) (*instrument.Instrument, error) {
	in, err := instrument.LoadWhole(forms, "forms/"+name)
	if err != nil {
		return nil, fmt.Errorf("questionnaire %s: %w", name, err)
	}
	return in, nil
}

// questionsOf lists the questions of a form, in its order.
func questionsOf(in *instrument.Instrument) (all []*instrument.Item) {
	in.Walk(func(it *instrument.Item) {
		if it.Answered() {
			all = append(all, it)
		}
	})
	return all
}

// bound takes what a page sent as answers to the whole form. What is missing or wrong is an error with fields.
func bound(in *instrument.Instrument, said url.Values, now time.Time) (instrument.Answers, error) {
	a, wrong, err := in.Bind(instrument.NewAnswers(), wholeForm, said)
	if err != nil {
		return a, err
	}
	state := in.Eval(a, now)
	if err := errors.Join(errs.WithFields(append(wrong, state.Problems()...)...), state.Err()); err != nil {
		return a, err
	}
	return state.Answers()
}

// smallest is the smallest number of people of whom a figure is printed.
const smallest = 5

// figures prints counts of everybody's answers to one question; ":" stands for what is too small to show, and for what could be
// had by subtracting.
func figures(counts []int) []string {
	row := make([]protect.Cell, len(counts))
	for i, n := range counts {
		row[i] = protect.Cell{N: n, Hidden: n}
	}
	t := protect.NewTable(false, [][]protect.Cell{row})
	protect.Policy{K: smallest}.Apply(t)
	out := make([]string, len(counts))
	for i, c := range t.Cells[0][:len(counts)] {
		if out[i] = strconv.Itoa(c.N); c.Flag != protect.Shown {
			out[i] = ":"
		}
	}
	return out
}

// choiceAt is the place of a choice in its list, -1 when it is not offered.
func choiceAt(in *instrument.Instrument, list, name string) int {
	return slices.IndexFunc(in.Lists[list], func(c instrument.Choice) bool { return c.Name == name })
}
