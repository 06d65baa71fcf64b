package sign_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"comity/internal/base/errs"
	"comity/internal/engine/document/doctest"
	"comity/internal/engine/document/sign"
)

var (
	at     = time.Date(2026, 11, 23, 20, 9, 53, 0, time.UTC)
	update = flag.Bool("update", false, "make the files in testdata anew")
)

// handmade is the smallest file that can be signed: one empty page.
func handmade() []byte {
	return assemble("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>")
}

// assemble makes a file of the objects, the first of which is the catalog.
func assemble(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	table := "0000000000 65535 f \n"
	for i, o := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	fmt.Fprintf(&b, "xref\n0 %d\n%strailer\n<</Size %d/Root 1 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, table, len(objects)+1, b.Len())
	return b.Bytes()
}

func person(t testing.TB, name string, usage ...x509.ExtKeyUsage) sign.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{Country: []string{"PT"}, Organization: []string{"Exercise authority"}, CommonName: name},
		NotBefore:    time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2049, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		ExtKeyUsage:  usage,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return sign.Signer{Cert: cert, Key: key}
}

func signed(t testing.TB, pdf []byte, by sign.Signer, o sign.Options) []byte {
	t.Helper()
	out, err := sign.PDF(context.Background(), pdf, by, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func verified(t testing.TB, pdf []byte) []sign.Signature {
	t.Helper()
	all, err := sign.Verify(pdf)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestVerify_unsigned(t *testing.T) {
	if all := verified(t, handmade()); len(all) != 0 {
		t.Errorf("signatures = %v, want none", all)
	}
}

func TestPDF_onePersonAfterAnother(t *testing.T) {
	first, second, third := person(t, "Exercise Prosecutor"), person(t, "Exercise Judge"), person(t, "Exercise Minister")
	pdf := handmade()
	once := signed(t, pdf, first, sign.Options{Time: at, Name: "A. Exercise (first)", Reason: `back\slash`, Location: "Exampleville"})
	twice := signed(t, once, second, sign.Options{Time: at.Add(time.Hour), Name: "الاسم المخترع"})
	thrice := signed(t, twice, third, sign.Options{Time: at.Add(2 * time.Hour)})
	if !bytes.HasPrefix(once, pdf) || !bytes.HasPrefix(twice, once) || !bytes.HasPrefix(thrice, twice) {
		t.Fatal("signing changed what was there before")
	}
	all := verified(t, thrice)
	if len(all) != 3 {
		t.Fatalf("%d signatures, want 3", len(all))
	}
	for i, want := range []struct {
		by     sign.Signer
		name   string
		time   time.Time
		covers int
	}{
		{first, "A. Exercise (first)", at, len(once)},
		{second, "الاسم المخترع", at.Add(time.Hour), len(twice)},
		{third, "", at.Add(2 * time.Hour), len(thrice)},
	} {
		got := all[i]
		if !got.Intact() || !got.Cert.Equal(want.by.Cert) || got.Name != want.name || !got.Time.Equal(want.time) || got.Covers != want.covers {
			t.Errorf("signature %d = %v by %q, want it intact at %s over %d bytes by %q", i+1, got, got.Name, want.time, want.covers, want.name)
		}
	}
	if all[0].Reason != `back\slash` || all[0].Location != "Exampleville" {
		t.Errorf("reason %q and location %q, want what was given", all[0].Reason, all[0].Location)
	}
}

// TestVerify_noticesEveryByte changes each byte of a file with two signatures. What is found must never be two intact
// ones.
func TestVerify_noticesEveryByte(t *testing.T) {
	pdf := signed(t, handmade(), person(t, "Exercise Prosecutor"), sign.Options{Time: at})
	pdf = signed(t, pdf, person(t, "Exercise Judge"), sign.Options{Time: at})
	for i := range pdf {
		changed := bytes.Clone(pdf)
		changed[i] ^= 1
		all, err := sign.Verify(changed)
		if err != nil {
			continue
		}
		intact := 0
		for _, s := range all {
			if s.Intact() {
				intact++
			}
		}
		if intact == 2 {
			t.Fatalf("byte %d (%q) changed and both signatures are intact", i, pdf[max(0, i-20):min(len(pdf), i+20)])
		}
	}
}

func TestVerify_broken(t *testing.T) {
	base := handmade()
	pdf := signed(t, base, person(t, "Exercise Prosecutor"), sign.Options{Time: at, Reason: "Exercise"})
	for name, change := range map[string]func([]byte) []byte{
		"the page": func(b []byte) []byte { return bytes.Replace(b, []byte("%PDF-1.7"), []byte("%PDF-1.6"), 1) },
		"the reason": func(b []byte) []byte {
			return bytes.Replace(b, []byte("/Reason(Exercise)"), []byte("/Reason(exercise)"), 1)
		},
		"the time": func(b []byte) []byte {
			return bytes.Replace(b, []byte("/M(D:20261123"), []byte("/M(D:20261124"), 1)
		},
		"the room beside the signature": func(b []byte) []byte {
			at := bytes.Index(b, []byte("00>/M")) // the last byte of the room
			return append(append(bytes.Clone(b[:at]), "01"...), b[at+2:]...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			changed := change(pdf)
			if bytes.Equal(changed, pdf) {
				t.Fatal("nothing was changed")
			}
			all, err := sign.Verify(changed)
			// The time is also in the identifier, so that another one is no longer what we would have written.
			if name == "the time" {
				if !errors.Is(err, errs.Invalid) {
					t.Errorf("Verify = %v, %v, want not valid", all, err)
				}
				return
			}
			if err != nil || len(all) != 1 || all[0].Broken == nil || all[0].Cert != nil {
				t.Errorf("Verify = %v, %v, want one broken signature", all, err)
			}
			if _, err := sign.PDF(context.Background(), changed, person(t, "Exercise Judge"), sign.Options{Time: at}); !errors.Is(err, errs.Invalid) {
				t.Errorf("signing once more = %v, want not valid", err)
			}
		})
	}
}

// TestVerify_changedAfter appends what is no signature: each must be told, and the signature below must still be found.
func TestVerify_changedAfter(t *testing.T) {
	pdf := signed(t, handmade(), person(t, "Exercise Prosecutor"), sign.Options{Time: at})
	other := "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>>\nendobj\n"
	start := pdf[bytes.LastIndex(pdf, []byte("startxref\n"))+len("startxref\n"):]
	prev, _, _ := bytes.Cut(start, []byte("\n"))
	newPage := fmt.Sprintf("%sxref\n3 1\n%010d 00000 n \ntrailer\n<</Size 7/Root 1 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n",
		other, len(pdf), prev, len(pdf)+len(other))
	for name, more := range map[string]string{
		"one byte":           "\n",
		"another page":       newPage,
		"a comment":          "% looks harmless\n%%EOF\n",
		"the same once more": string(pdf[len(handmade()):]),
	} {
		t.Run(name, func(t *testing.T) {
			all := verified(t, append(bytes.Clone(pdf), more...))
			if len(all) != 1 || !all[0].Changed || all[0].Broken != nil || all[0].Intact() || all[0].Covers != len(pdf) {
				t.Errorf("signatures = %v, want one, changed after signing", all)
			}
		})
	}
}

func TestPDF_refuses(t *testing.T) {
	by := person(t, "Exercise Prosecutor")
	other := person(t, "Exercise Judge")
	good := sign.Options{Time: at}
	catalog, pages, page := "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R>>"
	for name, c := range map[string]struct {
		pdf []byte
		by  sign.Signer
		o   sign.Options
	}{
		"nothing":             {nil, by, good},
		"no PDF":              {[]byte("exercise\nstartxref\n0\n%%EOF\n"), by, good},
		"no new line at end":  {bytes.TrimSuffix(handmade(), []byte("\n")), by, good},
		"bytes after the end": {append(handmade(), 0), by, good},
		"encrypted":           {bytes.Replace(handmade(), []byte("/Root"), []byte("/Encrypt 3 0 R/Root"), 1), by, good},
		"a form of others":    {assemble("<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>", pages, page, "<</Fields[5 0 R]/NeedAppearances true>>"), by, good},
		"a form in place":     {assemble("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>", pages, page), by, good},
		"no page":             {assemble(catalog, "<</Type/Pages/Count 0/Kids[]>>"), by, good},
		"pages in a circle":   {assemble(catalog, "<</Type/Pages/Count 1/Kids[2 0 R]>>"), by, good},
		"a key twice":         {assemble("<</Type/Catalog/Pages 2 0 R/Pages 2 0 R>>", pages, page), by, good},
		"another's key":       {handmade(), sign.Signer{Cert: by.Cert, Key: other.Key}, good},
		"no time":             {handmade(), by, sign.Options{}},
		"a long reason":       {handmade(), by, sign.Options{Time: at, Reason: strings.Repeat("x", 201)}},
		"a reason of no text": {handmade(), by, sign.Options{Time: at, Reason: "\xff"}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := sign.PDF(context.Background(), c.pdf, c.by, c.o); !errors.Is(err, errs.Invalid) {
				t.Errorf("PDF = %v, want not valid", err)
			}
		})
	}
}

func TestPDF_keepsNotesOnThePage(t *testing.T) {
	pdf := assemble("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/Annots[4 0 R]/Tabs/S>>", "<</Type/Annot/Subtype/Link/Rect[0 0 1 1]>>")
	out := signed(t, pdf, person(t, "Exercise Prosecutor"), sign.Options{Time: at})
	if !bytes.Contains(out, []byte("/Annots[4 0 R 6 0 R]/Tabs/S>>")) {
		t.Errorf("the page is not what it was with one more annotation:\n%s", out[len(pdf):])
	}
}

// authority plays a time-stamp authority on HTTP; change may spoil its answer.
func authority(t *testing.T, change func(*timestamp.Timestamp)) (sign.TSA, *x509.Certificate) {
	t.Helper()
	tsa := person(t, "Exercise time-stamp authority", x509.ExtKeyUsageTimeStamping)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		req, err := timestamp.ParseRequest(body)
		if err != nil {
			t.Error(err)
			return
		}
		ts := &timestamp.Timestamp{
			HashAlgorithm: req.HashAlgorithm, HashedMessage: req.HashedMessage, Nonce: req.Nonce, Time: at.Add(time.Second),
			Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, AddTSACertificate: req.Certificates,
		}
		change(ts)
		answer, err := ts.CreateResponseWithOpts(tsa.Cert, tsa.Key, crypto.SHA256)
		if err != nil {
			t.Error(err)
			return
		}
		w.Header().Set("Content-Type", "application/timestamp-reply")
		if _, err := w.Write(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return sign.HTTP(server.Client(), server.URL), tsa.Cert
}

func TestPDF_timeStamp(t *testing.T) {
	tsa, cert := authority(t, func(*timestamp.Timestamp) {})
	pdf := signed(t, handmade(), person(t, "Exercise Prosecutor"), sign.Options{Time: at, TSA: tsa})
	pdf = signed(t, pdf, person(t, "Exercise Judge"), sign.Options{Time: at, TSA: tsa})
	for _, s := range verified(t, pdf) {
		if !s.Intact() || len(s.Stamps) != 1 || !s.Stamps[0].Cert.Equal(cert) || !s.Stamps[0].Time.Equal(at.Add(time.Second)) {
			t.Errorf("signature = %v with stamps %v, want it intact with one of %s", s, s.Stamps, at.Add(time.Second))
		}
	}
}

func TestHTTP_refuses(t *testing.T) {
	for name, change := range map[string]func(*timestamp.Timestamp){
		"another nonce":  func(ts *timestamp.Timestamp) { ts.Nonce = big.NewInt(1) },
		"no nonce":       func(ts *timestamp.Timestamp) { ts.Nonce = nil },
		"another digest": func(ts *timestamp.Timestamp) { ts.HashedMessage = make([]byte, 32) },
		"no certificate": func(ts *timestamp.Timestamp) { ts.AddTSACertificate = false },
		"more than is taken": func(ts *timestamp.Timestamp) {
			ts.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3}, Value: make([]byte, 20<<10)}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			tsa, _ := authority(t, change)
			_, err := sign.PDF(context.Background(), handmade(), person(t, "Exercise Prosecutor"), sign.Options{Time: at, TSA: tsa})
			if !errors.Is(err, errs.Unavailable) && !errors.Is(err, errs.Invalid) {
				t.Errorf("PDF = %v, want not available or not valid", err)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		if _, err := sign.HTTP(server.Client(), server.URL)(context.Background(), make([]byte, 32)); !errors.Is(err, errs.Unavailable) {
			t.Errorf("TSA = %v, want not available", err)
		}
	})
}

// TestVector holds that a file signed by an earlier version stays good.
func TestVector(t *testing.T) {
	path := filepath.Join("testdata", "signed.pdf")
	if *update {
		tsa, _ := authority(t, func(*timestamp.Timestamp) {})
		pdf := signed(t, handmade(), person(t, "Exercise Prosecutor"), sign.Options{Time: at, Name: "A. Exercise", TSA: tsa})
		pdf = signed(t, pdf, person(t, "Exercise Judge"), sign.Options{Time: at.Add(time.Hour), Location: "Exampleville"})
		if err := os.WriteFile(path, pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pdf, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := verified(t, pdf)
	if len(all) != 2 || !all[0].Intact() || !all[1].Intact() || len(all[0].Stamps) != 1 {
		t.Errorf("signatures = %v, want two intact ones, the first with a time stamp", all)
	}
}

func FuzzVerify(f *testing.F) {
	pdf, err := os.ReadFile(filepath.Join("testdata", "signed.pdf"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pdf)
	f.Add(handmade())
	f.Fuzz(func(t *testing.T, pdf []byte) {
		all, err := sign.Verify(pdf)
		if err != nil && !errors.Is(err, errs.Invalid) {
			t.Errorf("refused without the kind: %v", err)
		}
		for _, s := range all {
			if s.Broken == nil && s.Cert == nil {
				t.Errorf("signature without certificate that is not broken: %v", s)
			}
		}
	})
}

func TestSignature_String(t *testing.T) {
	s := sign.Signature{Time: at, Covers: 10, Name: "A. Exercise"}
	changed, broken := s, s
	changed.Changed = true
	broken.Broken = errs.Invalidf("exercise")
	for want, s := range map[string]sign.Signature{
		"signature at 2026-11-23T20:09:53Z over 10 bytes: intact":                      s,
		"signature at 2026-11-23T20:09:53Z over 10 bytes: changed after signing":       changed,
		"signature at 2026-11-23T20:09:53Z over 10 bytes: broken: exercise: not valid": broken,
	} {
		if got := s.String(); got != want {
			t.Errorf("String = %q, want %q", got, want)
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	file, by := letter(b, doctest.Arabic()), person(b, "Exercise Prosecutor")
	for b.Loop() {
		if _, err := sign.PDF(context.Background(), file, by, sign.Options{Time: at}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	file := signed(b, letter(b, doctest.Arabic()), person(b, "Exercise Prosecutor"), sign.Options{Time: at})
	for b.Loop() {
		if _, err := sign.Verify(file); err != nil {
			b.Fatal(err)
		}
	}
}
