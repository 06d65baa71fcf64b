package sign_test

import (
	"bytes"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"comity/internal/engine/document"
	"comity/internal/engine/document/doctest"
	"comity/internal/engine/document/font"
	"comity/internal/engine/document/pdf"
	"comity/internal/engine/document/sign"
)

// tool returns the path of a command, or "" where it need not be there.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("COMITY_TEST_TOOLS") == "1" {
		t.Fatal(err)
	}
	if err != nil {
		t.Logf("not checked with %s: the command is not there", name)
	}
	return path
}

// letter is what people sign: a document as the product writes it.
func letter(t testing.TB, d *document.Doc) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pdf.Write(&b, d, font.Noto()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// signedLetters are two letters signed by two people, with and without time stamps.
func signedLetters(t *testing.T) map[string][]byte {
	t.Helper()
	tsa, _ := authority(t, func(*timestamp.Timestamp) {})
	prosecutor, judge := person(t, "Exercise Prosecutor"), person(t, "Exercise Judge")
	files := map[string][]byte{"handmade.pdf": handmade(), "en.pdf": letter(t, doctest.English()), "ar.pdf": letter(t, doctest.Arabic())}
	for name, file := range files {
		file = signed(t, file, prosecutor, sign.Options{Time: at, Name: "A. Exercise", Reason: "Request", Location: "Exampleville"})
		files[name] = signed(t, file, judge, sign.Options{Time: at.Add(time.Hour), Name: "الاسم المخترع", TSA: tsa})
	}
	return files
}

func TestLetters(t *testing.T) {
	for name, file := range signedLetters(t) {
		all := verified(t, file)
		if len(all) != 2 || !all[0].Intact() || !all[1].Intact() {
			t.Errorf("%s: signatures = %v, want two intact ones", name, all)
		}
	}
}

func TestPdfsig(t *testing.T) {
	pdfsig := tool(t, "pdfsig")
	if pdfsig == "" {
		return
	}
	for name, file := range signedLetters(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			// -nocert: the certificates of an exercise lead to no root that the machine knows.
			out, err := exec.Command(pdfsig, "-nocert", path).CombinedOutput()
			if err != nil {
				t.Fatalf("pdfsig: %v\n%s", err, out)
			}
			for want, n := range map[string]int{
				"Signature Validation: Signature is Valid.":      2,
				"Signature Type: ETSI.CAdES.detached":            2,
				"Signing Hash Algorithm: SHA-256":                2,
				"Total document signed":                          1,
				"Signer Certificate Common Name: Exercise Judge": 1,
			} {
				if got := strings.Count(string(out), want); got != n {
					t.Errorf("pdfsig says %q %d times, want %d\n%s", want, got, n, out)
				}
			}
		})
	}
}

func TestQpdf(t *testing.T) {
	qpdf := tool(t, "qpdf")
	if qpdf == "" {
		return
	}
	for name, file := range signedLetters(t) {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(qpdf, "--check", path).CombinedOutput(); err != nil {
			t.Errorf("qpdf --check %s: %v\n%s", name, err, out)
		}
	}
}

// TestOpenSSL takes a signature out of the file by its byte range alone, as anyone can, and gives it to the command.
func TestOpenSSL(t *testing.T) {
	openssl := tool(t, "openssl")
	if openssl == "" {
		return
	}
	by := person(t, "Exercise Prosecutor")
	file := signed(t, letter(t, doctest.Arabic()), by, sign.Options{Time: at})
	signature, content := takeOut(t, file)
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{"cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", write("signature.p7s", signature),
		"-content", write("content", content), "-out", os.DevNull,
		"-CAfile", write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: by.Cert.Raw}))}
	if out, err := exec.Command(openssl, args...).CombinedOutput(); err != nil {
		t.Errorf("openssl %v: %v\n%s", args, err, out)
	}
}
