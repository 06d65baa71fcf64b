package instrument

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument/xpath"
)

func TestAnswersShape(t *testing.T) {
	a := answers(t,
		"request/measure[1]/@type", "preserve.stored",
		"request/measure[1]/instant", "03:14",
		"request/measure[1]/instant/@offset", "+09:00",
		"request/measure[2]/text", "second",
		"request/matter/stage", "trial")
	got, err := a.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"format":"comity/answers/1","request":{"matter":{"stage":"trial"},"measure":[{"@type":"preserve.stored","instant":{"#text":"03:14","@offset":"+09:00"}},{"text":"second"}]}}`
	if string(got) != want {
		t.Errorf("answers = %s\nwant      %s", got, want)
	}
	for path, want := range map[string]string{
		"request/measure/instant": "03:14", "/request/measure[1]/instant/@offset": "+09:00",
		"request/measure[2]/text": "second", "request/measure[3]/text": "", "request": "", "request/matter/@none": "",
	} {
		if got := a.Get(path); got != want {
			t.Errorf("Get(%s) = %q, want %q", path, got, want)
		}
	}
	if n := a.Count("request/measure"); n != 2 {
		t.Errorf("Count = %d, want 2", n)
	}
	if err := a.Delete("request/measure[1]/instant/@offset"); err != nil {
		t.Fatal(err)
	}
	if err := a.Delete("request/matter/stage"); err != nil {
		t.Fatal(err)
	}
	got, err = a.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	want = `{"format":"comity/answers/1","request":{"measure":[{"@type":"preserve.stored","instant":"03:14"},{"text":"second"}]}}`
	if string(got) != want {
		t.Errorf("after deleting = %s\nwant             %s", got, want)
	}
}

func TestRepeats(t *testing.T) {
	a := NewAnswers()
	for i := range 3 {
		path, err := a.AddRepeat("request/measure")
		if want := fmt.Sprintf("request/measure[%d]", i+1); err != nil || path != want {
			t.Fatalf("AddRepeat = %s, %v, want %s", path, err, want)
		}
		if err := a.Set(path+"/text", path); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.RemoveRepeat("request/measure[2]"); err != nil {
		t.Fatal(err)
	}
	if got := a.Get("request/measure[2]/text"); got != "request/measure[3]" || a.Count("request/measure") != 2 {
		t.Errorf("after removing the second, the second is %q of %d", got, a.Count("request/measure"))
	}
	for _, path := range []string{"request/measure", "request/measure[3]", "request/none[1]", ""} {
		if err := a.RemoveRepeat(path); !errors.Is(err, errs.Invalid) {
			t.Errorf("RemoveRepeat(%q) = %v, want errs.Invalid", path, err)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	for _, path := range []string{
		"", "/", "a//b", "a[0]", "a[x]", "a[1", "a[2]/b", "b/c[2]/d", "@a/b", "a/@b[1]", "#text", "a/#text", "1a", "a b",
		strings.Repeat("a/", 40) + "a", "a[99999999]", "group",
	} {
		a := answers(t, "group/inside", "x")
		before, err := a.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Set(path, "x"); !errors.Is(err, errs.Invalid) {
			t.Errorf("Set(%q) = %v, want errs.Invalid", path, err)
		}
		after, err := a.Bytes()
		if err != nil || string(before) != string(after) {
			t.Errorf("Set(%q) left %s, %v", path, after, err)
		}
	}
}

func TestParseAnswersNamesTheLine(t *testing.T) {
	for doc, want := range map[string]string{
		"{\n \"format\": \"comity/answers/1\",\n \"request\" {}\n}\n": "line 3",
		"{\n \"format\": \"comity/answers/1\",\n":                     "line 3",
		"[\n]": "line 1",
	} {
		if _, err := ParseAnswers([]byte(doc)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseAnswers(%q) = %v, want an error that names %s", doc, err, want)
		}
	}
}

func TestParseAnswersRefuses(t *testing.T) {
	for name, doc := range map[string]string{
		"nothing":              "",
		"another format":       `{"format":"comity/answers/2"}`,
		"no object":            `["comity/answers/1"]`,
		"something after":      `{"format":"comity/answers/1"}{}`,
		"a list in a list":     `{"format":"comity/answers/1","a":[[1]]}`,
		"a strange name":       `{"format":"comity/answers/1","a/b":"x"}`,
		"an attribute's group": `{"format":"comity/answers/1","@a":{}}`,
		"too deep":             `{"format":"comity/answers/1","a":` + strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 41),
		"too large":            `{"format":"` + strings.Repeat("x", 5<<20) + `"}`,
	} {
		if _, err := ParseAnswers([]byte(doc)); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, want errs.Invalid", name, err)
		}
	}
}

func TestTree(t *testing.T) {
	a, err := ParseAnswers([]byte(`{"format":"comity/answers/1","exercise":true,"request":{"n":7,"gone":null,
		"measure":[{"@type":"a","instant":{"@offset":"Z","#text":"03:14"}},{"@type":"b","tag":["x","y"]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	root := a.Tree()
	for src, want := range map[string]string{
		"/exercise": "true", "/request/n + 1": "8", "string(/request/gone)": "", "count(/request/gone)": "1",
		"/request/measure[@type='b']/tag[2]": "y", "/request/measure[1]/instant": "03:14",
		"/request/measure[1]/instant/@offset": "Z", "count(//@type)": "2",
	} {
		e, err := xpath.Compile(src, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.EvalString(xpath.Context{Node: root}); err != nil || got != want {
			t.Errorf("%s = %q, %v, want %q", src, got, err, want)
		}
	}
}

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"as typed  ":                 "as typed  ",
		"one\r\ntwo\rthree":          "one\ntwo\nthree",
		"e\u0301":                    "é",
		"203.0.113.7\u202e\u200f":    "203.0.113.7",
		"bell\a and \x00 nothing":    "bell and  nothing",
		"\u2067مرحبا\u2069 \ufeff x": "مرحبا \ufeff x",
	} {
		got, removed := CleanText(in)
		if got != want {
			t.Errorf("CleanText(%q) = %q, want %q", in, got, want)
		}
		if again, n := CleanText(got); again != got || n != 0 {
			t.Errorf("CleanText(%q) isn't clean: %q, %d (first removed %d)", got, again, n, removed)
		}
	}
}

// What is set is got back, at every path and after the way through bytes, and taking it away leaves nothing.
func TestSetAndGet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := NewAnswers()
		want := map[string]string{}
		for range rapid.IntRange(1, 12).Draw(t, "answers") {
			path := rapid.SampledFrom([]string{
				"a", "b/c", "b/c/@d", "b/@e", "r[1]/x", "r[2]/x", "r[1]/s[1]/y", "r[1]/s[2]/y", "r[1]/x/@z",
			}).Draw(t, "path")
			value := rapid.StringMatching(`[a-zé ]{1,5}`).Draw(t, "value")
			if err := a.Set(path, value); err == nil {
				want[path] = value
			} else if !strings.Contains(path, "[2]") {
				t.Fatalf("Set(%s) = %v", path, err)
			}
		}
		b, err := a.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		read, err := ParseAnswers(b)
		if err != nil {
			t.Fatal(err)
		}
		for path, value := range want {
			if a.Get(path) != value || read.Get(path) != value {
				t.Fatalf("%s = %q, read %q, want %q", path, a.Get(path), read.Get(path), value)
			}
			if err := read.Delete(path); err != nil || read.Has(path) && read.Get(path) != "" {
				t.Fatalf("after Delete(%s): %q, %v", path, read.Get(path), err)
			}
		}
	})
}
