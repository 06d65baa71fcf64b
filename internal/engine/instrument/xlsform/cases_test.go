package xlsform

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"comity/internal/engine/instrument"
)

// table is the sheets of a small form as rows of cells.
type table map[string][][]string

// workbookOf writes sheets as an XLSX file.
func workbookOf(t testing.TB, sheets table) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for name, rows := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, cells := range rows {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &cells); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if _, err := f.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// readTable reads sheets as cases.md writes them.
func readTable(text string) table {
	out, sheet := table{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] != "" {
			sheet = cells[0]
			continue
		}
		out[sheet] = append(out[sheet], cells[1:])
	}
	return out
}

// TestCases: a broken form is refused with the cell in which it is broken; a sound one reads and writes.
func TestCases(t *testing.T) {
	b, err := os.ReadFile("testdata/cases.md")
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, c := range strings.Split(string(b), "\n## ")[1:] {
		title, text, _ := strings.Cut(c, "\n")
		t.Run(title, func(t *testing.T) {
			book := workbookOf(t, readTable(text))
			want, _, _ := strings.Cut(title, ":")
			in, found, err := Read(bytes.NewReader(book), int64(len(book)), "f.xlsx")
			if want == "sound" {
				if err != nil {
					t.Fatalf("refused: %v %v", err, found)
				}
				sameAgain(t, in)
				return
			}
			refused++
			got := "taken"
			for _, d := range found {
				if d.Severity == instrument.Error {
					cell := d.Cell
					if cell == "" {
						cell = "-"
					}
					got = d.Code + " " + cell
					break
				}
			}
			if err == nil || got != want {
				t.Errorf("%v: got %s, want %s", found, got, want)
			}
		})
	}
	if refused < 40 {
		t.Errorf("%d broken forms, want 40", refused)
	}
}

// Those in a circle are named with their cells.
func TestCircleNamesCells(t *testing.T) {
	b := workbookOf(t, table{"survey": {
		{"type", "name", "label", "relevant", "calculation"}, {"text", "a", "A", "${b} = 1", ""}, {"calculate", "b", "", "", "${c} + 1"}, {"text", "c", "C", "${a} = 'x'", ""},
	}})
	_, found, _ := Read(bytes.NewReader(b), int64(len(b)), "f.xlsx")
	const want = "f.xlsx!survey!D2: These depend on each other in a circle: a (D2), b (E3), c (D4)."
	if len(found) != 1 || found[0].String() != want {
		t.Errorf("found %v, want %s", found, want)
	}
}
