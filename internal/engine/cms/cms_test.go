package cms_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"comity/internal/base/errs"
	"comity/internal/engine/cms"
)

var (
	content = []byte("exercise: the manifest that was signed\n")
	at      = time.Date(2026, 11, 23, 20, 9, 53, 0, time.UTC)
)

// person makes a self-signed certificate and its key.
func person(t testing.TB, curve elliptic.Curve, usage ...x509.ExtKeyUsage) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{Country: []string{"PT"}, Organization: []string{"Exercise authority"}, CommonName: "Exercise seal"},
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
	return cert, key
}

func signed(t testing.TB, o cms.Options) ([]byte, *x509.Certificate) {
	t.Helper()
	cert, key := person(t, elliptic.P256())
	der, err := cms.Sign(content, cert, key, o)
	if err != nil {
		t.Fatal(err)
	}
	return der, cert
}

func TestSignAndVerify(t *testing.T) {
	for _, c := range []struct {
		name  string
		o     cms.Options
		attrs int
	}{
		{"envelope", cms.Options{SigningTime: at}, 4},
		{"envelope after 2049", cms.Options{SigningTime: at.AddDate(40, 0, 0)}, 4},
		{"PDF", cms.Options{}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			der, cert := signed(t, c.o)
			r, err := cms.Verify(der, content)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Cert.Equal(cert) {
				t.Error("the certificate is another one")
			}
			if !r.SigningTime.Equal(c.o.SigningTime) {
				t.Errorf("signing time = %s, want %s", r.SigningTime, c.o.SigningTime)
			}
			if len(r.Signed) != c.attrs || len(r.Unsigned) != 0 {
				t.Errorf("attributes = %v and %v, want %d and none", r.Signed, r.Unsigned, c.attrs)
			}
		})
	}
}

func TestSign_refuses(t *testing.T) {
	cert, _ := person(t, elliptic.P256())
	_, other := person(t, elliptic.P256())
	if _, err := cms.Sign(content, cert, other, cms.Options{}); !errors.Is(err, errs.Invalid) {
		t.Errorf("another's key: %v, want not valid", err)
	}
	cert384, key384 := person(t, elliptic.P384())
	if _, err := cms.Sign(content, cert384, key384, cms.Options{}); !errors.Is(err, errs.Invalid) {
		t.Errorf("P-384: %v, want not valid", err)
	}
}

func TestVerify_noticesEveryByte(t *testing.T) {
	der, _ := signed(t, cms.Options{SigningTime: at})
	for i := range der {
		changed := bytes.Clone(der)
		changed[i] ^= 1
		if r, err := cms.Verify(changed, content); err == nil {
			// The certificate's own signature is the caller's to pin; a change there gives another certificate,
			// whose digest signing-certificate-v2 would have to name.
			t.Fatalf("byte %d changed: accepted with certificate %x", i, sha256.Sum256(r.Cert.Raw))
		}
	}
}

func TestVerify_refuses(t *testing.T) {
	der, _ := signed(t, cms.Options{SigningTime: at})
	indefinite := append([]byte{0x30, 0x80}, der[4:]...) // BER: no length, two zero bytes at the end
	indefinite = append(indefinite, 0, 0)
	for name, c := range map[string]struct {
		der, content []byte
		says         string
	}{
		"another content":     {der, []byte("exercise: another manifest\n"), "content is not the one"},
		"bytes after the end": {append(bytes.Clone(der), 0), content, "not a CMS SignedData in DER"},
		"indefinite length":   {indefinite, content, "not a CMS SignedData in DER"},
		"cut":                 {der[:len(der)-1], content, "not a CMS SignedData in DER"},
		"empty":               {nil, content, "not a CMS SignedData in DER"},
		"too large":           {make([]byte, cms.MaxSize+1), content, "are allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := cms.Verify(c.der, c.content)
			if !errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Verify = %v, want not valid and %q", err, c.says)
			}
		})
	}
}

// stampBy plays a time-stamp authority.
func stampBy(t testing.TB, cert *x509.Certificate, key *ecdsa.PrivateKey, digest [sha256.Size]byte) []byte {
	t.Helper()
	return stampAt(t, cert, key, digest, at)
}

func stampAt(t testing.TB, cert *x509.Certificate, key *ecdsa.PrivateKey, digest [sha256.Size]byte, when time.Time) []byte {
	t.Helper()
	ts := timestamp.Timestamp{
		HashAlgorithm:     crypto.SHA256,
		HashedMessage:     digest[:],
		Time:              when,
		Policy:            asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1},
		AddTSACertificate: true,
	}
	response, err := ts.CreateResponseWithOpts(cert, key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := timestamp.ParseResponse(response)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.RawToken
}

func TestAddTimeStamp(t *testing.T) {
	der, _ := signed(t, cms.Options{SigningTime: at})
	digest, err := cms.Stamped(der)
	if err != nil {
		t.Fatal(err)
	}
	tsaCert, tsaKey := person(t, elliptic.P256(), x509.ExtKeyUsageTimeStamping)
	stamped, err := cms.AddTimeStamp(der, stampBy(t, tsaCert, tsaKey, digest))
	if err != nil {
		t.Fatal(err)
	}
	r, err := cms.Verify(stamped, content)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Stamps) != 1 || !r.Stamps[0].Time.Equal(at) || !r.Stamps[0].Cert.Equal(tsaCert) {
		t.Errorf("stamps = %v, want one of %s by the authority", r.Stamps, at)
	}

	t.Run("for another signature", func(t *testing.T) {
		if _, err := cms.AddTimeStamp(der, stampBy(t, tsaCert, tsaKey, sha256.Sum256(der))); !errors.Is(err, errs.Invalid) {
			t.Errorf("AddTimeStamp = %v, want not valid", err)
		}
	})
	for name, when := range map[string]time.Time{"before its certificate began": tsaCert.NotBefore.Add(-time.Second), "after its certificate ended": tsaCert.NotAfter.Add(time.Second)} {
		t.Run(name, func(t *testing.T) {
			if _, err := cms.AddTimeStamp(der, stampAt(t, tsaCert, tsaKey, digest, when)); !errors.Is(err, errs.Invalid) {
				t.Errorf("AddTimeStamp = %v, want not valid", err)
			}
		})
	}
	t.Run("by someone who is no authority", func(t *testing.T) {
		cert, key := person(t, elliptic.P256())
		if _, err := cms.AddTimeStamp(der, stampBy(t, cert, key, digest)); !errors.Is(err, errs.Invalid) {
			t.Errorf("AddTimeStamp = %v, want not valid", err)
		}
	})
}

var update = flag.Bool("update", false, "make the signatures in testdata anew")

// TestVectors holds that signatures made by earlier versions stay good.
func TestVectors(t *testing.T) {
	if *update {
		makeVectors(t)
	}
	for name, stamps := range map[string]int{"envelope.p7s": 0, "pdf.p7s": 0, "stamped.p7s": 1} {
		der, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := cms.Verify(der, content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(r.Stamps) != stamps {
			t.Errorf("%s: %d time stamps, want %d", name, len(r.Stamps), stamps)
		}
	}
}

func makeVectors(t *testing.T) {
	t.Helper()
	envelope, _ := signed(t, cms.Options{SigningTime: at})
	pdf, _ := signed(t, cms.Options{})
	digest, err := cms.Stamped(envelope)
	if err != nil {
		t.Fatal(err)
	}
	cert, key := person(t, elliptic.P256(), x509.ExtKeyUsageTimeStamping)
	stamped, err := cms.AddTimeStamp(envelope, stampBy(t, cert, key, digest))
	if err != nil {
		t.Fatal(err)
	}
	for name, der := range map[string][]byte{"envelope.p7s": envelope, "pdf.p7s": pdf, "stamped.p7s": stamped} {
		write(t, "testdata", name, der)
	}
}

func FuzzVerify(f *testing.F) {
	seeds, err := filepath.Glob(filepath.Join("testdata", "*.p7s"))
	if err != nil || len(seeds) == 0 {
		f.Fatalf("seeds: %v, %v", seeds, err)
	}
	for _, name := range seeds {
		der, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		r, err := cms.Verify(der, content)
		if err != nil && !errors.Is(err, errs.Invalid) {
			t.Errorf("refused without the kind: %v", err)
		}
		if err == nil && len(r.Signed) < 3 {
			t.Errorf("accepted with the signed attributes %v", r.Signed)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	cert, key := person(b, elliptic.P256())
	for b.Loop() {
		if _, err := cms.Sign(content, cert, key, cms.Options{SigningTime: at}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	der, _ := signed(b, cms.Options{SigningTime: at})
	for b.Loop() {
		if _, err := cms.Verify(der, content); err != nil {
			b.Fatal(err)
		}
	}
}
