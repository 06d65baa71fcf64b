package dataset

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"comity/internal/base/language"
	"comity/internal/dialogue/dataset/sav"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
)

// The files of a dataset are for those who analyse it: they hold every answer but the secret ones. What is given to
// others are tables.

// variable is a column of a file: a question, or one answer of a question with several.
type variable struct {
	name   string
	label  string
	path   string
	option string // of a question with several answers
	item   *instrument.Item
}

// variables lists the columns of an audience's file, in the order of the form. Names are those of the paths, as programs of
// statisticians take them.
func variables(form *instrument.Instrument, tr func(string) string) []variable {
	var out []variable
	used := map[string]bool{}
	add := func(v variable) {
		v.name = named(v.name, used)
		out = append(out, v)
	}
	form.Walk(func(it *instrument.Item) {
		path := strings.TrimPrefix(it.Path(), "/")
		switch it.Type {
		case instrument.NoteType, instrument.GroupType, instrument.RepeatType, instrument.FileType, instrument.OpaqueType:
		case instrument.SelectMultipleType:
			for _, k := range form.Lists[it.List] {
				add(variable{name: path + "_" + k.Name, label: tr(it.Label) + " – " + tr(k.Label), path: path, option: k.Name, item: it})
			}
		default:
			add(variable{name: path, label: tr(it.Label), path: path, item: it})
		}
	})
	return out
}

// The kinds of variables, as files tell them apart.
const (
	numbers = iota
	words   // texts, days and whatever else isn't counted
	coded   // one answer of a list
	chosen  // whether one answer of a question with several was chosen
)

func (v variable) kind() int {
	switch v.item.Type {
	case instrument.SelectOneType:
		return coded
	case instrument.SelectMultipleType:
		return chosen
	case instrument.IntegerType, instrument.DecimalType, instrument.RangeType:
		return numbers
	}
	return words
}

// named makes a name that is taken everywhere, and used once.
func named(s string, used map[string]bool) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, s)
	if s == "" || s[0] < 'A' || s[0] == '_' {
		s = "q" + s
	}
	if len(s) > 60 {
		s = s[:60]
	}
	for base, n := s, 2; used[strings.ToLower(s)]; n++ {
		s = fmt.Sprintf("%s_%d", base, n)
	}
	used[strings.ToLower(s)] = true
	return s
}

// cell is one respondent's value of a variable: the answer, or the code of why there is none, which given tells apart from
// an answer that looks like a code.
func (c *Content) cell(r Row, v variable) (value string, given bool) {
	q, ok := r.state[v.path]
	m := r.Marks[v.path]
	why := ""
	switch {
	case slices.Contains(r.Sealed, v.path):
		why = "confidential"
	case !ok || !q.Relevant:
		why = "not_asked"
	case q.Value != "":
	case m.Missing == response.NotKnown:
		why = "not_known"
	case m.Missing == response.NotAvailable:
		why = "not_available"
	default:
		why = "no_answer"
	}
	switch {
	case why != "":
		return strconv.Itoa(instrument.MissingCodes()[why]), false
	case v.option == "":
		return q.Value, true
	case slices.Contains(strings.Fields(q.Value), v.option):
		return "1", true
	}
	return "0", true
}

// head are the columns before the answers.
func head() []string { return []string{"respondent", "state", "region", "revision", "level"} }

func lead(r Row) []string {
	return []string{string(r.Respondent), r.State, r.Region, strconv.Itoa(r.Revision), r.Level}
}

// table is an audience's file as rows of text, the names first.
func (c *Content) table(a study.Audience, tr func(string) string) [][]string {
	form := c.Form(a)
	if form == nil {
		return nil
	}
	vars := variables(form, tr)
	names := head()
	for _, v := range vars {
		names = append(names, v.name)
	}
	out := [][]string{names}
	for _, r := range c.rows(a) {
		row := lead(r)
		for _, v := range vars {
			value, _ := c.cell(r, v)
			row = append(row, value)
		}
		out = append(out, row)
	}
	return out
}

// Labels says the texts of an audience's form in a language, and Comity's own sentences by tr.
func (c *Content) Labels(a study.Audience, p *language.Printer) func(string) string {
	form := c.Form(a)
	return func(english string) string {
		if form != nil {
			if t := form.In(p.Tag(), english); t != "" {
				return t
			}
		}
		return p.T(english)
	}
}

// CSV writes an audience's answers as comma-separated values (RFC 4180, UTF-8): codes, never labels.
func (c *Content) CSV(a study.Audience) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	err := w.WriteAll(c.table(a, func(s string) string { return s }))
	return b.Bytes(), err
}

// XLSX writes a workbook: a sheet for each audience, what the columns mean beside it.
func (c *Content) XLSX(p *language.Printer) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // nothing of it is on disk
	first := true
	for _, a := range study.Audiences() {
		form := c.Form(a)
		if form == nil {
			continue
		}
		tr := c.Labels(a, p)
		if err := sheet(f, string(a), c.table(a, tr), &first); err != nil {
			return nil, err
		}
		meanings := [][]string{{"name", "label", "type"}}
		for _, v := range variables(form, tr) {
			meanings = append(meanings, []string{v.name, v.label, string(v.item.Type)})
		}
		if err := sheet(f, string(a)+" "+"variables", meanings, &first); err != nil {
			return nil, err
		}
	}
	if c.Synthetic {
		if err := sheet(f, "SYNTHETIC", [][]string{{p.T("Synthetic: these answers were made by a program. No State, company or organisation gave them.")}}, &first); err != nil {
			return nil, err
		}
	}
	// The same data give the same bytes: no time of writing stands in the file.
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "Comity", Created: "1980-01-01T00:00:00Z", Modified: "1980-01-01T00:00:00Z"}); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, err
	}
	return inOrder(b.Bytes())
}

// inOrder writes a workbook's parts anew in the order of their names and without times: the library's order is chance.
func inOrder(b []byte) ([]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(r.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		part, err := f.Open()
		if err != nil {
			return nil, err
		}
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err == nil {
			_, err = io.Copy(to, part)
		}
		if cerr := part.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return out.Bytes(), err
}

func sheet(f *excelize.File, name string, rows [][]string, first *bool) error {
	var err error
	if *first {
		err = f.SetSheetName("Sheet1", name)
		*first = false
	} else {
		_, err = f.NewSheet(name)
	}
	if err != nil {
		return err
	}
	w, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for k, s := range row {
			cells[k] = s
			if n, err := strconv.ParseFloat(s, 64); err == nil && i > 0 {
				cells[k] = n
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// SAV writes an audience's answers as a system file of SPSS, with labels in the printer's language.
func (c *Content) SAV(a study.Audience, p *language.Printer) ([]byte, error) {
	form := c.Form(a)
	f := sav.File{Label: c.Code, At: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	if c.Synthetic {
		f.Notes = []string{"Synthetic: these answers were made by a program."}
	}
	for _, name := range head() {
		f.Vars = append(f.Vars, sav.Var{Name: name, Text: true, Width: 32})
	}
	if form == nil {
		return nil, nil
	}
	tr := c.Labels(a, p)
	vars := variables(form, tr)
	for _, v := range vars {
		f.Vars = append(f.Vars, c.savVar(a, form, v, tr, p))
	}
	for _, r := range c.rows(a) {
		var row []any
		for _, s := range lead(r) {
			row = append(row, s)
		}
		for i, v := range vars {
			value, given := c.cell(r, v)
			row = append(row, savCell(form, v, f.Vars[len(head())+i], value, given))
		}
		f.Rows = append(f.Rows, row)
	}
	var b bytes.Buffer
	err := sav.Write(&b, f)
	return b.Bytes(), err
}

// savVar describes a variable. Answers are numbered in the order of their list; why there is no answer has codes below
// zero, of which the format takes three as missing: those that nobody gave.
func (c *Content) savVar(a study.Audience, form *instrument.Instrument, v variable, tr func(string) string, p *language.Printer) sav.Var {
	x := sav.Var{Name: v.name, Label: v.label}
	codes := instrument.MissingCodes()
	switch v.kind() {
	case coded:
		for i, k := range form.Lists[v.item.List] {
			x.Labels = append(x.Labels, sav.Label{Value: float64(i + 1), Text: tr(k.Label)})
		}
	case chosen:
		x.Labels = []sav.Label{{Value: 0, Text: p.T("Not chosen")}, {Value: 1, Text: p.T("Chosen")}}
	case words:
		x.Text, x.Width = true, 1
		for _, r := range c.rows(a) {
			if value, given := c.cell(r, v); given {
				x.Width = max(x.Width, min(sav.MaxText, len(value)))
			}
		}
		return x
	}
	for _, k := range missing() {
		x.Labels = append(x.Labels, sav.Label{Value: float64(codes[k]), Text: p.T(missingSay(k))})
	}
	x.Missing = []float64{float64(codes["not_asked"]), float64(codes["no_answer"]), float64(codes["confidential"])}
	return x
}

// missing are the reasons why there is no answer, in the order in which files list them.
func missing() []string {
	return []string{"not_asked", "no_answer", "not_available", "not_known", "confidential"}
}

// missingSay is why there is no answer.
func missingSay(k string) string {
	switch k {
	case "not_asked":
		return language.M("Not asked")
	case "no_answer":
		return language.M("No answer")
	case "not_available":
		return language.M("Not available")
	case "not_known":
		return language.M("Not known")
	}
	return language.M("Confidential")
}

func savCell(form *instrument.Instrument, v variable, x sav.Var, s string, given bool) any {
	if x.Text {
		if !given {
			return "" // a code of why there is none has no place in a text
		}
		return s
	}
	if v.kind() == coded {
		if i := slices.IndexFunc(form.Lists[v.item.List], func(k instrument.Choice) bool { return k.Name == s }); i >= 0 {
			return float64(i + 1)
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return n
}
