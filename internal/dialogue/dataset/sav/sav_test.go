package sav

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func sample() File {
	return File{
		Label: "Exercise", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Notes: []string{"Synthetic: made by a program."},
		Vars: []Var{
			{Name: "respondent", Label: "Who", Text: true, Width: 20},
			{Name: "legislation_has_a_law", Label: "Is there a law? «Закон» القانون 法律", Labels: []Label{{1, "Yes / نعم"}, {2, "No / 否"}, {-8, "Not known"}, {-9, "Confidential"}, {-2, "No answer"}}, Missing: []float64{-8, -9, -2}},
			{Name: "remark", Label: "Remark", Text: true, Width: 255},
			{Name: "requests", Label: "How many?"},
		},
		Rows: [][]any{
			{"synthetic-1", 1.0, "Без замечаний", 12.5},
			{"synthetic-2", 2.0, "ملاحظة", nil},
			{"synthetic-3", -8.0, strings.Repeat("长", 100), 7.0},
		},
	}
}

func TestSameBytes(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := Write(w, sample()); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same file gives other bytes")
	}
}

// TestC5 opens the file in PSPP: names, labels, missing values and texts are what was written.
func TestC5(t *testing.T) {
	out, rows := inPSPP(t, sample(), "DISPLAY DICTIONARY.\nFREQUENCIES legislation_has_a_law.\n")
	for _, want := range []string{"legislation_has_a_law", "Is there a law? «Закон» القانون 法律", "Yes / نعم", "No / 否", "Not known"} {
		if !strings.Contains(out, want) {
			t.Errorf("pspp doesn't say %q:\n%s", want, out)
		}
	}
	if len(rows) != 4 {
		t.Fatalf("%d rows", len(rows))
	}
	if got := strings.Join(rows[1], "|"); got != "synthetic-1|1|Без замечаний|12.5" {
		t.Errorf("the first row is %q", got)
	}
	if r := rows[2]; r[2] != "ملاحظة" || strings.TrimSpace(r[3]) != "" {
		t.Errorf("the second row is %q", r)
	}
	if r := rows[3]; r[1] != "-8" || !strings.HasSuffix(r[2], "…") || len(r[2]) > 255 {
		t.Errorf("the third row is %q", r)
	}
}

// TestC5LongTexts: texts that take several variables of the format are read back equal in PSPP, wherever they end, and
// what stands between and after them too.
func TestC5LongTexts(t *testing.T) {
	widths := []int{252, 255, 256, 504, 505, 757, 5_000, MaxText}
	f := File{Label: "Exercise"}
	var short, long []any
	for _, n := range widths {
		f.Vars = append(f.Vars, Var{Name: fmt.Sprintf("text%d", n), Label: fmt.Sprintf("%d bytes", n), Text: true, Width: n}, Var{Name: fmt.Sprintf("after%d", n)})
		// "长" takes three bytes, so that the cuts between segments fall within characters.
		whole := strings.Repeat("长", (n-1)/3) + "."
		long = append(long, whole+strings.Repeat("!", n-len(whole)), float64(n))
		short = append(short, "ش", nil)
	}
	f.Rows = [][]any{long, short}
	_, rows := inPSPP(t, f, "")
	if len(rows) != 3 || len(rows[1]) != len(f.Vars) {
		t.Fatalf("%d rows, want two and their names, each of %d", len(rows), len(f.Vars))
	}
	for i, v := range f.Vars {
		if rows[0][i] != v.Name {
			t.Errorf("variable %d is %q, want %q", i, rows[0][i], v.Name)
		}
		if want := fmt.Sprint(long[i]); rows[1][i] != want {
			t.Errorf("%s: %d bytes read back, %d written, and they differ", v.Name, len(rows[1][i]), len(want))
		}
		if v.Text && rows[2][i] != "ش" {
			t.Errorf("%s of the second row is %q", v.Name, rows[2][i])
		}
	}
}

// inPSPP opens a file in PSPP, runs more commands on it, and returns what the program says and the data as it reads them.
func inPSPP(t *testing.T, f File, more string) (string, [][]string) {
	t.Helper()
	program, err := exec.LookPath("pspp")
	if err != nil {
		if os.Getenv("COMITY_TEST_TOOLS") != "" {
			t.Fatal(err)
		}
		t.Skip("pspp is not here")
	}
	dir := t.TempDir()
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	syntax := "GET FILE='data.sav'.\nSAVE TRANSLATE /OUTFILE='out.csv' /TYPE=CSV /REPLACE /FIELDNAMES /CELLS=VALUES.\n" + more
	for name, content := range map[string][]byte{"data.sav": b.Bytes(), "look.sps": []byte(syntax)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(program, "-O", "format=csv", "look.sps")
	c.Dir, c.Env = dir, append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := c.CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("warning")) || bytes.Contains(out, []byte("error:")) {
		t.Fatalf("pspp: %v\n%.2000s", err, out)
	}
	written, err := os.ReadFile(filepath.Join(dir, "out.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(written)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return string(out), rows
}

func TestWriteRefuses(t *testing.T) {
	for name, f := range map[string]File{
		"a name with a space": {Vars: []Var{{Name: "a b"}}},
		"a name there twice":  {Vars: []Var{{Name: "a"}, {Name: "A"}}},
		"a number first":      {Vars: []Var{{Name: "1a"}}},
		"a text too wide":     {Vars: []Var{{Name: "a", Text: true, Width: MaxText + 1}}},
		"four missing values": {Vars: []Var{{Name: "a", Missing: []float64{1, 2, 3, 4}}}},
		"a row that is short": {Vars: []Var{{Name: "a"}}, Rows: [][]any{{}}},
		"a text for a number": {Vars: []Var{{Name: "a"}}, Rows: [][]any{{"x"}}},
		"a whole number":      {Vars: []Var{{Name: "a"}}, Rows: [][]any{{1}}},
	} {
		if err := Write(&bytes.Buffer{}, f); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
