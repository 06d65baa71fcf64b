// Command form measures a questionnaire of 3,000 rows in six languages with a list of 2,000 choices: reading its workbook
// against pyxform, which every other program of the kind uses, and answering it.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"comity/bench/measure"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/xlsform"
)

const (
	rows    = 3000
	choices = 2000
	rounds  = 3
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "form:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: form PYTHON (one that has pyxform)")
	}
	dir, err := os.MkdirTemp("", "comity-form-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	in, err := instrument.Options{}.Build(tables())
	if err != nil {
		return err
	}
	var book bytes.Buffer
	if err := xlsform.Write(&book, in); err != nil {
		return err
	}
	file := filepath.Join(dir, "large.xlsx")
	if err := os.WriteFile(file, book.Bytes(), 0o600); err != nil {
		return err
	}
	measure.Head(os.Stdout, fmt.Sprintf("a questionnaire of %d rows in six languages, %d choices", rows, choices))
	if err := reading(file, book.Bytes()); err != nil {
		return err
	}
	if err := answering(in); err != nil {
		return err
	}
	return repeats()
}

func reading(file string, book []byte) error {
	m, err := measure.Rounds(rounds,
		measure.Side{Name: "here", Run: func() (time.Duration, error) {
			return measure.Took(func() error {
				_, _, err := xlsform.Read(bytes.NewReader(book), int64(len(book)), "large.xlsx")
				return err
			})
		}},
		measure.Side{Name: "pyxform", Run: func() (time.Duration, error) {
			return measure.Took(func() error {
				return exec.Command(os.Args[1], "-m", "pyxform.xls2xform", "--skip_validate", file, file+".xml").Run()
			})
		}})
	if err != nil {
		return err
	}
	ms := func(name string) float64 { return float64(m[name].Microseconds()) / 1000 }
	measure.Goal(os.Stdout, "the workbook is read, every expression compiled", ms("here"), " ms", false, 2000)
	measure.Figure(os.Stdout, "pyxform reads it and writes an XForm, its start included", ms("pyxform"), " ms")
	measure.Figure(os.Stdout, "pyxform : here", ms("pyxform")/ms("here"), " x")
	return nil
}

func answering(in *instrument.Instrument) error {
	a := instrument.NewAnswers()
	for i := range rows {
		if err := a.Set(fmt.Sprintf("q%d", i), []string{"yes", "5", "p1"}[i%3]); err != nil {
			return err
		}
	}
	m, err := measure.Rounds(50,
		measure.Side{Name: "answer", Run: func() (time.Duration, error) {
			return measure.Took(func() error {
				if err := a.Set("q1", "6"); err != nil {
					return err
				}
				return in.Eval(a, time.Now()).Err()
			})
		}},
		measure.Side{Name: "page", Run: func() (time.Duration, error) {
			return measure.Took(func() error {
				in.Eval(a, time.Now()).ViewIn("s7", language.French, func(s string) string { return s })
				return nil
			})
		}})
	if err != nil {
		return err
	}
	measure.Goal(os.Stdout, "an answer: all 3,000 rules again", float64(m["answer"].Microseconds())/1000, " ms", false, 10)
	measure.Goal(os.Stdout, "a section of 100 questions, as a page shows it", float64(m["page"].Microseconds())/1000, " ms", false, 150)
	return nil
}

// repeats: twice as many instances take twice as long, not four times.
func repeats() error {
	in, err := instrument.Options{}.Build(instrument.Tables{Name: "repeats", Survey: []instrument.Row{
		{Cells: map[string]string{"type": "begin_repeat", "name": "r", "label": "R"}},
		{Cells: map[string]string{"type": "integer", "name": "n", "label": "N", "constraint": ". < 1000"}},
		{Cells: map[string]string{"type": "text", "name": "t", "label": "T", "relevant": "${n} > 1"}},
		{Cells: map[string]string{"type": "end_repeat"}},
		{Cells: map[string]string{"type": "calculate", "name": "s", "calculation": "sum(${n})"}},
	}})
	if err != nil {
		return err
	}
	side := func(n int) measure.Side {
		a := instrument.NewAnswers()
		for i := range n {
			err = a.Ensure(fmt.Sprintf("r[%d]/n", i+1))
			if err == nil {
				err = a.Set(fmt.Sprintf("r[%d]/n", i+1), "3")
			}
		}
		return measure.Side{Name: fmt.Sprint(n), Run: func() (time.Duration, error) {
			return measure.Took(func() error {
				for range 20 {
					if err := in.Eval(a, time.Now()).Err(); err != nil {
						return err
					}
				}
				return err
			})
		}}
	}
	m, err := measure.Rounds(15, side(100), side(200))
	if err != nil {
		return err
	}
	measure.Goal(os.Stdout, "200 instances of a repeat : 100", float64(m["200"])/float64(m["100"]), " x", false, 2.6)
	return nil
}

// tables is the questionnaire: most questions have an expression, all have words in six languages.
func tables() instrument.Tables {
	t := instrument.Tables{Name: "large", Meta: instrument.Meta{ID: "large", Version: "1", Title: "An exercise"}}
	words := func(r *instrument.Row, text string) {
		r.In = map[language.Tag]map[string]string{}
		for _, tag := range language.Official() {
			r.In[tag] = map[string]string{"label": string(tag) + ": " + text}
		}
		r.Cells["label"] = text
	}
	for i := range rows {
		r := instrument.Row{Cells: map[string]string{"name": fmt.Sprintf("q%d", i), "section": fmt.Sprintf("s%d", i/100)}}
		words(&r, fmt.Sprintf("question %d about what the law says and how often it was applied", i))
		switch i % 3 {
		case 0:
			r.Cells["type"] = "select_one yn"
		case 1:
			r.Cells["type"], r.Cells["relevant"], r.Cells["constraint"] = "integer", fmt.Sprintf("${q%d} = 'yes'", i-1), ". >= 0 and . < 1000000"
		default:
			r.Cells["type"], r.Cells["relevant"], r.Cells["choice_filter"] = "select_one place", fmt.Sprintf("${q%d} > 3", i-1), "group = 'g1'"
		}
		t.Survey = append(t.Survey, r)
	}
	for i := range choices {
		r := instrument.Row{Cells: map[string]string{"list_name": "place", "name": fmt.Sprintf("p%d", i), "group": fmt.Sprintf("g%d", i%40)}}
		words(&r, fmt.Sprintf("place %d", i))
		t.Choices = append(t.Choices, r)
	}
	for _, name := range []string{"yes", "no"} {
		r := instrument.Row{Cells: map[string]string{"list_name": "yn", "name": name}}
		words(&r, name)
		t.Choices = append(t.Choices, r)
	}
	return t
}
