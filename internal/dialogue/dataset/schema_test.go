package dataset_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
)

// TestDDIAgainstTheSchema holds a codebook of ours against the schema of DDI Codebook 2.5 as the DDI Alliance published it.
// COMITY_TEST_DDI_XSD names its codebook.xsd; no package registry that ./test uses has it, so this is done by hand before a release.
func TestDDIAgainstTheSchema(t *testing.T) {
	schema := os.Getenv("COMITY_TEST_DDI_XSD")
	if schema == "" {
		t.Log("not checked: COMITY_TEST_DDI_XSD names no schema")
		return
	}
	good, err := content(t, 20, func(int, *dataset.Row, *instrument.Answers) {}).DDI(study.States, printer(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"codebook": good, "without a study": bytes.ReplaceAll(good, []byte("stdyDscr"), []byte("study"))} {
		file := filepath.Join(t.TempDir(), "ddi.xml")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := exec.Command("xmllint", "--nonet", "--noout", "--schema", schema, file).CombinedOutput()
		if valid := err == nil; valid != (name == "codebook") {
			t.Errorf("%s: valid is %v: %.2000s", name, valid, said)
		}
	}
}
