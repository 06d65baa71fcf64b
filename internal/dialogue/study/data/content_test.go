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
	for _, section := range []string{"coordination", "legislation", "police", "prosecution", "courts", "central", "networks"} {
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
		for _, it := range questions(in) {
			inList := strings.Count(it.Path(), "/") > 2 // a row below a question that stands at the group
			if strings.Count(it.Label, "?") > 1 || !inList && it.Type != instrument.AcknowledgeType && !strings.HasSuffix(it.Label, "?") {
				t.Errorf("%s: %q isn't one question", it.Source(), it.Label)
			}
			if it.Type == instrument.SelectMultipleType && !slices.ContainsFunc(in.Lists[it.List], func(c instrument.Choice) bool { return c.Name == "other" }) {
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
