package cms

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
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
)

var forged = []byte("exercise: what was signed\n")

// forge makes signatures that are sound in themselves and not of our form.
type forge struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newForge(t *testing.T, curve elliptic.Curve) forge {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Exercise forger"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return forge{t, cert, key}
}

// attrs are the four good ones.
func (f forge) attrs() [][]byte {
	f.t.Helper()
	attrs, err := signedAttributes(sha256.Sum256(forged), f.cert, time.Date(2026, 11, 23, 20, 9, 53, 0, time.UTC))
	if err != nil {
		f.t.Fatal(err)
	}
	return attrs
}

// sign signs any attributes, in the order DER wants.
func (f forge) sign(attrs [][]byte) parts {
	f.t.Helper()
	sortDER(attrs)
	return f.signAsIs(attrs)
}

func (f forge) signAsIs(attrs [][]byte) parts {
	f.t.Helper()
	sum := sha256.Sum256(setOf(attrs))
	signature, err := f.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		f.t.Fatal(err)
	}
	return parts{cert: f.cert, digestAlg: sha256Alg, signerDigestAlg: sha256Alg, signed: attrs, signature: signature}
}

func (f forge) der(p parts) []byte {
	f.t.Helper()
	der, err := p.der()
	if err != nil {
		f.t.Fatal(err)
	}
	return der
}

// without drops the attribute, replaced puts another value in its place.
func (f forge) without(oid asn1.ObjectIdentifier) [][]byte {
	return slices.DeleteFunc(f.attrs(), func(a []byte) bool { got, _, err := readAttribute(a); return err == nil && got.Equal(oid) })
}

func (f forge) replaced(oid asn1.ObjectIdentifier, value any) [][]byte {
	f.t.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		f.t.Fatal(err)
	}
	return append(f.without(oid), attribute(oid, der))
}

func TestVerify_refusesOtherForms(t *testing.T) {
	f, other := newForge(t, elliptic.P256()), newForge(t, elliptic.P256())
	great := newForge(t, elliptic.P384())
	good := f.sign(f.attrs())
	if _, err := Verify(f.der(good), forged); err != nil {
		t.Fatalf("the good one is refused: %v", err)
	}
	twice := func(b []byte) []byte { return append(bytes.Clone(b), b...) }
	otherSigner, unsigned, certTwice := good, good, good
	otherSigner.cert = other.cert
	unsigned.unsigned = [][]byte{attribute(oidSigningTime, []byte{5, 0})}
	twoCerts := *f.cert
	twoCerts.Raw = append(bytes.Clone(f.cert.Raw), other.cert.Raw...)
	certTwice.cert = &twoCerts
	sha512 := good
	sha512.digestAlg = algorithm(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, nil)
	unsorted := f.attrs()
	slices.Reverse(unsorted)
	early := f.without(oidSigningTime)
	early = append(early, attribute(oidSigningTime, []byte("\x18\x0f20261123200953Z"))) // GeneralizedTime before 2050
	offset := append(f.without(oidSigningTime), attribute(oidSigningTime, []byte("\x17\x11261123200953+0000")))
	twoValues := attribute(oidSigningTime, twice([]byte("\x17\x0d261123200953Z")))

	for name, c := range map[string]struct {
		der  []byte
		says string
	}{
		"no content-type":            {f.der(f.sign(f.without(oidContentType))), "is missing"},
		"no message-digest":          {f.der(f.sign(f.without(oidMessageDigest))), "is missing"},
		"no signing-certificate":     {f.der(f.sign(f.without(oidSigningCertV2))), "is missing"},
		"another content type":       {f.der(f.sign(f.replaced(oidContentType, oidSignedData))), "content-type is not plain data"},
		"a digest as a text":         {f.der(f.sign(f.replaced(oidMessageDigest, "exercise"))), "not the one that was signed"},
		"an attribute of others":     {f.der(f.sign(append(f.attrs(), attribute(oidTimeStamp, []byte{5, 0})))), "is not one of ours"},
		"an attribute twice":         {f.der(f.sign(append(f.attrs(), f.attrs()[0]))), "twice"},
		"an attribute of two values": {f.der(f.sign(append(f.without(oidSigningTime), twoValues))), "exactly one value"},
		"attributes out of order":    {f.der(f.signAsIs(unsorted)), "not a set in DER"},
		"no signed attributes":       {f.der(parts{cert: f.cert, digestAlg: sha256Alg, signerDigestAlg: sha256Alg, signature: good.signature}), "not a set in DER"},
		"a time in the wrong form":   {f.der(f.sign(early)), "signing-time is not"},
		"a time with an offset":      {f.der(f.sign(offset)), "signing-time is not"},
		"another certificate inside": {f.der(otherSigner), "names another certificate"},
		"two certificates inside":    {f.der(certTwice), "not exactly one certificate"},
		"an unsigned attribute":      {f.der(unsigned), "unsigned attribute"},
		"SHA-512":                    {f.der(sha512), "digest algorithm is not SHA-256"},
		"P-384":                      {great.der(great.sign(great.attrs())), "not ECDSA on P-256"},
		"another's signature":        {f.der(other.sign(f.attrs()).by(f)), "does not fit the certificate's key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Verify(c.der, forged)
			if !errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Verify = %v, want not valid and %q", err, c.says)
			}
		})
	}
}

// by gives a signature the certificate of someone else.
func (p parts) by(f forge) parts {
	p.cert = f.cert
	return p
}

// TestVerify_refusesASecondSigner doubles the signer and sets the lengths around it right.
func TestVerify_refusesASecondSigner(t *testing.T) {
	f := newForge(t, elliptic.P256())
	der := f.der(f.sign(f.attrs()))
	var info struct {
		Type asn1.ObjectIdentifier
		Data struct {
			Version int
			Algs    asn1.RawValue
			Content asn1.RawValue
			Certs   asn1.RawValue
			Signers []asn1.RawValue `asn1:"set"`
		} `asn1:"explicit,tag:0"`
	}
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 {
		t.Fatal(err)
	}
	again, err := asn1.Marshal(info)
	if err != nil || !bytes.Equal(again, der) {
		t.Fatalf("taken apart and put together it is another: %v", err)
	}
	info.Data.Signers = append(info.Data.Signers, info.Data.Signers[0])
	two, err := asn1.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(two, forged); !errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "not exactly one signer") {
		t.Errorf("Verify = %v, want not valid: not exactly one signer", err)
	}
}
