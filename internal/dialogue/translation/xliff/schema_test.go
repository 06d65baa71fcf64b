package xliff_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"comity/internal/dialogue/translation/xliff"
)

// TestAgainstTheSchema holds a file of ours against the strict schema of XLIFF 1.2 as OASIS published it.
// COMITY_TEST_XLIFF_XSD names that schema; ./test takes it from a Debian package.
func TestAgainstTheSchema(t *testing.T) {
	schema := os.Getenv("COMITY_TEST_XLIFF_XSD")
	if schema == "" {
		t.Log("not checked: COMITY_TEST_XLIFF_XSD names no schema")
		return
	}
	for name, b := range map[string][]byte{
		"sample": xliff.Write(sample()),
		"broken": []byte(head + `<file original="o"><body><text/></body></file></xliff>`),
	} {
		file := filepath.Join(t.TempDir(), "file.xlf")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := exec.Command("xmllint", "--nonet", "--noout", "--schema", schema, file).CombinedOutput()
		if good := err == nil; good != (name == "sample") {
			t.Errorf("%s: valid is %v: %s", name, good, said)
		}
	}
}
