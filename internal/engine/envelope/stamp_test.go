package envelope

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
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// authority plays a time-stamp authority of an exercise.
func authority(t *testing.T) (*x509.Certificate, Stamper) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Exercise time"},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, func(digest [sha256.Size]byte) ([]byte, error) {
		ts := timestamp.Timestamp{
			HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Time: now,
			Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, AddTSACertificate: true,
		}
		response, err := ts.CreateResponseWithOpts(cert, key, crypto.SHA256)
		if err != nil {
			return nil, err
		}
		parsed, err := timestamp.ParseResponse(response)
		if err != nil {
			return nil, err
		}
		return parsed.RawToken, nil
	}
}

// An envelope whose seal was revoked counts when an authority that is believed stamped it before.
func TestStamp(t *testing.T) {
	from, to := nodes(t)
	cert, stamp := authority(t)
	var b bytes.Buffer
	if _, err := Seal(&b, message(from, to, "request"), parts(), from.seal, stamp); err != nil {
		t.Fatal(err)
	}
	file, o := encrypt(t, b.Bytes(), to), optionsOf(from, to)
	revoke := func(since time.Time) {
		c := *from.card
		c.Revoked = []Revocation{{CertSum(from.seal.Cert), since, "exercise"}}
		o.Cards = func(Digest) ([]*Card, error) { return []*Card{&c}, nil }
	}
	revoke(now.Add(time.Second))
	wants(t, file, o, UnprovenTime, "nothing proves")
	o.Authorities = []Digest{CertSum(cert)}
	if opened, err := openBytes(file, o); err != nil || len(opened.Stamps) != 1 {
		t.Errorf("stamped before the revocation: Open = %v", err)
	}
	revoke(now)
	wants(t, file, o, UnprovenTime, "nothing proves")
}

func TestStamp_authorityFails(t *testing.T) {
	from, to := nodes(t)
	gone := errors.New("no answer")
	_, err := Seal(&bytes.Buffer{}, message(from, to, "request"), parts(), from.seal,
		func([sha256.Size]byte) ([]byte, error) { return nil, gone })
	if !errors.Is(err, gone) {
		t.Errorf("Seal = %v, want %v", err, gone)
	}
}
