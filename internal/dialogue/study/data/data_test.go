package data

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument"
)

// now is when the examples are judged: a day within the studies' field time.
var now = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

func studies(t *testing.T) []Study {
	t.Helper()
	all, err := Studies()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("there is no study")
	}
	return all
}

func study(t *testing.T, code string) Study {
	t.Helper()
	all := studies(t)
	i := slices.IndexFunc(all, func(s Study) bool { return s.Code == code })
	if i < 0 {
		t.Fatalf("there is no study %s", code)
	}
	return all[i]
}

func form(t *testing.T, s Study, audience string) *instrument.Instrument {
	t.Helper()
	in, err := s.Form(audience)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// eachForm runs f for every questionnaire of every study.
func eachForm(t *testing.T, f func(t *testing.T, s Study, audience string, in *instrument.Instrument)) {
	t.Helper()
	for _, s := range studies(t) {
		for audience := range s.Audiences {
			t.Run(s.Code+"/"+audience, func(t *testing.T) { f(t, s, audience, form(t, s, audience)) })
		}
	}
}

// questions are the items that a person answers.
func questions(in *instrument.Instrument) []*instrument.Item {
	var out []*instrument.Item
	in.Walk(func(it *instrument.Item) {
		switch it.Type {
		case instrument.NoteType, instrument.CalculateType, instrument.GroupType, instrument.RepeatType:
			return
		}
		out = append(out, it)
	})
	return out
}

func TestFormsAreSound(t *testing.T) {
	eachForm(t, func(t *testing.T, _ Study, _ string, in *instrument.Instrument) {
		for _, p := range in.Check() {
			t.Error(p)
		}
	})
}

// Every folder of a questionnaire belongs to an audience: none is shipped that nobody is asked.
func TestNoFolderIsForgotten(t *testing.T) {
	named := map[string]bool{}
	for _, s := range studies(t) {
		for audience := range s.Audiences {
			named[s.Dir(audience)] = true
		}
	}
	forms, err := fs.Glob(FS(), "*/*/form.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range forms {
		if !named[path.Dir(file)] {
			t.Errorf("%s belongs to no audience", file)
		}
	}
	if len(forms) != len(named) {
		t.Errorf("%d forms, %d audiences", len(forms), len(named))
	}
}

func TestReadNamesWhatIsWrong(t *testing.T) {
	const good = "format = \"comity/study/1\"\ncode = \"x\"\n[title]\nen = \"X\"\n[audience]\nstate = \"state\"\n"
	for name, c := range map[string]struct{ text, want string }{
		"whole":         {good, ""},
		"no format":     {strings.Replace(good, "/1", "/2", 1), "x/study.toml: format"},
		"another code":  {strings.Replace(good, "code = \"x\"", "code = \"y\"", 1), `code "y"`},
		"nobody":        {strings.Replace(good, "state = \"state\"\n", "", 1), "0 audiences"},
		"no title":      {strings.Replace(good, "en = ", "fr = ", 1), `title ""`},
		"a wrong key":   {good + "[audiance]\nstate = \"state\"\n", "audiance"},
		"not a table":   {"= 1", "x/study.toml"},
		"a wrong value": {good + "[missing]\nnot_asked = \"-1\"\n", "x/study.toml"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(fstest.MapFS{"x/study.toml": {Data: []byte(c.text)}})
			switch {
			case c.want == "" && err != nil:
				t.Errorf("Read = %v, want no error", err)
			case c.want != "" && (!errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("Read = %v, want an invalid one that says %q", err, c.want)
			}
		})
	}
	if _, err := study(t, "cybercrime").Form("nobody"); !errors.Is(err, errs.NotFound) {
		t.Errorf("the form of nobody: %v, want not found", err)
	}
}

// The examples answer every question that is asked, rightly, and say that they are invented.
func TestExamples(t *testing.T) {
	eachForm(t, func(t *testing.T, s Study, audience string, in *instrument.Instrument) {
		a := example(t, s, audience)
		state := in.Eval(a, now)
		if err := state.Err(); err != nil {
			t.Fatal(err)
		}
		for _, p := range state.Problems() {
			t.Errorf("%s: %s %v", p.Path, p.Code, p.Args)
		}
		for _, p := range in.Unknown(a) {
			t.Errorf("%s: the form has no such question", p)
		}
		state.Each(func(is instrument.ItemState) {
			if slices.Contains(questions(in), is.Item) && is.Relevant != (is.Value != "") {
				t.Errorf("%s: asked %v, answered %q", is.Path, is.Relevant, is.Value)
			}
		})
	})
}

func example(t *testing.T, s Study, audience string) instrument.Answers {
	t.Helper()
	b, err := fs.ReadFile(FS(), path.Join(s.Dir(audience), "example.json"))
	if err != nil {
		t.Fatal(err)
	}
	var mark struct{ Synthetic string }
	if err := json.Unmarshal(b, &mark); err != nil || mark.Synthetic == "" {
		t.Errorf("the example doesn't say that it is synthetic (%v)", err)
	}
	a, err := instrument.ParseAnswers(b)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// chains are what one answer does to the next question, beginning with the example.
var chains = []struct {
	study, audience, path, value string
	then                         string
	asked                        bool
}{
	{"cybercrime", "state", "coordination/strategy", "yes", "coordination/strategy_year", true},
	{"cybercrime", "state", "coordination/strategy", "preparing", "coordination/strategy_parts", false},
	{"cybercrime", "state", "coordination/survey", "no", "coordination/survey_source", false},
	{"cybercrime", "state", "coordination/campaign", "no", "coordination/campaign_evaluated", false},
	{"cybercrime", "state", "legislation/law_form", "none", "legislation/law_year", false},
	{"cybercrime", "state", "legislation/sufficient", "fully", "legislation/gaps", false},
	{"cybercrime", "state", "legislation/acts/illegal_access/offence", "both", "legislation/attempt", true},
	{"cybercrime", "state", "legislation/acts/illegal_access/offence", "not_criminal", "legislation/attempt", false},
	{"cybercrime", "state", "legislation/acts/illegal_access/offence", "no", "legislation/penalty", false},
	{"cybercrime", "state", "legislation/acts/illegal_access/offence", "no", "legislation/acts/fraud/provision", true},
	{"cybercrime", "state", "legislation/acts/spam/offence", "specific", "legislation/acts/spam/provision", true},
	{"cybercrime", "state", "police/unit", "no", "police/officers", false},
	{"cybercrime", "state", "police/unit", "no", "prosecution/prosecutors", true}, // two questions of one name
	{"cybercrime", "state", "police/officers", "0", "police/trained", false},
	{"cybercrime", "state", "courts/admissible", "no", "courts/foreign", false},
	{"cybercrime", "state", "central/incoming", "0", "central/refused", false},
	{"cybercrime", "state", "central/refused", "0", "central/refusals", false},
	{"cybercrime", "state", "central/contact_point", "no", "central/urgent", false},
	{"cybercrime", "state", "networks/cert", "preparing", "networks/incidents", false},
	{"cybercrime", "state", "networks/retention", "no", "networks/retention_months", false},

	{"cybercrime", "private", "acts/counting", "no", "acts/count", false},
	{"cybercrime", "private", "acts/count", "0", "acts/loss", false},
	{"cybercrime", "private", "acts/loss", "0", "acts/loss_part", false},
	{"cybercrime", "private", "authorities/reporting", "often", "authorities/silence", false},
	{"cybercrime", "private", "authorities/holds_data", "no", "authorities/direct", false},
	{"cybercrime", "private", "authorities/requests", "0", "authorities/answered", false},
	{"cybercrime", "private", "law/sufficient", "fully", "law/gaps", false},
	{"cybercrime", "academic", "research/projects", "no", "research/data", false},
	{"cybercrime", "academic", "teaching/courses", "no", "teaching/graduates", false},
	{"cybercrime", "academic", "teaching/tools", "no", "teaching/tools_open", false},
	{"cybercrime", "igo", "mandate/adopted", "no", "mandate/instrument_acts", false},
	{"cybercrime", "igo", "assistance/assisting", "no", "assistance/demand", false},
	{"cybercrime", "igo", "assistance/network", "no", "assistance/network_requests", false},

	{"children", "state", "coordination/survey", "no", "coordination/survey_source", false},
	{"children", "state", "legislation/acts/material/offence", "no", "legislation/possession", false},
	{"children", "state", "legislation/acts/material/offence", "general", "legislation/possession", true},
	{"children", "state", "police/unit", "no", "police/care", false},
	{"children", "state", "victims/counted", "no", "victims/counted_source", false},
	{"children", "private", "service/admission", "any", "service/age", false},
	{"children", "private", "service/admission", "no", "prevention/default", false},
	{"children", "private", "detection/removed", "0", "detection/hours", false},
	{"children", "private", "detection/ways", "users known", "detection/care", false},
}

func TestOneAnswerOpensTheNext(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range chains {
		t.Run(c.path+"="+c.value, func(t *testing.T) {
			s := study(t, c.study)
			in, a := form(t, s, c.audience), example(t, s, c.audience)
			if err := a.Set(c.path, c.value); err != nil {
				t.Fatal(err)
			}
			got, ok := in.Eval(a, now).At(c.then)
			if !ok || got.Relevant != c.asked {
				t.Errorf("%s is asked: %v (there: %v), want %v", c.then, got.Relevant, ok, c.asked)
			}
		})
		seen[c.study+"/"+c.audience] = true
	}
	for _, s := range studies(t) {
		for audience := range s.Audiences {
			if !seen[s.Code+"/"+audience] {
				t.Errorf("%s/%s: no chain is tested", s.Code, audience)
			}
		}
	}
}

// Answers that contradict others or themselves.
func TestWrongAnswersAreRefused(t *testing.T) {
	for _, c := range []struct{ study, audience, path, value string }{
		{"cybercrime", "state", "coordination/threats", "fraud illegal_access csam spam"},
		{"cybercrime", "state", "coordination/strategy_year", "1850"},
		{"cybercrime", "state", "coordination/strategy_year", "2031"},
		{"cybercrime", "state", "coordination/lead", "parliament"},
		{"cybercrime", "state", "legislation/treaties", "bud none"},
		{"cybercrime", "state", "police/officers", "-3"},
		{"cybercrime", "state", "police/trained", "121"},
		{"cybercrime", "state", "central/refused", "311"},
		{"cybercrime", "state", "networks/users", "100.1"},
		{"cybercrime", "private", "authorities/answered", "-1"},
		{"cybercrime", "private", "prevention/measures", "none backup"},
		{"cybercrime", "academic", "research/unstudied", "fraud hate ip spam"},
		{"cybercrime", "igo", "assistance/partners", "igo none"},
		{"children", "state", "legislation/age", "180"},
		{"children", "state", "victims/support", "none legal"},
	} {
		t.Run(c.path+"="+c.value, func(t *testing.T) {
			s := study(t, c.study)
			a := example(t, s, c.audience)
			if err := a.Set(c.path, c.value); err != nil {
				t.Fatal(err)
			}
			if got, ok := form(t, s, c.audience).Eval(a, now).At(c.path); !ok || got.Code == "" {
				t.Errorf("%s = %q is accepted (asked: %v)", c.path, c.value, got.Relevant)
			}
		})
	}
}
