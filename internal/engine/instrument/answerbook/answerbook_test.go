package answerbook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

func form(t testing.TB) *instrument.Instrument {
	t.Helper()
	files := map[string]string{
		"q/form.csv": `type,name,label,hint,relevant,section,parameters,allow,unit
begin_group,law,Legislation,,,law,,,
select_one yn,q1,Is there a law?,,,,,not_known,
select_multiple acts,q2,Which acts?,,${q1} = 'yes',,,,
begin_matrix acts,q3,The acts,,,,,,
text,article,Article,,,,,,
end_matrix,,,,,,,,
rank acts,q4,Order of acts,,,,,,
acknowledge,ok,All was read,,,,,,
date,since,In force since,,,,,,
note,about,Read the law first,,,,,,
end_group,,,,,,,,
begin_repeat,unit,Unit,,,police,max=9,,
text,name,Name of ${q1},,,,,,
integer,n,How many?,Staff,,,,not_available confidential,persons
end_repeat,,,,,,,,
file,order,The order,,,police,,,
range,sure,How sure?,,,police,start=0 end=10 step=2,,
`,
		"q/choices.csv":  "list_name,name,label\nyn,yes,Yes\nyn,no,No\nacts,access,Illegal access\nacts,fraud,Fraud\nacts,fraud2,Fraud\n",
		"q/sections.csv": "name,label,hint\nlaw,Legislation: what [is] there,The law in force\npolice,Police,\n",
		"q/settings.csv": "form_id,version,form_title\nq,1,Exercise\n",
		"q/po/ar.po":     "msgid \"\"\nmsgstr \"\"\n\"Language: ar\\n\"\n\nmsgid \"Yes\"\nmsgstr \"نعم\"\n\nmsgid \"Legislation: what [is] there\"\nmsgstr \"التشريعات\"\n\nmsgid \"Is there a law?\"\nmsgstr \"هل يوجد قانون؟\"\n",
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	in, err := instrument.LoadWhole(fsys, "q")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func catalog(t testing.TB) func(language.Tag, string) string {
	t.Helper()
	c, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	return func(tag language.Tag, english string) string { return c.Get(tag).T(english) }
}

func book(t testing.TB, tag language.Tag, sections ...string) Book {
	t.Helper()
	a := instrument.NewAnswers()
	for path, value := range map[string]string{
		"law/q1": "yes", "law/q2": "fraud2 access", "law/q3/access/article": "=1+1", "law/q4": "fraud access fraud2", "law/ok": "OK",
		"law/since": "2026-02-12",
	} {
		if err := a.Set(path, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, pair := range [][2]string{{"unit[1]/name", "First"}, {"unit[1]/n", "12"}, {"order", "01J"}, {"sure", "4"}} {
		if err := a.Set(pair[0], pair[1]); err != nil {
			t.Fatal(err)
		}
	}
	tr := catalog(t)
	return Book{
		Head: Head{Response: "01RESPONSE", Sections: sections, Lang: tag, Stamp: "7"}, Title: "An exercise", Banner: "Exercise",
		In: form(t), Answers: a, Tr: func(s string) string { return tr(tag, s) },
		Marks: map[string]Mark{
			"law/q1": {Note: "as of 2026", SourceKind: "law", Source: "Act 7", Lang: "en", Provisional: true}, "unit[1]/n": {Confidential: "secret", Period: "2025"},
			"sure": {Missing: "not_known"}, // said before the form stopped allowing it
		},
	}
}

func want(t testing.TB, b Book) Want {
	t.Helper()
	sections := b.Sections
	if len(sections) == 0 {
		sections = []string{"law", "police"}
	}
	return Want{In: b.In, Response: b.Response, Sections: sections, Tr: catalog(t)}
}

func xlsx(t testing.TB, b Book) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := b.WriteXLSX(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// page returns what the page's script would save without a change: the data in the page, its base as the answers.
func pageSaved(t testing.TB, b Book) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := b.WriteHTML(&buf); err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?s)id="data">(.*?)</script>`).FindSubmatch(buf.Bytes())
	if m == nil {
		t.Fatal("the page has no data")
	}
	var s saved
	if err := json.Unmarshal(m[1], &s); err != nil {
		t.Fatal(err)
	}
	s.Answers = s.Base
	out, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func reading(t testing.TB, file []byte, w Want) (Filled, []Diagnostic, error) {
	t.Helper()
	return Read(bytes.NewReader(file), int64(len(file)), "f.xlsx", w)
}

// What is given out comes back as it was, in both kinds of file and in Arabic.
func TestRoundTrip(t *testing.T) {
	for _, tag := range []language.Tag{"en", "ar", "zh"} {
		for kind, write := range map[string]func(testing.TB, Book) []byte{"workbook": xlsx, "page": pageSaved} {
			t.Run(string(tag)+" "+kind, func(t *testing.T) {
				b := book(t, tag)
				f, found, err := reading(t, write(t, b), want(t, b))
				if err != nil || len(found) > 0 {
					t.Fatal(err, found)
				}
				if f.Response != b.Response || f.Stamp != "7" || f.Lang != tag || len(f.Sections) != 2 {
					t.Errorf("head = %+v", f.Head)
				}
				for path, base := range f.Base {
					if d := cmp.Diff(base, f.Answers[path]); d != "" {
						t.Errorf("%s (-given +came back):\n%s", path, d)
					}
				}
				after, err := f.Apply(b.Answers)
				if err != nil {
					t.Fatal(err)
				}
				before, err1 := b.Answers.Bytes()
				now, err2 := after.Bytes()
				if d := cmp.Diff(string(before), string(now)); d != "" || err1 != nil || err2 != nil {
					t.Errorf("answers (-given +came back):\n%s", d)
				}
			})
		}
	}
}

// edit changes cells of a workbook: by the row's key and the column.
func edit(t testing.TB, file []byte, cells map[string]any) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	done := 0
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			for key, value := range cells {
				row, column, _ := strings.Cut(key, "|")
				if len(r) == 0 || r[0] != row {
					continue
				}
				done++
				if err := f.SetCellValue(sheet, column+fmt.Sprint(i+1), value); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if done != len(cells) {
		t.Fatalf("%d cells changed of %d", done, len(cells))
	}
	var buf bytes.Buffer
	if _, err := f.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestFilledByPeople(t *testing.T) {
	b := book(t, "ar")
	file := edit(t, xlsx(t, b), map[string]any{
		"q:law/q1|E": "No", "x:law/q2=fraud|E": "X", "x:law/q2=access|E": "", "n:law/q4=access|E": "٣", "n:law/q4=fraud2|E": 2, "q:law/since|E": 46000,
		"q:unit[3]/name|E": "Third", "q:unit[1]/n|E": 15, "q:unit[1]/n|F": "غير متاح", "q:law/q1|H": "checked",
	})
	f, found, err := reading(t, file, want(t, b))
	if err != nil {
		t.Fatal(err, found)
	}
	after, err := f.Apply(b.Answers)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"law/q1": "no", "law/q2": "fraud fraud2", "law/q4": "fraud fraud2 access", "law/since": "2025-12-09", "unit[1]/n": "15", "unit[2]/name": "",
		"unit[3]/name": "Third", "order": "01J", "law/q3/access/article": "=1+1",
	} {
		if got := after.Get(path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if m := f.Answers["law/q1"].Mark; m != (Mark{Note: "checked", SourceKind: "law", Source: "Act 7", Lang: "en", Provisional: true}) {
		t.Errorf("mark of q1 = %+v, want the note changed and the rest as it was", m)
	}
	if m := f.Answers["unit[1]/n"].Mark; m.Missing != instrument.NotAvailable || m.Confidential != "secret" {
		t.Errorf("mark of n = %+v", m)
	}
	if n := after.Count("unit"); n != 3 {
		t.Errorf("%d units, want the empty ones at the end left out", n)
	}
}

// Rows that somebody took out leave what they were about as it was.
func TestRowsTakenOut(t *testing.T) {
	b := book(t, "en", "law")
	f, found, err := reading(t, edit(t, xlsx(t, b), map[string]any{"x:law/q2=fraud|A": "", "x:law/q2=access|A": "", "q:law/since|A": "", "x:law/q2=fraud2|E": ""}), want(t, b))
	if err != nil {
		t.Fatal(err, found)
	}
	if got := f.Answers["law/q2"].Value; got != "access" {
		t.Errorf("q2 = %q, want the choice whose row is gone kept, and the other gone", got)
	}
	if _, ok := f.Answers["law/since"]; ok {
		t.Error("a question without a row has an answer")
	}
}

// A file with anything that isn't its own is refused, and the cell is named.
func TestRefuses(t *testing.T) {
	b := book(t, "en", "law")
	good := xlsx(t, b)
	other := book(t, "en", "law")
	other.In = otherForm(t)
	elsewhere := book(t, "en", "law")
	elsewhere.Response = "02"
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"another version":                {xlsx(t, other), "other-form"},
		"another response":               {xlsx(t, elsewhere), "other-response"},
		"more sections":                  {xlsx(t, book(t, "en")), "other-section"},
		"a row of another section":       {edit(t, good, map[string]any{"q:law/q1|A": "q:unit[1]/n"}), "other-section C5"},
		"a row of nowhere":               {edit(t, good, map[string]any{"q:law/q1|A": "q:law/zz"}), "other-question C5"},
		"a number in the wrong place":    {edit(t, good, map[string]any{"q:law/q1|A": "q:law[2]/q1"}), "other-question C5"},
		"a row twice":                    {edit(t, good, map[string]any{"q:law/ok|A": "q:law/q1"}), "twice"},
		"a choice of nowhere":            {edit(t, good, map[string]any{"x:law/q2=access|A": "x:law/q2=zz"}), "other-question C7"},
		"no choice":                      {edit(t, good, map[string]any{"q:law/q1|E": "Perhaps"}), "not-choice E5"},
		"no tick":                        {edit(t, good, map[string]any{"x:law/q2=access|E": "maybe"}), "not-tick E7"},
		"a place twice":                  {edit(t, good, map[string]any{"n:law/q4=access|E": 1}), "not-place"},
		"a place too far":                {edit(t, good, map[string]any{"n:law/q4=access|E": 9}), "not-place"},
		"what isn't allowed":             {edit(t, good, map[string]any{"q:law/q1|G": "secret"}), "not-allowed G5"},
		"a word of its own":              {edit(t, good, map[string]any{"q:law/q1|F": "dunno"}), "not-choice F5"},
		"a long note":                    {edit(t, good, map[string]any{"q:law/q1|H": strings.Repeat("é", MaxNote+1)}), "too-long H5"},
		"an old file":                    {[]byte("\xD0\xCF\x11\xE0 and so on"), "file-old"},
		"far too large":                  {append([]byte("{"), make([]byte, MaxSaved)...), "file-large"},
		"any JSON":                       {[]byte(`{"format":"comity/answers/1"}`), "not-book"},
		"a saved row of another section": {bytes.Replace(pageSaved(t, b), []byte(`"answers":{`), []byte(`"answers":{"unit[1]/n":{"value":"5"},`), 1), "other-section unit[1]/n"},
	} {
		f, found, err := reading(t, c.file, want(t, b))
		var got []string
		for _, d := range found {
			got = append(got, d.Code+" "+d.Cell)
		}
		if !errors.Is(err, errs.Invalid) || len(f.Answers) > 0 || !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, c.want) }) {
			t.Errorf("%s: %v, %v, want %s and nothing taken", name, got, err, c.want)
		}
	}
}

func otherForm(t testing.TB) *instrument.Instrument {
	t.Helper()
	tables := form(t).Tables()
	tables.Version = "2"
	in, err := instrument.Options{}.Build(tables)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestPeek(t *testing.T) {
	b := book(t, "fr", "law")
	for _, file := range [][]byte{xlsx(t, b), pageSaved(t, b)} {
		h, found, err := Peek(bytes.NewReader(file), int64(len(file)), "f")
		if err != nil || h.Response != b.Response || h.Lang != "fr" || len(h.Sections) != 1 {
			t.Errorf("Peek = %+v, %v, %v", h, found, err)
		}
	}
}

// The sheets run from the right in Arabic, and nobody fills cells that aren't theirs by mistake.
func TestWorkbookInArabic(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(xlsx(t, book(t, "ar", "law"))))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheets := f.GetSheetList()
	if len(sheets) != 4 || !strings.Contains(sheets[3], "التشريعات") {
		t.Fatalf("sheets = %q, want the section by its Arabic title", sheets)
	}
	view, err := f.GetSheetView(sheets[3], 0)
	if err != nil || view.RightToLeft == nil || !*view.RightToLeft {
		t.Errorf("view = %+v, %v, want it from right to left", view, err)
	}
	protection, err := f.GetSheetProtection(sheets[3])
	if err != nil || !protection.SelectLockedCells {
		t.Errorf("protection = %+v, %v", protection, err)
	}
	if visible, err := f.GetSheetVisible(aboutSheet); visible || err != nil {
		t.Errorf("the sheet about the file is visible: %v, %v", visible, err)
	}
	validations, err := f.GetDataValidations(sheets[3])
	if err != nil || len(validations) < 4 {
		t.Errorf("%d lists of allowed answers, %v, want more", len(validations), err)
	}
	if got, err := f.GetCellValue(sheets[3], "E5"); err != nil || got != "نعم" {
		t.Errorf("the first answer = %q, %v, want its label", got, err)
	}
}

func TestPage(t *testing.T) {
	b := book(t, "ar", "law")
	b.Title = `</script><script>alert(1)</script>`
	var buf bytes.Buffer
	if err := b.WriteHTML(&buf); err != nil {
		t.Fatal(err)
	}
	html := buf.String()
	for _, want := range []string{`dir="rtl"`, `default-src &#39;none&#39;`, `data-question="law/q1"`, `data-tick="fraud2"`, "Fraud (fraud2)", "هل يوجد قانون؟"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, never := range []string{"http://", "https://", "src=", "<link", "<script>alert", "unit["} {
		if strings.Contains(html, never) {
			t.Errorf("the page has %s", never)
		}
	}
}

// TestWordsAreTranslated: what is said here is there in six languages.
func TestWordsAreTranslated(t *testing.T) {
	c, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(Words()) < 40 {
		t.Fatalf("%d, want the more than 40 there are", len(Words()))
	}
	for _, tag := range language.Official() {
		for _, w := range Words() {
			if p := c.Get(tag); !p.Knows(w.Says) || w.Do != "" && !p.Knows(w.Do) {
				t.Errorf("%s lacks %q or %q", tag, w.Says, w.Do)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	b := book(f, "en", "law")
	w := want(f, b)
	w.Tr = func(_ language.Tag, s string) string { return s }
	f.Add(pageSaved(f, b))
	f.Add(xlsx(f, b))
	f.Add([]byte(`{"format":"comity/answerbook/1","form":"x","answers":{"a":{}}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, found, err := reading(t, file, w)
		if err != nil {
			if !errors.Is(err, errs.Invalid) || len(found) == 0 {
				t.Errorf("%v, %v, want errs.Invalid with what is wrong", found, err)
			}
			return
		}
		after, err := got.Apply(b.Answers)
		if err != nil {
			t.Fatal(err)
		}
		if unknown := b.In.Unknown(after); len(unknown) > 0 {
			t.Errorf("taken without a place in the form: %q", unknown)
		}
	})
}

// largeBook is 1,000 questions in ten sections, with a list of 300 places.
func largeBook(t testing.TB) Book {
	t.Helper()
	tables := instrument.Tables{Name: "large"}
	for i := range 1000 {
		kind := []string{"select_one place", "integer", "text"}[i%3]
		tables.Survey = append(tables.Survey, instrument.Row{Cells: map[string]string{
			"type": kind, "name": fmt.Sprintf("q%d", i), "label": fmt.Sprintf("Question %d about the law and how it is applied", i), "section": fmt.Sprintf("s%d", i/100),
		}})
	}
	for i := range 300 {
		tables.Choices = append(tables.Choices, instrument.Row{Cells: map[string]string{"list_name": "place", "name": fmt.Sprintf("p%d", i), "label": fmt.Sprintf("Place %d", i)}})
	}
	in, err := instrument.Options{}.Build(tables)
	if err != nil {
		t.Fatal(err)
	}
	return Book{Head: Head{Response: "01R", Lang: "en"}, In: in, Answers: instrument.NewAnswers(), Tr: func(s string) string { return s }}
}

func BenchmarkBook(b *testing.B) {
	k := largeBook(b)
	b.Run("workbook", func(b *testing.B) {
		for b.Loop() {
			xlsx(b, k)
		}
	})
	file := xlsx(b, k)
	w := Want{In: k.In, Response: "01R"}
	for _, s := range k.In.Sections {
		w.Sections = append(w.Sections, s.Name)
	}
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, found, err := reading(b, file, w); err != nil {
				b.Fatal(err, found)
			}
		}
	})
	b.Run("page", func(b *testing.B) {
		one := k
		one.Sections = []string{"s3"}
		var buf bytes.Buffer
		for b.Loop() {
			buf.Reset()
			if err := one.WriteHTML(&buf); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(buf.Len()), "bytes")
	})
}
