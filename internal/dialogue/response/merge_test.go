package response

import (
	"maps"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/engine/instrument"
)

func TestMerge(t *testing.T) {
	say := func(value string) Answer { return Answer{Value: value} }
	noted := func(value, note string) Answer { return Answer{value, Mark{Note: note}} }
	for name, c := range map[string]struct {
		base, stored, came Answer
		want               outcome
	}{
		"nothing new":                          {say("1"), say("1"), say("1"), kept},
		"only the other changed it":            {say("1"), say("2"), say("1"), kept},
		"both wrote the same":                  {say("1"), say("2"), say("2"), kept},
		"only this one changed it":             {say("1"), say("1"), say("2"), taken},
		"taken away":                           {say("1"), say("1"), say(""), taken},
		"both changed it":                      {say("1"), say("2"), say("3"), clashed},
		"taken away while the other wrote":     {say("1"), say("2"), say(""), clashed},
		"first words on both sides":            {say(""), say("2"), say("3"), clashed},
		"a note more":                          {say("1"), say("1"), noted("1", "n"), taken},
		"two notes":                            {say("1"), noted("1", "m"), noted("1", "n"), clashed},
		"the language of no text says nothing": {say(""), say(""), Answer{Mark: Mark{Lang: "fr"}}, kept},
		"another author says the same":         {say("1"), Answer{"1", Mark{Author: "A"}}, Answer{"1", Mark{Author: "B"}}, kept},
	} {
		if got := merge(c.base, c.stored, c.came); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestShift(t *testing.T) {
	note := func(s string) Mark { return Mark{Note: s} }
	marks := map[string]Mark{
		"case[1]/name": note("1"), "case[2]/name": note("2"), "case[3]/name": note("3"), "case[10]/law[2]": note("10"), "cases[3]/name": note("other"), "why": note("w"),
	}
	want := map[string]Mark{
		"case[1]/name": note("1"), "case[2]/name": note("3"), "case[9]/law[2]": note("10"), "cases[3]/name": note("other"), "why": note("w"),
	}
	if got := shift(marks, "case[2]"); !maps.Equal(got, want) {
		t.Errorf("shift = %v, want %v", got, want)
	}
}

// TestSumsTellNoSecret: what is calculated from a secret answer would tell it to whoever knows the rest.
func TestSumsTellNoSecret(t *testing.T) {
	form, err := instrument.Load(fstest.MapFS{
		"q/form.csv": {Data: []byte("type,name,label,section,calculation\n" +
			"integer,police,Budget of the police,money,\ninteger,courts,Budget of the courts,money,\ncalculate,total,,money,${police} + ${courts}\n")},
		"q/choices.csv":  {Data: []byte("list_name,name,label\n")},
		"q/sections.csv": {Data: []byte("name,label\nmoney,Money\n")},
	}, "q")
	if err != nil {
		t.Fatal(err)
	}
	c := content{instrument.NewAnswers(), map[string]stored{}}
	for path, a := range map[string]Answer{"police": {"100", Mark{Confidential: Secret}}, "courts": {Value: "20"}} {
		c.at[path] = stored{Answer: a}
		if err := c.put(path, a.Value); err != nil {
			t.Fatal(err)
		}
	}
	r, sealed, err := compose(Record{}, form, c, make([]byte, saltSize), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"courts":"20","format":"comity/answers/1"}`; string(r.Answers) != want {
		t.Errorf("open answers %s, want %s", r.Answers, want)
	}
	if len(r.Secrets) != 1 || sealed.Answers["police"].Value != "100" || len(r.Marks) != 0 {
		t.Errorf("secrets %v, sealed %v, marks %v; want the police's budget sealed and nothing said of it", r.Secrets, sealed.Answers, r.Marks)
	}
}
