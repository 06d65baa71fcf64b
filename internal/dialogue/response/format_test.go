package response_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/dialogue/response"
	"comity/internal/engine/cms"
	"comity/internal/engine/envelope"
)

var update = flag.Bool("update", false, "write the vectors anew")

// vectors is where docs/formats/response.md has its examples.
const vectors = "../../../docs/formats/vectors/response"

// secretAnswer is the one secret answer of the vectors, in its canonical form.
const secretAnswer = `{"mark":{"confidential":"secret","period":"2025"},"value":"1200000"}`

func vectorSecrets(t testing.TB) []byte {
	t.Helper()
	b, err := canonical.Marshal(response.Sealed{
		Format: response.SecretsFormat, Salt: strings.Repeat("5a", 32),
		Answers: map[string]response.SealedAnswer{"police_budget": {Value: "1200000", Mark: response.Mark{Confidential: response.Secret, Period: "2025"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// vectorRecord has every member that a record and a mark can have. Its commitment is calculated here from the words of
// response.md, not by the program.
func vectorRecord(t testing.TB) response.Record {
	t.Helper()
	m := hmac.New(sha256.New, []byte(strings.Repeat("\x5a", 32)))
	m.Write([]byte("police_budget\x00" + secretAnswer))
	before := canonical.Sum([]byte("revision 1"))
	return response.Record{
		Format: response.RecordFormat, Study: "01KQ0000000000000000000001", Instrument: canonical.Sum([]byte("questionnaire")),
		Respondent: response.RespondentOf{ID: "01KQ0000000000000000000002", Audience: "state", State: "KEN", Name: "Kenya"},
		Revision:   2, Previous: &before, Level: response.Statistical, Exercise: true,
		Answers: json.RawMessage(`{"format":"comity/answers/1","police_law":"yes","police_unit":[{"name":"Группа 1"},{"name":"وحدة"}]}`),
		Marks: map[string]response.Mark{
			"police_ovens": {Missing: response.NotKnown, Note: "asked of the counties"},
			"police_law":   {Confidential: response.AggregateOnly, Source: "Act 5 of 2018 (exercise)", SourceKind: "law", Period: "2025", Lang: "en", Provisional: true},
		},
		Secrets: map[string]response.Hash{"police_budget": response.Hash(hex.EncodeToString(m.Sum(nil)))},
	}
}

// writeVectors makes the files anew, with a key that is thrown away.
func writeVectors(h testing.TB, record, secrets []byte) {
	h.Helper()
	cert, key, err := envelope.NewKey(envelope.UseSeal, envelope.Holder{State: "KE", Authority: "Clearing officer (exercise)", Node: "01KQ0000000000000000000003", Exercise: true}, time.Now().Add(-time.Hour))
	if err != nil {
		h.Fatal(err)
	}
	signature, err := cms.Sign(record, cert, key, cms.Options{SigningTime: time.Now()})
	if err != nil {
		h.Fatal(err)
	}
	if err := os.MkdirAll(vectors, 0o755); err != nil {
		h.Fatal(err)
	}
	for name, b := range map[string][]byte{"response.json": record, "secrets.json": secrets, "response.p7s": signature, "signer.pem": []byte(envelope.CertPEM(cert))} {
		if err := os.WriteFile(filepath.Join(vectors, name), b, 0o644); err != nil {
			h.Fatal(err)
		}
	}
}

func vectorFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVectors(t *testing.T) {
	record, err := vectorRecord(t).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		writeVectors(t, record, vectorSecrets(t))
	}
	for name, b := range map[string][]byte{"response.json": record, "secrets.json": vectorSecrets(t)} {
		if got := vectorFile(t, name); string(got) != string(b) {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, b)
		}
	}
	got, err := response.CheckSigned(vectorFile(t, "response.json"), vectorFile(t, "response.p7s"))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := envelope.ParseCert(string(vectorFile(t, "signer.pem")))
	if err != nil {
		t.Fatal(err)
	}
	if got.Hash != canonical.Sum(record) || !got.Signer.Cert.Equal(cert) {
		t.Errorf("hash %s and certificate %x, want %s and that of signer.pem", got.Hash, envelope.CertSum(got.Signer.Cert), canonical.Sum(record))
	}
	if _, err := response.CheckSecrets(got.Record, vectorFile(t, "secrets.json")); err != nil {
		t.Error(err)
	}
}

func TestReadRecord_refuses(t *testing.T) {
	good, err := vectorRecord(t).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"another format":                 {`comity/response/1`, `comity/response/2`},
		"no member that it doesn't know": {`"level":`, `"lever":1,"level":`},
		"a name in other letters":        {`"level":`, `"Level":`},
		"no level that there is":         {`"level":"statistical"`, `"level":"open"`},
		"revision 2 of none":             {`"previous":"` + string(*vectorRecord(t).Previous) + `"`, `"previous":null`},
		"revision 1 of one":              {`"revision":2`, `"revision":1`},
		"a mark without words":           {`"missing":"not_known","note":"asked of the counties"`, ``},
		"a secret mark in the open":      {`aggregate_only`, `secret`},
		"a mark that there isn't":        {`not_known`, `not_asked`},
		"a language that there isn't":    {`"lang":"en"`, `"lang":"xx"`},
		"a commitment that is none":      {string(vectorRecord(t).Secrets["police_budget"]), "1200000"},
		"no marks":                       {`"marks":{"police_law"`, `"marks":null,"x":{"police_law"`},
		"answers of another format":      {`comity/answers/1`, `comity/answers/9`},
		"a study that is none":           {`01KQ0000000000000000000001`, `bakeries`},
	} {
		bad := strings.Replace(string(good), change[0], change[1], 1)
		if bad == string(good) {
			t.Errorf("%s: the vector has no %s", name, change[0])
		}
		if _, err := response.ReadRecord([]byte(bad)); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, want errs.Invalid", name, err)
		}
	}
}

func TestCheckSecrets_refuses(t *testing.T) {
	good := string(vectorSecrets(t))
	for name, change := range map[string][2]string{
		"another answer": {`"1200000"`, `"1300000"`},
		"another salt":   {`5a5a`, `5b5a`},
		"another path":   {`police_budget`, `police_budgets`},
		"one more":       {`"answers":{`, `"answers":{"a":{"mark":{},"value":"1"},`},
		"a short salt":   {strings.Repeat("5a", 32), "5a"},
	} {
		if _, err := response.CheckSecrets(vectorRecord(t), []byte(strings.Replace(good, change[0], change[1], 1))); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, want errs.Invalid", name, err)
		}
	}
}

// FuzzReadRecord: what is read has one form, and reading it never panics.
func FuzzReadRecord(f *testing.F) {
	good, err := vectorRecord(f).Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"answers":{},"format":"comity/response/1","marks":{},"secrets":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := response.ReadRecord(b)
		if err != nil {
			return
		}
		if again, err := r.Bytes(); err != nil || string(again) != string(b) {
			t.Errorf("read and written again: %s, %v, want %s", again, err, b)
		}
	})
}
