package envelope

import (
	"bytes"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tool finds a program that other people would use. Where tests have to have it (COMITY_TEST_TOOLS=1) its absence is a
// failure, elsewhere the log says what wasn't checked.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("COMITY_TEST_TOOLS") == "1" {
			t.Fatalf("%s: %v", name, err)
		}
		t.Skipf("not checked with %s: %v", name, err)
	}
	return path
}

// ageTool builds the age program in the version of our library: those of distributions may be too old for age1pq1.
// The program's own module has what it needs, ours doesn't list its terminal library.
func ageTool(t *testing.T) string {
	t.Helper()
	if os.Getenv("COMITY_TEST_TOOLS") != "1" {
		t.Skip("not checked with age: COMITY_TEST_TOOLS is not 1")
	}
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "filippo.io/age").Output()
	if err != nil {
		t.Fatalf("find age's module: %v", err)
	}
	bin := filepath.Join(t.TempDir(), "age")
	build := exec.Command("go", "build", "-o", bin, "./cmd/age")
	build.Dir = strings.TrimSpace(string(dir))
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build age: %v\n%s", err, out)
	}
	return bin
}

// sh runs the program in a folder and returns what it says; it has to end with 0.
func sh(t *testing.T, dir string, args ...string) string {
	t.Helper()
	c := exec.Command(args[0], args[1:]...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// folder has the encrypted envelope, its container, the key and the sender's seal as files.
func folder(t *testing.T) string {
	t.Helper()
	from, to := nodes(t)
	container, _ := sealMessage(t, message(from, to, "request"), parts(), from.seal)
	return write(t, map[string][]byte{
		"e.asice": container, "e.asice.age": encrypt(t, container, to), "KEY": []byte(to.open.String() + "\n"),
		"seal.pem": []byte(CertPEM(from.seal.Cert)), "card.asice": from.sealed, "root.pem": []byte(CertPEM(from.root.Cert)),
	})
}

func write(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestTools runs the programs on what we make, one by one.
func TestTools(t *testing.T) {
	from, _ := nodes(t)
	t.Run("age", func(t *testing.T) {
		bin, dir := ageTool(t), folder(t)
		sh(t, dir, bin, "-d", "-i", "KEY", "-o", "out.asice", "e.asice.age")
		same(t, dir, "out.asice", "e.asice")
	})
	t.Run("unzip", func(t *testing.T) {
		unzip, dir := tool(t, "unzip"), folder(t)
		if out := sh(t, dir, unzip, "-t", "e.asice"); !strings.Contains(out, "No errors detected") || strings.Contains(out, "warning") {
			t.Errorf("unzip -t says %s", out)
		}
	})
	t.Run("sha256sum", func(t *testing.T) {
		unzip, sums, dir := tool(t, "unzip"), tool(t, "sha256sum"), folder(t)
		sh(t, dir, unzip, "-q", "-d", "envelope", "e.asice")
		out := sh(t, filepath.Join(dir, "envelope"), sums, "-c", "--strict", SumsPath)
		if n := strings.Count(out, ": OK\n"); n != 6 {
			t.Errorf("sha256sum found %d files good, want 6:\n%s", n, out)
		}
	})
	t.Run("openssl", func(t *testing.T) {
		openssl, unzip, dir := tool(t, "openssl"), tool(t, "unzip"), folder(t)
		for _, c := range []struct {
			file, signature, content string
			by                       Signer
		}{
			{"e.asice", SignaturePath, ManifestPath, from.seal},
			{"card.asice", SignaturePath, ManifestPath, from.root},
			{"card.asice", possessionPath(1), CardPath, from.seal},
		} {
			sh(t, dir, unzip, "-q", "-o", c.file)
			if err := os.WriteFile(filepath.Join(dir, "ca.pem"), []byte(CertPEM(c.by.Cert)), 0o600); err != nil {
				t.Fatal(err)
			}
			// The invented present lies in 2026; a fixed time keeps the test good later.
			sh(t, dir, openssl, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", c.signature,
				"-content", c.content, "-CAfile", "ca.pem", "-attime", "1795464593", "-out", "/dev/null")
		}
	})
}

func same(t *testing.T, dir, a, b string) {
	t.Helper()
	x, err := os.ReadFile(filepath.Join(dir, a))
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(filepath.Join(dir, b))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("%s and %s differ", a, b)
	}
}

// TestCommands runs the lines that Verify prints, as a person would paste them into a shell.
func TestCommands(t *testing.T) {
	shell := tool(t, "sh")
	for _, name := range []string{"openssl", "unzip", "sha256sum"} {
		tool(t, name)
	}
	bin := ageTool(t)
	from, to := nodes(t)
	container, _ := sealMessage(t, message(from, to, "request"), parts(), from.seal)
	file := encrypt(t, container, to)
	for name, c := range map[string]struct {
		file []byte
		pem  string
		card *x509.Certificate
	}{
		"it's an envelope.asice.age": {file: file, pem: "seal.pem", card: from.seal.Cert},
		"card.asice":                 {file: from.sealed, pem: "root.pem", card: from.root.Cert},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string][]byte{name: c.file, "KEY": []byte(to.open.String() + "\n")})
			o := optionsOf(from, to)
			report, err := Verify(name, bytes.NewReader(c.file), int64(len(c.file)), o)
			if err != nil || report.Refusal != nil {
				t.Fatalf("Verify = %+v, %v", report, err)
			}
			script := "set -e\nPATH=" + filepath.Dir(bin) + ":$PATH\n"
			for _, line := range Commands(name, Encrypted(bytes.NewReader(c.file)), report.Card, now) {
				script += line.Line + "\n"
				if strings.Contains(line.Line, "cd envelope") { // the certificate is where the person saved it
					if err := os.MkdirAll(filepath.Join(dir, "envelope"), 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(dir, "envelope", c.pem), []byte(CertPEM(c.card)), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			sh(t, dir, shell, "-c", script)
		})
	}
}

// What Verify says with and without what it needs.
func TestVerify(t *testing.T) {
	from, to := nodes(t)
	container, _ := sealMessage(t, message(from, to, "request"), parts(), from.seal)
	file := encrypt(t, container, to)
	all := optionsOf(from, to)
	for name, c := range map[string]struct {
		file   []byte
		o      Options
		good   bool
		refuse Check
		state  map[Check]State
	}{
		"everything at hand": {file, all, true, "", map[Check]State{UnknownSender: Passed, NotRecipient: Passed}},
		"the container":      {container, all, true, "", map[Check]State{BadEncryption: Skipped, BadDigest: Passed}},
		"no cards": {file, Options{Keys: all.Keys, Now: now}, false, "",
			map[Check]State{UnknownSender: Skipped, UnprovenTime: Skipped, BadDigest: Passed, WrongSender: Skipped}},
		"no key":            {file, Options{Now: now}, false, WrongKey, map[Check]State{BadEncryption: Passed, BadZip: Skipped}},
		"a card":            {from.sealed, Options{Now: now}, true, "", map[Check]State{UnknownSender: Passed}},
		"a card with bytes": {append(bytes.Clone(from.sealed), 1), Options{Now: now}, false, BadZip, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Verify("e", bytes.NewReader(c.file), int64(len(c.file)), c.o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Good() != c.good || (r.Refusal == nil) != (c.refuse == "") || len(r.Commands) < 6 {
				t.Errorf("good %v, refusal %v, %d commands; want %v, %q", r.Good(), r.Refusal, len(r.Commands), c.good, c.refuse)
			}
			if r.Refusal != nil && r.Refusal.Check != c.refuse {
				t.Errorf("refused by %s, want %s", r.Refusal.Check, c.refuse)
			}
			for _, res := range r.Results {
				if want, ok := c.state[res.Check]; ok && res.State != want {
					t.Errorf("%s: %s (%s), want %s", res.Check, res.State, res.Found, want)
				}
			}
		})
	}
}
