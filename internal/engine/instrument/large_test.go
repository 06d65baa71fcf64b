package instrument

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// largeForm is a questionnaire of 3,000 questions in 30 sections, each with rules, and a list of 2,000 choices.
func largeForm() fstest.MapFS {
	var form, choices strings.Builder
	form.WriteString("type,name,label,required,relevant,constraint,choice_filter,section\n")
	for i := range 3000 {
		section := fmt.Sprintf("s%d", i/100)
		switch i % 3 {
		case 0:
			fmt.Fprintf(&form, "select_one yn,q%d,Question %d,yes,,,,%s\n", i, i, section)
		case 1:
			fmt.Fprintf(&form, "integer,q%d,How many for %d,yes,${q%d} = 'yes',. >= 0 and . < 1000000,,%s\n", i, i, i-1, section)
		default:
			fmt.Fprintf(&form, "select_one place,q%d,Where for %d,,${q%d} > 3,,group = 'g1',%s\n", i, i, i-1, section)
		}
	}
	choices.WriteString("list_name,name,label,group\nyn,yes,Yes,\nyn,no,No,\n")
	for i := range 2000 {
		fmt.Fprintf(&choices, "place,p%d,Place %d,g%d\n", i, i, i%40)
	}
	return fstest.MapFS{"f/form.csv": {Data: []byte(form.String())}, "f/choices.csv": {Data: []byte(choices.String())}}
}

func BenchmarkLargeForm(b *testing.B) {
	fsys := largeForm()
	in, err := Load(fsys, "f")
	if err != nil {
		b.Fatal(err)
	}
	a := NewAnswers()
	for i := range 3000 {
		if err := a.Set(fmt.Sprintf("q%d", i), []string{"yes", "5", "p1"}[i%3]); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if _, err := Load(fsys, "f"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("eval", func(b *testing.B) {
		for b.Loop() {
			in.Eval(a, now)
		}
	})
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			in.Eval(a, now).View("s7", plain)
		}
	})
}

// The work grows with the instances, not with their square.
func BenchmarkEval(b *testing.B) {
	in := requestForm(b)
	for _, n := range []int{100, 200, 400} {
		a := answers(b, "request/measure[1]/@type", "produce.subscriber")
		for i := range n {
			at := "request/measure[1]/selector[" + number(i+1) + "]/"
			for name, value := range map[string]string{"@kind": "ipv4", "value": "203.0.113.7", "instant": "2026-02-12T03:14:00+09:00"} {
				if err := a.Set(at+name, value); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.Run(number(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				in.Eval(a, now)
			}
		})
	}
}
