package xlsform

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
)

// Write writes a form as a workbook: what [Read] makes the same form of, and other programs a form of theirs. A form that
// is composed of several has no workbook: [errs.Invalid].
func Write(w io.Writer, in *instrument.Instrument) error {
	if _, err := in.Canonical(); err != nil {
		return err
	}
	f := excelize.NewFile()
	defer f.Close() // in memory
	t := in.Tables()
	b := writer{file: f, source: in.Tongue(), tags: tags(in)}
	b.sheet(surveySheet, b.survey(t.Survey), "type", "name", "label")
	b.sheet(choicesSheet, t.Choices, "list_name", "name", "label")
	b.sheet(settingsSheet, []instrument.Row{b.settings(in)}, "form_title", "form_id", "version", "default_language")
	b.sheet(sectionsSheet, t.Sections, "name", "label", "hint", "owner_hint")
	if in.Crosswalk != nil {
		b.sheet(crosswalkSheet, crosswalkRows(*in.Crosswalk), "from", "was", "now", "change", "codes")
	}
	if b.err != nil {
		return fmt.Errorf("form %s as a workbook: %w", in.Name, b.err)
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		return fmt.Errorf("form %s as a workbook: %w", in.Name, err)
	}
	if _, err := f.WriteTo(w); err != nil {
		return fmt.Errorf("form %s as a workbook: %w", in.Name, err)
	}
	return nil
}

// tags are the form's languages, its own first.
func tags(in *instrument.Instrument) []language.Tag {
	out := in.Spoken()
	for _, tag := range in.Languages {
		if !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	slices.Sort(out[1:])
	return out
}

type writer struct {
	file   *excelize.File
	source language.Tag
	tags   []language.Tag
	err    error // the first
}

func (b *writer) survey(rows []instrument.Row) []instrument.Row {
	for _, r := range rows {
		kind := r.Cells["type"]
		if list, ok := strings.CutPrefix(kind, "begin_matrix "); ok {
			r.Cells["matrix"] = list
		}
		if again, _ := readType(writeType(kind)); !strings.HasPrefix(kind, opaque) || again == kind || calculates(r) {
			r.Cells["type"] = writeType(kind)
		}
		if strings.HasPrefix(kind, opaque) {
			continue // its parameters are another program's
		}
		var theirs, own []string
		for word := range strings.FieldsSeq(r.Cells["parameters"]) {
			if name, _, _ := strings.Cut(word, "="); slices.Contains(ours, name) {
				own = append(own, word)
			} else {
				theirs = append(theirs, word)
			}
		}
		delete(r.Cells, "parameters")
		put(r.Cells, "parameters", strings.Join(theirs, " "))
		put(r.Cells, limitsColumn, strings.Join(own, " "))
	}
	return rows
}

// calculates reports whether a row is kept because of what it calculates: reading finds that again.
func calculates(r instrument.Row) bool {
	return r.Cells["calculation"] != "" && slices.Contains(asked, strings.TrimPrefix(r.Cells["type"], opaque))
}

func put(cells map[string]string, column, cell string) {
	if cell != "" {
		cells[column] = cell
	}
}

func (b *writer) settings(in *instrument.Instrument) instrument.Row {
	cells := in.Meta.Cells()
	delete(cells, "languages") // the columns say them
	cells["default_language"] = languageHeader(b.source)
	r := instrument.Row{Cells: cells, In: map[language.Tag]map[string]string{}}
	for _, tag := range b.tags[1:] {
		if title := in.In(tag, in.Title); title != "" && in.Title != "" {
			r.In[tag] = map[string]string{"form_title": title}
		}
	}
	return r
}

// columns are those that any row has, the first ones always and first.
func columns(rows []instrument.Row, first []string) []string {
	have := map[string]bool{}
	for _, r := range rows {
		for column := range r.Cells {
			have[column] = true
		}
		for _, cells := range r.In {
			for column := range cells {
				have[column] = true
			}
		}
	}
	for _, column := range first {
		delete(have, column)
	}
	order := []string{
		"hint", "required", "relevant", "constraint", "constraint_message", "check", "check_message", "calculation", "choice_filter", "default",
		"appearance", "parameters", "repeat_count", "guidance_hint", "required_message",
	}
	out := slices.Clone(first)
	for _, column := range order {
		if have[column] {
			out = append(out, column)
			delete(have, column)
		}
	}
	return append(out, slices.Sorted(maps.Keys(have))...)
}

// sheet writes a table: a column for each language where there are several.
func (b *writer) sheet(name string, rows []instrument.Row, first ...string) {
	if b.err != nil {
		return
	}
	var heads []any
	var from []header
	for _, column := range columns(rows, first) {
		if !slices.Contains(spoken, column) || len(b.tags) == 1 || column == "form_title" {
			if again := readHeader(column); again.column != column {
				b.err = errs.Invalidf("the column %q would be read as %q", column, again.column)
				return
			}
			heads, from = append(heads, column), append(from, header{column: column})
		}
		if !slices.Contains(spoken, column) || len(b.tags) == 1 {
			continue
		}
		for _, tag := range b.tags {
			if tag == b.source && column == "form_title" || !b.needs(rows, column, tag) {
				continue
			}
			head := column + "::" + languageHeader(tag)
			if column == "form_title" {
				head = titleIn + languageHeader(tag)
			}
			heads, from = append(heads, head), append(from, header{column, tag})
		}
	}
	b.table(name, heads, from, rows)
}

// needs says whether a column of a language is written: the labels of all languages, else where there is a text.
func (b *writer) needs(rows []instrument.Row, column string, tag language.Tag) bool {
	return column == "label" || slices.ContainsFunc(rows, func(r instrument.Row) bool { return b.cell(r, header{column, tag}) != "" })
}

func (b *writer) cell(r instrument.Row, h header) string {
	if h.tag == "" || h.tag == b.source {
		return r.Cells[h.column]
	}
	return r.In[h.tag][h.column]
}

func (b *writer) table(name string, heads []any, from []header, rows []instrument.Row) {
	if _, b.err = b.file.NewSheet(name); b.err != nil {
		return
	}
	// Readers that stream, such as pyxform's, see no more than the sheet says it has.
	if b.err = b.file.SetSheetDimension(name, fmt.Sprintf("A1:%s%d", workbook.Letter(len(heads)-1), len(rows)+1)); b.err != nil {
		return
	}
	sw, err := b.file.NewStreamWriter(name)
	if err != nil {
		b.err = err
		return
	}
	bold, err := b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		b.err = err
		return
	}
	head := make([]any, len(heads))
	for i, h := range heads {
		head[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	b.err = sw.SetRow("A1", head)
	for i, r := range rows {
		cells := make([]any, len(from))
		for n, h := range from {
			if text := b.cell(r, h); text != "" {
				cells[n] = text
			}
		}
		if b.err == nil {
			b.err = sw.SetRow(fmt.Sprintf("A%d", i+2), cells)
		}
	}
	if b.err == nil {
		b.err = sw.Flush()
	}
}

func crosswalkRows(c instrument.Crosswalk) []instrument.Row {
	out := []instrument.Row{{Cells: map[string]string{"from": c.From}}}
	for _, s := range c.Items {
		cells := map[string]string{"change": string(s.Change)}
		put(cells, "was", s.Was)
		put(cells, "now", s.Now)
		var codes []string
		for _, code := range slices.Sorted(maps.Keys(s.Codes)) {
			codes = append(codes, code+"="+s.Codes[code])
		}
		put(cells, "codes", strings.Join(codes, " "))
		out = append(out, instrument.Row{Cells: cells})
	}
	return out
}
