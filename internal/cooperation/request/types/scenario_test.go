package types

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument"
)

// scenario is a case with defects on purpose, and exactly the errors and warnings that they must raise. Complete is laid
// on the example of a type or on another scenario's complete request; defects on the result.
type scenario struct {
	About, Base       string
	InForce           map[string][]string
	Complete, Defects json.RawMessage
	Fire, Not         []string
}

func readScenario(t *testing.T, w world, id string) scenario {
	t.Helper()
	b, err := os.ReadFile("testdata/scenario/" + id + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var s scenario
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	for _, r := range append(slices.Clone(s.Fire), s.Not...) {
		if _, ok := w.rules.Rule(r); !ok {
			t.Fatalf("%s: no rule is called %s", id, r)
		}
	}
	return s
}

// complete returns the request without defects and the law that the scenario supposes.
func (s scenario) complete(t *testing.T, w world) (instrument.Answers, *treaty.Treaties) {
	t.Helper()
	if ty, ok := w.types.Get(s.Base); ok {
		return patched(t, answers(t, ty.Example), s.Complete), w.law.With(fixture(t, s.InForce))
	}
	base, law := readScenario(t, w, s.Base).complete(t, w)
	return patched(t, base, s.Complete), law
}

// fixture makes a table in which the named treaties, and no others, bind the named States.
func fixture(t *testing.T, inForce map[string][]string) *treaty.Status {
	t.Helper()
	var b strings.Builder
	for _, code := range []string{"BUD", "COR", "E59", "HAN", "N88", "TOC"} {
		states := inForce[code]
		fmt.Fprintf(&b, "[[treaty]]\ncode = %q\ncomplete = true\nparties = [", code)
		for _, s := range states {
			fmt.Fprintf(&b, "[%q, \"2012-11-01\"], ", s)
		}
		b.WriteString("]\n")
	}
	s, err := treaty.ParseStatus("fixture", b.String())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func patched(t *testing.T, a instrument.Answers, patch []byte) instrument.Answers {
	t.Helper()
	b, err := a.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var base map[string]any
	if err := json.Unmarshal(b, &base); err != nil {
		t.Fatal(err)
	}
	out, err := rule.Patch(base, patch)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fired lists the rules that found an error or a warning; advice doesn't count.
func fired(t *testing.T, w world, a instrument.Answers, law *treaty.Treaties) []string {
	t.Helper()
	found, err := w.rules.Check(a.Tree(), rule.Env{Treaties: law, Exercise: true, Authorities: w.directory})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range found {
		if f.Severity != rule.Advice && !slices.Contains(ids, f.Rule) {
			ids = append(ids, f.Rule)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestScenarios(t *testing.T) {
	w := load(t)
	for _, id := range []string{"S01", "S04", "S12", "R1", "R2"} {
		t.Run(id, func(t *testing.T) {
			s := readScenario(t, w, id)
			a, law := s.complete(t, w)
			if got := fired(t, w, a, law); len(got) > 0 {
				t.Errorf("the corrected version raises %v", got)
			}
			got := fired(t, w, patched(t, a, s.Defects), law)
			if !slices.Equal(got, s.Fire) {
				t.Errorf("the defects raise %v, want %v", got, s.Fire)
			}
			for _, r := range s.Not {
				if slices.Contains(got, r) {
					t.Errorf("%s fires and must not", r)
				}
			}
		})
	}
}

// K1: preserved on 3 March for sixty days.
func TestPreservationClock(t *testing.T) {
	w := load(t)
	s := readScenario(t, w, "S01")
	a, law := s.complete(t, w)
	bud, _ := law.Get("BUD")
	preserved := rule.Event{Kind: "preserved", On: "2026-03-03", Until: "2026-05-02", Ref: "JP-1"}
	unsaid := rule.Event{Kind: "preserved", On: "2026-03-03"}
	followUp := func(on treaty.Date) rule.Event { return rule.Event{Kind: "follow-up received", On: on} }
	for _, c := range []struct {
		name   string
		events []rule.Event
		today  treaty.Date
		phase  rule.Phase
		want   string
	}{
		{"a day before the warning", []rule.Event{preserved}, "2026-04-17", rule.Running, ""},
		{"the warning", []rule.Event{preserved}, "2026-04-18", rule.Ending, "warn PRS-08"},
		{"the last day", []rule.Event{preserved}, "2026-05-02", rule.Ending, "warn PRS-08"},
		{"lapsed", []rule.Event{preserved}, "2026-05-03", rule.Lapsed, "error PRS-09"},
		{"received in time", []rule.Event{preserved, followUp("2026-05-02")}, "2026-05-20", rule.Stopped, ""},
		{"received too late", []rule.Event{preserved, followUp("2026-05-05")}, "2026-05-05", rule.Lapsed, "error PRS-09"},
		{"no end was notified", []rule.Event{unsaid, followUp("2026-05-05")}, "2026-05-05", rule.Lapsed, "warn PRS-09"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clocks := rule.Clocks(bud, "preserve.stored", c.events)
			if len(clocks) != 1 || clocks[0].Warn != "2026-04-18" || clocks[0].End != "2026-05-02" || clocks[0].Article != "29(7)" {
				t.Fatalf("clocks = %+v", clocks)
			}
			if got := clocks[0].Phase(c.today); got != c.phase {
				t.Errorf("phase = %s, want %s", got, c.phase)
			}
			tree := a.Tree()
			rule.Attach(tree, clocks, c.today)
			found, err := w.rules.Check(tree, rule.Env{Treaties: law, Exercise: true, Authorities: w.directory})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, string(f.Severity), f.Rule)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("findings = %s, want %s", strings.Join(got, " "), c.want)
			}
		})
	}
}

// A treaty that is signed but not in force is said to be so, and what it asks for is told for information only.
func TestUnreadTreatyIsForInformation(t *testing.T) {
	w := load(t)
	ty, _ := w.types.Get("preserve.stored")
	a := patched(t, answers(t, ty.Example), []byte(`{"request":{"basis":{"obligation":[{"@treaty":"HAN","@article":"42"}]},"measure":{"necessity":""}}}`))
	found, err := w.rules.Check(a.Tree(), rule.Env{Treaties: w.law, Exercise: true, Authorities: w.directory})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprintf("%s %s info=%v checked=%v", f.Severity, f.Rule, f.Info, f.Checked))
	}
	want := []string{"error BAS-01 info=false checked=true", "advice PRS-05 info=true checked=false"}
	if !slices.Equal(got, want) {
		t.Errorf("findings = %q, want %q", got, want)
	}
}

// What the Convention on Cybercrime doesn't list is told as the house's warning, not as the treaty's word.
func TestNoListNoShall(t *testing.T) {
	w := load(t)
	ty, _ := w.types.Get("produce.subscriber")
	for _, c := range []struct{ treaty, article, want string }{
		{"BUD", "31", "warn house"},
		{"TOC", "18(3)(e)", "error treaty"},
	} {
		patch := fmt.Sprintf(`{"request":{"purpose":"","offence":{"transnational":"x","group":"x"},"basis":{"obligation":[{"@treaty":%q,"@article":%q}]}}}`, c.treaty, c.article)
		a := patched(t, answers(t, ty.Example), []byte(patch))
		found, err := w.rules.Check(a.Tree(), rule.Env{Treaties: w.law, Exercise: true, Authorities: w.directory})
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for _, f := range found {
			if f.Rule == "GEN-09" {
				got = string(f.Severity) + " " + string(f.Origin)
			}
		}
		if got != c.want {
			t.Errorf("GEN-09 on %s = %q, want %q (all: %v)", c.treaty, got, c.want, found)
		}
	}
}

func BenchmarkCheck200Selectors(b *testing.B) {
	w := load(b)
	ty, _ := w.types.Get("produce.subscriber")
	var doc map[string]any
	if err := json.Unmarshal(ty.Example, &doc); err != nil {
		b.Fatal(err)
	}
	one := `{"@kind":"ipv4","value":"203.0.113.%d","port":"40122","instant":{"local":"2026-01-12T08:02:11","@offset":"+01:00"},"clock":"NTP"}`
	var list []string
	for i := range 200 {
		list = append(list, fmt.Sprintf(one, i))
	}
	a, err := rule.Patch(doc, []byte(`{"request":{"measure":{"selector":[`+strings.Join(list, ",")+`]}}}`))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := w.rules.Check(a.Tree(), rule.Env{Treaties: w.law, Exercise: true, Authorities: w.directory}); err != nil {
			b.Fatal(err)
		}
	}
}
