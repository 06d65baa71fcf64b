package data

import (
	"slices"
	"strings"
	"testing"

	"comity/internal/engine/instrument"
)

// topic is the subject of a question: a column that the engine keeps and doesn't read.
func topic(it *instrument.Item) string { return it.Extra["topic"] }

// subjects are the eight on which the study of cybercrime was asked to report.
var subjects = []string{
	"connectivity", "picture", "legislation", "criminalisation", "law_enforcement", "evidence", "cooperation", "prevention",
}

func TestStateQuestionnaireOfCybercrime(t *testing.T) {
	in := form(t, study(t, "cybercrime"), "state")
	n, of := 0, map[string]int{}
	for _, it := range questions(in) {
		n++
		of[topic(it)]++
	}
	if n < 60 || n > 120 {
		t.Errorf("%d questions for a State, want 60 to 120", n)
	}
	for _, s := range subjects {
		if of[s] < 3 {
			t.Errorf("%d questions on %s, want 3 at least", of[s], s)
		}
	}
	for _, section := range []string{"coordination", "legislation", "offences", "powers", "police", "prosecution", "courts", "central", "networks"} {
		if !slices.ContainsFunc(in.Sections, func(s instrument.Section) bool { return s.Name == section }) {
			t.Errorf("no section for %s", section)
		}
	}
}

// Whoever reads a figure has to know what stands behind it: each question says on what its answer rests and what may stand
// in its place.
func TestQuestionsSayWhatTheyAre(t *testing.T) {
	eachForm(t, func(t *testing.T, s Study, _ string, in *instrument.Instrument) {
		for _, it := range questions(in) {
			basis := it.Basis
			switch {
			case !slices.Contains([]string{"law", "practice", "perception", "statistic"}, basis):
				t.Errorf("%s: basis %q", it.Source(), basis)
			case basis == "statistic" && (it.Unit == "" || it.Period == ""):
				t.Errorf("%s: a statistic has a unit and a period", it.Source())
			case basis == "statistic" && !it.Allows(instrument.Confidential):
				t.Errorf("%s: a statistic may be confidential", it.Source())
			case basis == "perception" && it.Unit != "":
				t.Errorf("%s: a perception isn't measured", it.Source())
			case it.List != "" && basis != "law" && it.Section != "about" && !it.Allows(instrument.NotKnown):
				t.Errorf("%s: whoever doesn't know has to guess", it.Source())
			}
			if of := topic(it); of == "" != (it.Section == "about") || of != "" && !s.has(of) {
				t.Errorf("%s: topic %q isn't one of the study's", it.Source(), of)
			}
		}
	})
}

func (s Study) has(topic string) bool {
	return slices.ContainsFunc(s.Topics, func(t Topic) bool { return t.ID == topic })
}

// A question asks one thing, and as a question; a list that isn't a scale has room for what nobody thought of.
func TestQuestionsAskOneThing(t *testing.T) {
	eachForm(t, func(t *testing.T, _ Study, _ string, in *instrument.Instrument) {
		labels := map[string]string{}
		for _, it := range questions(in) { // regions are all there are
			inList := strings.Count(it.Path(), "/") > 2 // a row below a question that stands at the group
			if strings.Count(it.Label, "?") > 1 || !inList && it.Type != instrument.AcknowledgeType && !strings.HasSuffix(it.Label, "?") {
				t.Errorf("%s: %q isn't one question", it.Source(), it.Label)
			}
			if it.Type == instrument.SelectMultipleType && it.List != "region" && !slices.ContainsFunc(in.Lists[it.List], func(c instrument.Choice) bool { return c.Name == "other" }) {
				t.Errorf("%s: the list %s has no other", it.Source(), it.List)
			}
			if at := labels[it.Label]; at != "" && !inList && it.Section == in.Item(at).Section {
				t.Errorf("%s: %q is asked at %s too", it.Source(), it.Label, at)
			}
			labels[it.Label] = it.Path()
		}
	})
}

func TestAudiencesAreDocumented(t *testing.T) {
	for _, s := range studies(t) {
		for audience := range s.Audiences {
			if !slices.Contains([]string{"state", "private", "academic", "igo"}, audience) {
				t.Errorf("%s: there is no audience %s", s.Code, audience)
			}
		}
		for code, n := range map[string]int{"not_asked": -1, "no_answer": -2, "not_available": -7, "not_known": -8, "confidential": -9} {
			if s.Missing[code] != n {
				t.Errorf("%s: %s is %d, want %d", s.Code, code, s.Missing[code], n)
			}
		}
	}
}

// A child must not be found through an answer: no question about one, nothing attached, no figure that isn't confidential
// unless the State says otherwise, and the way to help stands first.
func TestChildrenAreProtected(t *testing.T) {
	s := study(t, "children")
	if s.Handling == "" || s.Referral == "" || len(s.Group) == 0 || s.Unchecked == "" {
		t.Error("the study says nothing of handling, referral, its experts or what is unchecked")
	}
	secret := 0
	for audience := range s.Audiences {
		in := form(t, s, audience)
		for _, path := range []string{"about/referral", "about/handling"} {
			if it := in.Item(path); it == nil || it.Type != instrument.NoteType || it.Label != s.Referral && it.Label != s.Handling {
				t.Errorf("%s: %s doesn't stand before the questions", audience, path)
			}
		}
		for _, it := range questions(in) {
			for _, wrong := range endangers(it) {
				t.Errorf("%s: %s", it.Source(), wrong)
			}
			if it.Extra["confidentiality"] == "secret" {
				secret++
			}
		}
	}
	if secret == 0 {
		t.Error("how investigations work is open")
	}
}

// endangers says in what way an answer to the question may lead to a child.
func endangers(it *instrument.Item) (why []string) {
	if it.Type == instrument.FileType || it.Type == instrument.DateType {
		why = append(why, string(it.Type)+" of a case")
	}
	if it.Basis == "statistic" && !it.ConfidentialDefault {
		why = append(why, "a figure that is open by default")
	}
	if it.Unit == "children" || it.Unit == "victims" {
		why = append(why, "a number of victims")
	}
	harmless := []string{"coordinator", "organisation", "proposals"}
	if it.Type == instrument.TextType && !slices.Contains(harmless, it.Name) && !strings.HasSuffix(it.Name, "_source") {
		why = append(why, "free text where a case could be told")
	}
	if it.Extra["confidentiality"] == "secret" && !it.ConfidentialDefault {
		why = append(why, "secret, yet not confidential by default")
	}
	return why
}

// The same question in two studies points to its twin, which has to be there.
func TestReusedAnswersExist(t *testing.T) {
	n := 0
	eachForm(t, func(t *testing.T, _ Study, _ string, in *instrument.Instrument) {
		for _, it := range questions(in) {
			for _, to := range it.MapsTo {
				n++
				id, at, _ := strings.Cut(to, ":")
				code, audience, _ := strings.Cut(id, "-")
				twin := form(t, study(t, code), audience).Item(at)
				if twin == nil || twin.Label != it.Label || twin.List == "" {
					t.Errorf("%s: %s isn't the same question", it.Source(), to)
				}
			}
		}
	})
	if n == 0 {
		t.Error("no question is reused")
	}
}

// A section is what one institution fills on one page: every question stands on one, none on two, and no page is endless.
func TestSectionsHoldEveryQuestionOnce(t *testing.T) {
	eachForm(t, func(t *testing.T, s Study, audience string, in *instrument.Instrument) {
		state, shown := in.Eval(example(t, s, audience), now), map[string]int{}
		var count func(fields []instrument.Field) int
		count = func(fields []instrument.Field) (n int) {
			for _, f := range fields {
				if f.Kind != instrument.GroupType && f.Kind != instrument.NoteType {
					shown["/"+f.Path]++
					n++
				}
				n += count(f.Fields)
			}
			return n
		}
		for _, section := range in.Sections {
			n := count(state.View(section.Name, func(text string) string { return text }))
			if n == 0 || n > 30 {
				t.Errorf("section %s has %d questions", section.Name, n)
			}
			if section.Label == "" || section.Hint == "" || section.Owner == "" && section.Name != "about" {
				t.Errorf("section %s: label %q, hint %q, owner %q", section.Name, section.Label, section.Hint, section.Owner)
			}
		}
		for _, it := range questions(in) {
			if shown[it.Path()] != 1 {
				t.Errorf("%s is shown %d times", it.Path(), shown[it.Path()])
			}
		}
	})
}

// What several audiences are asked alike has one concept, so that their views can be laid side by side: the same answers to
// choose from.
func TestConceptsAreSharedByAudiences(t *testing.T) {
	s, asked := study(t, "cybercrime"), map[string][]*instrument.Item{}
	for audience := range s.Audiences {
		in := form(t, s, audience)
		for _, it := range questions(in) {
			if strings.HasPrefix(it.Concept, "view.") {
				asked[it.Concept] = append(asked[it.Concept], it)
			}
		}
	}
	for concept, items := range asked {
		for _, it := range items {
			if it.List != items[0].List || it.Type != items[0].Type || it.Basis != "perception" {
				t.Errorf("%s: %s of %s and %s of %s", concept, it.Source(), it.List, items[0].Source(), items[0].List)
			}
		}
	}
	if len(asked["view.trend"]) != len(s.Audiences) || len(asked["view.threats"]) != len(s.Audiences) {
		t.Errorf("the trend is asked %d times, threats %d times, want %d", len(asked["view.trend"]), len(asked["view.threats"]), len(s.Audiences))
	}
}
