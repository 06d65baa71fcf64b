package cms

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"slices"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"

	"comity/internal/base/errs"
)

// Stamp is a time stamp by an authority (RFC 3161): the signature existed at Time. Whether the authority is one to be
// believed is the caller's question.
type Stamp struct {
	Time  time.Time
	Cert  *x509.Certificate // the authority's
	Token []byte            // the whole token in DER
}

// readStamp checks that the token's own signature holds, that its signer is an authority for time stamping and was so at
// that time, and that it stamps this signature value.
func readStamp(token, signature []byte) (Stamp, error) {
	p7, err := pkcs7.Parse(token)
	if err != nil {
		return Stamp{}, errs.Invalidf("time stamp: %v", err)
	}
	signer := p7.GetOnlySigner() // nil as well when its certificate is not inside: then nothing could be checked
	if signer == nil || !slices.Contains(signer.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return Stamp{}, errs.Invalidf("time stamp is not by one time-stamp authority whose certificate is inside")
	}
	ts, err := timestamp.Parse(token)
	if err != nil {
		return Stamp{}, errs.Invalidf("time stamp: %v", err)
	}
	sum := sha256.Sum256(signature)
	if ts.HashAlgorithm != crypto.SHA256 || !bytes.Equal(ts.HashedMessage, sum[:]) {
		return Stamp{}, errs.Invalidf("time stamp is for another signature")
	}
	if ts.Time.Before(signer.NotBefore) || ts.Time.After(signer.NotAfter) {
		return Stamp{}, errs.Invalidf("time stamp of %s is from outside its certificate's time", ts.Time.UTC().Format(time.RFC3339))
	}
	return Stamp{Time: ts.Time.UTC(), Cert: signer, Token: bytes.Clone(token)}, nil
}
