package instrument

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func version(t testing.TB, form, choices string) *Instrument {
	t.Helper()
	in, err := Load(fstest.MapFS{"v/form.csv": {Data: []byte(form)}, "v/choices.csv": {Data: []byte(choices)}}, "v")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func versions(t testing.TB) (was, now *Instrument) {
	was = version(t, `type,name,label
select_one yn,a,A
text,b,B
text,c,C
integer,d,D
begin_repeat,r,R
text,e,E
select_multiple acts,f,F
end_repeat,,
text,g,G
`, "list_name,name,label\nyn,yes,Yes\nyn,no,No\nacts,x,X\nacts,y,Y\n")
	now = version(t, `type,name,label
select_one yn,a,A
begin_group,moved,Moved
text,b,B
end_group,,
text,d,D
begin_repeat,r,R
text,e,E
select_multiple acts,f,F
end_repeat,,
text,g1,G first
text,g2,G second
`, "list_name,name,label\nyn,yes,Yes\nyn,no,No\nacts,x,X\nacts,z,Z\n")
	return was, now
}

func TestPropose(t *testing.T) {
	was, now := versions(t)
	c, err := Propose(was, now)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range c.Items {
		got = append(got, s.Was+" > "+s.Now+" "+string(s.Change))
	}
	want := []string{
		"/a > /a same", "/b > /moved/b same", "/c >  dropped", "/d >  dropped", "/r/e > /r/e same", "/r/f > /r/f recoded", "/g >  dropped",
		" > /d new", " > /g1 new", " > /g2 new",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("proposed (-want +got):\n%s", d)
	}
	if said := c.Check(was, now); len(said) > 0 {
		t.Errorf("what is proposed doesn't pass its own check: %q", said)
	}
}

// Drafts go over to the next version; what can't is listed with its words.
func TestCarry(t *testing.T) {
	was, now := versions(t)
	c, err := Propose(was, now)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range c.Items { // a person says that g became two
		switch s.Was + s.Now {
		case "/g":
			c.Items[i] = Step{Was: "/g", Now: "/g1", Change: Split}
		case "/g1":
			c.Items[i] = Step{Was: "/g", Now: "/g2", Change: Split}
		}
	}
	c.Items = c.Items[:len(c.Items)-1]
	if said := c.Check(was, now); len(said) > 0 {
		t.Fatalf("check: %q", said)
	}
	a := answers(t, "a", "yes", "b", "kept", "c", "gone", "d", "7", "g", "two things")
	for range 2 {
		if _, err := a.AddRepeat("r"); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Set("r[2]/f", "x y"); err != nil {
		t.Fatal(err)
	}
	out, left, err := Carry(a, was, now, c)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"a": "yes", "moved/b": "kept", "d": "", "r[1]/f": "", "r[2]/f": "x", "g1": ""} {
		if got := out.Get(path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	want := []Left{
		{"c", "gone", Dropped, ""}, {"d", "7", Dropped, ""}, {"r[2]/f", "y", Recoded, "/r/f"},
		{"g", "two things", Split, "/g1"}, {"g", "two things", Split, "/g2"},
	}
	if d := cmp.Diff(want, left); d != "" {
		t.Errorf("left (-want +got):\n%s", d)
	}
	if a.Get("b") != "kept" {
		t.Error("the old answers were changed")
	}
}

func TestCrosswalkCheck(t *testing.T) {
	was, now := versions(t)
	good, err := Propose(was, now)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		step Step
		want string
	}{
		"another type":       {Step{Was: "/d", Now: "/d", Change: Same}, "can't become"},
		"no such question":   {Step{Was: "/zz", Now: "/d", Change: Same}, "no question /zz"},
		"named twice":        {Step{Was: "/a", Now: "/a", Change: Same}, "named twice"},
		"other choices":      {Step{Was: "/r/f", Now: "/r/f", Change: Same}, "choices aren't the same"},
		"a code of nowhere":  {Step{Was: "/r/f", Now: "/r/f", Change: Recoded, Codes: map[string]string{"q": "x"}}, "isn't from the one list"},
		"a new one that was": {Step{Was: "/c", Now: "/d", Change: New}, "missing or too much"},
		"a word of its own":  {Step{Was: "/c", Change: "lost"}, "isn't something"},
	} {
		bad := good
		bad.Items = nil
		for _, s := range good.Items {
			if s.Was != c.step.Was && (s.Now == "" || s.Now != c.step.Now) || c.want == "named twice" {
				bad.Items = append(bad.Items, s)
			}
		}
		bad.Items = append(bad.Items, c.step)
		if said := strings.Join(bad.Check(was, now), "; "); !strings.Contains(said, c.want) {
			t.Errorf("%s: %q, want %q in it", name, said, c.want)
		}
	}
	short := good
	short.Items = good.Items[1:]
	if said := short.Check(was, now); len(said) != 2 {
		t.Errorf("without the first line: %q, want both its ends missed", said)
	}
}
