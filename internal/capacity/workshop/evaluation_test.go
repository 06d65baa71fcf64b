package workshop_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/capacity/workshop"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// everywhere answers each question of a form that has a list with the list's answer.
func everywhere(t testing.TB, form string, by map[string]string) url.Values {
	t.Helper()
	in, err := workshop.LoadForm(form)
	if err != nil {
		t.Fatal(err)
	}
	said := url.Values{}
	in.Walk(func(it *instrument.Item) {
		if it.List != "" {
			said.Set(it.Name, by[it.List])
		}
	})
	return said
}

// TestQuestionnaires: each questionnaire is whole in six languages, each choice can be chosen, and a choice of the follow-up has a group.
func TestQuestionnaires(t *testing.T) {
	for _, name := range []string{workshop.EvaluationForm, workshop.FollowUpForm} {
		in, err := workshop.LoadForm(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range in.Check() {
			t.Errorf("%s: %s", name, p)
		}
		for _, tag := range language.Official() {
			for _, lack := range in.Lacks(tag) {
				t.Errorf("%s lacks in %s: %+v", name, tag, lack)
			}
		}
		for list, choices := range in.Lists {
			for _, c := range choices {
				if g := c.Extra["group"]; name == workshop.FollowUpForm && g != "often" && g != "rarely" && g != "none" {
					t.Errorf("%s, %s %s: group %q", name, list, c.Name, g)
				}
			}
		}
	}
}

// TestEvaluation: who was there says once how it was, by a page; the rate has its interval; nothing is shown before the
// workshop is evaluated, small counts never; what is stored ties no answer to a person.
func TestEvaluation(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.held()
		s := w.site()
		at := "/capacity/workshops/" + string(w.ws)
		list := map[string]string{"use": "certainly", "level": "right", "agree": "yes", "amount": "enough", "often": "always"}
		seats := w.seats()
		first := w.as(s, "first", w.person(seats[0].Person))
		if a := first.Get(at + "/evaluation"); a.Status != http.StatusOK || !strings.Contains(a.Text(), "How was the level for you?") {
			w.t.Fatalf("the page of questions: %d %s", a.Status, a.Text())
		}
		if a := first.Get("/capacity/workshops"); !strings.Contains(a.Text(), "You are asked how it was") {
			w.t.Errorf("the list doesn't ask: %s", a.Text())
		}
		waits := func() (yes bool) {
			w.look(func(ctx context.Context, tx *db.Tx) (err error) {
				yes, err = workshop.Waits(ctx, tx, seats[0].Person)
				return err
			})
			return yes
		}
		if !waits() {
			w.t.Error("nothing waits for somebody who is asked how it was")
		}
		half := w.form("use", "certainly", "level", "sideways", "otherwise", "Kept words")
		if a := first.Post(at+"/evaluation", half); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Kept words") || strings.Count(a.Body, "govuk-error-message\"") != 6 {
			w.t.Errorf("half an answer: %d, %d errors: %s", a.Status, strings.Count(a.Body, "govuk-error-message\""), a.Text())
		}
		w.fails(w.move(workshop.Evaluated), "Not everyone has said how the workshop was.")
		results := func() string { return plainText(s.As("manager").Get(at + "/results").Text()) }
		for i, seat := range seats[:22] {
			said := everywhere(w.t, workshop.EvaluationForm, list)
			if i < 6 {
				said.Set("use", "probably")
			}
			if i < 2 {
				said.Set("level", "hard")
			}
			if i == 7 {
				said.Set("otherwise", "More time (exercise)")
			}
			v := w.as(s, "who-"+string(seat.ID), w.person(seat.Person))
			said.Set("entry", string(w.Entry()))
			if a := v.Post(at+"/evaluation", said); a.Status != http.StatusSeeOther {
				w.t.Fatalf("answer %d: %d %s", i, a.Status, a.Text())
			}
			said.Set("entry", string(w.Entry()))
			if a := v.Post(at+"/evaluation", said); a.Status != http.StatusConflict {
				w.t.Errorf("a second answer: %d", a.Status)
			}
		}
		if waits() {
			w.t.Error("something waits for somebody who has answered")
		}
		if text := results(); !strings.Contains(text, "22 of 28: 79 % [60, 90]") || strings.Contains(text, "More time") || strings.Contains(text, "Certainly") {
			w.t.Errorf("before the evaluation: %s", text)
		}
		err := w.Workshops.Evaluate(ctx, w.As("trainer"), w.ws, everywhere(w.t, workshop.EvaluationForm, list), w.Entry())
		if !errors.Is(err, errs.Forbidden) {
			w.t.Errorf("a trainer says how it was: %v", err)
		}
		w.clock.set("2013-07-12")
		w.must(w.move(workshop.Evaluated))
		text := results()
		for _, want := range []string{"Certainly Probably Hardly I have no such cases 22 16 6 0 0", "Too easy Right Too hard 22 0 : :", "More time (exercise)", "22 of 28: 79 % [60, 90]"} {
			if !strings.Contains(text, want) {
				w.t.Errorf("the results don't say %q: %s", want, text)
			}
		}
		err = w.Workshops.Evaluate(ctx, w.person(seats[23].Person), w.ws, everywhere(w.t, workshop.EvaluationForm, list), w.Entry())
		w.fails(err, "Who was there is asked between the end of the workshop and its evaluation.")
		if a := s.As(nodetest.AsGuest("learner")).Get(at + "/evaluation"); a.Status != http.StatusNotFound {
			w.t.Errorf("a stranger finds the questions: %d", a.Status)
		}
	})
}

// TestEvaluationOfFour: of fewer than five people nothing is printed, however they answered.
func TestEvaluationOfFour(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.held()
		for _, seat := range w.seats()[:4] {
			said := everywhere(w.t, workshop.EvaluationForm, map[string]string{"use": "hardly", "level": "hard", "agree": "no", "amount": "little", "often": "never"})
			said.Set("otherwise", fmt.Sprintf("Words of %s", seat.ID))
			w.must(w.Workshops.Evaluate(ctx, w.person(seat.Person), w.ws, said, w.Entry()))
		}
		w.clock.set("2013-07-12")
		w.must(w.move(workshop.Evaluated))
		if text := w.site().As("manager").Get("/capacity/workshops/" + string(w.ws) + "/results").Text(); strings.Contains(text, "Words of") || strings.Contains(text, "Hardly") {
			w.t.Errorf("four people are shown: %s", text)
		}
	})
}
