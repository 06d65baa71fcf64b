package instrument

import (
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/engine/instrument/xpath"
)

func codeAt(t *testing.T, s State, path string) string {
	t.Helper()
	c, ok := s.At(path)
	if !ok {
		t.Fatalf("there is no question %s", path)
	}
	return c.Code
}

func TestRank(t *testing.T) {
	in := surveyForm(t)
	for value, want := range map[string]string{
		"fraud access other": "", "fraud access": CodeNotRanked, "fraud fraud access": CodeNotRanked, "fraud access nothing": CodeNotChoice, "": "",
	} {
		if got := codeAt(t, in.Eval(answers(t, "q5", value), now), "q5"); got != want {
			t.Errorf("rank %q: %q, want %q", value, got, want)
		}
	}
	a, said, err := in.Bind(NewAnswers(), "police", url.Values{"q5:place1": {"fraud"}, "q5:place2": {"other"}, "q5:place3": {"access"}})
	if err != nil || len(said) > 0 || a.Get("q5") != "fraud other access" {
		t.Errorf("posted places: %q, %v, %v, want the three in order", a.Get("q5"), said, err)
	}
	for _, f := range in.Eval(a, now).View("police", plain) {
		if f.Path == "q5" && (len(f.Places) != 3 || f.Places[1] != "other" || len(f.Choices) != 3) {
			t.Errorf("rank on the page: %+v, want three places and choices", f)
		}
	}
}

func TestRange(t *testing.T) {
	in := surveyForm(t)
	for value, want := range map[string]string{"0": "", "10": "", "4": "", "3": CodeOutOfRange, "12": CodeOutOfRange, "-2": CodeOutOfRange, "x": CodeOutOfRange} {
		if got := codeAt(t, in.Eval(answers(t, "q6", value), now), "q6"); got != want {
			t.Errorf("range %q: %q, want %q", value, got, want)
		}
	}
}

// A matrix asks its questions for each choice; a name in it means the answer in the same row.
func TestMatrix(t *testing.T) {
	in := surveyForm(t)
	s := in.Eval(answers(t, "law/q3/access/crime", "yes", "law/q3/fraud/crime", "no"), now)
	first, _ := s.At("law/q3/access/article")
	second, _ := s.At("law/q3/fraud/article")
	if !first.Relevant || second.Relevant {
		t.Errorf("articles are asked: %v and %v, want only the first", first.Relevant, second.Relevant)
	}
	fields := s.View("law", plain)
	if len(fields) != 1 || fields[0].Label != "Legislation" {
		t.Fatalf("law = %+v, want the group", fields)
	}
	matrix := fields[0].Fields[3]
	if matrix.Item.Matrix != "acts" || len(matrix.Fields) != 2 || matrix.Fields[1].Label != "Fraud by computer" || len(matrix.Fields[1].Fields) != 2 {
		t.Errorf("matrix = %+v, want two rows of two questions", matrix)
	}
}

func TestOrOther(t *testing.T) {
	in := surveyForm(t)
	s := in.Eval(answers(t, "law/q1", "yes", "law/q2", "fraud other", "law/q2_other", "Spam"), now)
	if c, ok := s.At("law/q2_other"); !ok || !c.Relevant || codeAt(t, s, "law/q2") != "" {
		t.Errorf("q2_other = %+v, %v, want it asked", c, ok)
	}
}

// A repeat_count says how many instances there have to be.
func TestRepeatCount(t *testing.T) {
	form := "type,name,label,repeat_count\ninteger,n,How many?,\nbegin_repeat,r,Each,${n}\ntext,a,A,\nend_repeat,,,\n"
	in, err := Load(fstest.MapFS{"f/form.csv": {Data: []byte(form)}}, "f")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		n    string
		have int
		want string
	}{{"", 0, ""}, {"2", 0, CodeTooFew}, {"2", 2, ""}, {"1", 2, CodeTooMany}, {"x", 0, CodeNotInteger}} {
		a := answers(t, "n", c.n)
		for range c.have {
			if _, err := a.AddRepeat("r"); err != nil {
				t.Fatal(err)
			}
		}
		got := ""
		if p := in.Eval(a, now).Problems(); len(p) > 0 {
			got = p[0].Code
		}
		if got != c.want {
			t.Errorf("n = %q and %d instances: %q, want %q", c.n, c.have, got, c.want)
		}
	}
}

func TestRangeThatLeadsNowhere(t *testing.T) {
	for params, ok := range map[string]bool{
		"": true, "start=5 end=0 step=-1": true, "start=5 end=0": false, "step=0": false, "start=a": false, "start=0 end=1 step=0.1": true,
	} {
		form := "type,name,label,parameters\nrange,r,R," + params + "\n"
		if _, err := Load(fstest.MapFS{"f/form.csv": {Data: []byte(form)}}, "f"); (err == nil) != ok {
			t.Errorf("range %q: %v, want it taken: %v", params, err, ok)
		}
	}
}

// A choice's label can be part of what is calculated, in the reader's language.
func TestChoiceName(t *testing.T) {
	fsys := fstest.MapFS{
		"f/form.csv":    {Data: []byte("type,name,label,calculation\nselect_one yn,a,A,\ncalculate,b,,\"jr:choice-name(${a}, '${a}')\"\ncalculate,c,,\"jr:choice-name(${a}, '/a')\"\n")},
		"f/choices.csv": {Data: []byte("list_name,name,label\nyn,yes,Yes\n")},
		"f/po/fr.po":    {Data: []byte("msgid \"\"\nmsgstr \"\"\n\"Language: fr\\n\"\n\nmsgid \"Yes\"\nmsgstr \"Oui\"\n")},
	}
	in, err := LoadWhole(fsys, "f")
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"": "Yes", "fr": "Oui"} {
		s := in.EvalIn(answers(t, "a", "yes"), xpath.Context{Now: now, Lang: lang})
		for _, path := range []string{"b", "c"} {
			if c, _ := s.At(path); c.Value != want {
				t.Errorf("%s in %q = %q, want %q", path, lang, c.Value, want)
			}
		}
	}
}

// A choice may stand in a list several times when filters tell which is meant, and the form says so.
func TestChoicesThatStandTwice(t *testing.T) {
	tables := Tables{
		Name: "f", Meta: Meta{Settings: map[string]string{"allow_choice_duplicates": "yes"}},
		Survey: []Row{
			{Cells: map[string]string{"type": "select_one country", "name": "c", "label": "C", "section": "s"}},
			{Cells: map[string]string{"type": "select_one town", "name": "t", "label": "T", "choice_filter": "in = ${c}"}},
		},
	}
	for _, c := range [][4]string{{"country", "fr", "France", ""}, {"country", "de", "Germany", ""}, {"town", "other", "Elsewhere in France", "fr"}, {"town", "other", "Elsewhere in Germany", "de"}} {
		r := Row{Cells: map[string]string{"list_name": c[0], "name": c[1], "label": c[2]}}
		r.put("in", c[3])
		tables.Choices = append(tables.Choices, r)
	}
	in, err := Options{}.Build(tables)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(canonicalForm(t, in)); err != nil {
		t.Error(err)
	}
	s := in.Eval(answers(t, "c", "de", "t", "other"), now)
	if code := codeAt(t, s, "t"); code != "" {
		t.Errorf("the second of two = %q, want it taken", code)
	}
	if f := s.View("s", plain); len(f[1].Choices) != 1 || f[1].Choices[0].Label != "Elsewhere in Germany" {
		t.Errorf("choices = %+v, want the one of Germany", f[1].Choices)
	}
	tables.Settings = nil
	if _, err := (Options{}).Build(tables); err == nil {
		t.Error("without the setting the list is taken")
	}
}

// Matrices in matrices multiply: a small file can't stand for a form without end.
func TestMatricesWithinLimits(t *testing.T) {
	var form, choices strings.Builder
	form.WriteString("type,name,label\n")
	for _, name := range []string{"a", "b", "c"} {
		form.WriteString("begin_matrix many," + name + ",M\n")
	}
	form.WriteString("text,q,Q\nend_matrix,,\nend_matrix,,\nend_matrix,,\n")
	choices.WriteString("list_name,name,label\n")
	for i := range 200 {
		choices.WriteString("many,c" + number(i) + ",C\n")
	}
	in, err := Load(fstest.MapFS{"f/form.csv": {Data: []byte(form.String())}, "f/choices.csv": {Data: []byte(choices.String())}}, "f")
	if err == nil || len(in.Check()) == 0 || in.Check()[0].Code != matrixLarge {
		t.Errorf("Load = %v, want the matrix refused", err)
	}
}

// A form whose expressions each look at all of it would keep a node busy with every answer.
func TestExpressionsWithinLimits(t *testing.T) {
	var tables Tables
	for i := range 5000 {
		cells := map[string]string{"type": "text", "name": "q" + number(i), "label": "L", "constraint": "count(//*) > 1"}
		tables.Survey = append(tables.Survey, Row{Cells: cells, Line: i})
	}
	in, err := Options{}.Build(tables)
	if err == nil || len(in.Check()) != 1 || in.Check()[0].Code != tooMuch {
		t.Errorf("Build = %v, want one error that says so", err)
	}
}
