package cli

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/dialogue/response"
	"comity/internal/engine/cms"
	"comity/internal/engine/envelope"
)

// signedResponse is a record of a response (invented) with its signature and the digest of who signed.
func signedResponse(t *testing.T) (record, signature []byte, signer, pem string) {
	t.Helper()
	record, err := response.Record{
		Format: response.RecordFormat, Study: id.New(time.Now()), Instrument: canonical.Sum([]byte("questionnaire")),
		Respondent: response.RespondentOf{ID: id.New(time.Now()), Audience: "state", State: "KEN", Name: "Kenya"},
		Revision:   1, Level: response.Statistical, Exercise: true, Answers: json.RawMessage(`{"format":"comity/answers/1","q1":"yes"}`),
		Marks: map[string]response.Mark{"q2": {Missing: response.NotKnown}}, Secrets: map[string]response.Hash{},
	}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	signature, signer, pem = clearedBy(t, record)
	return record, signature, signer, pem
}

func clearedBy(t *testing.T, record []byte) (signature []byte, signer, pem string) {
	t.Helper()
	cert, key, err := envelope.NewKey(envelope.UseSeal, envelope.Holder{State: "KE", Authority: "Clearing officer (exercise)", Node: "P", Exercise: true}, time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	signature, err = cms.Sign(record, cert, key, cms.Options{SigningTime: time.Now().Add(-time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	return signature, string(envelope.CertSum(cert)), envelope.CertPEM(cert)
}

func TestVerifyResponse(t *testing.T) {
	t.Parallel()
	record, signature, signer, pem := signedResponse(t)
	foreign, stranger, _ := clearedBy(t, record)
	file, p7s := put(t, "response.json", record), put(t, "response.p7s", signature)
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		ahead time.Duration
		args  []string
		code  int
		want  string
	}{
		"record, signature and signer":            {0, []string{"--signer", signer, "--with", p7s, file}, exitDone, "VERIFIED"},
		"without its signature":                   {0, []string{"--signer", signer, file}, exitNo, "skipped  signature"},
		"without whose certificate it is":         {0, []string{"--with", p7s, file}, exitNo, "skipped  signer 1"},
		"a signature by another":                  {0, []string{"--signer", signer, "--with", put(t, "other.p7s", foreign), file}, exitNo, "failed   signer 1"},
		"a signature by another beside the right": {0, []string{"--signer", signer, "--with", p7s, "--with", put(t, "other.p7s", foreign), file}, exitNo, "failed   signer 2"},
		"one answer changed":                      {0, []string{"--signer", signer, "--with", p7s, put(t, "x.json", bytes.Replace(record, []byte(`"yes"`), []byte(`"not"`), 1))}, exitNo, "failed   signature 1"},
		"a space more":                            {0, []string{"--signer", signer, "--with", p7s, put(t, "x.json", append(bytes.Clone(record), ' '))}, exitNo, "failed   record"},
		"a certificate that has ended":            {4 * 366 * day, []string{"--signer", signer, "--with", p7s, file}, exitNo, "skipped  time 1"},
		"a signature that says tomorrow":          {-day, []string{"--signer", signer, "--with", p7s, file}, exitNo, "failed   signature 1"},
		"something else in place of a signature":  {0, []string{"--signer", stranger, "--with", file, file}, exitNo, "failed   enclosed"},
	} {
		code, out := run(t, c.ahead, append([]string{"verify"}, c.args...)...)
		if code != c.code || !bytes.Contains([]byte(out), []byte(c.want)) || (code == exitDone) != bytes.Contains([]byte(out), []byte("VERIFIED")) {
			t.Errorf("%s: exit %d, want %d and %q:\n%s", name, code, c.code, c.want, out)
		}
	}
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	out, err := exec.Command("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", p7s, "-content", file,
		"-CAfile", put(t, "signer.pem", []byte(pem)), "-purpose", "any", "-out", filepath.Join(t.TempDir(), "out")).CombinedOutput()
	if err != nil {
		t.Errorf("the public command that verify shows: %v: %s", err, out)
	}
}
