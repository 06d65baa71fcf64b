package instrument

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// survey is a questionnaire with everything that a folder can hold.
func survey() fstest.MapFS {
	files := map[string]string{
		"q/form.csv": `type,name,label,hint,required,required_message,relevant,guidance_hint,section,parameters,concept,basis,obligation,allow,confidential_default,maps_to,unit,reference_period,colour
begin_group,law,Legislation,,,,,,law,,,,,,,,,,
select_one yn,q1,Is there a law?,,yes,Say whether there is.,,Any law counts.,,,act.illegal_access,law,mandatory,not_known,,"uncac:15 uncac:16",,,red
select_multiple acts or_other,q2,Which acts does it cover?,,,,${q1} = 'yes',,,,,,,,,,,,
begin_matrix acts,q3,The acts,,,,,,,,,,,,,,,,
select_one yn,crime,Is it a crime?,,yes,,,,,,,,,,,,,,
text,article,Which article?,,,,${crime} = 'yes',,,max-length=200,,,,,,,,,
end_matrix,,,,,,,,,,,,,,,,,,
end_group,,,,,,,,,,,,,,,,,,
integer,q4,How many requests were sent?,,,,,,police,,,statistic,optional,not_available confidential,yes,,requests,2011,
rank acts,q5,Which are the most frequent?,,,,,,,,,,,,,,,,
range,q6,How sure are you?,,,,,,,start=0 end=10 step=2,,perception,,,,,,,
`,
		"q/choices.csv":  "list_name,name,label,concept\nyn,yes,Yes,\nyn,no,No,\nacts,access,Illegal access,act.illegal_access\nacts,fraud,Fraud by computer,act.fraud\n",
		"q/sections.csv": "name,label,hint,owner_hint\nlaw,Legislation,,justice\npolice,Police,,police\n",
		"q/settings.csv": "form_id,version,form_title,audience,languages,style\nexample-state,1.0.0,An exercise,state,en fr,pages\n",
		"q/po/fr.po":     "msgid \"\"\nmsgstr \"\"\n\"Language: fr\\n\"\n\nmsgid \"Yes\"\nmsgstr \"Oui\"\n\nmsgid \"Not in the form\"\nmsgstr \"Pas dans le formulaire\"\n",
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func surveyForm(t testing.TB) *Instrument {
	t.Helper()
	in, err := LoadWhole(survey(), "q")
	if err != nil {
		t.Fatal(err, in.Check())
	}
	return in
}

func canonicalForm(t testing.TB, in *Instrument) []byte {
	t.Helper()
	b, err := in.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCanonical(t *testing.T) {
	in := surveyForm(t)
	b := canonicalForm(t, in)
	const vector = "../../../docs/formats/vectors/instrument.json"
	want, err := os.ReadFile(vector)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, bytes.TrimSpace(want)) {
		t.Errorf("canonical form = %s\nwant %s", b, want)
	}
	again, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(b), string(canonicalForm(t, again))); d != "" {
		t.Errorf("parsed and written again (-want +got):\n%s", d)
	}
	if it := again.Item("law/q1"); it == nil || it.Concept != "act.illegal_access" || it.Extra["colour"] != "red" || !it.Allows(NotKnown) || len(it.MapsTo) != 2 {
		t.Errorf("law/q1 = %+v, want all its columns", it)
	}
	if it := again.Item("law/q3/fraud/article"); it == nil || it.MaxLength != 200 {
		t.Errorf("law/q3/fraud/article = %+v, want the matrix expanded", it)
	}
	if got := again.In("fr", "Yes") + again.In("fr", "No") + again.In("en", "Yes") + again.In("fr", "Not in the form"); got != "OuiYes" {
		t.Errorf("translations = %q, want “Oui” and “Yes”", got)
	}
	h1, err1 := in.Hash()
	h2, err2 := again.Hash()
	if h1 != h2 || h1 == "" || err1 != nil || err2 != nil {
		t.Errorf("hashes %s and %s (%v, %v), want the same", h1, h2, err1, err2)
	}
}

func TestParseRefuses(t *testing.T) {
	b := string(canonicalForm(t, surveyForm(t)))
	for name, doc := range map[string]string{
		"another format":      strings.Replace(b, "comity/instrument/1", "comity/instrument/2", 1),
		"a member of its own": strings.Replace(b, `"audience"`, `"audienca"`, 1),
		"a code of its own":   strings.Replace(b, `"not_asked":-1`, `"not_asked":-3`, 1),
		"an unused text":      strings.Replace(b, `"Yes":"Oui"`, `"Yea":"Oui"`, 1),
		"a broken expression": strings.Replace(b, `${q1} = 'yes'`, `${q9} = 'yes'`, 1),
		"a space":             " " + b,
		"yes in another way":  strings.Replace(b, `"confidential_default":"yes"`, `"confidential_default":"true"`, 1),
		"a text of nowhere":   strings.Replace(b, `"audience"`, `"apart":{"fr":{"items/999/label":"x"}},"audience"`, 1),
		"nothing":             "",
		"answers":             `{"format":"comity/answers/1"}`,
	} {
		if doc == b {
			t.Errorf("%s: the test changes nothing", name)
		}
		if _, err := Parse([]byte(doc)); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: Parse = %v, want errs.Invalid", name, err)
		}
	}
	if _, err := requestForm(t).Canonical(); !errors.Is(err, errs.Invalid) {
		t.Errorf("a form composed of others: %v, want errs.Invalid", err)
	}
}

// The same words may be translated in two ways: both are kept, in any order of reading.
func TestTranslationsThatDiffer(t *testing.T) {
	row := func(kind, name, label, fr string) Row {
		return Row{
			File: "f", Line: 2, Cells: map[string]string{"type": kind, "name": name, "label": label},
			In: map[language.Tag]map[string]string{"fr": {"label": fr}},
		}
	}
	tables := Tables{Name: "f", Survey: []Row{
		row("text", "a", "Order", "Ordre"), row("text", "b", "Order", "Ordonnance"), row("text", "c", "Order", "Ordre"), row("note", "d", "", "Note"),
	}}
	in, err := Options{}.Build(tables)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(canonicalForm(t, in))
	if err != nil {
		t.Fatal(err)
	}
	back := again.Tables()
	for i, want := range []string{"Ordre", "Ordonnance", "Ordre", "Note"} {
		if got := back.Survey[i].In["fr"]["label"]; got != want {
			t.Errorf("row %d in French: %q, want %q", i+1, got, want)
		}
	}
}

// A page in a language shows the translation of the question itself, not the first of its words.
func TestViewIn(t *testing.T) {
	fr := func(label string) map[language.Tag]map[string]string {
		return map[language.Tag]map[string]string{"fr": {"label": label}}
	}
	row := func(name, label, french string) Row {
		return Row{Cells: map[string]string{"type": "text", "name": name, "label": label, "section": "s"}, In: fr(french)}
	}
	in, err := Options{}.Build(Tables{Name: "f", Survey: []Row{row("a", "Order", "Ordre"), row("b", "Order", "Ordonnance de ${a}"), row("c", "Plain", "")}})
	if err != nil {
		t.Fatal(err)
	}
	s := in.Eval(answers(t, "a", "x"), now)
	var got []string
	for _, f := range s.ViewIn("s", "fr", strings.ToUpper) {
		got = append(got, f.Label)
	}
	if d := cmp.Diff([]string{"Ordre", "Ordonnance de x", "PLAIN"}, got); d != "" {
		t.Errorf("in French (-want +got):\n%s", d)
	}
}

func TestLacks(t *testing.T) {
	in := surveyForm(t)
	var got []string
	for _, text := range in.Lacks("fr") {
		got = append(got, text.English)
	}
	if len(got) == 0 || got[0] != "An exercise" || strings.Contains(strings.Join(got, "|"), "Yes") {
		t.Errorf("lacks in French %q, want all but “Yes”", got)
	}
	if n := in.Lacks("en"); len(n) != 0 {
		t.Errorf("lacks in its own language: %v", n)
	}
	if all, fr := len(in.Lacks("es")), len(got); all != fr+1 {
		t.Errorf("lacks %d texts in Spanish and %d in French, want one more", all, fr)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(canonicalForm(f, surveyForm(f)))
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := Parse(b)
		if err != nil {
			if !errors.Is(err, errs.Invalid) {
				t.Errorf("Parse = %v, not errs.Invalid", err)
			}
			return
		}
		if again, err := in.Canonical(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("Parse took bytes that Canonical doesn't write: %v", err)
		}
	})
}
