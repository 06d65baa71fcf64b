package treaty

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/base/errs"
)

func load(t *testing.T) *Treaties {
	t.Helper()
	ts, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

func TestStanding(t *testing.T) {
	ts := load(t)
	for _, c := range []struct {
		table string
		code  Code
		a, b  string
		on    Date
		want  Standing
	}{
		{"real", "BUD", "JP", "MA", "2026-03-02", Binding},
		{"real", "BUD", "JP", "MA", "2018-09-30", SignedOnly},
		{"real", "BUD", "JP", "MA", "2004-06-30", NotInForce},
		{"real", "BUD", "JP", "XX", "2026-03-02", Unknown},
		{"real", "HAN", "JP", "MA", "2026-03-02", NotInForce},
		{"real", "TOC", "JP", "MA", "2026-03-02", Unknown},
		{"exercise", "BUD", "PT", "MA", "2026-03-02", Binding},
		{"exercise", "E59", "PT", "MA", "2026-03-02", NotParty},
		{"exercise", "HAN", "PT", "MA", "2026-03-02", NotInForce},
		{"exercise", "BUD", "PT", "XX", "2026-03-02", NotParty},
		{"real", "ZZZ", "PT", "MA", "2026-03-02", NotParty},
	} {
		in := ts
		if c.table == "exercise" {
			in = ts.Exercise()
		}
		if got := in.Standing(c.code, c.a, c.b, c.on); got != c.want {
			t.Errorf("Standing(%s %s %s %s, %s) = %s, want %s", c.table, c.code, c.a, c.b, c.on, got, c.want)
		}
	}
}

func TestStandingEnds(t *testing.T) {
	s, err := ParseStatus("t", `[[treaty]]
code = "BUD"
parties = [["AA", "2010-01-01", "2020-01-01"], ["BB", "2010-01-01"]]`)
	if err != nil {
		t.Fatal(err)
	}
	ts := load(t).With(s)
	if got := ts.Standing("BUD", "AA", "BB", "2019-12-31"); got != Binding {
		t.Errorf("Standing on the last day = %s, want %s", got, Binding)
	}
	if got := ts.Standing("BUD", "AA", "BB", "2020-01-01"); got != Ended {
		t.Errorf("Standing on the day it left = %s, want %s", got, Ended)
	}
}

func TestBases(t *testing.T) {
	ts := load(t).Exercise()
	for _, c := range []struct{ from, to, measure, want string }{
		{"PT", "MA", "preserve.stored", "BUD COR N88 TOC E59-not-party HAN-not-in-force"},
		{"PT", "MA", "records.bank", "BUD COR N88 TOC E59-not-party HAN-not-in-force"},
		{"PT", "ES", "records.bank", "BUD COR E59 N88 TOC HAN-not-in-force"},
		{"NG", "SG", "records.bank", "COR N88 TOC BUD-not-party E59-not-party HAN-not-in-force"},
	} {
		var got []string
		for _, b := range ts.Bases(c.from, c.to, c.measure, "2026-03-02") {
			s := string(b.Treaty.Code)
			if !b.Offered {
				s += "-" + string(b.Why)
			}
			got = append(got, s)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("Bases(%s, %s, %s) = %s, want %s", c.from, c.to, c.measure, strings.Join(got, " "), c.want)
		}
	}
	for _, b := range ts.Bases("PT", "AT", "preserve.stored", "2026-03-02") {
		if b.Treaty.Code == "BUD" && len(b.Declared) != 1 {
			t.Errorf("Austria's reservation to BUD 29(4) isn't beside the basis: %v", b.Declared)
		}
	}
}

// Where the table is silent a treaty is offered as unchecked; a table that is complete says no.
func TestSilenceIsNotDenial(t *testing.T) {
	ts := load(t)
	for _, b := range ts.Bases("JP", "MX", "records.bank", "2026-03-02") {
		if b.Treaty.Code == "TOC" && (!b.Offered || b.Why != Unknown || b.Checked) {
			t.Errorf("TOC in the real table: offered %v why %q checked %v, want offered, unknown, unchecked", b.Offered, b.Why, b.Checked)
		}
	}
	for _, b := range ts.Bases("JP", "MA", "preserve.stored", "2026-03-02") {
		if b.Treaty.Code == "BUD" && (!b.Offered || b.Why != "" || !b.Checked) {
			t.Errorf("BUD between Japan and Morocco: offered %v why %q checked %v, want offered and checked", b.Offered, b.Why, b.Checked)
		}
	}
	for _, b := range ts.Bases("PT", "MA", "preserve.stored", "2026-03-02") {
		if b.Treaty.Code == "BUD" && (!b.Offered || b.Checked) {
			t.Errorf("BUD between Portugal and Morocco: offered %v checked %v; Portugal wasn't read in the source", b.Offered, b.Checked)
		}
	}
}

func TestDemands(t *testing.T) {
	ts := load(t).Exercise()
	for _, c := range []struct {
		code    Code
		measure string
		want    int
	}{{"BUD", "preserve.stored", 6}, {"BUD", "produce.subscriber", 0}, {"TOC", "produce.subscriber", 6}, {"N88", "records.bank", 6}} {
		for _, b := range ts.Bases("PT", "MA", c.measure, "2026-03-02") {
			if b.Treaty.Code == c.code && len(b.Demands) != c.want {
				t.Errorf("%s demands %d things of %s, want %d", c.code, len(b.Demands), c.measure, c.want)
			}
		}
	}
}

func TestGrounds(t *testing.T) {
	ts := load(t)
	for _, c := range []struct {
		code    Code
		measure string
		want    string
	}{
		{"BUD", "preserve.stored", "political:offered essential-interests:offered dual-criminality:by-reservation"},
		{"COR", "records.bank", "political:silent essential-interests:offered dual-criminality:offered similar-case:offered legal-system:offered form:offered fiscal:barred bank-secrecy:barred ongoing-proceedings:postpones"},
		{"E59", "records.bank", "political:offered essential-interests:offered fiscal:offered dual-criminality:by-reservation bank-secrecy:silent"},
		{"ZZZ", "records.bank", ""},
	} {
		var got []string
		for _, g := range ts.Grounds(c.code, c.measure) {
			got = append(got, g.Code+":"+string(g.Stand))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("Grounds(%s, %s) = %s, want %s", c.code, c.measure, strings.Join(got, " "), c.want)
		}
	}
}

func TestArticle(t *testing.T) {
	ts := load(t)
	toc, _ := ts.Get("TOC")
	for _, c := range []struct {
		id, want string
		sub      bool
	}{
		{"18(15)(a)", "18(15)(a)", true}, {"18(8)", "18(8)", false}, {"18(3)(z)", "18(3)", false}, {"99", "", false},
	} {
		a, _ := toc.Article(c.id)
		if a.ID != c.want || a.Subsidiary != c.sub {
			t.Errorf("Article(%s) = %s subsidiary %v, want %s %v", c.id, a.ID, a.Subsidiary, c.want, c.sub)
		}
	}
	if n := len(toc.Under("18(15)")); n != 6 {
		t.Errorf("18(15) has %d headings, want 6", n)
	}
}

// The subsidiary paragraphs are exactly those that the treaties name.
func TestSubsidiary(t *testing.T) {
	ts := load(t)
	for code, want := range map[Code]string{"TOC": "18(9)", "COR": "46(9)", "N88": "7(8)", "BUD": "27(3)"} {
		tr, _ := ts.Get(code)
		first := ""
		for _, a := range tr.Articles {
			if a.Subsidiary && first == "" {
				first = a.ID
			}
		}
		if first != want {
			t.Errorf("%s: first subsidiary paragraph %s, want %s", code, first, want)
		}
		for _, a := range tr.Articles {
			if strings.HasPrefix(a.ID, "29") && code == "BUD" && a.Subsidiary {
				t.Errorf("BUD %s is never subsidiary", a.ID)
			}
		}
	}
}

func TestUnreadIsUnchecked(t *testing.T) {
	ts := load(t)
	han, _ := ts.Get("HAN")
	for _, a := range han.Articles {
		if a.Checked {
			t.Errorf("HAN %s counts as checked", a.ID)
		}
	}
	for _, b := range ts.Bases("JP", "MA", "preserve.stored", "2026-03-02") {
		if b.Treaty.Code == "HAN" && (b.Checked || b.Offered) {
			t.Errorf("HAN is offered or counts as checked: %+v", b)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	good := `code = "AAA"
kind = "crime"
[names]
en="a"
fr="a"
es="a"
ru="a"
ar="a"
zh="a"
`
	for name, files := range map[string]map[string]string{
		"an unknown key":             {"a.toml": good + "[[article]]\nid=\"1\"\ntxet=\"x\"\n"},
		"a name missing":             {"a.toml": strings.Replace(good, "ru=\"a\"\n", "", 1)},
		"an article not told":        {"a.toml": good + "[[serves]]\ntype=\"x\"\narticle=\"5\"\n"},
		"a stand nobody knows":       {"a.toml": good + "[[ground]]\ncode=\"x\"\nstand=\"maybe\"\n"},
		"the same treaty twice":      {"a.toml": good, "b.toml": good},
		"a status of nothing":        {"a.toml": good, "status/real.toml": "[[treaty]]\ncode=\"BBB\"\n"},
		"a party without a day":      {"a.toml": good, "status/real.toml": "[[treaty]]\ncode=\"AAA\"\nparties=[[\"PT\"]]\n"},
		"a day that is none":         {"a.toml": good, "status/real.toml": "[[treaty]]\ncode=\"AAA\"\nparties=[[\"PT\",\"2010-13-01\"]]\n"},
		"a kind nobody knows":        {"a.toml": strings.Replace(good, "crime", "trade", 1)},
		"no TOML":                    {"a.toml": "code = "},
		"a declaration to no treaty": {"a.toml": good, "status/real.toml": "[[declaration]]\ntreaty=\"BBB\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			m := fstest.MapFS{}
			for f, s := range files {
				m[f] = &fstest.MapFile{Data: []byte(s)}
			}
			if _, err := Load(m); !errors.Is(err, errs.Invalid) {
				t.Errorf("Load = %v, want an error that is not valid", err)
			}
		})
	}
}
