package vectors

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"comity/internal/base/errs"
)

// The measure of the language: at least 99 of 100 published vectors in scope.
func TestPublishedVectors(t *testing.T) {
	f, err := os.Open("testdata/xforms-xpath-vectors.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Test(z)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(report)
	for _, f := range report.Failed {
		t.Logf("line %d %s %q at %s (%s): got %q, want %s", f.Line, f.Vector.File, f.Vector.Expression, f.Vector.Context, f.Vector.Kind, f.Got, f.Want)
	}
	if report.Rate() < 0.99 {
		t.Errorf("%v, want at least 99 %%", report)
	}
}

// Each line of excluded.csv still excludes something; one that doesn't has to go.
func TestExclusionsAreUsed(t *testing.T) {
	rules, err := exclusions(excludedCSV)
	if err != nil {
		t.Fatal(err)
	}
	used := map[exclusion]bool{}
	for _, v := range published(t) {
		for _, e := range rules {
			if (exclusionList{e}).reason(v) != "" {
				used[e] = true
			}
		}
	}
	for _, e := range rules {
		if !used[e] {
			t.Errorf("%s %s excludes nothing", e.file, e.expression)
		}
	}
}

func TestRefusesWhatIsNoList(t *testing.T) {
	if _, err := Test(strings.NewReader("{\"kind\":")); !errors.Is(err, errs.Invalid) {
		t.Errorf("half a line: %v, want errs.Invalid", err)
	}
	report, err := Test(strings.NewReader(`{"xml":"<a/>","root":"/","context":"/#9","kind":"number","expression":"1","expected":1}`))
	if err != nil || len(report.Failed) != 1 {
		t.Errorf("a node that isn't there: %v, %v, want one failure", report, err)
	}
}

func published(t *testing.T) []Vector {
	t.Helper()
	f, err := os.Open("testdata/xforms-xpath-vectors.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []Vector
	for d := json.NewDecoder(z); d.More(); {
		var v Vector
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}
