package rule

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/base/errs"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument"
)

func load(t testing.TB, sources ...Source) (*Set, *treaty.Treaties) {
	t.Helper()
	ts, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Load(ts, append([]Source{Own()}, sources...)...)
	if err != nil {
		t.Fatal(err)
	}
	return s, ts
}

// check runs the rules on the complete request of the examples, changed.
func check(t testing.TB, s *Set, env Env, patch string) []Finding {
	t.Helper()
	base, err := baseOf(Own())
	if err != nil {
		t.Fatal(err)
	}
	a, err := Patch(base, []byte(patch))
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Check(a.Tree(), env)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func ids(found []Finding) string {
	var out []string
	for _, f := range found {
		out = append(out, string(f.Severity)+":"+f.Rule)
	}
	return strings.Join(out, " ")
}

// An own source of a test: rules in one file.
func source(files map[string]string) Source {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Source{FS: m, Dir: "."}
}

const sound = `[[rule]]
id = "T-1"
rev = 1
sev = "warn"
origin = "house"
context = "/request"
assert = "purpose != ''"
message = "Purpose."
cite = ["practice"]
`

func TestLoadRefuses(t *testing.T) {
	ts, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	change := func(from, to string) map[string]string {
		return map[string]string{"r.toml": strings.Replace(sound, from, to, 1)}
	}
	overlay := "state = \"FR\"\nstatus = \"reported\"\nas-of = \"2026-01-01\"\n"
	for name, c := range map[string]struct {
		files map[string]string
		place string
	}{
		"an unknown type":            {change("context", "types = [\"prodcue.*\"]\ncontext"), "r.toml:2"},
		"an unknown treaty":          {change("context", "basis = [\"XYZ\"]\ncontext"), "r.toml:2"},
		"a basis that isn't cited":   {change("context", "basis = [\"TOC\"]\ncontext"), "r.toml:2"},
		"an article that isn't told": {change(`["practice"]`, `["TOC 99"]`), "r.toml:2"},
		"a severity of its own":      {change(`"warn"`, `"fatal"`), "r.toml:2"},
		"no citation":                {change(`["practice"]`, `[]`), "r.toml:2"},
		"a broken expression":        {change(`purpose != ''`, `purpose !!= ''`), "r.toml:2"},
		"an unknown function":        {change(`purpose != ''`, `in-froce('a')`), "r.toml:2"},
		"a place nothing fills":      {change(`"Purpose."`, `"Purpose of {who}."`), "r.toml:2"},
		"an unknown key":             {change("rev = 1", "rev = 1\nsevere = true"), "r.toml"},
		"no revision":                {change("rev = 1", "rev = 0"), "r.toml:2"},
		"the same rule twice":        {map[string]string{"a.toml": sound, "b.toml": sound}, "a.toml:2"},
		"a rule that others have":    {change("T-1", "GEN-01"), "data/gen.toml:"},
		"an overlay without a day":   {map[string]string{"overlay/fr.toml": strings.Replace(overlay, "2026-01-01", "soon", 1)}, "overlay/fr.toml"},
		"a row without source":       {map[string]string{"overlay/fr.toml": overlay + "[[row]]\ntopic = \"language\"\nvalue = [\"fr\"]\n"}, "overlay/fr.toml"},
		"a relaxed rule unknown":     {map[string]string{"overlay/fr.toml": overlay + "[[relax]]\nrules = [\"GEN-99\"]\nsource = \"x\"\n"}, "overlay/fr.toml:5"},
		"a State's overlay twice":    {map[string]string{"overlay/fr.toml": strings.Replace(overlay, "FR", "SG", 1)}, "overlay/fr.toml"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(ts, Own(), source(c.files))
			if !errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.place) {
				t.Errorf("Load = %v, want an error that is not valid and names %s", err, c.place)
			}
		})
	}
}

func TestHash(t *testing.T) {
	a, _ := load(t)
	b, _ := load(t)
	c, _ := load(t, source(map[string]string{"r.toml": sound}))
	if a.Hash() != b.Hash() || len(a.Hash()) != 64 {
		t.Errorf("two loads of the same data: %s and %s", a.Hash(), b.Hash())
	}
	if a.Hash() == c.Hash() {
		t.Error("another rule doesn't change the digest")
	}
}

func TestSameDraftSameFindings(t *testing.T) {
	s, ts := load(t)
	env := Env{Treaties: ts.Exercise(), Exercise: true}
	const broken = `{"request":{"purpose":"","contact":null,"offence":{"text":"","group":""},"measure":{"nexus":"","selector":[{"@kind":"ipv4","value":"10.0.0.1"},{"@kind":"imei","value":"1"}]}}}`
	first := check(t, s, env, broken)
	if len(first) < 8 {
		t.Fatalf("findings = %s", ids(first))
	}
	for range 5 {
		if again := check(t, s, env, broken); !reflect.DeepEqual(ids(first), ids(again)) {
			t.Fatalf("findings = %s, before %s", ids(again), ids(first))
		}
	}
	for i := 1; i < len(first); i++ {
		if first[i].Severity.weight() > first[i-1].Severity.weight() {
			t.Errorf("%s stands after %s", first[i].Rule, first[i-1].Rule)
		}
	}
}

func TestFindingNamesField(t *testing.T) {
	s, ts := load(t)
	found := check(t, s, Env{Treaties: ts.Exercise(), Exercise: true},
		`{"request":{"measure":{"selector":[{"@kind":"email","value":"a@nimbus.example"},{"@kind":"ipv4","value":"203.0.113.9","port":"1","clock":"NTP","instant":{"local":"2026-01-12T08:02:11"}}]}}}`)
	if len(found) != 1 || found[0].Rule != "SEL-03" || found[0].Path != "/request/measure/selector[2]/instant/@offset" {
		t.Errorf("findings = %+v", found)
	}
}

// A request on no treaty isn't shown articles of treaties that it doesn't rest on.
func TestCitesOnlyWhatApplies(t *testing.T) {
	s, ts := load(t)
	env := Env{Treaties: ts.Exercise(), Exercise: true}
	for basis, want := range map[string]string{
		`{"obligation":null,"reciprocity":"We shall do the same."}`:                              "[practice: without it nobody can search]",
		`{"obligation":[{"@treaty":"TOC","@article":"18(3)(e)"}]}`:                               "[TOC 18(15)(d) practice: without it nobody can search]",
		`{"obligation":[{"@treaty":"TOC","@article":"18(3)(e)"}],"procedure":{"@treaty":"E59"}}`: "[practice: without it nobody can search]",
	} {
		for _, f := range check(t, s, env, `{"request":{"measure":{"selector":null},"basis":`+basis+`}}`) {
			if f.Rule != "SEL-01" {
				continue
			}
			var cites []string
			for _, c := range f.Cites {
				cites = append(cites, strings.TrimSpace(string(c.Treaty)+" "+c.Article+c.Source))
			}
			if got := fmt.Sprint(cites); got != want {
				t.Errorf("on %s SEL-01 cites %s, want %s", basis, got, want)
			}
		}
	}
}

// Another treaty of assistance as procedure turns the subsidiary paragraphs off, and leaves the others on.
func TestSubsidiaryGoesOff(t *testing.T) {
	s, ts := load(t)
	env := Env{Treaties: ts.Exercise(), Exercise: true}
	const pair = `"requesting":{"state":"PT"},"requested":{"state":"ES"},"urgency":{"reason":""},"offence":{"group":""}`
	for _, c := range []struct{ procedure, want string }{
		{`{"@treaty":"TOC"},"agreed":"yes"`, "error:GEN-16 warn:GEN-27"},
		{`{"@treaty":"E59"}`, "error:GEN-16"}, // 18(24) is subsidiary, 18(1) and 3 are not
	} {
		found := check(t, s, env, `{"request":{`+pair+`,"measure":{"custodian":{"@id":null}},"basis":{"procedure":`+c.procedure+`}}}`)
		if got := ids(found); got != c.want {
			t.Errorf("procedure %s: findings = %s, want %s", c.procedure, got, c.want)
		}
	}
}

func TestOverlayRelaxes(t *testing.T) {
	s, ts := load(t)
	env := Env{Treaties: ts.Exercise(), Exercise: true}
	const missing = `"language":"fr","offence":{"text":""},"annex":null,"measure":{"custodian":{"@id":null}}`
	if got := ids(check(t, s, env, `{"request":{`+missing+`}}`)); got != "warn:GEN-14" {
		t.Errorf("elsewhere: findings = %s, want GEN-14", got)
	}
	if got := ids(check(t, s, env, `{"request":{`+missing+`,"requested":{"state":"CH"}}}`)); got != "" {
		t.Errorf("Switzerland: findings = %s, want GEN-14 silenced", got)
	}
}

// A State's own overlay takes the place of what others reported, rules included.
func TestOverlayIsReplaced(t *testing.T) {
	own := "state = \"SG\"\nstatus = \"own\"\nas-of = \"2026-02-01\"\noverride = true\n[[row]]\ntopic = \"language\"\nvalue = [\"en\", \"zh\"]\nsource = \"own\"\n"
	s, _ := load(t, source(map[string]string{"overlay/sg.toml": own + strings.Replace(sound, "T-1", "OVL-SG-11", 1)}))
	if got := s.State("SG").Value("language"); got != "en zh" {
		t.Errorf("languages of SG = %q, want those of its own overlay", got)
	}
	if r := s.Requirements("SG"); len(r) != 1 || r[0].ID != "OVL-SG-11" {
		t.Errorf("requirements of SG = %v, want its own one", r)
	}
}

func TestOldOverlayWeighsLess(t *testing.T) {
	s, ts := load(t)
	env := Env{Treaties: ts.Exercise(), Exercise: true}
	const other = `"requested":{"state":"ES"},"requesting":{"state":"MA"},"measure":{"custodian":{"@id":"nimbus"}}`
	for _, c := range []struct {
		date, want string
		stale      bool
	}{{"2026-03-02", "warn:SEL-20", false}, {"2026-09-02", "advice:SEL-20", true}} {
		found := check(t, s, env, `{"request":{"date":"`+c.date+`",`+other+`}}`)
		var got []Finding
		for _, f := range found {
			if f.Rule == "SEL-20" {
				got = append(got, f)
			}
		}
		if ids(got) != c.want || got[0].Stale != c.stale {
			t.Errorf("on %s: %s stale %v, want %s %v", c.date, ids(got), got[0].Stale, c.want, c.stale)
		}
	}
}

// What wasn't read in the official text is never an error.
func TestUncheckedIsNoError(t *testing.T) {
	s, _ := load(t)
	status, err := treaty.ParseStatus("t", "[[treaty]]\ncode=\"HAN\"\nparties=[[\"MA\",\"2026-01-01\"],[\"PT\",\"2026-01-01\"]]\n")
	if err != nil {
		t.Fatal(err)
	}
	ts, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	live := bases{treaties: ts.With(status), standing: map[treaty.Code]treaty.Standing{"HAN": treaty.Binding}}
	r, _ := s.Rule("GEN-19")
	sev, _, cites, info := weigh(r, live.live(r))
	if sev != Warning || info || len(cites) == 0 || cites[0].Checked {
		t.Errorf("GEN-19 on a binding, unread treaty = %s info %v %v, want a warning on unchecked articles", sev, info, cites)
	}
}

// A response about some measures meets the rules of their types; one about all meets those of any.
func TestResponseIsAboutMeasures(t *testing.T) {
	s, ts := load(t)
	env := Env{Treaties: ts.Exercise(), Exercise: true}
	const request = `"request":{"basis":{"obligation":[{"@treaty":"BUD","@article":"29"}]},"measure":[{"@type":"preserve.stored"},{"@type":"produce.subscriber"}]}`
	for measures, want := range map[string]bool{`"1"`: true, `"2"`: false, `["2","1"]`: true, `null`: true, `"7"`: false} {
		found := check(t, s, env, `{`+request+`,"response":{"@kind":"refusal","reason":"x","consulted":"yes","measure":`+measures+`,"ground":[{"@code":"form"}]}}`)
		if got := strings.Contains(ids(found), "REF-03"); got != want {
			t.Errorf("measures %s: REF-03 %v, want %v", measures, got, want)
		}
	}
}

func TestVerifySaysWhatIsMissing(t *testing.T) {
	base, err := baseOf(Own())
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(base)
	if err != nil {
		t.Fatal(err)
	}
	src := source(map[string]string{
		"r.toml":           sound + strings.Replace(sound, "T-1", "T-2", 1) + strings.Replace(sound, "T-1", "T-3", 1),
		"tests/base.json":  string(b),
		"tests/T-2.json":   `{"pass": {}, "fail": {}}`,
		"tests/T-3.json":   `{"pass": {}, "fail": {"request": {"purpose": null}}}`,
		"tests/unused.txt": "",
	})
	s, ts := load(t, src)
	problems, err := s.Verify(Env{Treaties: ts.Exercise(), Exercise: true}, src)
	if err != nil {
		t.Fatal(err)
	}
	if len(problems) != 2 || !strings.Contains(problems[0].String(), "T-1 has no examples") || !strings.Contains(problems[1].String(), "T-2 is silent") {
		t.Errorf("problems = %v", problems)
	}
}

func TestCheckOfNothing(t *testing.T) {
	s, ts := load(t)
	found, err := s.Check(instrument.NewAnswers().Tree(), Env{Treaties: ts})
	if err != nil || len(found) != 0 {
		t.Errorf("an empty document: %v, %v", ids(found), err)
	}
	if _, err := s.Check(instrument.NewAnswers().Tree(), Env{}); !errors.Is(err, errs.Invalid) {
		t.Errorf("without treaties: %v, want not valid", err)
	}
}

func FuzzCheck(f *testing.F) {
	s, ts := load(f)
	f.Add(`{"request":{"measure":{"text":null}}}`)
	f.Add(`{"request":{"measure":[{"@type":"x"},{"@type":"produce.content"}],"basis":"x"}}`)
	f.Add(`{"response":[{"@kind":"refusal","measure":"99999999999999999999"}],"clock":{"@kind":"preservation"}}`)
	base, err := baseOf(Own())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, patch string) {
		a, err := Patch(base, []byte(patch))
		if err != nil {
			return
		}
		if _, err := s.Check(a.Tree(), Env{Treaties: ts}); err != nil {
			t.Fatalf("Check: %v", err)
		}
	})
}
