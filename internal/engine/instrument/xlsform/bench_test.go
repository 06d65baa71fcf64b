package xlsform

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"comity/internal/engine/instrument"
)

var six = []string{"English (en)", "Arabic (ar)", "Chinese (zh)", "French (fr)", "Russian (ru)", "Spanish (es)"}

// largeBook is a questionnaire of 3,000 rows in six languages, most with an expression, and a list of 2,000 choices.
func largeBook(t testing.TB) []byte {
	head := []string{"type", "name", "relevant", "constraint", "choice_filter", "section"}
	for _, lang := range six {
		head = append(head, "label::"+lang)
	}
	rows := [][]string{head}
	for i := range 3000 {
		section := fmt.Sprintf("s%d", i/100)
		var row []string
		switch i % 3 {
		case 0:
			row = []string{"select_one yn", fmt.Sprintf("q%d", i), "", "", "", section}
		case 1:
			row = []string{"integer", fmt.Sprintf("q%d", i), fmt.Sprintf("${q%d} = 'yes'", i-1), ". >= 0 and . < 1000000", "", section}
		default:
			row = []string{"select_one place", fmt.Sprintf("q%d", i), fmt.Sprintf("${q%d} > 3", i-1), "", "group = 'g1'", section}
		}
		for _, lang := range six {
			row = append(row, fmt.Sprintf("%s: question %d about what the law says and how often it was applied", lang, i))
		}
		rows = append(rows, row)
	}
	head = []string{"list_name", "name", "group"}
	for _, lang := range six {
		head = append(head, "label::"+lang)
	}
	choices := [][]string{head}
	for i := range 2000 {
		row := []string{"place", fmt.Sprintf("p%d", i), fmt.Sprintf("g%d", i%40)}
		for _, lang := range six {
			row = append(row, fmt.Sprintf("%s: place %d", lang, i))
		}
		choices = append(choices, row)
	}
	for _, name := range []string{"yes", "no"} {
		choices = append(choices, []string{"yn", name, "", name, name, name, name, name, name})
	}
	return workbookOf(t, table{"survey": rows, "choices": choices})
}

func BenchmarkLarge(b *testing.B) {
	book := largeBook(b)
	in := read(b, "large.xlsx", book)
	a := instrument.NewAnswers()
	for i := range 3000 {
		if err := a.Set(fmt.Sprintf("q%d", i), []string{"yes", "5", "p1"}[i%3]); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			read(b, "large.xlsx", book)
		}
	})
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			if err := Write(&bytes.Buffer{}, in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parse", func(b *testing.B) {
		c, err := in.Canonical()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(c)), "bytes")
		for b.Loop() {
			if _, err := instrument.Parse(c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("answer", func(b *testing.B) {
		for b.Loop() {
			if err := a.Set("q1", "6"); err != nil {
				b.Fatal(err)
			}
			in.Eval(a, time.Time{}).View("s7", func(s string) string { return s })
		}
	})
}
