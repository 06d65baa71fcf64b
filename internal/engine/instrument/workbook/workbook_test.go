package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"comity/internal/base/errs"
)

func open(t testing.TB, b []byte) *Book {
	t.Helper()
	book, err := Open(bytes.NewReader(b), int64(len(b)), "b.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

// Cells come as they are kept: no number is shortened to what a column shows, no truth becomes a number.
func TestTable(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for cell, value := range map[string]any{
		"A1": "name", "B1": 20240515143545, "C1": true, "D1": false, "A3": "1", "B3": 1, "C3": 0.1 + 0.2, "D3": "#N/A", "E3": 1e21, "F3": "00", "A5": "  ",
	} {
		if err := f.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if _, err := f.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	lines, found, err := open(t, buf.Bytes()).Table("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	want := []Line{
		{1, []string{"name", "20240515143545", "TRUE", "FALSE"}},
		{3, []string{"1", "1", "0.3", "", "1000000000000000000000", "00"}},
	}
	if d := cmp.Diff(want, lines); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
	if len(found) != 1 || found[0].Cell != "D3" || found[0].Code != "cell-error" {
		t.Errorf("found %v, want the error in D3", found)
	}
}

func TestLetter(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := Letter(i); got != want {
			t.Errorf("Letter(%d) = %s, want %s", i, got, want)
		}
	}
}

// bookOf is a workbook whose only sheet is this XML.
func bookOf(t testing.TB, sheet string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	for name, text := range map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":                `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook ` + ns + `><sheets><sheet name="survey" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   sheet,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

const sheetHead = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`

// What a stranger's sheet says of itself can't keep a node busy.
func TestHostileSheets(t *testing.T) {
	for name, c := range map[string]struct{ sheet, want string }{
		"far to the right":         {`<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>`, "columns-many"},
		"far down":                 {`<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>`, ""},
		"a reference to no string": {`<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>`, ""},
		"a negative string":        {`<row r="1"><c r="A1" t="s"><v>-1</v></c></row>`, ""},
		"no place":                 {`<row><c t="inlineStr"><is><t>x</t></is></c></row>`, ""},
		"a wrong place":            {`<row r="1"><c r="1A"><v>1</v></c></row>`, "file-broken"},
		"a long cell":              {`<row r="1"><c r="A1" t="inlineStr"><is><t>` + strings.Repeat("é", MaxCell+1) + `</t></is></c></row>`, "cell-long"},
		"cut":                      {`<row r="1"><c r="A1"><v>1`, ""},
	} {
		b := bookOf(t, sheetHead+c.sheet+`</sheetData></worksheet>`)
		_, _, err := open(t, b).Table("survey")
		code := ""
		var refusal *Refusal
		if errors.As(err, &refusal) {
			code = refusal.Code
		}
		if code != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func FuzzSheet(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c><c r="B1" t="b"><v>1</v></c></row><row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>`)
	f.Add(`<row r="7" hidden="1"><c r="ZZ7" t="s"><v>3</v></c><c><f>A1</f><v>0.1</v></c></row>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		b := bookOf(t, sheetHead+sheet+`</sheetData></worksheet>`)
		book, err := Open(bytes.NewReader(b), int64(len(b)), "b.xlsx")
		if err == nil {
			defer book.Close()
			_, _, err = book.Table("survey")
		}
		if err != nil && !errors.Is(err, errs.Invalid) {
			t.Errorf("%v, not errs.Invalid", err)
		}
	})
}

// A list comes as text or as a workbook: the cells are the same texts, formulas stay what was typed.
func TestRows(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for cell, value := range map[string]any{"A1": "name", "B1": "state", "A3": "=SUM(A1)", "B3": "XB"} {
		if err := f.SetCellStr("Sheet1", cell, value.(string)); err != nil {
			t.Fatal(err)
		}
	}
	var book bytes.Buffer
	if _, err := f.WriteTo(&book); err != nil {
		t.Fatal(err)
	}
	want := []Line{{1, []string{"name", "state"}}, {3, []string{"=SUM(A1)", "XB"}}}
	utf16le := "\xFF\xFE" + wide16("name\tstate\r\n\r\n=SUM(A1)\tXB\r\n", false)
	for name, in := range map[string]string{
		"workbook": book.String(), "commas": "name,state\n\n=SUM(A1),XB\n", "semicolons, BOM": "\xEF\xBB\xBFname;state\n\n=SUM(A1);XB", "tabs": "name\tstate\n\n=SUM(A1)\tXB",
		"UTF-16 LE": utf16le, "UTF-16 BE": "\xFE\xFF" + wide16("name;state\n\n=SUM(A1);XB", true), "UTF-16 without a mark": utf16le[2:],
	} {
		got, err := Rows([]byte(in), "list", 2)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, d)
		}
	}
	for name, c := range map[string]struct{ in, code string }{
		"too many rows": {"a\nb\nc\n", "rows-many"}, "as many as may be": {book.String(), ""}, "neither": {"a\xff\xfe", "file-not"}, "half a letter": {"\xFF\xFEa", "file-not"},
		"an open quotation mark": {"a\n\"b\n", "cells"}, "very wide": {strings.Repeat(",", MaxColumns), "columns-many"}, "old": {"\xD0\xCF\x11\xE0", "file-old"},
	} {
		_, err := Rows([]byte(c.in), "list", 2)
		var r *Refusal
		if errors.As(err, &r); c.code != "" && (r == nil || r.Code != c.code) || c.code == "" && err != nil {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
	if got := Fields(refused("list", "file-not", notText, 0), "roster"); len(got) != 1 || got[0].Path != "roster" || got[0].Code != notText.Says {
		t.Errorf("as a field: %+v", got)
	}
}

func wide16(s string, big bool) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if big {
			b.Write([]byte{0, c})
		} else {
			b.Write([]byte{c, 0})
		}
	}
	return b.String()
}

func FuzzRows(f *testing.F) {
	f.Add([]byte("name;state\n\"a;b\";XB\n"))
	f.Add([]byte("\xFF\xFEn\x00\t\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		lines, err := Rows(b, "list", 100)
		if err != nil && !errors.Is(err, errs.Invalid) {
			t.Errorf("%v, not errs.Invalid", err)
		}
		if len(lines) > 100 {
			t.Errorf("%d rows, want at most 100", len(lines))
		}
	})
}
