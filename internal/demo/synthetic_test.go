package demo

import (
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/engine/instrument"
)

// TestSyntheticAnswers: the same name gives the same answers, another name others, and the form objects to none.
func TestSyntheticAnswers(t *testing.T) {
	form, err := instrument.Load(fstest.MapFS{
		"f/form.csv": {Data: []byte("type,name,label,relevant,constraint,required,unit,allow\n" +
			"select_one yn,law,Is there a law?,,,true(),,\n" +
			"integer,since,Since when?,${law} = 'yes',. >= 1900 and . <= 2013,true(),year,\n" +
			"select_multiple part,parts,What does it cover?,${law} = 'yes',count-selected(.) <= 2,true(),,not_known\n" +
			"integer,share,Which share?,,. <= 100,true(),percent,not_known not_available\n" +
			"text,why,Why?,${law} = 'no',,true(),,\n")},
		"f/choices.csv": {Data: []byte("list_name,name,label\nyn,yes,Yes\nyn,no,No\npart,a,A\npart,b,B\npart,c,C\n")},
	}, "f")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for i := range 40 {
		who := string(rune('a'+i%26)) + string(rune('a'+i/26))
		a, none, err := answerForm(form, who, []string{"synthetic"}, now)
		if err != nil {
			t.Fatal(err)
		}
		form.Eval(a, now).Each(func(q instrument.ItemState) {
			if q.Relevant && q.Code != "" && none[q.Path] == "" {
				t.Errorf("%s: %s = %q: %s", who, q.Path, q.Value, q.Code)
			}
		})
		b, err := a.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := answerForm(form, who, []string{"synthetic"}, now)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := again.Bytes(); err != nil || string(c) != string(b) {
			t.Errorf("%s answers %s, then %s, %v", who, b, c, err)
		}
		seen[string(b)] = true
	}
	if len(seen) < 20 {
		t.Errorf("40 names give %d different answers", len(seen))
	}
}
