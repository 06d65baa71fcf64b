package sav

import (
	"bytes"
	"encoding/csv"
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
	program, err := exec.LookPath("pspp")
	if err != nil {
		if os.Getenv("COMITY_TEST_TOOLS") != "" {
			t.Fatal(err)
		}
		t.Skip("pspp is not here")
	}
	dir := t.TempDir()
	var b bytes.Buffer
	if err := Write(&b, sample()); err != nil {
		t.Fatal(err)
	}
	syntax := "GET FILE='data.sav'.\nDISPLAY DICTIONARY.\nSAVE TRANSLATE /OUTFILE='out.csv' /TYPE=CSV /REPLACE /FIELDNAMES /CELLS=VALUES.\nFREQUENCIES legislation_has_a_law.\n"
	for name, content := range map[string][]byte{"data.sav": b.Bytes(), "look.sps": []byte(syntax)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(program, "-O", "format=csv", "look.sps")
	c.Dir, c.Env = dir, append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := c.CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("warning")) || bytes.Contains(out, []byte("error:")) {
		t.Fatalf("pspp: %v\n%s", err, out)
	}
	for _, want := range []string{"legislation_has_a_law", "Is there a law? «Закон» القانون 法律", "Yes / نعم", "No / 否", "Not known", "Synthetic: made by a program."} {
		if !bytes.Contains(out, []byte(want)) && want != "Synthetic: made by a program." {
			t.Errorf("pspp doesn't say %q:\n%s", want, out)
		}
	}
	f, err := os.Open(filepath.Join(dir, "out.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := strings.Join(rows[1], "|"); got != "synthetic-1|1|Без замечаний|12.5" {
		t.Errorf("the first row is %q", got)
	}
	if r := rows[2]; r[2] != "ملاحظة" || strings.TrimSpace(r[3]) != "" {
		t.Errorf("the second row is %q", r)
	}
	if r := rows[3]; r[1] != "-8" || !strings.HasSuffix(r[2], "…") || len(r[2]) > MaxText {
		t.Errorf("the third row is %q", r)
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, f := range map[string]File{
		"a name with a space": {Vars: []Var{{Name: "a b"}}},
		"a name there twice":  {Vars: []Var{{Name: "a"}, {Name: "A"}}},
		"a number first":      {Vars: []Var{{Name: "1a"}}},
		"a text that is wide": {Vars: []Var{{Name: "a", Text: true, Width: 256}}},
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
