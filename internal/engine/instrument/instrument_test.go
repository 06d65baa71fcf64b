package instrument

import (
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument/xpath"
)

func TestEval(t *testing.T) {
	in := requestForm(t)
	s := in.Eval(exercise(t), now)
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range s.Problems() {
		got = append(got, f.Path+": "+f.Code)
	}
	want := []string{
		"request/reason: missing",
		"request/measure[1]/selector[1]/instant: missing",
		"request/measure[1]/elements: missing",
		"request/measure[1]/days: constraint",
		"request/measure[2]/text: missing",
		"request/measure[2]/necessity: missing",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
	if c, ok := s.At("/request/count"); !ok || c.Value != "2" {
		t.Errorf("count = %q, %v, want 2", c.Value, ok)
	}
	// A path as a rule's finding has it: no number where there is one instance.
	if c, ok := s.At("/request/measure/selector[2]/instant"); !ok || c.Relevant {
		t.Errorf("the instant of an e-mail address: %+v, %v, want one that isn't asked", c, ok)
	}
}

func TestSections(t *testing.T) {
	s := requestForm(t).Eval(exercise(t), now)
	var got []string
	for _, sec := range s.Sections() {
		got = append(got, sec.Name+" "+number(sec.Missing)+" "+number(sec.Wrong)+" "+number(sec.Answered))
	}
	want := []string{"authorities 0 0 3", "facts 0 0 1", "urgency 1 0 1", "measures 4 1 7"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("section, missing, wrong, answered (-want +got):\n%s", d)
	}
	if n := s.Instances("measures"); n != 2 {
		t.Errorf("instances of measures = %d, want 2", n)
	}
	two, ok := s.Section("measures[2]")
	if !ok || two.Missing != 2 || two.Answered != 1 || two.Complete() {
		t.Errorf("measures[2] = %+v, %v, want 2 missing and 1 answered", two, ok)
	}
	for _, name := range []string{"measures[3]", "facts[1]", "none", "", "measures[2"} {
		if _, ok := s.Section(name); ok {
			t.Errorf("section %q is found", name)
		}
	}
	if none, _ := requestForm(t).Eval(NewAnswers(), now).Section("measures"); none.Missing != 1 {
		t.Errorf("without a measure %d are missing in measures, want 1", none.Missing)
	}
}

func TestBind(t *testing.T) {
	in := requestForm(t)
	before := exercise(t)
	form := url.Values{
		"request/measure[1]/selector[1]/instant:year":   {"٢٠٢٦"},
		"request/measure[1]/selector[1]/instant:month":  {"2"},
		"request/measure[1]/selector[1]/instant:day":    {"12"},
		"request/measure[1]/selector[1]/instant:time":   {"03:14:00"},
		"request/measure[1]/selector[1]/instant:offset": {"+09:00"},
		"request/measure[1]/selector[1]/value":          {"\u202e7.311.0.302"},
		"request/measure[1]/elements":                   {"", "name", "address"},
		"request/measure[1]/days":                       {" ٣٠ "},
		"request/measure[2]/necessity":                  {"of another page"},
		"request/count":                                 {"99"},
		AddField:                                        {"request/measure[1]/selector"},
		RemoveField:                                     {"request/measure[1]/selector[2]"},
	}
	after, said, err := in.Bind(before, "measures[1]", form)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"request/measure[1]/selector[1]/instant": "2026-02-12T03:14:00+09:00",
		"request/measure[1]/selector[1]/value":   "7.311.0.302",
		"request/measure[1]/elements":            "name address",
		"request/measure[1]/days":                "30",
		"request/measure[2]/necessity":           "",
		"request/count":                          "",
	} {
		if got := after.Get(path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if n := after.Count("request/measure[1]/selector"); n != 2 || after.Get("request/measure[1]/selector[2]/value") != "" {
		t.Errorf("after one went and one came there are %d selectors, the second %q", n, after.Get("request/measure[1]/selector[2]/value"))
	}
	var codes []string
	for _, f := range said {
		codes = append(codes, f.Path+": "+f.Code)
	}
	want := []string{"request/count: not-here", "request/measure[1]/selector[1]/value: removed-control", "request/measure[2]/necessity: not-here"}
	if d := cmp.Diff(want, codes); d != "" {
		t.Errorf("said (-want +got):\n%s", d)
	}
	if before.Get("request/measure[1]/days") != "90" {
		t.Error("Bind changed the answers it was given")
	}
}

func TestBindRefuses(t *testing.T) {
	in := requestForm(t)
	for name, c := range map[string]struct {
		section string
		form    url.Values
	}{
		"a section that isn't there":      {"nowhere", nil},
		"removing another page's measure": {"measures[1]", url.Values{RemoveField: {"request/measure[2]"}}},
		"adding to what isn't a repeat":   {"facts", url.Values{AddField: {"request/summary"}}},
		"a long name":                     {"facts", url.Values{strings.Repeat("a/", 1000): {"x"}}},
	} {
		if _, _, err := in.Bind(exercise(t), c.section, c.form); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, want errs.Invalid", name, err)
		}
	}
	a, said, err := in.Bind(exercise(t), "facts", url.Values{"request/summary": {strings.Repeat("é", 201)}})
	if err != nil || len(said) != 1 || said[0].Code != CodeTooLong || a.Get("request/summary") != "Exercise." {
		t.Errorf("a text that is too long: %v, %v, kept %q", said, err, a.Get("request/summary"))
	}
	a, said, err = in.Bind(exercise(t), "measures", url.Values{AddField: {"request/measure", "request/measure"}})
	if err != nil || a.Count("request/measure") != 4 {
		t.Errorf("adding two: %d, %v, %v", a.Count("request/measure"), said, err)
	}
}

func TestView(t *testing.T) {
	s := requestForm(t).Eval(exercise(t), now)
	catalogue := map[string]string{
		"Authority in ${state}":  "Autorité de : ${state}",
		"This answer is needed.": "Cette réponse est nécessaire.",
	}
	fr := func(text string) string {
		if translated, ok := catalogue[text]; ok {
			return translated
		}
		return text
	}
	fields := s.View("authorities", fr)
	if len(fields) != 3 || fields[1].Label != "Autorité de : Portugal" {
		t.Fatalf("authorities = %+v, want three fields, the second about Portugal", fields)
	}
	if d := cmp.Diff([]ChoiceField{{"pgr", "Office of the Prosecutor-General", true}}, fields[1].Choices); d != "" {
		t.Errorf("filtered choices (-want +got):\n%s", d)
	}
	if f := fields[2]; f.Year+f.Month+f.Day != "20261124" {
		t.Errorf("date in parts: %+v", f)
	}
	urgency := s.View("urgency", fr)
	if f := urgency[1]; !f.Required || f.Error != "Cette réponse est nécessaire." || f.Hidden {
		t.Errorf("reason = %+v, want a missing answer in French", f)
	}
	one := s.View("measures[1]", plain)
	if len(one) != 5 || one[2].Kind != RepeatType || len(one[2].Fields) != 2 || one[2].Add != "request/measure[1]/selector" {
		t.Fatalf("measures[1] = %+v", one)
	}
	second := one[2].Fields[1]
	if second.Remove != "request/measure[1]/selector[2]" || second.Index != 2 || !second.Fields[2].Hidden {
		t.Errorf("second selector = %+v", second)
	}
	if why := second.Fields[2].Why; why != "Not asked, because of the answer to: “Kind”." {
		t.Errorf("why hidden = %q", why)
	}
	if f := one[4]; f.Error != "Between 1 and 60 days." {
		t.Errorf("days = %+v, want the form's own sentence", f)
	}
	two := s.View("measures[2]", plain)
	if len(two) != 4 || two[2].Label != "Why must it be preserved?" || !two[3].Hidden {
		t.Errorf("measures[2] = %+v", two)
	}
	all := s.View("measures", plain)
	if len(all) != 1 || all[0].Count != 2 || all[0].Add != "request/measure" || len(all[0].Fields) != 2 {
		t.Errorf("measures = %+v, want one repeat with two instances", all)
	}
}

func TestAnswersAsSent(t *testing.T) {
	in := requestForm(t)
	a := exercise(t)
	if err := a.Set("request/reason", "kept while not asked"); err != nil {
		t.Fatal(err)
	}
	if err := a.Set("request/urgent", "no"); err != nil {
		t.Fatal(err)
	}
	sent, err := in.Eval(a, now).Answers()
	if err != nil {
		t.Fatal(err)
	}
	if sent.Has("request/reason") || sent.Get("request/count") != "2" || a.Get("request/reason") == "" {
		t.Errorf("sent: reason %q, count %q; draft: reason %q", sent.Get("request/reason"), sent.Get("request/count"), a.Get("request/reason"))
	}
}

func TestUnknown(t *testing.T) {
	a := exercise(t)
	for _, path := range []string{"request/measure[2]/selector[1]/@kind", "request/colour", "request/measure[1]/text/@by", "request/state[2]", "lang"} {
		if err := a.Set(path, "x"); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"request/colour", "request/measure[1]/text/@by", "request/measure[2]/selector", "request/state[2]"}
	if d := cmp.Diff(want, requestForm(t).Unknown(a)); d != "" {
		t.Errorf("unknown (-want +got):\n%s", d)
	}
}

// Two forms with the same content have the same digest; one word makes another.
func TestSum(t *testing.T) {
	sum := func(in *Instrument) string {
		h, err := in.Sum()
		if err != nil {
			t.Fatal(err)
		}
		return string(h)
	}
	if a, b := sum(requestForm(t)), sum(requestForm(t)); a != b {
		t.Errorf("the same form has the digests %s and %s", a, b)
	}
	fsys := forms()
	fsys["cover/form.csv"].Data = []byte(strings.Replace(coverCSV, "Is it urgent?", "Is this urgent?", 1))
	changed, err := Load(fsys, "cover")
	if err != nil {
		t.Fatal(err)
	}
	same, err := Load(forms(), "cover")
	if err != nil {
		t.Fatal(err)
	}
	if sum(changed) == sum(same) {
		t.Error("another question has the same digest")
	}
	var texts []string
	for _, text := range same.Texts() {
		texts = append(texts, text.English)
	}
	if got := strings.Join(texts[:3], " / "); got != "Requested State / Authority in ${state} / Date" {
		t.Errorf("texts begin with %s", got)
	}
}

// A form serves many pages at once.
func TestConcurrentUse(t *testing.T) {
	in, a := requestForm(t), exercise(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				s := in.Eval(a, now)
				if n := len(s.Problems()); n != 6 || len(s.View("measures", plain)) != 1 {
					t.Errorf("%d problems, want 6", n)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestDefaults(t *testing.T) {
	in := requestForm(t)
	a := in.Defaults(answers(t, "request/urgent", "yes"), "", xpath.Context{Now: now})
	if got := a.Get("request/date") + " " + a.Get("request/urgent"); got != "2026-11-24 yes" {
		t.Errorf("defaults = %s, want today's date and the answer as it was", got)
	}
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	form := `type,name,label,required,relevant,constraint,calculation
text,a,A,yes,${b} = 'x',,
text,b,B,,${a} = 'x',,
text,c,C,,"selectd(., 'x')",,
text,d,D,,/none/here = 1,,
select_one nolist,e,E,,,,
text,a,A again,,,,
calculate,g,,,,,${g} + 1
geopoint,h,H,,,,
begin_group,i,I,,,,
text,j k,J,,,"(. > 1",
text,l,About ${nobody},,,"(. > 1",
`
	in, err := Load(fstest.MapFS{"f/form.csv": {Data: []byte(form)}}, "f")
	if !errors.Is(err, errs.Invalid) || in == nil {
		t.Fatalf("Load = %v, %v, want errs.Invalid and the form", in, err)
	}
	var got []string
	for _, p := range in.Check() {
		got = append(got, p.String())
	}
	want := []string{
		"f/form.csv:9 type: There is no type “geopoint”.",
		"f/form.csv:11 name: “j k” can't be a name.",
		"f/form.csv:10 type: “group i” has no end.",
		"f/form.csv:7 name: The name “a” stands already at f/form.csv:2.",
		"f/form.csv:6 type: There is no list “nolist”.",
		"f/form.csv:4 relevant: There is no function selectd().",
		"f/form.csv:5 relevant: There is no question at /none/here: nothing is found there.",
		"f/form.csv:12 constraint: The expression ends too early.",
		"f/form.csv:12 label: There is no question “nobody”.",
		"f/form.csv:2 relevant: These depend on each other in a circle: a (line 2), b (line 3).",
		"f/form.csv:8 calculation: g (line 8) depends on itself.",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
}

// The list of an instance's own answers: ${name} means the one beside, not the first of all.
func TestNamesInRepeats(t *testing.T) {
	form := `type,name,label,relevant,calculation
begin_repeat,r,R,,
integer,n,N,,
text,m,M,${n} > 1,
calculate,twice,,,${n} * 2
end_repeat,,,,
calculate,total,,,sum(${twice})
`
	in, err := Load(fstest.MapFS{"f/form.csv": {Data: []byte(form)}}, "f")
	if err != nil {
		t.Fatal(err, in.Check())
	}
	s := in.Eval(answers(t, "r[1]/n", "1", "r[2]/n", "5"), now)
	for path, want := range map[string]string{"r[1]/twice": "2", "r[2]/twice": "10", "total": "12"} {
		if c, _ := s.At(path); c.Value != want {
			t.Errorf("%s = %q, want %q", path, c.Value, want)
		}
	}
	first, _ := s.At("r[1]/m")
	second, _ := s.At("r[2]/m")
	if first.Relevant || !second.Relevant {
		t.Errorf("m is asked: %v and %v, want only in the second", first.Relevant, second.Relevant)
	}
}
