package workbook

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

var (
	saveText  = language.M("Save it as .xlsx, or as text in UTF-8.")
	notText   = instrument.Words{Says: language.M("This is neither a workbook nor text in UTF-8 or UTF-16."), Do: saveText}
	badQuotes = instrument.Words{Says: language.M("Line {line} can't be read as cells: look for a quotation mark without its second."), Do: saveText}
)

// Rows reads a list that a stranger sends: the first sheet of a workbook, or text in UTF-8 or UTF-16, with or without a
// byte order mark, whose cells are parted by commas, semicolons or tabs. Rows that hold nothing are left out. Every cell is
// the text that it is: one that begins like a formula is no formula here. More than max rows is a [Refusal], as is all that
// can't be read; name is what it calls the file.
func Rows(b []byte, name string, max int) ([]Line, error) {
	lines, err := rows(b, name, max)
	if err == nil && len(lines) > max {
		return nil, refused(name, "rows-many", rowsMany, max)
	}
	return lines, err
}

func rows(b []byte, name string, max int) ([]Line, error) {
	if len(b) > MaxBytes {
		return nil, refused(name, "file-large", large, MaxBytes>>20)
	}
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("\xD0\xCF\x11\xE0")) {
		return firstSheet(b, name)
	}
	text, ok := decode(b)
	if !ok {
		return nil, refused(name, "file-not", notText, 0)
	}
	return cells(text, name, max)
}

func firstSheet(b []byte, name string) ([]Line, error) {
	book, err := Open(bytes.NewReader(b), int64(len(b)), name)
	if err != nil {
		return nil, err
	}
	defer book.Close() // it read from memory
	sheets := book.Sheets()
	if len(sheets) == 0 {
		return nil, refused(name, "file-broken", broken, 0)
	}
	lines, _, err := book.Table(sheets[0]) // a cell with an error is empty, and missed where it is needed
	return lines, err
}

// cells reads at most one row more than max.
func cells(text, name string, max int) (lines []Line, err error) {
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord = separator(text), -1
	for len(lines) <= max {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var at *csv.ParseError
			line := 0
			if errors.As(err, &at) {
				line = at.StartLine
			}
			return nil, &Refusal{instrument.Found(name, "", instrument.Error, "cells", badQuotes, "line", strconv.Itoa(line))}
		}
		n, _ := in.FieldPos(0)
		if len(row) > MaxColumns {
			return nil, refused(name, "columns-many", wide, MaxColumns)
		}
		if strings.TrimSpace(strings.Join(row, "")) != "" {
			lines = append(lines, Line{n, row})
		}
	}
	return lines, nil
}

// decode returns the text without its byte order mark. UTF-16 without one is known by the zero bytes of its first letter.
func decode(b []byte) (string, bool) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		order, b = binary.LittleEndian, b[2:]
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		order, b = binary.BigEndian, b[2:]
	case len(b) >= 2 && b[0] != 0 && b[1] == 0:
		order = binary.LittleEndian
	case len(b) >= 2 && b[0] == 0 && b[1] != 0:
		order = binary.BigEndian
	default:
		b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
		return string(b), utf8.Valid(b) && !bytes.Contains(b, []byte{0})
	}
	if len(b)%2 != 0 {
		return "", false
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	text := string(utf16.Decode(units))
	return text, !strings.ContainsAny(text, "\x00\uFFFD")
}

// separator is what parts the cells of the first line, outside quotation marks.
func separator(text string) rune {
	count := map[rune]int{}
	quoted := false
	for _, r := range text {
		if r == '"' {
			quoted = !quoted
		}
		if r == '\n' && !quoted && len(count) > 0 {
			break
		}
		if !quoted && (r == ',' || r == ';' || r == '\t') {
			count[r]++
		}
	}
	best := ','
	for _, r := range []rune{';', '\t'} {
		if count[r] > count[best] {
			best = r
		}
	}
	return best
}

func refused(name, code string, w instrument.Words, n int) error {
	return &Refusal{instrument.Found(name, "", instrument.Error, code, w, "n", strconv.Itoa(n))}
}

// Fields turns a [Refusal] into what is wrong with the field of a form; nil when err is none.
func Fields(err error, path string) []errs.Field {
	var r *Refusal
	if !errors.As(err, &r) {
		return nil
	}
	return []errs.Field{{Path: path, Code: r.Words().Says, Args: r.Args}}
}
