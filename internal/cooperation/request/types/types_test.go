package types

import (
	"slices"
	"testing"
	"time"

	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument"
)

type world struct {
	law   *treaty.Treaties
	types *Types
	rules *rule.Set
}

func load(t testing.TB) world {
	t.Helper()
	law, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	ts, err := Load(law)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ts.Rules(law)
	if err != nil {
		t.Fatal(err)
	}
	return world{law.Exercise(), ts, rules}
}

func answers(t testing.TB, b []byte) instrument.Answers {
	t.Helper()
	a, err := instrument.ParseAnswers(b)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFormHasNoProblems(t *testing.T) {
	for _, p := range load(t).types.Form().Check() {
		t.Errorf("%s", p)
	}
}

// An example is complete: the form misses nothing and no rule has anything to say, advice included.
func TestExamplesAreSilent(t *testing.T) {
	w := load(t)
	for _, ty := range w.types.All() {
		t.Run(ty.Code, func(t *testing.T) {
			a := answers(t, ty.Example)
			found, err := w.rules.Check(a.Tree(), rule.Env{Treaties: w.law, Exercise: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				t.Errorf("%s %s at %s: %s", f.Severity, f.Rule, f.Path, f.Message)
			}
			state := w.types.Form().Eval(a, time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
			for _, i := range state.Problems() {
				t.Errorf("form: %s %s", i.Path, i.Code)
			}
		})
	}
}

// Every rule, general or of a type, is tried on its own two examples.
func TestRulesKeepTheirExamples(t *testing.T) {
	w := load(t)
	problems, err := w.rules.Verify(rule.Env{Treaties: w.law, Exercise: true}, w.types.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s", p)
	}
}

func TestSample(t *testing.T) {
	ty, _ := load(t).types.Get("preserve.stored")
	for path, want := range map[string]string{
		"/request/measure[3]/selector[2]/instant/@offset": "Z",
		"/request/measure/intent":                         "yes",
		"/request/nothing":                                "",
	} {
		if got := ty.Sample(path); got != want {
			t.Errorf("Sample(%s) = %q, want %q", path, got, want)
		}
	}
}

func TestFoldersAreAll(t *testing.T) {
	dirs, err := own.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range dirs {
		got = append(got, d.Name())
	}
	if want := folders[:]; !slices.Equal(got, want) {
		t.Errorf("embedded are %v, words are taken from %v", got, want)
	}
}
