package vectors

import (
	"compress/gzip"
	"os"
	"testing"
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
