package cms

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"comity/internal/base/errs"
)

// Result is what a good signature says.
type Result struct {
	Cert        *x509.Certificate // the one inside; not yet believed: compare its SHA-256 with a pinned one
	SigningTime time.Time         // as the signer claims it, zero when the attribute is absent
	Signed      []asn1.ObjectIdentifier
	Unsigned    []asn1.ObjectIdentifier
	Stamps      []Stamp // RFC 3161 time stamps over the signature, each checked against it
}

// Verify checks a detached signature over the content. Every refusal is an [errs.Invalid] that says what is wrong.
// It looks neither at the certificate's validity nor at who issued it.
func Verify(der, content []byte) (*Result, error) {
	return VerifyDigest(der, sha256.Sum256(content))
}

// VerifyDigest is [Verify] for a content whose SHA-256 is known already.
func VerifyDigest(der []byte, digest [sha256.Size]byte) (*Result, error) {
	r, err := verify(der, digest)
	if err != nil {
		return nil, fmt.Errorf("verify signature: %w", err)
	}
	return r, nil
}

func verify(der []byte, digest [sha256.Size]byte) (*Result, error) {
	p, err := parse(der)
	if err != nil {
		return nil, err
	}
	pub, err := publicKey(p.cert)
	if err != nil {
		return nil, err
	}
	r := &Result{Cert: p.cert}
	if err := r.readSigned(p, digest); err != nil {
		return nil, err
	}
	signedOver := sha256.Sum256(setOf(p.signed))
	if !ecdsa.VerifyASN1(pub, signedOver[:], p.signature) {
		return nil, errs.Invalidf("signature value does not fit the certificate's key")
	}
	if err := r.readUnsigned(p); err != nil {
		return nil, err
	}
	return r, nil
}

// readSigned accepts content-type, message-digest, signing-certificate-v2 and perhaps signing-time, each once.
func (r *Result) readSigned(p parts, digest [sha256.Size]byte) error {
	seen := map[string]bool{}
	for _, a := range p.signed {
		oid, value, err := readAttribute(a)
		if err != nil {
			return err
		}
		if seen[oid.String()] {
			return errs.Invalidf("signed attribute %s twice", oid)
		}
		seen[oid.String()] = true
		if err := r.readSignedValue(p, oid, value, digest); err != nil {
			return err
		}
		r.Signed = append(r.Signed, oid)
	}
	for _, need := range []asn1.ObjectIdentifier{oidContentType, oidMessageDigest, oidSigningCertV2} {
		if !seen[need.String()] {
			return errs.Invalidf("signed attribute %s is missing", need)
		}
	}
	return nil
}

func (r *Result) readSignedValue(p parts, oid asn1.ObjectIdentifier, value cryptobyte.String, digest [sha256.Size]byte) error {
	switch {
	case oid.Equal(oidContentType):
		var content asn1.ObjectIdentifier
		if !value.ReadASN1ObjectIdentifier(&content) || !value.Empty() || !content.Equal(oidData) {
			return errs.Invalidf("content-type is not plain data")
		}
	case oid.Equal(oidMessageDigest):
		var sum cryptobyte.String
		if !value.ReadASN1(&sum, tag.OCTET_STRING) || !value.Empty() || !bytes.Equal(sum, digest[:]) {
			return errs.Invalidf("content is not the one that was signed")
		}
	case oid.Equal(oidSigningCertV2):
		return checkSigningCertificate(value, p.cert)
	case oid.Equal(oidSigningTime):
		return r.readSigningTime(value)
	default:
		return errs.Invalidf("signed attribute %s is not one of ours", oid)
	}
	return nil
}

// readSigningTime reads UTCTime or GeneralizedTime and refuses every form but the one [timeDER] writes.
func (r *Result) readSigningTime(value cryptobyte.String) error {
	raw := bytes.Clone(value)
	var at time.Time
	ok := value.PeekASN1Tag(tag.UTCTime) && value.ReadASN1UTCTime(&at) ||
		value.PeekASN1Tag(tag.GeneralizedTime) && value.ReadASN1GeneralizedTime(&at)
	if !ok {
		return errs.Invalidf("signing-time is not a time")
	}
	if again, err := timeDER(at); err != nil || !bytes.Equal(again, raw) {
		return errs.Invalidf("signing-time is not in its one form")
	}
	r.SigningTime = at.UTC()
	return nil
}

// readUnsigned accepts time stamps over the signature value and nothing else.
func (r *Result) readUnsigned(p parts) error {
	for _, a := range p.unsigned {
		oid, value, err := readAttribute(a)
		if err != nil {
			return err
		}
		if !oid.Equal(oidTimeStamp) {
			return errs.Invalidf("unsigned attribute %s is not one of ours", oid)
		}
		stamp, err := readStamp(value, p.signature)
		if err != nil {
			return err
		}
		r.Unsigned = append(r.Unsigned, oid)
		r.Stamps = append(r.Stamps, stamp)
	}
	return nil
}
