// Package xlsform reads and writes forms as XLSForm workbooks, the dialect in which many already write theirs.
//
// [Read] gives the form and what is wrong with it, cell by cell; [Write] a workbook that other programs take and that
// reads back to the same form, to the last bit of its hash. Kinds of questions that can't be asked here are kept as they
// are, with a warning. What isn't XLSForm, such as sections, stands in columns and sheets of its own.
package xlsform

import (
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
)

// Diagnostic is one thing wrong with a workbook: File is the book and its sheet, Cell the place.
type Diagnostic = instrument.Problem

// Read reads a form. name is what the file is called. With an error among the diagnostics the form is nil and the error
// is [errs.Invalid]; warnings alone are no error.
func Read(r io.ReaderAt, size int64, name string) (*instrument.Instrument, []Diagnostic, error) {
	in := &reader{name: name, file: strings.TrimSuffix(path.Base(name), path.Ext(name))}
	form, err := in.read(r, size)
	var refusal *workbook.Refusal
	if errors.As(err, &refusal) {
		in.found = append(in.found, refusal.Problem)
	}
	if err != nil {
		return nil, in.found, err
	}
	first := slices.IndexFunc(in.found, func(d Diagnostic) bool { return d.Severity == instrument.Error })
	if first >= 0 {
		err = errs.Invalidf("form %s: %s", name, in.found[first])
		form, in.found = nil, in.found[max(0, first-MaxDiagnostics+1):]
	}
	return form, in.found[:min(len(in.found), MaxDiagnostics)], err
}

// MaxDiagnostics is how many things are said of one workbook, the first error always among them: nobody reads more.
const MaxDiagnostics = 1_000

type reader struct {
	name   string // in diagnostics
	file   string // what a form is called that doesn't say
	book   *workbook.Book
	source language.Tag
	tags   []language.Tag // of the columns
	found  []Diagnostic
}

func (in *reader) say(sheet, cell string, sev instrument.Severity, code string, kv ...string) {
	where := in.name
	if sheet != "" {
		where += "!" + sheet
	}
	in.found = append(in.found, instrument.Found(where, cell, sev, code, words[code], kv...))
}

func (in *reader) read(r io.ReaderAt, size int64) (*instrument.Instrument, error) {
	book, err := workbook.Open(r, size, in.name)
	if err != nil {
		return nil, err
	}
	defer book.Close() // read only
	in.book = book
	sheets := map[string]*sheet{}
	for _, name := range []string{surveySheet, choicesSheet, settingsSheet, sectionsSheet, crosswalkSheet} {
		if sheets[name], err = in.sheet(name); err != nil {
			return nil, err
		}
	}
	if sheets[surveySheet] == nil {
		in.say("", "", instrument.Error, "no-survey")
		return nil, nil
	}
	t := instrument.Tables{Name: in.file}
	t.Meta, t.Texts = in.settings(sheets[settingsSheet], sheets[surveySheet], sheets[choicesSheet])
	t.Survey = in.survey(sheets[surveySheet])
	t.Choices = in.rows(sheets[choicesSheet])
	t.Sections = in.rows(sheets[sectionsSheet])
	t.Crosswalk = in.crosswalk(sheets[crosswalkSheet])
	in.checkNames(t, sheets[settingsSheet])
	in.placeSections(&t)
	in.languages(&t.Meta)
	return in.build(t)
}

// build makes the form. A calculation with a function that there isn't is kept with its row, which then isn't asked. An
// error of the form is one of its problems, but for one of its size.
func (in *reader) build(t instrument.Tables) (*instrument.Instrument, error) {
	form, err := instrument.Options{}.Build(t)
	if form == nil {
		return nil, err
	}
	again := false
	for _, p := range form.Check() {
		i := slices.IndexFunc(t.Survey, func(r instrument.Row) bool { return r.File == p.File && r.Line == p.Line })
		if p.Code != instrument.ExprFunction || p.Column != "calculation" || i < 0 {
			continue
		}
		row := t.Survey[i]
		row.Cells["type"] = string(instrument.OpaqueType) + " " + row.Cells["type"]
		in.say(surveySheet, p.Cell, instrument.Warning, "calculation-off", "name", p.Args["name"])
		again = true
	}
	if again {
		form, _ = instrument.Options{}.Build(t)
	}
	in.found = append(in.found, form.Check()...)
	return form, nil
}
