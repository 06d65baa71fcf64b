// Package cms makes and checks the one kind of signature Comity knows: a detached CMS SignedData (RFC 5652) by one
// ECDSA P-256 key with SHA-256, with one certificate inside and exactly the signed attributes that CAdES-BASELINE-B
// (ETSI EN 319 122-1) or PAdES-BASELINE-B (ETSI EN 319 142-1) ask for.
//
// It promises that what [Verify] accepts has one reading: DER only, nothing optional that we do not use, nothing left
// over. Whether the certificate is one to be believed is the caller's question; compare it with a pinned SHA-256.
// Start with [Sign] and [Verify].
package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"time"

	"comity/internal/base/errs"
)

// MaxSize is the most bytes a signature may have, time stamps and their certificates included.
const MaxSize = 64 << 10

// Options say what is signed beside the content.
type Options struct {
	// SigningTime is the signed attribute of that name, cut to whole seconds. CAdES-BASELINE-B wants it. PAdES forbids
	// it (the PDF's own entry M says when): leave it zero and the attribute is left out.
	SigningTime time.Time
}

// Sign returns the detached signature of the content in DER. The key must be the certificate's and lie on P-256.
func Sign(content []byte, cert *x509.Certificate, key crypto.Signer, o Options) ([]byte, error) {
	return SignDigest(sha256.Sum256(content), cert, key, o)
}

// SignDigest is [Sign] for a content whose SHA-256 is known already.
func SignDigest(digest [sha256.Size]byte, cert *x509.Certificate, key crypto.Signer, o Options) ([]byte, error) {
	if err := checkKey(cert, key); err != nil {
		return nil, fmt.Errorf("sign with certificate %x: %w", sha256.Sum256(cert.Raw), err)
	}
	attrs, err := signedAttributes(digest, cert, o.SigningTime)
	if err != nil {
		return nil, fmt.Errorf("sign: signed attributes: %w", err)
	}
	// What is signed is the attributes as a SET OF; in the structure itself they carry the tag [0] (RFC 5652, 5.4).
	toSign := sha256.Sum256(setOf(attrs))
	signature, err := key.Sign(rand.Reader, toSign[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign: key: %w", err)
	}
	der, err := parts{cert: cert, digestAlg: sha256Alg, signerDigestAlg: sha256Alg, signed: attrs, signature: signature}.der()
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return der, nil
}

// checkKey refuses a key that is not the certificate's, and every curve but P-256.
func checkKey(cert *x509.Certificate, key crypto.Signer) error {
	pub, err := publicKey(cert)
	if err != nil {
		return err
	}
	if !pub.Equal(key.Public()) {
		return errs.Invalidf("the key is not the certificate's")
	}
	return nil
}

func publicKey(cert *x509.Certificate) (*ecdsa.PublicKey, error) {
	pub, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, errs.Invalidf("the certificate's key is not ECDSA on P-256")
	}
	return pub, nil
}

// AddTimeStamp returns the signature with an RFC 3161 time-stamp token over it as the one unsigned attribute
// (CAdES-BASELINE-T). The token must be for this signature's value, see [Stamped].
func AddTimeStamp(der, token []byte) ([]byte, error) {
	p, err := parse(der)
	if err != nil {
		return nil, fmt.Errorf("add time stamp: %w", err)
	}
	if _, err := readStamp(token, p.signature); err != nil {
		return nil, fmt.Errorf("add time stamp: %w", err)
	}
	p.unsigned = append(p.unsigned, attribute(oidTimeStamp, token))
	sortDER(p.unsigned)
	out, err := p.der()
	if err != nil {
		return nil, fmt.Errorf("add time stamp: %w", err)
	}
	if len(out) > MaxSize {
		return nil, errs.Invalidf("add time stamp: %d bytes, %d are allowed", len(out), MaxSize)
	}
	return out, nil
}

// Stamped returns the SHA-256 that a time-stamp authority is asked to stamp: that of the signature's value.
func Stamped(der []byte) ([sha256.Size]byte, error) {
	p, err := parse(der)
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("digest to stamp: %w", err)
	}
	return sha256.Sum256(p.signature), nil
}

// equalDER reports whether the structure written anew from what was read is what was read.
func equalDER(p parts, der []byte) bool {
	again, err := p.der()
	return err == nil && bytes.Equal(again, der)
}
