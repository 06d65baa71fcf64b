package instrument

import (
	"strings"
	"testing"
	"testing/fstest"
)

func quiz(t *testing.T, scoring string) (*Instrument, *Scoring, error) {
	t.Helper()
	f := fstest.MapFS{
		"q/form.csv": {Data: []byte("type,name,label,parameters\nselect_one abc,one,One?,\nselect_multiple abc,some,Some?,\nselect_multiple abc,each,Each?,\n" +
			"decimal,num,How many?,\ntext,word,Which word?,\nrank abc,order,In which order?,\ntext,essay,Why?,\n")},
		"q/choices.csv": {Data: []byte("list_name,name,label\nabc,a,A\nabc,b,B\nabc,c,C\nabc,d,D\n")},
		"q/scoring.csv": {Data: []byte("name,competency,bloom,points,rule,key,tolerance,rationale\n" + scoring)},
	}
	in, err := Load(f, "q")
	if err != nil {
		t.Fatal(err)
	}
	s, err := LoadScoring(f, "q")
	if err == nil {
		err = s.Check(in)
	}
	return in, s, err
}

const keys = "one,x,2,2,one,b,,\nsome,x,2,2,all,a c,,\neach,x,2,2,each,a b c,,\nnum,x,2,2,number,12.5,0.5,\nword,x,2,2,text,Journal  Chaud,,\norder,x,2,2,order,c a b d,,\nessay,x,5,4,person,,,\n"

func TestScore(t *testing.T) {
	in, s, err := quiz(t, keys)
	if err != nil {
		t.Fatal(err)
	}
	if s.Total() != 1600 {
		t.Errorf("total %d", s.Total())
	}
	for _, c := range []struct {
		name, said string
		want       Points
	}{
		{"one", "b", 200}, {"one", "a", 0}, {"one", "", 0}, {"one", "a b", 0},
		{"some", "c a", 200}, {"some", "a", 0}, {"some", "a b c", 0},
		{"each", "a b c", 200}, {"each", "a b", 133}, {"each", "a b d", 66}, {"each", "a d", 0}, {"each", "d", 0}, {"each", "a a", 66},
		{"num", "12", 200}, {"num", "13.0", 200}, {"num", "13.01", 0}, {"num", "١٢٫٥", 200}, {"num", "twelve", 0},
		{"word", " journal chaud ", 200}, {"word", "JOURNAL CHAUD", 200}, {"word", "journal", 0},
		{"order", "c a b d", 200}, {"order", "a c b d", 0},
		{"essay", "because", 0},
	} {
		a := NewAnswers()
		if err := a.Set(c.name, c.said); err != nil {
			t.Fatal(err)
		}
		for _, x := range s.Score(in, a) {
			if x.Item.Name != c.name {
				if x.Answered || x.Points != 0 {
					t.Errorf("%s was not answered and has %d", x.Item.Name, x.Points)
				}
				continue
			}
			if x.Points != c.want || x.Answered != (c.said != "") || x.Final != (c.name != "essay") {
				t.Errorf("%s %q: %d points (%+v), want %d", c.name, c.said, x.Points, x, c.want)
			}
		}
	}
}

// TestScoringRefuses: a key that points to no choice, a question that isn't there, a wrong number: each with its line.
func TestScoringRefuses(t *testing.T) {
	for row, want := range map[string]string{
		"one,x,2,2,one,z,,\n":         `scoring.csv:2: the key of one points to "z"`,
		"two,x,2,2,one,b,,\n":         `scoring.csv:2: the form has no question "two"`,
		"num,x,2,2,number,many,,\n":   "q/scoring.csv:2: num: the key \"many\" is no number",
		"one,x,9,2,one,b,,\n":         "bloom is \"9\"",
		"one,x,2,0,one,b,,\n":         "want a number above 0",
		"one,x,2,0.001,one,b,,\n":     "more than two decimals",
		"one,x,2,2,guess,b,,\n":       "there is no rule \"guess\"",
		"one,x,2,2,one,,,\n":          "a key is needed",
		"num,x,2,2,number,1,minus,\n": "the tolerance \"minus\"",
	} {
		_, _, err := quiz(t, row)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", row, err, want)
		}
	}
}

// TestKeyHash: a corrected key has another hash; the rationale may be reworded.
func TestKeyHash(t *testing.T) {
	a := ScoredItem{Name: "one", Rule: OneRule, Key: "a", Points: 200, Rationale: "x"}
	b := a
	b.Rationale = "y"
	c := a
	c.Key = "b"
	ha, _ := a.KeyHash()
	hb, _ := b.KeyHash()
	hc, _ := c.KeyHash()
	if ha != hb || ha == hc {
		t.Errorf("hashes %s %s %s", ha, hb, hc)
	}
}

// TestKeysStayOut: neither the canonical form nor what a page shows has the key or the rationale.
func TestKeysStayOut(t *testing.T) {
	in, _, err := quiz(t, strings.Replace(keys, "one,x,2,2,one,b,,", "one,x,2,2,one,b,,because zebra", 1))
	if err != nil {
		t.Fatal(err)
	}
	b, err := in.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "zebra") || strings.Contains(string(b), "12.5") {
		t.Errorf("the form holds its keys: %s", b)
	}
}
