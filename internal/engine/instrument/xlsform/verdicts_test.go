package xlsform

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"comity/internal/engine/instrument"
)

// elsewhere are the tests of what isn't read here: entities, places, pictures, sound, codes, lists from files and searches,
// and sheets that are missing for them.
var elsewhere = regexp.MustCompile(`entities|geo|audio|audit|accuracy|image_app|max_pixels|external|search|xls2json|osm|last_saved|create_|update_`)

// unread are features that no test's name tells: random values, loops, values and choices of other files.
var unread = regexp.MustCompile(`random\(|begin.loop|pulldata|last-saved|instance\(|\$\{instanceID|(select|rank)\S*\s+\$\{`)

// TestVerdicts compares verdicts on the forms of pyxform's own tests, which testdata/verdicts.py collects. They are another
// project's and not kept here.
func TestVerdicts(t *testing.T) {
	file := os.Getenv("COMITY_XLSFORM_VERDICTS")
	if file == "" {
		t.Skip("COMITY_XLSFORM_VERDICTS names no file")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		File, Text string
		Line       int
		Sound      bool
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	var sound, taken, broken, refused int
	for _, c := range cases {
		if elsewhere.MatchString(c.File) || unread.MatchString(c.Text) {
			continue
		}
		book := workbookOf(t, readTable(c.Text))
		_, found, err := Read(bytes.NewReader(book), int64(len(book)), "f.xlsx")
		switch {
		case c.Sound && err == nil:
			sound, taken = sound+1, taken+1
		case c.Sound:
			sound++
			t.Logf("refused here only: %s:%d %s", c.File, c.Line, firstError(found))
		case err != nil:
			broken, refused = broken+1, refused+1
			if cell := firstError(found).Cell; cell == "" && !strings.HasPrefix(firstError(found).Code, "no-") {
				t.Errorf("%s:%d is refused without a cell: %s", c.File, c.Line, firstError(found))
			}
		default:
			broken++
			t.Logf("refused there only: %s:%d", c.File, c.Line)
		}
	}
	t.Logf("of %d sound forms %d are taken, of %d broken ones %d are refused", sound, taken, broken, refused)
	if refused*10 < broken*9 || taken*100 < sound*95 {
		t.Errorf("want 90 of 100 broken forms refused and 95 of 100 sound ones taken")
	}
}

func firstError(found []Diagnostic) Diagnostic {
	for _, d := range found {
		if d.Severity == instrument.Error {
			return d
		}
	}
	return Diagnostic{}
}
