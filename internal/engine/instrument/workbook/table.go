package workbook

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"comity/internal/engine/instrument"
)

// Line is one row of a sheet that holds anything.
type Line struct {
	N     int // as the spreadsheet numbers it, from 1
	Cells []string
}

// Table returns the rows of a sheet that hold anything, as texts: numbers as they are kept, truths as TRUE and FALSE.
// Cells with an error of the spreadsheet are empty and told of. The error is a [Refusal].
func (b *Book) Table(sheet string) ([]Line, []instrument.Problem, error) {
	t := table{book: b, sheet: sheet}
	err := t.read()
	return t.lines, t.problems, err
}

type table struct {
	book     *Book
	sheet    string
	lines    []Line
	problems []instrument.Problem
}

func (t *table) refuse(cell, code string, w instrument.Words, n int) error {
	return &Refusal{instrument.Found(t.book.name+"!"+t.sheet, cell, instrument.Error, code, w, "n", strconv.Itoa(n))}
}

func (t *table) read() (err error) {
	defer func() {
		if p := recover(); p != nil { // the library's, on a damaged file
			err = t.refuse("", "file-broken", broken, 0)
		}
	}()
	rows, err := t.book.file.Rows(t.sheet)
	if err != nil {
		return t.refuse("", "file-broken", broken, 0)
	}
	defer rows.Close() // it read from memory
	for n := 1; rows.Next(); n++ {
		if n%64 == 0 && time.Now().After(t.book.until) {
			return t.refuse("", "file-slow", slow, 0)
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return t.refuse("A"+strconv.Itoa(n), "file-broken", broken, 0)
		}
		if err := t.add(n, cells); err != nil {
			return err
		}
	}
	if rows.Error() != nil {
		return t.refuse("", "file-broken", broken, 0)
	}
	return nil
}

func (t *table) add(n int, cells []string) error {
	filled := false
	for i, cell := range cells {
		at := Letter(i) + strconv.Itoa(n)
		switch {
		case cell == "":
			continue
		case i >= MaxColumns:
			return t.refuse(at, "columns-many", wide, MaxColumns)
		case len(cell) > MaxCell && utf8.RuneCountInString(cell) > MaxCell:
			return t.refuse(at, "cell-long", cellLong, MaxCell)
		}
		cells[i] = t.text(at, cell)
		filled = filled || strings.TrimSpace(cells[i]) != ""
	}
	if !filled {
		return nil
	}
	if len(t.lines) == MaxRows {
		return t.refuse("A"+strconv.Itoa(n), "rows-many", rowsMany, MaxRows)
	}
	t.lines = append(t.lines, Line{n, cells})
	return nil
}

// longNumber is a number with the digits that binary leaves behind: 0.10000000000000001.
var longNumber = regexp.MustCompile(`^-?[0-9]+\.[0-9]{15,}(E-?[0-9]+)?$|^-?[0-9.]+E[+-]?[0-9]+$`)

var spreadsheetErrors = []string{"#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!"}

func (t *table) text(at, cell string) string {
	switch {
	case cell == "1" || cell == "0":
		if kind, err := t.book.file.GetCellType(t.sheet, at); err == nil && kind == excelize.CellTypeBool {
			return map[string]string{"1": "TRUE", "0": "FALSE"}[cell]
		}
	case cell[0] == '#':
		for _, e := range spreadsheetErrors {
			if cell == e {
				t.problems = append(t.problems, instrument.Found(t.book.name+"!"+t.sheet, at, instrument.Error, "cell-error", cellError, "value", e))
				return ""
			}
		}
	case cell[0] >= '0' && cell[0] <= '9' || cell[0] == '-':
		if f, err := strconv.ParseFloat(cell, 64); err == nil && longNumber.MatchString(cell) {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	return cell
}

// Letter names a column, from 0: A, B … Z, AA.
func Letter(i int) string {
	out := ""
	for i++; i > 0; i = (i - 1) / 26 {
		out = string(rune('A'+(i-1)%26)) + out
	}
	return out
}
