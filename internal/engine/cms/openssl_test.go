package cms_test

import (
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"comity/internal/engine/cms"
)

// openssl returns the path of the command. Without it the test ends, and fails where the tools must be there.
func openssl(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err == nil {
		return path
	}
	if os.Getenv("COMITY_TEST_TOOLS") == "1" {
		t.Fatal(err)
	}
	t.Log("not checked with openssl: the command is not there")
	return ""
}

func write(t *testing.T, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// TestOpenSSL_acceptsOurs runs the very command that docs/formats/envelope.md gives to anyone who holds a file.
func TestOpenSSL_acceptsOurs(t *testing.T) {
	tool := openssl(t)
	if tool == "" {
		return
	}
	for name, o := range map[string]cms.Options{"envelope": {SigningTime: at}, "PDF": {}} {
		t.Run(name, func(t *testing.T) {
			der, cert := signed(t, o)
			dir := t.TempDir()
			signature := write(t, dir, "signature001.p7s", der)
			data := write(t, dir, "content", content)
			ca := write(t, dir, "seal.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
			run(t, tool, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", signature,
				"-content", data, "-CAfile", ca, "-out", os.DevNull)

			other := write(t, dir, "other", append([]byte("x"), content...))
			if err := exec.Command(tool, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", signature,
				"-content", other, "-CAfile", ca, "-out", os.DevNull).Run(); err == nil {
				t.Error("openssl accepts another content")
			}
		})
	}
}

// TestOpenSSL_madeIsAccepted shows that a second implementation can be the openssl command.
func TestOpenSSL_madeIsAccepted(t *testing.T) {
	tool := openssl(t)
	if tool == "" {
		return
	}
	cert, key := person(t, elliptic.P256())
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	keyFile := write(t, dir, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	certFile := write(t, dir, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	data := write(t, dir, "content", content)
	out := filepath.Join(dir, "signature.p7s")
	run(t, tool, "cms", "-sign", "-cades", "-binary", "-md", "sha256", "-nosmimecap", "-outform", "DER",
		"-signer", certFile, "-inkey", keyFile, "-in", data, "-out", out)
	der, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	r, err := cms.Verify(der, content)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Cert.Equal(cert) || r.SigningTime.IsZero() {
		t.Errorf("certificate %v and signing time %s, want the signer's and now", r.Cert.Subject, r.SigningTime)
	}
}
