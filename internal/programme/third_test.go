package programme

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/base/language"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/request/letter"
	"comity/internal/cooperation/request/types"
	"comity/internal/engine/document"
	"comity/internal/engine/instrument"
	"comity/internal/mandate"
	"comity/internal/programme/pack"
)

// law is that of an exercise node, with the programmes of further folders.
func law(t *testing.T, third ...language.Source) *request.Law {
	t.Helper()
	catalog, err := language.Load(append(types.Words(), third...)...)
	if err != nil {
		t.Fatal(err)
	}
	l, err := request.LoadLaw(catalog, true)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func asked(t *testing.T) *mandate.Data {
	t.Helper()
	d, err := mandate.Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestShipped: what comes with the program names nothing that isn't there, and claims to have checked nothing.
func TestShipped(t *testing.T) {
	l := law(t)
	for _, p := range Check(l, asked(t)) {
		t.Error(p)
	}
	all := l.Types.Programmes()
	if len(all) != 2 {
		t.Fatalf("%d programmes, want 2", len(all))
	}
	for _, p := range all {
		if p.Checked {
			t.Errorf("%s says that it was checked", p.Code)
		}
	}
}

// under is the example of a type, laid under the third programme.
func under(t *testing.T, l *request.Law, berth string) instrument.Answers {
	t.Helper()
	ty, _ := l.Types.Get("preserve.stored")
	a, err := instrument.ParseAnswers(ty.Example)
	if err != nil {
		t.Fatal(err)
	}
	for path, v := range map[string]string{"name": "port-thefts", "port-thefts/kind": "sea", "port-thefts/berth": berth} {
		if v == "" {
			continue
		}
		if err := a.Set("request/programme/"+path, v); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// TestThird follows the recipe: a folder is a programme. Its questions are part of the form, what is missing is missing,
// the letter says its sentence in the language that has it, and its guidance stands at its section.
func TestThird(t *testing.T) {
	folder := os.DirFS("testdata/third")
	l := law(t, language.Source{Name: "port-thefts", FS: os.DirFS("testdata/third/port-thefts")})
	ts, err := types.Load(l.Treaties, folder)
	if err != nil {
		t.Fatal(err)
	}
	l.Types = ts
	if l.Letters, err = letter.Load(ts, l.Treaties); err != nil {
		t.Fatal(err)
	}
	for _, p := range ts.Form().Check() {
		t.Error(p)
	}
	for _, p := range Check(l, asked(t)) {
		t.Error(p)
	}
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	if got := ts.Form().Eval(under(t, l, ""), now).Problems(); len(got) != 1 || got[0].Path != "request/programme/port-thefts/berth" {
		t.Errorf("without the berth the form finds %v, want the berth missing", got)
	}
	a := under(t, l, "C-17")
	if got := ts.Form().Eval(a, now).Problems(); len(got) > 0 {
		t.Errorf("whole, the form finds %v", got)
	}
	if p := ts.Programme(a); p == nil || len(p.For("section:facts")) != 1 || !p.Concerns([]string{"preserve.stored"}, "XA") || p.Concerns([]string{"preserve.stored"}, "PT") {
		t.Errorf("the programme of the answers is %+v", p)
	}
	for tag, want := range map[language.Tag][]string{
		language.French:  {"Vols dans les ports (exercice)", "Les marchandises ont disparu du poste C-17 (exercice)."},
		language.English: {"Thefts from ports (exercise)", "The goods vanished from berth C-17 (exercise)."},
	} {
		text := says(t, l, a, tag, now)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("the letter in %s doesn't say %q", tag, w)
			}
		}
	}
	if strings.Contains(says(t, l, exampleOf(t, l), language.English, now), "Thefts from ports") {
		t.Error("a request under no programme speaks of one")
	}
}

func exampleOf(t *testing.T, l *request.Law) instrument.Answers {
	t.Helper()
	ty, _ := l.Types.Get("preserve.stored")
	a, err := instrument.ParseAnswers(ty.Example)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// says is everything that a letter says, as one text.
func says(t *testing.T, l *request.Law, a instrument.Answers, tag language.Tag, now time.Time) string {
	t.Helper()
	got, err := l.Letter(a, tag, "XA-1", true, now)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, b := range got.Doc.Blocks {
		switch x := b.(type) {
		case document.Heading:
			all = append(all, x.Text.String())
		case document.Paragraph:
			all = append(all, x.Text.String())
		}
	}
	return plain(strings.Join(all, "\n"))
}

// TestWrong: what a programme names and the node doesn't have is said with file and line.
func TestWrong(t *testing.T) {
	l, d := law(t), asked(t)
	good, err := os.ReadFile("testdata/third/port-thefts/programme.toml")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"a type":       {`"preserve.stored"`, `"preserve.storde"`, `programme.toml:9: request type "preserve.storde"`},
		"a State":      {`"XB"`, `"QQ"`, `programme.toml:8: State "QQ"`},
		"a mandate":    {`20/7#assistance`, `20/7#assistanse`, `programme.toml:10: mandate paragraph`},
		"a section":    {`section:facts`, `section:fakts`, `programme.toml:16: guidance stands at section:NAME`},
		"a rule":       {`section:facts`, `rule:NONE-99`, `programme.toml:16: guidance stands`},
		"a measure":    {`measure = "requests"`, `measure = "requets"`, `nothing measures "requets" of "practice"`},
		"no crime":     {"[[crime]]\nsay = \"Theft of containers (exercise)\"", "", "a programme names types of request, crimes"},
		"a treaty":     {`say = "Theft of containers (exercise)"`, "say = \"x\"\ntreaty = \"XYZ\"\narticle = \"1\"", `no treaty is called "XYZ"`},
		"a key":        {`version = 1`, "version = 1\nverison = 2", "programme.toml:7: nothing here is called verison"},
		"another code": {`code = "port-thefts"`, `code = "port-theft"`, "programme.toml:3: code"},
		"no sources":   {`sources = ["invented for an exercise"]`, `sources = []`, "a version from 1, and sources"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(string(good), c.from) {
				t.Fatalf("the good file has no %s", c.from)
			}
			text := strings.Replace(string(good), c.from, c.to, 1)
			fsys := fstest.MapFS{
				"port-thefts/programme.toml": {Data: []byte(text)}, "port-thefts/form.csv": {Data: []byte("type,name,label\ntext,berth,Berth\n")},
			}
			var got []string
			all, err := pack.Load(fsys)
			if err != nil {
				got = append(got, err.Error())
			}
			for _, p := range all {
				for _, w := range p.Check(known(l, d)) {
					got = append(got, w.String())
				}
			}
			if len(got) != 1 || !strings.Contains(got[0], c.want) {
				t.Errorf("found %q, want one that says %q", got, c.want)
			}
		})
	}
}

// plain takes away the marks that isolate values.
func plain(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }
