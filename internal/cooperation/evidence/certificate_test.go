package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/evidence"
	"comity/internal/engine/document/sign"
	"comity/internal/store/db/dbtest"
)

func TestCertificate(t *testing.T) {
	h := open(t, dbtest.Open(t, "sqlite", schemas(), dbtest.Options{}))
	ctx := context.Background()
	first := h.add(t, log)
	n, err := h.Derive(ctx, h.as("examiner"), given(h.caseID), evidence.From{Items: []id.ID{first}, Process: "extract of 13 February", Tool: "cut 9.1"}, strings.NewReader("x"))
	must(t, err)
	for _, tag := range h.Catalog.Tags() {
		b, err := h.Certificate(ctx, h.as("custodian"), n, tag)
		if err != nil {
			t.Fatalf("%s: %v", tag, err)
		}
		signatures, err := sign.Verify(b)
		if err != nil || len(signatures) != 1 || !signatures[0].Intact() {
			t.Errorf("%s: signatures %+v, %v", tag, signatures, err)
		}
		all := h.events(t, n)
		if last := all[len(all)-1]; last.What != evidence.WasCertified || last.Note != string(canonical.Sum(b)) {
			t.Errorf("%s: the last event is %+v, want the certificate's digest", tag, last)
		}
		text := shown(t, b)
		clean, _ := language.StripBidi(text)
		if whole := strings.Join(strings.Fields(clean), ""); !strings.Contains(whole, string(h.item(t, n).SHA256)) || tag == language.French && !strings.Contains(text, "Certificat de conservation") {
			t.Errorf("%s: the text lacks the digest or the title:\n%s", tag, text)
		}
	}
	if _, err := h.Certificate(ctx, h.as("custodian"), n, "xx"); len(errs.Fields(err)) == 0 {
		t.Errorf("in no language: %v", err)
	}
	stale := h.as("custodian")
	stale.Confirmed = stale.Confirmed.Add(-3600e9)
	if _, err := h.Certificate(ctx, stale, n, "en"); !errors.Is(err, errs.Forbidden) {
		t.Errorf("without a fresh factor: %v", err)
	}
}

// shown returns the text of a PDF as another program reads it.
func shown(t testing.TB, b []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("COMITY_TEST_TOOLS") == "1" {
			t.Fatal(err)
		}
		t.Skip("pdftotext isn't installed (apt-get install poppler-utils)")
	}
	path := filepath.Join(t.TempDir(), "c.pdf")
	must(t, os.WriteFile(path, b, 0o600))
	var out bytes.Buffer
	c := exec.Command("pdftotext", path, "-")
	c.Stdout = &out
	must(t, c.Run())
	return out.String()
}
