package answerbook

import (
	"encoding/json"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"comity/internal/base/canonical"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
)

// openBook opens a workbook and reads its hidden sheet.
func openBook(r io.ReaderAt, size int64, name string) (*opened, error) {
	book, err := workbook.Open(r, size, name)
	if err != nil {
		return nil, err
	}
	f := &opened{base: map[string]Answer{}, close: func() { book.Close() }}
	if err := readAbout(book, f); err != nil {
		book.Close()
		return nil, err
	}
	if f.head.Form == "" {
		book.Close()
		return nil, &workbook.Refusal{Problem: instrument.Found(name, "", instrument.Error, "not-book", words["not-book"])}
	}
	f.lines = func() ([]line, []Diagnostic, error) { return readSheets(book, name) }
	return f, nil
}

// readAbout leaves the head empty when the file isn't an answer book.
func readAbout(book *workbook.Book, f *opened) error {
	sheet := book.Find(aboutSheet)
	if sheet == "" {
		return nil
	}
	rows, _, err := book.Table(sheet) // an error of the spreadsheet in it leaves the cell empty
	if err != nil {
		return err
	}
	said := map[string]string{}
	for _, r := range rows {
		if path, ok := strings.CutPrefix(cell(r, 0), "base:"); ok {
			a := Answer{Value: cell(r, 1)}
			if err := json.Unmarshal([]byte(cell(r, 2)), &a.Mark); err != nil {
				a.Mark = Mark{} // someone changed it: then everything beside this answer counts as new
			}
			f.base[path] = a
			continue
		}
		said[cell(r, 0)] = cell(r, 1)
	}
	if said["format"] == Format {
		f.head = Head{
			Form: canonical.Hash(said["form"]), Response: said["response"], Lang: language.Tag(said["lang"]), Stamp: said["stamp"],
			Sections: strings.Fields(said["sections"]),
		}
	}
	return nil
}

func cell(l workbook.Line, i int) string {
	if i < len(l.Cells) {
		return l.Cells[i]
	}
	return ""
}

// columnNames are the columns by the names that lines have.
var columnNames = map[string]int{
	"key":    labelColumn, // hidden: the question is what a person sees of it
	"answer": answerColumn, "missing": missingColumn, "shown": shownColumn, "note": noteColumn, "source": sourceColumn,
	"source kind": sourceKindColumn, "period": periodColumn,
}

func readSheets(book *workbook.Book, name string) ([]line, []Diagnostic, error) {
	var out []line
	var found []Diagnostic
	for _, sheet := range book.Sheets() {
		if sheet == aboutSheet || sheet == listSheet {
			continue
		}
		rows, wrong, err := book.Table(sheet)
		found = append(found, wrong...)
		if err != nil {
			return nil, found, err
		}
		for _, r := range rows {
			if l, ok := readLine(r); ok {
				l.file = name + "!" + sheet
				out = append(out, l)
			}
		}
	}
	return out, found, nil
}

func readLine(r workbook.Line) (line, bool) {
	l := line{cells: map[string]string{}, marks: map[string]string{}}
	for _, kind := range []string{questionKey, tickKey, placeKey} {
		if path, ok := strings.CutPrefix(cell(r, keyColumn), kind); ok {
			l.kind, l.path = kind, path
		}
	}
	if l.kind == "" {
		return l, false
	}
	if l.kind != questionKey {
		l.path, l.code, _ = strings.Cut(l.path, "=")
	}
	for column, i := range columnNames {
		l.cells[column] = workbook.Letter(i) + strconv.Itoa(r.N)
		l.marks[column] = cell(r, i)
	}
	l.value = cell(r, answerColumn)
	return l, true
}

// serial is a day as a spreadsheet counts it, from 1954 to 2119: what becomes of a date typed into a cell for any value.
var serial = regexp.MustCompile(`^[2-7][0-9]{4}(\.[0-9]+)?$`)

// dated turns a spreadsheet's number of a day, or of a moment of the day, into the answer that it means.
func dated(kind instrument.Type, value string) string {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return value
	}
	switch {
	case kind == instrument.DateType && serial.MatchString(value):
		if t, err := excelize.ExcelDateToTime(f, false); err == nil {
			return t.Format("2006-01-02")
		}
	case kind == instrument.TimeType && f >= 0 && f < 1 && strings.Contains(value, "."):
		if t, err := excelize.ExcelDateToTime(f, false); err == nil {
			return t.Format("15:04")
		}
	}
	return value
}

// placeNumber reads a place; 0 is none.
func placeNumber(s string) int {
	n, err := strconv.Atoi(strings.Map(western, s))
	if err != nil {
		return 0
	}
	return n
}

func western(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		return '0' + r - '٠'
	case r >= '۰' && r <= '۹':
		return '0' + r - '۰'
	}
	return r
}
