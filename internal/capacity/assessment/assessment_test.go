package assessment_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/assessment"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// A3: before the round is closed no query returns another's rating: not to the team, not to the State, not by what is
// computed; the organisation itself reads its own.
func TestA3BlindUntilTheRoundCloses(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.asked("police", "prosecution")
		w.must(w.rate("police", says("units-1", assessment.Met, assessment.Paper)))
		for _, s := range w.result().Spreads {
			if len(s.Said)+len(s.Private) > 0 {
				w.t.Errorf("%s: %+v is shown while the round is open", s.Indicator, s)
			}
		}
		w.look(func(ctx context.Context, tx *db.Tx) error {
			own, err := assessment.Own(ctx, tx, w.stakeholder("police"))
			if own["units-1"].Value != assessment.Met {
				w.t.Errorf("the police don't find their own rating: %v", own)
			}
			for name, who := range map[string]access.Person{"the team": w.As("assessor"), "the State": w.focal, "another body": w.who["prosecution"]} {
				err := w.Desk.May(ctx, tx, who, "assessment.rate", id.NewRef(assessment.RefStakeholder, w.stakeholder("police")))
				mine := name == "the State" // the focal point is of the police, but has no role that rates
				if !errors.Is(err, errs.NotFound) && !(mine && errors.Is(err, errs.Forbidden)) {
					w.t.Errorf("%s at the form of the police: %v", name, err)
				}
			}
			return err
		})
		w.fails(w.Assessments.Fault(ctx, w.As("assessor"), w.n, w.stakeholder("police"), "units-1", "gone", w.Entry()), "")
		w.must(w.move(w.As("assessor"), assessment.Consolidating))
		if s := w.spread("units-1"); len(s.Said) != 1 {
			w.t.Errorf("after it was closed: %+v", s)
		}
		w.fails(w.rate("police", says("units-1", assessment.NotMet, "")), "No round is open: ratings are not taken now.")
		w.must(w.move(w.As("assessor"), assessment.Collecting)) // a second round: the first stays open to all, the second is blind
		w.must(w.rate("police", says("units-1", assessment.NotMet, "")))
		if s := w.spread("units-1"); len(s.Said) != 1 || s.Said[0].Value != assessment.Met {
			w.t.Errorf("the second round shows through: %+v", s)
		}
	})
}

// A4: what is only asserted lifts no stage; nor does a proof that is gone.
func TestA4AssertedNeverLifts(t *testing.T) {
	each(t, func(w *world) {
		w.asked("police", "prosecution")
		w.must(w.rate("police", says("units-1", assessment.Met, ""), says("first-response-1", assessment.Met, assessment.Paper)))
		w.must(w.move(w.As("assessor"), assessment.Consolidating))
		w.fails(w.agree("units-1", assessment.Met, assessment.Document), "No proof of a public body stands for this.")
		w.fails(w.agree("units-1", assessment.Met, assessment.TwoGroups), "Fewer than two groups of different sectors say this.")
		w.must(w.agree("units-1", assessment.Met, assessment.Asserted))
		w.must(w.agree("first-response-1", assessment.Met, assessment.Document))
		if s := w.standing("units"); s.Stage != 1 || s.Upper < 2 {
			w.t.Errorf("asserted: %s", s)
		}
		if s := w.standing("first-response"); s.Stage != 2 {
			w.t.Errorf("with a proof: %s", s)
		}
		w.must(w.Assessments.Fault(context.Background(), w.As("assessor"), w.n, w.stakeholder("police"), "first-response-1", "gone", w.Entry()))
		if s := w.standing("first-response"); s.Stage != 1 || !w.result().Agreed["first-response-1"].Fallen {
			w.t.Errorf("the proof is gone: %s", s)
		}
	})
}

// A6: of two private bodies nothing is printed or used; of three their counts.
func TestA6PrivateAnswersFromThree(t *testing.T) {
	each(t, func(w *world) {
		w.asked("bank-1", "bank-2", "provider", "police")
		for _, b := range []string{"bank-1", "bank-2"} {
			w.must(w.rate(b, says("channels-1", assessment.Met, assessment.Record)))
		}
		w.must(w.rate("police", says("channels-1", assessment.Met, "")))
		w.must(w.move(w.As("assessor"), assessment.Consolidating))
		if s := w.spread("channels-1"); len(s.Private) > 0 || len(s.Said) != 1 {
			w.t.Errorf("two private bodies: %+v", s)
		}
		w.fails(w.agree("channels-1", assessment.Met, assessment.TwoGroups), "Fewer than two groups")
		w.must(w.move(w.As("assessor"), assessment.Collecting))
		w.must(w.rate("provider", says("channels-1", assessment.Partly, "")))
		w.must(w.move(w.As("assessor"), assessment.Consolidating))
		s := w.spread("channels-1")
		if fmt.Sprint(s.Private) != "[{met 2} {partly 1}]" {
			w.t.Errorf("three private bodies: %v", s.Private)
		}
		w.must(w.agree("channels-1", assessment.Met, assessment.TwoGroups))
		w.must(w.move(w.As("assessor"), assessment.Draft))
		if b := text(w.t, w.report(w.focal, language.English, "docx")); !strings.Contains(b, "Private bodies: Met: 2 and Partly met: 1.") || strings.Contains(b, "Private bodies: Met: 2.") {
			w.t.Error("the report doesn't print the counts of three private bodies")
		}
	})
}

// A5: who doesn't agree stands word for word in the report, as DOCX and as PDF.
func TestA5DissentInItsOwnWords(t *testing.T) {
	each(t, func(w *world) {
		w.asked("police", "prosecution")
		w.must(w.rate("police", says("units-2", assessment.Met, assessment.Paper)))
		w.must(w.rate("prosecution", says("lead-2", assessment.NotMet, "")))
		w.must(w.move(w.As("assessor"), assessment.Consolidating))
		words := "Unit two has no mandate; only a letter (exercise)."
		w.must(w.agree("units-2", assessment.Met, assessment.Document, assessment.Dissent{Group: organisation.Prosecution, Value: assessment.NotMet, Words: words}))
		w.must(w.move(w.As("assessor"), assessment.Draft))
		if b := text(w.t, w.report(w.focal, language.English, "docx")); !strings.Contains(b, words) {
			w.t.Error("the DOCX doesn't have the words of who doesn't agree")
		}
		for _, tag := range language.Official() {
			b := w.report(w.focal, tag, "pdf")
			if !bytes.HasPrefix(b, []byte("%PDF-")) {
				w.t.Errorf("%s: %.20s", tag, b)
			}
			if got := printed(w.t, b); got != "" && !strings.Contains(strings.Join(strings.Fields(got), " "), words) {
				w.t.Errorf("the PDF in %s doesn't have the words of who doesn't agree: %s", tag, got)
			}
		}
	})
}

// A7: a gap without recommendation and without reason blocks clearance and is listed.
func TestA7OpenGapBlocksClearance(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.drafted()
		w.must(w.move(w.focal, assessment.Commented))
		gaps := w.gaps()
		if len(gaps) != 25 || !gaps[0].Open() {
			w.t.Fatalf("%d gaps", len(gaps))
		}
		var factors []string
		for _, g := range gaps[1:] {
			factors = append(factors, g.Factor)
		}
		w.must(w.Assessments.Recommend(ctx, w.As("assessor"), w.n, w.recommendation("Do all of it (exercise)", factors...), w.Entry()))
		w.fails(w.move(w.clearing, assessment.Cleared), "Gaps without a recommendation and without a reason")
		open := ""
		for _, g := range w.gaps() {
			if g.Open() {
				open += g.Factor
			}
		}
		if open != gaps[0].Factor {
			w.t.Errorf("open: %s", open)
		}
		w.must(w.Assessments.RecommendNone(ctx, w.As("assessor"), w.n, gaps[0].Factor, "It is under way already (exercise).", w.Entry()))
		w.must(w.move(w.clearing, assessment.Cleared))
	})
}

// A8: only the State clears and publishes: not the team, not another State, not who asked without being the one who
// clears; and nobody of the team even when they act for the State.
func TestA8OnlyTheStatePublishes(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.drafted()
		w.must(w.move(w.focal, assessment.Commented))
		for _, g := range w.gaps() {
			w.must(w.Assessments.RecommendNone(ctx, w.As("assessor"), w.n, g.Factor, "Not now (exercise).", w.Entry()))
		}
		strangers := map[string]access.Person{
			"the team": w.As("assessor"), "the manager": w.As("manager"), "another State": w.other, "the focal point": w.focal, "a bank": w.who["bank-1"], "the house's clearing officer": w.As("clearing-officer"),
		}
		for _, to := range []assessment.Step{assessment.Cleared, assessment.Kept, assessment.Published} {
			for name, who := range strangers {
				if err := w.move(who, to); !errors.Is(err, errs.Forbidden) && !errors.Is(err, errs.NotFound) {
					w.t.Errorf("%s takes it to %s: %v", name, to, err)
				}
			}
			if to != assessment.Published {
				if _, err := w.Assessments.Report(ctx, w.other, w.n, "en", "pdf"); !errors.Is(err, errs.NotFound) {
					w.t.Errorf("another State reads the report: %v", err)
				}
				if _, err := w.Assessments.Report(ctx, w.As("manager"), w.n, "en", "pdf"); !errors.Is(err, errs.NotFound) {
					w.t.Errorf("this node's manager, who isn't of the team, reads the report: %v", err)
				}
			}
			w.must(w.move(w.clearing, to))
		}
		if _, err := w.Assessments.Report(ctx, w.As("manager"), w.n, "en", "pdf"); err != nil {
			w.t.Errorf("the published report: %v", err)
		}
	})
}

// TestRoadmap: an accepted recommendation becomes milestones; without evidence none is reached; what waits in a circle is
// refused with its list; the last milestone opens the indicators again.
func TestRoadmap(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.drafted()
		rec := func(words string, factors ...string) id.ID {
			e := w.Entry()
			w.must(w.Assessments.Recommend(ctx, w.As("assessor"), w.n, w.recommendation(words, factors...), e))
			return e
		}
		one, two := rec("First (exercise)", "units"), rec("Second (exercise)", "laboratory")
		change := func(n id.ID, version int64, on ...id.ID) error {
			r := w.recommendation("Changed (exercise)", "units")
			r.ID, r.Version, r.DependsOn = n, version, on
			return w.Assessments.Recommend(ctx, w.As("assessor"), w.n, r, w.Entry())
		}
		w.must(change(two, 1, one))
		w.fails(change(one, 1, two), "These wait for each other in a circle: {list}.R1 → R2 → R1")
		w.fails(change(one, 1, one), "R1 → R1")
		if err := change(two, 1); !errors.Is(err, errs.Conflict) {
			w.t.Errorf("a stale change: %v", err)
		}
		w.must(w.move(w.focal, assessment.Commented))
		plan := func() error {
			return w.Assessments.Plan(ctx, w.focal, w.n, assessment.Milestone{
				Recommendation: one, Words: "Course for the unit (exercise)", Becomes: assessment.Course, Owner: organisation.Organisation{ID: w.body["police"]},
				Begins: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), Due: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC), Measure: "Ten certificates",
			}, w.Entry())
		}
		w.fails(plan(), "Choose a recommendation that the State accepts.")
		w.fails(w.Assessments.Answer(ctx, w.focal, w.n, one, assessment.Declined, "", w.Entry()), "Write at least a word")
		w.must(w.Assessments.Answer(ctx, w.focal, w.n, one, assessment.Accepted, "", w.Entry()))
		w.must(plan())
		svg, err := w.Assessments.Roadmap(ctx, w.focal, w.n, language.Arabic, false)
		w.must(err)
		if !bytes.Contains(svg, []byte("<svg")) {
			w.t.Errorf("roadmap: %.80s", svg)
		}
		var list []assessment.Milestone
		w.look(func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = assessment.Milestones(ctx, tx, w.n)
			return err
		})
		w.fails(w.Assessments.Finish(ctx, w.focal, w.n, list[0].ID, "done, believe me", w.Entry()), "Add what proves it")
		if err := w.Assessments.Finish(ctx, w.other, w.n, list[0].ID, proof, w.Entry()); !errors.Is(err, errs.NotFound) {
			w.t.Errorf("another State ends a milestone: %v", err)
		}
		w.must(w.Assessments.Finish(ctx, w.focal, w.n, list[0].ID, proof, w.Entry()))
		w.fails(w.Assessments.Drop(ctx, w.focal, w.n, list[0].ID, "x", w.Entry()), "This milestone was ended already.")
		if g := w.result().Agreed["units-3"]; g.Reopened.IsZero() {
			w.t.Error("what is not met is not open again")
		}
		if g := w.result().Agreed["units-1"]; !g.Reopened.IsZero() {
			w.t.Error("what is met is open again")
		}
	})
}

// TestAgenda: the widest spreads come first, at most ten, and what nobody disputes is taken over by one act.
func TestAgenda(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.asked("police", "prosecution")
		w.must(w.rate("police", says("powers-2", assessment.Met, assessment.Paper), says("powers-3", assessment.Met, ""), says("strategy-3", assessment.Met, ""), says("units-1", assessment.Partly, assessment.Paper)))
		w.must(w.rate("prosecution", says("powers-2", assessment.Partly, ""), says("powers-3", assessment.NotMet, ""), says("strategy-3", assessment.Met, "")))
		w.must(w.move(w.As("assessor"), assessment.Consolidating))
		agenda := assessment.Agenda(w.result().Spreads)
		if len(agenda) != 2 || agenda[0].Indicator != "powers-3" || agenda[1].Indicator != "powers-2" {
			w.t.Errorf("agenda %+v", agenda)
		}
		n, err := w.Assessments.AgreeUndisputed(ctx, w.As("assessor"), w.n, w.Entry())
		w.must(err)
		got := w.result().Agreed
		if n != 2 || got["strategy-3"].Basis != assessment.TwoGroups || got["units-1"].Rating != (assessment.Rating{Value: assessment.Partly, Basis: assessment.Document}) {
			w.t.Errorf("%d taken over: %+v", n, got)
		}
	})
}

// TestBadInput: each fault has its sentence, and nothing is written.
func TestBadInput(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		if _, err := w.Assessments.Request(ctx, w.other, w.body["police"], model, "x", w.Entry()); err == nil {
			w.t.Error("another State asks for an assessment")
		}
		_, err := w.Assessments.Request(ctx, w.focal, w.body["police"], "unheard-of/1", "", w.Entry())
		w.fails(err, "Choose a model.")
		w.asked("police")
		w.fails(w.rate("police", says("judges-1", assessment.Met, "")), "This is not asked of your group.")
		w.fails(w.rate("police", says("units-1", "good", "")), "Choose how it stands.")
		w.fails(w.rate("police", assessment.Rated{Indicator: "units-1", Value: assessment.Met, Proof: "a scan"}), "Enter the SHA-256 of the file")
		w.fails(w.rate("police", says("units-1", assessment.Met, assessment.Visit)), "Choose what the proof is.")
		w.fails(w.move(w.As("assessor"), assessment.Draft), "this can’t be done at this step")
		w.fails(w.agree("units-1", assessment.Met, assessment.Asserted), "this can’t be done at this step")
		w.look(func(ctx context.Context, tx *db.Tx) error {
			own, err := assessment.Own(ctx, tx, w.stakeholder("police"))
			if len(own) > 0 {
				w.t.Errorf("what was refused is there: %v", own)
			}
			return err
		})
	})
}

// TestPlay: an invented assessment goes from its request to its publication, with a report in six languages and a roadmap.
func TestPlay(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		raters := map[id.ID]access.Person{}
		for name, o := range w.body {
			raters[o] = w.who[name]
		}
		n, err := w.Assessments.Play(ctx, assessment.Cast{
			Body: w.body["police"], Focal: w.focal, Clearing: w.clearing, Manager: w.As("manager"), Assessor: w.As("assessor"), Raters: raters, Entry: w.Entry, Now: w.Config.Now(),
		})
		w.must(err)
		w.n = n
		stages := map[int]int{}
		dissent := 0
		r := w.result()
		for _, s := range r.Standings {
			stages[s.Stage]++
		}
		for _, g := range r.Agreed {
			dissent += len(g.Dissent)
		}
		if len(stages) < 3 || dissent == 0 {
			w.t.Errorf("stages %v, %d dissents: nothing to look at", stages, dissent)
		}
		svg, err := w.Assessments.Roadmap(ctx, w.As("donor"), n, language.English, false)
		w.must(err)
		if !bytes.Contains(svg, []byte("R6: first part")) {
			w.t.Errorf("roadmap: %.200s", svg)
		}
		if b := text(w.t, w.report(w.focal, language.French, "docx")); !strings.Contains(b, "The State agrees with the order of work (exercise).") {
			w.t.Error("the State's comment isn't in the report")
		}
		for _, tag := range language.Official() {
			b := w.report(w.As("donor"), tag, "pdf")
			if again := w.report(w.As("donor"), tag, "pdf"); !bytes.Equal(b, again) {
				w.t.Errorf("the report in %s has other bytes the second time", tag)
			}
		}
	})
}
