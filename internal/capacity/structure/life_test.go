package structure

import (
	"slices"
	"testing"
	"time"

	"comity/internal/cooperation/treaty"
)

func day(s string) time.Time {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		panic(err)
	}
	return t
}

func signs(days ...string) (all []Sign) {
	for _, d := range days {
		all = append(all, Sign{On: day(d)})
	}
	return all
}

// S1: without a sign, a structure is on the due list on the exact day: the day after twice the months it promised.
func TestS1DueOnTheExactDay(t *testing.T) {
	for _, c := range []struct {
		every int
		since string
		signs []Sign
		want  string
	}{
		{3, "2025-01-15", nil, "2025-07-16"},
		{3, "2025-01-15", signs("2025-03-01"), "2025-09-02"},
		{1, "2025-01-01", signs("2025-08-31"), "2025-11-01"},  // two months after 31 August is 31 October
		{6, "2025-01-01", signs("2025-08-31"), "2026-09-01"},  // a year later
		{3, "2025-01-01", signs("2025-08-31"), "2026-03-01"},  // clamped to 28 February
		{3, "2023-01-01", signs("2023-08-31"), "2024-03-01"},  // clamped to 29 February
		{12, "2024-02-29", signs("2024-02-29"), "2026-03-01"}, // two years later, no leap day
	} {
		s := Structure{MeetsEvery: c.every, Since: day(c.since), Stage: Operating}
		due := DueOn(s, c.signs)
		if got := due.Format("2006-01-02"); got != c.want {
			t.Errorf("every %d months, %v: due on %s, want %s", c.every, c.signs, got, c.want)
		}
		if Due(s, c.signs, due.Add(-time.Second)) || !Due(s, c.signs, due) {
			t.Errorf("every %d months: not due exactly from %s", c.every, c.want)
		}
		for _, quiet := range []Stage{Proposed, Agreed, Dormant, Dissolved} {
			s.Stage = quiet
			if Due(s, c.signs, due.AddDate(5, 0, 0)) {
				t.Errorf("a structure that is %s owes a sign", quiet)
			}
		}
	}
}

// TestLacks holds each stage to what it asks for.
func TestLacks(t *testing.T) {
	monthly := func(from string, n int) (all []Sign) {
		for i := range n {
			all = append(all, Sign{On: after(day(from), i)})
		}
		return all
	}
	on := day("2026-01-15")
	for _, c := range []struct {
		name  string
		s     Structure
		signs []Sign
		to    Stage
		want  int // things that are lacking
	}{
		{"no document", Structure{}, nil, Established, 1},
		{"a document", Structure{Basis: "Decree"}, nil, Established, 0},
		{"one sign", Structure{MeetsEvery: 1, Stage: Established, Since: day("2025-12-01")}, signs("2026-01-01"), Operating, 1},
		{"two signs", Structure{MeetsEvery: 1, Stage: Established, Since: day("2025-12-01")}, signs("2025-12-20", "2026-01-01"), Operating, 0},
		{"two old signs", Structure{MeetsEvery: 1, Stage: Established, Since: day("2020-12-01")}, signs("2021-01-01", "2021-02-01"), Operating, 1},
		{"25 months and a budget", Structure{MeetsEvery: 1, Budget: true}, monthly("2024-01-01", 25), Sustained, 0},
		{"25 months, no budget", Structure{MeetsEvery: 1}, monthly("2024-01-01", 25), Sustained, 1},
		{"23 months", Structure{MeetsEvery: 1, Budget: true}, monthly("2024-03-01", 23), Sustained, 1},
		{"a gap", Structure{MeetsEvery: 1, Budget: true}, append(monthly("2024-01-01", 6), monthly("2024-10-01", 16)...), Sustained, 1},
		{"asleep since", Structure{MeetsEvery: 1, Budget: true}, monthly("2023-01-01", 30), Sustained, 1},
	} {
		if got := Lacks(c.s, c.signs, c.to, on); len(got) != c.want {
			t.Errorf("%s: lacks %q, want %d things", c.name, got, c.want)
		}
	}
}

// S4: where readers differ, the lower verdict counts.
func TestS4LowerVerdictCounts(t *testing.T) {
	all := Verdicts()
	for _, a := range all {
		for _, b := range all {
			r := Row{Readings: []Reading{{Reader: 1, Verdict: a}, {Reader: 2, Verdict: b}}}
			got, read := r.Verdict()
			want := all[min(slices.Index(all, a), slices.Index(all, b))]
			if !read || got != want || r.Differ() != (a != b) {
				t.Errorf("%s and %s: %s, differ %v", a, b, got, r.Differ())
			}
		}
	}
	if _, read := (Row{}).Verdict(); read {
		t.Error("an unread row has a verdict")
	}
}

// TestArticleIsItsWorstRequiredElement: an optional element and one that isn't needed count nowhere.
func TestArticleIsItsWorstRequiredElement(t *testing.T) {
	a := Article{ID: "1", Elements: []Element{{Code: "a", Required: true}, {Code: "b", Required: true}, {Code: "c"}}}
	row := func(e string, v Verdict) Row {
		return Row{Article: "1", Element: e, Readings: []Reading{{Reader: 1, Verdict: v}}}
	}
	for _, c := range []struct {
		rows []Row
		want Verdict
		read bool
	}{
		{[]Row{row("a", Full), row("b", Partial), row("c", None)}, Partial, true},
		{[]Row{row("a", Full), row("b", NotRequired), row("c", None)}, Full, true},
		{[]Row{row("a", NotRequired), row("b", NotRequired)}, NotRequired, true},
		{[]Row{row("a", Unclear), row("b", None)}, None, true},
		{[]Row{row("a", Full), {Article: "1", Element: "b"}}, Full, false},
		{[]Row{row("a", Full)}, Full, false},
	} {
		if v, read := OfArticle(a, c.rows); read != c.read || read && v != c.want {
			t.Errorf("%v: %s, read %v; want %s, %v", c.rows, v, read, c.want, c.read)
		}
	}
}

// TestElementsRestOnTreaties: the shipped elements name paragraphs that the treaties' data have; a wrong one is refused.
func TestElementsRestOnTreaties(t *testing.T) {
	l := law(t)
	unchecked := 0
	for _, code := range []treaty.Code{"BUD", "TOC"} {
		if len(l.Of(code)) == 0 {
			t.Errorf("no article of %s", code)
		}
		for _, a := range l.Of(code) {
			for _, e := range a.Elements {
				if !e.Checked {
					unchecked++
				}
			}
		}
	}
	if unchecked == 0 {
		t.Error("article 15 was not read in the official text, and nothing says so")
	}
	empty := &treaty.Treaties{}
	if _, err := LoadLaw(empty); err == nil {
		t.Error("elements of a treaty that is not there are taken")
	}
}
