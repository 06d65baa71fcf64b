package data

import (
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

func library(t testing.TB) *Library {
	t.Helper()
	l, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestShipped: thirty competencies, a course of six units and 24 items with its twin forms, in six languages, none older
// than its English.
func TestShipped(t *testing.T) {
	l := library(t)
	if len(l.Framework.Competencies) != 30 {
		t.Errorf("%d competencies", len(l.Framework.Competencies))
	}
	c, ok := l.Course("evidence-across-borders")
	if !ok || len(c.Units) != 6 || len(c.Scoring.Items) != 24 || len(c.Forms) != 2 {
		t.Fatalf("course %q: %d units, %d items, %d forms", c.Name, len(c.Units), len(c.Scoring.Items), len(c.Forms))
	}
	for _, u := range c.Units {
		if len(u.Stale) > 0 {
			t.Errorf("unit %s is older than its English in %v", u.Name, u.Stale)
		}
		for _, tag := range language.Official() {
			if n := strings.Count(u.Texts[tag], "\n## "); n != strings.Count(u.Texts[language.English], "\n## ") {
				t.Errorf("unit %s.%s has %d headings", u.Name, tag, n)
			}
		}
	}
	used := map[string]int{}
	for _, f := range c.Forms {
		in, s, err := c.Test(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if s.Total() != 3600 || s.Cut != 2160 || len(s.Items) != 18 {
			t.Errorf("form %s: %d items, %d points, cut %d", f.Name, len(s.Items), s.Total(), s.Cut)
		}
		n := 0
		in.Walk(func(it *instrument.Item) {
			if it.Answered() {
				n++
			}
		})
		if n != 18 {
			t.Errorf("form %s asks %d questions", f.Name, n)
		}
		for _, i := range f.Items {
			used[i]++
		}
	}
	for _, it := range c.Scoring.Items {
		if used[it.Name] == 0 {
			t.Errorf("item %s is in no form", it.Name)
		}
	}
}

// TestExample marks a test in which the right answers are known one by one.
func TestExample(t *testing.T) {
	c, _ := library(t).Course("evidence-across-borders")
	in, s, err := c.Test("a")
	if err != nil {
		t.Fatal(err)
	}
	a := instrument.NewAnswers()
	for _, it := range s.Items {
		var path string
		in.Walk(func(q *instrument.Item) {
			if q.Name == it.Name {
				path = q.Path()
			}
		})
		said := it.Key
		if it.Name == "gap" {
			said = "nothing of the kind"
		}
		if err := a.Set(path, said); err != nil {
			t.Fatal(err)
		}
	}
	var sum instrument.Points
	for _, x := range s.Score(in, a) {
		sum += x.Points
	}
	if sum != 3400 {
		t.Errorf("all but one right: %d points, want 3400", sum)
	}
}

// TestEveryTextIsTranslated holds the translations of framework, course and bank against their English.
func TestEveryTextIsTranslated(t *testing.T) {
	l := library(t)
	catalog, err := language.Load(Words()...)
	if err != nil {
		t.Fatal(err)
	}
	used := l.Messages()
	if len(used) < 60 {
		t.Fatalf("%d texts found", len(used))
	}
	for _, p := range language.Lint(catalog, used) {
		if !strings.HasPrefix(p.Where, "language/") {
			t.Error(p)
		}
	}
	for _, c := range l.Courses {
		for _, tag := range language.Official() {
			if tag == language.English {
				continue
			}
			c.Bank.Walk(func(it *instrument.Item) {
				if it.Label != "" && c.Bank.In(tag, it.Label) == "" {
					t.Errorf("bank, %s: %s has no %q", c.Name, tag, it.Label)
				}
				for _, k := range c.Bank.Lists[it.List] {
					if c.Bank.In(tag, k.Label) == "" {
						t.Errorf("bank, %s: %s has no %q", c.Name, tag, k.Label)
					}
				}
			})
		}
	}
}

// TestRefuses: what is wrong in a folder is named.
func TestRefuses(t *testing.T) {
	read := func(change func(fstest.MapFS)) error {
		t.Helper()
		all := fstest.MapFS{}
		if err := copyTo(all); err != nil {
			t.Fatal(err)
		}
		change(all)
		_, err := Read(all)
		return err
	}
	course := "courses/evidence-across-borders/"
	edit := func(name, from, to string) func(fstest.MapFS) {
		return func(f fstest.MapFS) {
			if !strings.Contains(string(f[name].Data), from) {
				t.Fatalf("%s has no %q", name, from)
			}
			f[name].Data = []byte(strings.Replace(string(f[name].Data), from, to, 1))
		}
	}
	for want, change := range map[string]func(fstest.MapFS){
		`there is no competency "custardy"`:      edit(course+"course.toml", `"custody"`, `"custardy"`),
		`the key of volatility points to "z"`:    edit(course+"bank/scoring.csv", "one,c,", "one,z,"),
		"scoring.csv has no item":                edit(course+"course.toml", `"zone", "witness"]`, `"zone", "wetness"]`),
		"form b has volatile 4":                  edit(course+"course.toml", `"opens", "digest"`, `"volatility", "digest"`),
		"unknown key":                            edit(course+"course.toml", "checked = false", "chequed = false"),
		"the first line doesn't name its source": edit(course+"units/01-volatile.fr.md", "<!-- source: ", ""),
		"unit 01-volatile":                       func(f fstest.MapFS) { delete(f, course+"units/01-volatile.ru.md") },
	} {
		if err := read(change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	stale := fstest.MapFS{}
	if err := copyTo(stale); err != nil {
		t.Fatal(err)
	}
	edit(course+"units/01-volatile.en.md", "Electronic evidence is", "Digital evidence is")(stale)
	l, err := Read(stale)
	if err != nil || len(l.Courses[0].Units[0].Stale) != 5 {
		t.Errorf("after the English changed: stale in %v (%v)", l.Courses[0].Units[0].Stale, err)
	}
}
