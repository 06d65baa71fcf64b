package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// walked plays the walk once and returns its folder.
func walked(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	w, err := Start(ctx, Options{Dir: t.TempDir(), Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var said bytes.Buffer
	if err := w.Walk(ctx, dir, &said); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	if err := w.Stop(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestWalkLeavesWhatItPromises(t *testing.T) {
	dir := walked(t)
	b, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s summary
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, f := range s.Files {
		named[f.Name] = true
		b, err := os.ReadFile(filepath.Join(dir, f.Name))
		if err != nil {
			t.Error(err)
		}
		if h := sha256.Sum256(b); hex.EncodeToString(h[:]) != f.SHA256 {
			t.Errorf("%s has another digest than summary.json says", f.Name)
		}
	}
	for _, want := range []string{
		"answers.json", "letter.pdf", "letter.docx", "request.asice.age", "request.asice", "receipt.asice", "delivery.asice",
		"custody.pdf", "case.jsonld", "cards/pt.card.asice", "cards/ma.card.asice", "keys/ma.open.txt", "keys/pt.seal.pem",
		"ledger/ledger.jsonl", "ledger/checkpoint",
	} {
		if !named[want] {
			t.Errorf("summary.json doesn't name %s", want)
		}
	}
	var states []string
	for _, m := range s.Moves {
		if m.Node == "pt" {
			states = append(states, string(m.State))
		}
	}
	if got := strings.Join(states, " "); !strings.HasSuffix(got, "evidence_sent evidence_received closed") {
		t.Errorf("the request went through %s", got)
	}
}

// TestOthersCheckTheWalk: none of these programs is ours.
func TestOthersCheckTheWalk(t *testing.T) {
	if os.Getenv("COMITY_TEST_TOOLS") != "1" {
		t.Skip("not checked with age, unzip, sha256sum, openssl and poppler: COMITY_TEST_TOOLS is not 1")
	}
	dir := walked(t)
	bin := age(t)
	run(t, dir, bin, "-d", "-i", "keys/ma.open.txt", "-o", "opened.asice", "request.asice.age")
	run(t, dir, "cmp", "opened.asice", "request.asice")
	for file, seal := range map[string]string{"request": "pt", "receipt": "ma", "delivery": "ma"} {
		in := filepath.Join(dir, file)
		run(t, dir, "unzip", "-q", "-d", file, file+".asice")
		run(t, in, "sha256sum", "-c", "--quiet", "manifest-sha256.txt")
		run(t, in, "openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "META-INF/signature001.p7s",
			"-content", "META-INF/ASiCManifest001.xml", "-CAfile", "../keys/"+seal+".seal.pem", "-out", "/dev/null")
	}
	for _, letter := range []string{"letter.pdf", "custody.pdf"} {
		if out := run(t, dir, "pdfsig", letter); !strings.Contains(out, "Signature is Valid.") {
			t.Errorf("pdfsig %s:\n%s", letter, out)
		}
		run(t, dir, "qpdf", "--check", letter)
	}
	if out := run(t, dir, "pdftotext", "letter.pdf", "-"); !strings.Contains(out, "198.51.100.23") {
		t.Errorf("the letter's text lacks the address:\n%s", out)
	}
}

func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	c := exec.Command(args[0], args[1:]...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// age builds the age program in the version of our library: those of distributions may be too old for age1pq1.
func age(t *testing.T) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "filippo.io/age").Output()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "age")
	build := exec.Command("go", "build", "-o", bin, "./cmd/age")
	build.Dir = strings.TrimSpace(string(dir))
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}
