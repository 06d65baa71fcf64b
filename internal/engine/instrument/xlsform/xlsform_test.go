package xlsform

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
	"comity/internal/engine/instrument/xpath"
)

func read(t testing.TB, name string, b []byte) *instrument.Instrument {
	t.Helper()
	in, found, err := Read(bytes.NewReader(b), int64(len(b)), name)
	if err != nil {
		t.Fatal(err, found)
	}
	return in
}

func written(t testing.TB, in *instrument.Instrument) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := Write(&buf, in); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// sameAgain writes a form, reads it back and compares to the last byte.
func sameAgain(t *testing.T, in *instrument.Instrument) {
	t.Helper()
	want, err := in.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	b := written(t, in)
	if folder := os.Getenv("COMITY_XLSFORM_OUT"); folder != "" { // for other programs to read
		name := strings.NewReplacer("/", "-", " ", "-", ":", "").Replace(t.Name()) + ".xlsx"
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	again := read(t, "again.xlsx", b)
	got, err := again.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("written and read again (-want +got):\n%.4000s", d)
	}
}

// Forms as others publish them: read without error, written and read back to the same hash.
func TestPublishedForms(t *testing.T) {
	files, err := filepath.Glob("testdata/*.xlsx")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d forms, %v, want at least three", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in := read(t, filepath.Base(file), b)
			sameAgain(t, in)
			c, err := in.Canonical()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := instrument.Parse(c); err != nil {
				t.Errorf("its canonical form doesn't parse: %v", err)
			}
			for _, s := range in.Sections {
				if s.Name == "" {
					t.Errorf("a section without a name: %+v", s)
				}
			}
			in.Walk(func(it *instrument.Item) {
				if it.Section == "" {
					t.Errorf("%s is in no section", it.Path())
				}
			})
		})
	}
}

// ownForm has what XLSForm doesn't: sections with owners, a matrix, limits, columns of ours, a crosswalk, texts that are
// translated in two ways.
func ownForm(t testing.TB) *instrument.Instrument {
	t.Helper()
	files := map[string]string{
		"q/form.csv": `type,name,label,hint,required,relevant,section,parameters,concept,allow,confidential_default,maps_to,colour,default,check,check_message
begin_group,law,Legislation,,,,law,,,,,,,
select_one yn,q1,Is there a law?,,yes,,,,act.access,not_known,,uncac:15,red,
select_multiple acts or_other,q2,Which acts?,,,${q1} = 'yes',,,,,,,,
begin_matrix acts,q3,The acts,,,,,,,,,,,
text,article,Which article of ${q1}?,,,,,max-length=200,,,,,,
end_matrix,,,,,,,,,,,,,
end_group,,,,,,,,,,,,,
begin_repeat,unit,Unit,,,,police,min=1 max=9,,,,,,
integer,n,How many?,,,,,,,not_available confidential,yes,,,,. < 100,That is many.
text,note,Order,,,,,,,,,,,'None (yet)'
end_repeat,,,,,,,,,,,,,
opaque geopoint,place,Where?,,,,,,,,,,,
range,sure,How sure are you?,,,,police,start=0 end=10 step=2,,,,,,
`,
		"q/choices.csv":  "list_name,name,label,concept\nyn,yes,Yes,\nyn,no,No,\nacts,access,Illegal access,act.access\nacts,order,Order,\n",
		"q/sections.csv": "name,label,hint,owner_hint\nlaw,Legislation,What the law says,justice\npolice,Police,,police\n",
		"q/settings.csv": "form_id,version,form_title,audience,languages,style\nown,2,An exercise,state,en fr es ar ru zh,pages\n",
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	in, err := instrument.LoadWhole(fsys, "q")
	if err != nil {
		t.Fatal(err)
	}
	tables := in.Tables()
	for _, rows := range [][]instrument.Row{tables.Survey, tables.Choices, tables.Sections} {
		for i := range rows {
			r := &rows[i]
			r.In = map[language.Tag]map[string]string{}
			for _, tag := range []language.Tag{"fr", "ar"} {
				r.In[tag] = map[string]string{}
				for _, column := range []string{"label", "hint"} {
					if r.Cells[column] != "" {
						r.In[tag][column] = string(tag) + " " + r.Cells[column] + " " + r.Cells["name"] // two ways for “Order” and “Legislation”
					}
				}
			}
		}
	}
	tables.Texts = map[language.Tag]map[string]string{"fr": {"An exercise": "Un exercice"}}
	tables.Crosswalk = &instrument.Crosswalk{From: "0", Items: []instrument.Step{
		{Was: "/a", Now: "/law/q1", Change: instrument.Recoded, Codes: map[string]string{"1": "yes", "0": "no"}}, {Was: "/b", Change: instrument.Dropped},
	}}
	if in, err = (instrument.Options{}).Build(tables); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestOwnForm(t *testing.T) {
	in := ownForm(t)
	sameAgain(t, in)
	again := read(t, "again.xlsx", written(t, in))
	if got := again.In("fr", "An exercise"); got != "Un exercice" {
		t.Errorf("the title in French = %q", got)
	}
	if it := again.Item("law/q3/order/article"); it == nil || it.MaxLength != 200 {
		t.Errorf("a cell of the matrix = %+v, want its limit", it)
	}
	if it := again.Item("unit/n"); it == nil || it.WhyDoubted != "That is many." {
		t.Errorf("the question with a check = %+v, want the check's words", it)
	}
	if n := len(again.Languages); n != 6 {
		t.Errorf("%d languages, want six: %v", n, again.Languages)
	}
}

// What is wrong in a harmless way is mended or kept, and said.
func TestWarnings(t *testing.T) {
	sheets := table{
		"survey": {
			{"type", "name", "label::English (en)", "label::Lingua", "relevant", "constraint", "calculation", "", "default"},
			{"text", "a", "A\u202e", "", "", "regex(., '(?=x)')", "", "lost", ""},
			{"text", "b", "B", "", "${a} = ‘x’", "", "", "", "N/A (none)"},
			{"geopoint", "c", "C", "", "", "", "", "", ""},
			{"calculate", "d", "", "", "", "", "pulldata('x', 'y', 'z', ${a})", "", ""},
			{"", "", "only words", "", "", "", "", "", ""},
			{"start", "e", "", "", "", "", "", "", ""},
		},
	}
	b := workbookOf(t, sheets)
	in, found, err := Read(bytes.NewReader(b), int64(len(b)), "w.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range found {
		got = append(got, d.Code+" "+d.Cell)
		if d.Severity != instrument.Warning || d.File != "w.xlsx!survey" {
			t.Errorf("%s is a %s in %s, want a warning in the sheet", d, d.Severity, d.File)
		}
	}
	want := []string{
		"language-unknown D1", "invisible C2", "no-heading H2", "quotes E3", "type-kept A4", "row-comment A6", "calculation-off G5", "expr-pattern-off F2",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("warnings (-want +got):\n%s", d)
	}
	sameAgain(t, in)
	s := in.Eval(instrument.NewAnswers(), time.Time{})
	if c, _ := s.At("b"); c.Relevant {
		t.Error("b is asked, want its expression to hold with plain quotation marks")
	}
	if a := in.Defaults(instrument.NewAnswers(), "", xpath.Context{}); a.Get("b") != "N/A (none)" {
		t.Errorf("default = %q, want the text as it stands", a.Get("b"))
	}
}

func TestRefusals(t *testing.T) {
	rows := func(n int) table {
		all := [][]string{{"type", "name", "label"}}
		for i := range n {
			all = append(all, []string{"text", fmt.Sprintf("q%d", i), "Q"})
		}
		return table{"survey": all}
	}
	packed := func(name string, size int) []byte {
		var buf bytes.Buffer
		z := zip.NewWriter(&buf)
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	wide := table{"survey": {{"type", "name", "label"}, append(make([]string, 600), "x")}}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"an old .xls":          {append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), make([]byte, 600)...), "file-old"},
		"a text":               {[]byte("type,name,label\n"), "file-not"},
		"nothing":              {nil, "file-not"},
		"half a workbook":      {workbookOf(t, rows(3))[:900], "file-broken"},
		"a bomb":               {packed("xl/worksheets/sheet1.xml", 8<<20), "file-packed"},
		"an archive of sorts":  {packed("hello.txt", 10), "file-broken"},
		"far too many rows":    {workbookOf(t, rows(20_001)), "rows-many"},
		"far too many columns": {workbookOf(t, wide), "columns-many"},
		"an error in a cell":   {workbookOf(t, table{"survey": {{"type", "name", "label"}, {"text", "a", "#REF!"}}}), "cell-error"},
	} {
		_, found, err := Read(bytes.NewReader(c.file), int64(len(c.file)), "f.xlsx")
		if !errors.Is(err, errs.Invalid) || len(found) == 0 || found[len(found)-1].Code != c.want && found[0].Code != c.want {
			t.Errorf("%s: %v, %v, want %s", name, err, found, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	b := workbookOf(f, table{"survey": {{"type", "name", "label::French (fr)"}, {"text", "a", "A"}}})
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte("\xD0\xCF\x11\xE0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in, found, err := Read(bytes.NewReader(b), int64(len(b)), "f.xlsx")
		switch {
		case err != nil && (!errors.Is(err, errs.Invalid) || len(found) == 0 || in != nil):
			t.Errorf("Read = %v, %v, %v, want errs.Invalid with what is wrong", in, found, err)
		case err == nil && in == nil:
			t.Error("neither form nor error")
		}
	})
}

// FuzzCells puts any text into any column.
func FuzzCells(f *testing.F) {
	f.Add("text", "q", "Label ${q}", "${q} = 'x'", "yn", "y")
	f.Add("select_one yn or_other", "q", "L", ". > 1", "yn", "y")
	f.Add("begin_group", "g", "", "", "", "")
	f.Fuzz(func(t *testing.T, kind, name, label, expr, list, choice string) {
		if !utf8.ValidString(kind + name + label + expr + list + choice) {
			return
		}
		in := &reader{name: "f", file: "f", source: "en"}
		s := &sheet{name: "survey", at: map[string]string{"type": "A"}, headers: []header{{column: "type"}, {column: "name"}, {column: "label"}, {column: "relevant"}},
			lines: []workbook.Line{{N: 2, Cells: []string{kind, name, label, expr}}, {N: 3, Cells: []string{kind, name + "2", label, expr}}}}
		tables := instrument.Tables{Survey: in.survey(s), Choices: []instrument.Row{{Cells: map[string]string{"list_name": list, "name": choice}}}}
		in.placeSections(&tables)
		form, err := in.build(tables)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := form.Canonical(); err != nil && !errors.Is(err, errs.Invalid) {
			t.Error(err)
		}
	})
}

// TestWordsAreTranslated: what is said of a workbook is there in six languages.
func TestWordsAreTranslated(t *testing.T) {
	catalog, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	all := append(Words(), workbook.Words()...)
	if len(all) < 20 {
		t.Fatalf("%d kinds of problems, want the more than 20 there are", len(all))
	}
	for _, tag := range language.Official() {
		for _, w := range all {
			if p := catalog.Get(tag); !p.Knows(w.Says) || w.Do != "" && !p.Knows(w.Do) {
				t.Errorf("%s lacks %q or %q", tag, w.Says, w.Do)
			}
		}
	}
}
