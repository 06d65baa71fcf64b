package study_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/study"
	"comity/internal/store/db"
)

// TestStepsNeedWhatTheyRestOn walks a study through its life and looks, before each step, at what stands in its way.
func TestStepsNeedWhatTheyRestOn(t *testing.T) {
	each(t, func(h *house) {
		n := h.proposed()
		inTheWay := func(to study.Stage, want ...string) {
			h.Helper()
			var got []string
			h.read(func(tx *db.Tx) error {
				all, err := h.Studies.Obstacles(ctx, tx, n, to)
				for _, o := range all {
					got = append(got, o.Code)
				}
				return err
			})
			if !slices.Equal(got, want) {
				h.Errorf("in the way of %s: %q, want %q", to, got, want)
			}
			if len(want) > 0 {
				h.refused("a step to "+string(to), h.move(n, to, "exercise"), errs.Invalid)
			}
		}
		inTheWay(study.Designed, "The study has no topics yet.", "The method is not described yet.")
		h.refused("a step too far", h.move(n, study.Fielding, ""), errs.Conflict)
		p, _ := study.ParsePlan("picture: The global picture", "Everybody is asked.", "")
		p.Version = 2
		h.ok(h.Studies.EditPlan(ctx, h.As("manager"), n, p, h.Entry()))
		h.ok(h.move(n, study.Designed, ""))
		h.refused("an adoption without the session", h.move(n, study.Adopted, " "), errs.Invalid)
		h.ok(h.move(n, study.Adopted, "Adopted at an invented session (exercise)"))
		p.Version, p.Topics = 3, nil
		h.refused("another plan than the adopted one", h.Studies.EditPlan(ctx, h.As("manager"), n, p, h.Entry()), errs.Conflict)

		inTheWay(study.Fielding, "No questionnaire is adopted yet.", "The study has no deadline yet.")
		half := h.Entry()
		h.ok(h.Studies.AddForm(ctx, h.As("manager"), n, study.States, form(h.T, "0.9.0", false), half))
		h.ok(h.Studies.AdoptForm(ctx, h.As("manager"), n, half, h.Entry()))
		to := h.find(n)
		to.Deadline = h.clock().AddDate(0, 0, 1)
		h.ok(h.Studies.Edit(ctx, h.As("manager"), n, to, h.Entry()))
		inTheWay(study.Fielding, "The questionnaire {form} is not complete in these languages: {languages}.", "Nobody is asked with the questionnaire {form} yet.")
		h.ok(h.Studies.FrameStates(ctx, h.As("manager"), n, h.Entry()))
		h.refused("a waiver without a reason", h.Studies.Waive(ctx, h.As("manager"), n, half, "", h.Entry()), errs.Invalid)
		h.ok(h.Studies.Waive(ctx, h.As("manager"), n, half, "Only English is needed in this exercise.", h.Entry()))
		inTheWay(study.Fielding)
		h.ok(h.move(n, study.Fielding, ""))
		inTheWay(study.Closed, "The deadline is {day}: until then answers may come in.")
		h.read(func(tx *db.Tx) error {
			f, err := h.Studies.Fielded(ctx, tx, n, study.States)
			if err == nil && (f.Version != "0.9.0" || f.Form.Item("/ovens") == nil) {
				h.Errorf("asked with %s, want 0.9.0 and its question", f.Version)
			}
			return err
		})
	})
}

// TestEveryStepIsAnAct: a step that rests on another slice is not taken where no such slice vouches for it, and no step is
// taken by somebody without a role in studies.
func TestEveryStepIsAnAct(t *testing.T) {
	each(t, func(h *house) {
		h.alone()
		for _, c := range []struct {
			to   study.Stage
			want string
		}{
			{study.Analysed, "The data are not frozen yet."},
			{study.InReview, "No round of comments is open yet."},
			{study.Translated, "The report is not translated yet."},
		} {
			h.read(func(tx *db.Tx) error {
				all, err := h.Studies.Obstacles(ctx, tx, h.Entry(), c.to)
				if err == nil && (len(all) != 1 || all[0].Code != c.want) {
					h.Errorf("in the way of %s, for which nobody vouches: %+v, want %q", c.to, all, c.want)
				}
				return err
			})
		}
		for _, s := range study.Stages() {
			if s == study.Proposed {
				continue
			}
			if err := h.Studies.Move(ctx, h.As("drafter"), h.proposedOnce(), s, "exercise", 1, h.Entry()); err == nil {
				h.Errorf("a drafter takes a study to %s", s)
			}
		}
	})
}

func (h *house) proposedOnce() id.ID {
	h.Helper()
	var all []study.Study
	h.read(func(tx *db.Tx) (err error) { all, err = study.List(ctx, tx); return err })
	if len(all) > 0 {
		return all[0].ID
	}
	return h.proposed()
}

// TestLifeToItsEnd goes the whole way with guards of other slices that are registered, and a step back with its reason.
func TestLifeToItsEnd(t *testing.T) {
	each(t, func(h *house) {
		h.alone()
		n := h.fielded(h.clock().Add(time.Hour))
		frozen := false
		h.Studies.Guard(study.Analysed, func(context.Context, *db.Tx, id.ID) ([]study.Obstacle, error) {
			if frozen {
				return nil, nil
			}
			return []study.Obstacle{{Code: "The data are not frozen yet."}}, nil
		})
		for _, s := range []study.Stage{study.InReview, study.Translated} {
			h.Studies.Guard(s, func(context.Context, *db.Tx, id.ID) ([]study.Obstacle, error) { return nil, nil })
		}
		h.ok(h.mark(n, h.state(n, "KEN").ID, study.Invited))
		h.wait(2 * time.Hour)
		h.ok(h.move(n, study.Closed, ""))
		if got := h.state(n, "KEN").Status; got != study.NoReply {
			h.Errorf("after the close, who was asked is %s, want no-reply", got)
		}
		h.refused("a step back without a reason", h.Studies.Back(ctx, h.As("manager"), n, " ", h.find(n).Version, h.Entry()), errs.Invalid)
		h.ok(h.Studies.Back(ctx, h.As("manager"), n, "A region was offline (exercise).", h.find(n).Version, h.Entry()))
		if s := h.find(n); s.Stage != study.Fielding || h.state(n, "KEN").Status != study.Invited {
			h.Fatalf("after a step back: %s and %s, want fielding and invited", s.Stage, h.state(n, "KEN").Status)
		}
		h.ok(h.move(n, study.Closed, ""))
		h.refused("analysed without data", h.move(n, study.Analysed, ""), errs.Invalid)
		frozen = true
		for _, to := range []study.Stage{study.Analysed, study.Drafted, study.InReview, study.Translated, study.Presented, study.Noted} {
			h.ok(h.move(n, to, "Taken note of at an invented session (exercise)"))
		}
		h.refused("a stale page", h.Studies.Move(ctx, h.As("manager"), n, study.Superseded, "x", 1, h.Entry()), errs.Conflict)
		h.refused("back from what a session decided", h.Studies.Back(ctx, h.As("manager"), n, "x", h.find(n).Version, h.Entry()), errs.Conflict)
		h.read(func(tx *db.Tx) error {
			all, err := study.History(ctx, tx, n)
			if len(all) != 12 || all[4].Note == "" {
				h.Errorf("%d steps on record, want 12 with the reason of the step back: %+v", len(all), all)
			}
			return err
		})
	})
}

// TestC1 reproduces the response rates of the 2013 study's regions from counts alone (dialogue.md §12, C1).
func TestC1(t *testing.T) {
	catalog, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	answered := map[string]int{"002": 11, "019": 13, "142": 19, "150": 24, "009": 2}
	var frame []study.Respondent
	for _, c := range catalog.Countries() {
		if c.Member == language.NotUN {
			continue
		}
		r := study.Respondent{Audience: study.States, State: c.ISO3, Region: c.Region, Membership: c.Member, Status: study.NoReply}
		if c.Member == language.UNMember && answered[c.Region] > 0 {
			answered[c.Region]--
			r.Status = study.Submitted
		}
		frame = append(frame, r)
	}
	frame = append(frame, study.Respondent{Audience: study.Private, Region: "002", Status: study.Submitted})
	got := study.RatesOf(study.States, frame)
	for i, want := range []study.Rate{{"002", 11, 54}, {"019", 13, 35}, {"142", 19, 47}, {"150", 24, 43}, {"009", 2, 14}} {
		if got.Regions[i] != want {
			t.Errorf("region %d: %+v, want %+v", i, got.Regions[i], want)
		}
	}
	var percent []int
	for _, r := range got.Regions {
		percent = append(percent, r.Percent())
	}
	if want := []int{20, 37, 40, 56, 14}; !slices.Equal(percent, want) {
		t.Errorf("rates %v %%, want %v", percent, want)
	}
	if got.All.Answered != 69 || got.All.Of != 193 || got.Observers.Of != 2 {
		t.Errorf("together %+v, observers %+v; want 69 of 193 and 2 observers apart", got.All, got.Observers)
	}
	if p := study.RatesOf(study.Private, frame); p.All.Of != 1 || p.All.Percent() != 100 {
		t.Errorf("companies %+v, want 1 of 1", p.All)
	}
}

func TestFrame(t *testing.T) {
	each(t, func(h *house) {
		n := h.proposed()
		for range 2 {
			h.ok(h.Studies.FrameStates(ctx, h.As("manager"), n, h.Entry()))
		}
		if all := h.respondents(n); len(all) != 195 {
			h.Errorf("%d in the frame, want 193 Members and 2 observers", len(all))
		}
		list, wrong := h.Studies.ParseList(study.Private, []byte("name;country;language\nExample Telecom (exercise);KEN;en\n\"Exemple SA; exercice\";FR;fr\n"))
		if len(wrong) > 0 || len(list) != 2 || list[0].Region != "002" || list[1].Name != "Exemple SA; exercice" {
			h.Fatalf("list: %+v, %+v", list, wrong)
		}
		h.ok(h.Studies.AddRespondents(ctx, h.As("manager"), n, list, h.Entry()))
		for _, r := range h.respondents(n) {
			if r.Name == "Exemple SA; exercice" {
				h.ok(h.Studies.RemoveRespondent(ctx, h.As("manager"), n, r.ID, h.Entry()))
			}
		}
		if all := h.respondents(n); len(all) != 196 {
			h.Errorf("%d in the frame, want 196", len(all))
		}
	})
}

func TestListIsRefusedByLine(t *testing.T) {
	each(t, func(h *house) {
		for name, c := range map[string]struct{ in, want, line string }{
			"no head":          {"Example,KE\n", "The first line has to name the columns", ""},
			"nothing":          {"name,country\n", "The list has no respondent", ""},
			"not text":         {"name\n\xff\xfe", "UTF-8", ""},
			"no country":       {"name,country\nA,KE\nB,XX\n", "is no country code", "3"},
			"no name":          {"name,country\n,KE\n", "write the name", "2"},
			"twice":            {"name,country\nA,KE\nA,KE\n", "stands in the list twice", "3"},
			"another language": {"name,country,language\nA,KE,sw\n", "none of the languages", "2"},
			"an open quote":    {"name,country\n\"A,KE\n", "quotation mark", "2"},
		} {
			_, wrong := h.Studies.ParseList(study.Private, []byte(c.in))
			if len(wrong) != 1 || !strings.Contains(wrong[0].Code, c.want) || wrong[0].Args["line"] != c.line {
				h.Errorf("%s: %+v, want one about line %q that says %q", name, wrong, c.line, c.want)
			}
		}
		if _, wrong := h.Studies.ParseList(study.States, []byte("name\nAtlantis\n")); len(wrong) != 1 {
			h.Errorf("a State without a code: %+v", wrong)
		}
	})
}

// TestShippedStudiesBegin begins each study that comes with the program: its plan stands, and its questionnaires are drafts.
func TestShippedStudiesBegin(t *testing.T) {
	each(t, func(h *house) {
		shipped, err := study.Shipped()
		h.ok(err)
		if len(shipped) == 0 {
			h.Fatal("no study comes with the program")
		}
		for _, d := range shipped {
			n, err := h.Studies.Begin(ctx, h.As("manager"), d.Code, study.Proposal{Synthetic: true, Office: h.Office}, h.Entry())
			h.ok(err)
			h.read(func(tx *db.Tx) error {
				p, err := study.PlanOf(ctx, tx, n)
				if err != nil {
					return err
				}
				forms, err := study.FormsOf(ctx, tx, n)
				if len(p.Topics) != len(d.Topics) || len(p.Method) < len(d.Method) || len(forms) != len(d.Audiences) {
					h.Errorf("%s: %d topics, %d paragraphs, %d questionnaires", d.Code, len(p.Topics), len(p.Method), len(forms))
				}
				return err
			})
			m := h.site().As("manager")
			want(h.T, m.Get("/d/studies/"+string(n)+"/topics"), 200, d.Topics[0].Title)
			h.read(func(tx *db.Tx) error {
				forms, err := study.FormsOf(ctx, tx, n)
				for _, f := range forms {
					for _, tag := range []string{"en", "ar", "ru"} {
						want(h.T, m.Get("/d/studies/"+string(n)+"/instruments/"+string(f.ID)+"?in="+tag), 200)
					}
				}
				return err
			})
		}
	})
}

// TestMark walks a respondent's way: what cannot follow is refused, what was passed already changes nothing.
func TestMark(t *testing.T) {
	each(t, func(h *house) {
		n := h.fielded(h.clock().AddDate(0, 1, 0))
		ken := h.state(n, "KEN")
		for _, c := range []struct {
			to, then study.Status
			want     error
		}{
			{study.Submitted, study.Listed, errs.Conflict}, // of someone who was never asked
			{study.Invited, study.Invited, nil},
			{study.InProgress, study.InProgress, nil},
			{study.Accessed, study.InProgress, nil}, // opened again
			{study.Submitted, study.Submitted, nil},
			{study.Submitted, study.Submitted, nil},
			{study.Declined, study.Submitted, errs.Conflict}, // withdrawn first
			{study.InProgress, study.InProgress, nil},
			{study.Declined, study.Declined, nil},
			{study.Invited, study.Invited, nil},
		} {
			err := h.mark(n, ken.ID, c.to)
			if c.want != nil {
				h.refused("marked "+string(c.to), err, c.want)
			} else {
				h.ok(err)
			}
			if got := h.state(n, "KEN").Status; got != c.then {
				h.Errorf("marked %s: %s, want %s", c.to, got, c.then)
			}
		}
	})
}

func (h *house) mark(n, respondent id.ID, to ...study.Status) error {
	h.Helper()
	return h.Desk.Do(ctx, h.As("manager"), "study.frame", id.NewRef(study.Kind, n), func(c *desk.Change) error {
		for _, s := range to {
			if err := study.Mark(ctx, c, respondent, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestRatesOnThePage shows the rates of C1 as the secretariat reads them, from respondents that have submitted.
func TestRatesOnThePage(t *testing.T) {
	each(t, func(h *house) {
		n := h.fielded(h.clock().AddDate(0, 1, 0))
		answered := map[string]int{"002": 11, "019": 13, "142": 19, "150": 24, "009": 2}
		for _, r := range h.respondents(n) {
			if r.Membership == language.UNMember && answered[r.Region] > 0 {
				answered[r.Region]--
				h.ok(h.mark(n, r.ID, study.Invited, study.Submitted))
			}
		}
		page := want(h.T, h.site().As("manager").Get("/d/studies/"+string(n)), 200)
		for _, row := range []string{"Africa 11 54 20 %", "Americas 13 35 37 %", "Asia 19 47 40 %", "Europe 24 43 56 %", "Oceania 2 14 14 %", "All together 69 193 36 %", "Observer States, counted apart 0 2 0 %"} {
			if !strings.Contains(page.Text(), row) {
				h.Errorf("the page doesn't say %q: %s", row, page.Text())
			}
		}
	})
}
