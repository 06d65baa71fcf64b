package language

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestExtract(t *testing.T) {
	fsys := fstest.MapFS{
		"a.go": {Data: []byte(`package a

import "comity/internal/engine/document"

func f(p P, x string) {
	p.T("One " + "sentence {name}.", "name", x)
	p.N("{n} thing", "{n} things", 3)
	p.T(x)
	document.T("A text of a document")
	_ = language.M("Marked")
	_ = errs.Say(err, "request.gone", nil)
	_ = []errs.Field{{Path: "a", Code: "field.required"}, {Path: "a", Code: "FR"}}
}
`)},
		"a_test.go": {Data: []byte(`package a; func g(p P) { p.T("Not this one") }`)},
		"page/x.html": {Data: []byte(`{{define "main"}}
{{if .A}}{{t "In a template {n}" "n" (text "Inside")}}{{else}}{{tn "{n} row" "{n} rows" .N}}{{end}}
{{range .B}}{{template "x" (t "Given on")}}{{end}}
{{end}}`)},
	}
	used, err := Extract("x", fsys)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range used {
		got = append(got, u.Where+" "+u.Msg+"|"+u.Plural+"|"+strings.Join(u.Places, ","))
	}
	slices.Sort(got)
	want := []string{
		"x/a.go:10 Marked||",
		"x/a.go:11 request.gone||",
		"x/a.go:12 field.required||",
		"x/a.go:6 One sentence {name}.||name",
		"x/a.go:7 {n} thing|{n} things|",
		"x/page/x.html:2 In a template {n}||n",
		"x/page/x.html:2 Inside||",
		"x/page/x.html:2 {n} row|{n} rows|",
		"x/page/x.html:3 Given on||",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Extract found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestExtractData(t *testing.T) {
	used, err := ExtractCSV("form.csv", strings.NewReader("name,label,hint\na,First,\nb,\"Two,\nlines\",Hint\n"), "label", "hint")
	if err != nil {
		t.Fatal(err)
	}
	toml, err := ExtractTOML("type.toml", strings.NewReader("title = \"A \\\"type\\\"\"\ncode = \"x\"\n[a]\ntitle='B'\n"), "title")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range append(used, toml...) {
		got = append(got, u.Where+" "+u.Msg)
	}
	want := []string{"form.csv:2 First", "form.csv:3 Two,\nlines", "form.csv:4 Hint", `type.toml:1 A "type"`, "type.toml:4 B"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestLintFinds(t *testing.T) {
	c := load(t, map[string]string{"po/fr.po": `
msgid "Send to {country}"
msgstr "Envoyer à {pays}"

#, fuzzy
msgid "Old {x}"
msgstr "Vieux {x}"

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "un jour"
msgstr[1] "{n} jours"
`})
	found := Lint(c, []Use{
		{Msg: "Send to {country}", Places: []string{"state"}, Where: "a.go:1"},
		{Msg: "{n} day", Plural: "{n} days", Where: "a.go:2"},
		{Msg: "New", Where: "a.go:3"},
	})
	for _, want := range []string{
		`test/po/fr.po:2: fr: place: "Envoyer à {pays}" lost {country}`,
		`test/po/fr.po:2: fr: place: "Envoyer à {pays}" has {pays}, the English sentence hasn't`,
		`test/po/fr.po:6: fr: fuzzy: "Old {x}" waits for somebody to look at it again`,
		`test/po/fr.po:6: fr: stale: "Old {x}" is used nowhere`,
		`test/po/fr.po:9: fr: place: "un jour" lost {n}`, // the French singular is also used for 0
		`a.go:1: en: call: "Send to {country}" is given no {country}`,
		`a.go:1: en: call: "Send to {country}" has no {state}`,
		`a.go:3: fr: missing: "New"`,
		`a.go:2: ar: missing: "{n} day"`,
	} {
		if !slices.ContainsFunc(found, func(p Problem) bool { return p.String() == want }) {
			t.Errorf("not found: %s", want)
		}
	}
	if slices.ContainsFunc(found, func(p Problem) bool { return p.Tag == English && p.Kind == "missing" }) {
		t.Error("an English sentence was said to be missing in English")
	}
}

func FuzzParsePO(f *testing.F) {
	f.Add("msgid \"\"\nmsgstr \"A: b\\n\"\n\n#, fuzzy\nmsgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"c\"\n\"d\"\nmsgstr[1] \"\\\"\"\n")
	f.Add(arabic)
	if b, err := os.ReadFile("po/fr.po"); err == nil {
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, in string) {
		file, err := ParsePO("x", strings.NewReader(in))
		if err != nil {
			return
		}
		var out strings.Builder
		if err := WritePO(&out, file); err != nil {
			t.Fatal(err)
		}
		again, err := ParsePO("y", strings.NewReader(out.String()))
		if err != nil {
			t.Fatalf("written file doesn't parse: %v\n%s", err, out.String())
		}
		if len(again.Messages) != len(file.Messages) {
			t.Fatalf("%d messages became %d\n%s", len(file.Messages), len(again.Messages), out.String())
		}
		for i, m := range file.Messages {
			n := again.Messages[i]
			if m.ID != n.ID || m.Plural != n.Plural || m.Fuzzy != n.Fuzzy || !slices.Equal(m.Text, n.Text) {
				t.Fatalf("%+v became %+v", m, n)
			}
		}
	})
}

func TestUpdate(t *testing.T) {
	known := load(t, nil)
	old := &File{Header: map[string]string{"Language": "ru"}, Messages: []Message{
		{ID: "Gone", Text: []string{"Нет"}}, {ID: "Kept", Text: []string{"Осталось"}},
	}}
	used := []Use{{Msg: "{n} new", Plural: "{n} new ones"}, {Msg: "Kept"}, {Msg: "Continue"}, {Msg: "Kept"}}
	got, err := Update(old, Russian, used, known)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := WritePO(&out, got); err != nil {
		t.Fatal(err)
	}
	want := "msgid \"\"\nmsgstr \"\"\n\"Language: ru\\n\"\n\n" +
		"msgid \"{n} new\"\nmsgid_plural \"{n} new ones\"\nmsgstr[0] \"\"\nmsgstr[1] \"\"\nmsgstr[2] \"\"\n\n" +
		"msgid \"Kept\"\nmsgstr \"Осталось\"\n"
	if out.String() != want {
		t.Errorf("Update wrote\n%s\nwant\n%s", out.String(), want)
	}
}
