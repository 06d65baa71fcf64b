package types

import (
	"os"
	"slices"
	"testing"
	"time"

	"comity/internal/base/language"
	"comity/internal/cooperation/directory"
	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument"
)

type world struct {
	law   *treaty.Treaties
	types *Types
	rules *rule.Set

	directory *directory.Directory
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
	d, err := directory.Load()
	if err != nil {
		t.Fatal(err)
	}
	return world{law.Exercise(), ts, rules, d}
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
			found, err := w.rules.Check(a.Tree(), rule.Env{Treaties: w.law, Exercise: true, Authorities: w.directory})
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
	problems, err := w.rules.Verify(rule.Env{Treaties: w.law, Exercise: true, Authorities: w.directory}, w.types.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s", p)
	}
}

// The place and the field of every rule are in the form.
func TestRulesPointAtQuestions(t *testing.T) {
	w := load(t)
	for _, p := range w.types.Unasked(w.rules) {
		t.Errorf("%s", p)
	}
}

func TestAsks(t *testing.T) {
	ts := load(t).types
	for _, c := range []struct {
		from, path, want string
		ok               bool
	}{
		{"/request/measure", "selector[@kind = 'ipv4'][value != '']/instant/@offset", "/request/measure/selector/instant/@offset", true},
		{"/request/measure", "holdr", "/request/measure/holdr", false},
		{"/request/measure", "/request/date", "/request/date", true},
		{"/request/measure", "concat(holder, '')", "", true},
	} {
		if got, ok := ts.Asks(c.from, c.path); got != c.want || ok != c.ok {
			t.Errorf("Asks(%s, %s) = %q, %v, want %q, %v", c.from, c.path, got, ok, c.want, c.ok)
		}
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

// A folder is a type and nothing else needs to be told of it; each has its translations.
func TestEveryFolderIsAType(t *testing.T) {
	dirs, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	ts := load(t).types
	for _, d := range dirs {
		name := d.Name()
		if !d.IsDir() || name == "testdata" {
			continue
		}
		if _, ok := ts.Get(name); !ok && name != "_cover" && name != "_measure" {
			t.Errorf("folder %s is no type: its name wants a dot, as in records.bank, and a type.toml inside", name)
		}
		if !slices.ContainsFunc(Words(), func(s language.Source) bool { return s.Name == "types/"+name }) {
			t.Errorf("folder %s has no translations: write %s/po/{ar,es,fr,ru,zh}.po", name, name)
		}
	}
}
