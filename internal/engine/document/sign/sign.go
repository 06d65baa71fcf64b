// Package sign puts a person's signature on a letter and says of a letter who signed it and whether it is as they
// signed it.
//
// A signature is PAdES (ETSI EN 319 142-1): level B-B, or B-T when a time-stamp authority is asked. It is appended to
// the file, so that what others signed before stays byte for byte, and it covers everything before it. Start with [PDF]
// and [Verify].
package sign

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"time"
	"unicode/utf8"

	"comity/internal/base/errs"
	"comity/internal/engine/cms"
)

// Signer is who signs: a certificate with its ECDSA P-256 key, which may live in a token.
type Signer struct {
	Cert *x509.Certificate
	Key  crypto.Signer
}

// TSA asks a time-stamp authority for a token (RFC 3161, in DER) over a SHA-256; see [HTTP].
type TSA func(ctx context.Context, digest []byte) (token []byte, err error)

// Options say what stands beside a signature. All texts are claims of the signer, each at most 200 characters.
type Options struct {
	Time     time.Time // when it is signed, as the signer's clock has it; must be set
	Name     string    // of the person, "" for none
	Reason   string    // "Request for preservation", "" for none
	Location string    // "Lisbon", "" for none
	TSA      TSA       // nil for a signature of level B-B
}

// Room that is kept for the CMS beside the certificate: attributes and signature, and a time stamp with its chain.
const (
	room      = 1 << 10
	stampRoom = 16 << 10
)

const maxText = 200

// PDF returns the file with one more signature. It takes files as document/pdf and PDF itself write them; others are
// [errs.Invalid]. When the authority does not answer, the error is the TSA's and nothing was signed.
func PDF(ctx context.Context, pdf []byte, by Signer, o Options) ([]byte, error) {
	signed, err := signPDF(ctx, pdf, by, o)
	if err != nil {
		return nil, fmt.Errorf("sign PDF: %w", err)
	}
	return signed, nil
}

func signPDF(ctx context.Context, pdf []byte, by Signer, o Options) ([]byte, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := whole(pdf); err != nil {
		return nil, err
	}
	f, err := open(pdf)
	if err != nil {
		return nil, err
	}
	v := values{name: o.Name, reason: o.Reason, location: o.Location, at: o.Time, room: room + len(by.Cert.Raw)}
	if o.TSA != nil {
		v.room += stampRoom
	}
	u, err := f.write(v)
	if err != nil {
		return nil, err
	}
	// The signing-time stays out of the CMS: in PAdES the dictionary's entry M says when (EN 319 142-1, 6.3).
	der, err := cms.SignDigest(u.digest(pdf), by.Cert, by.Key, cms.Options{})
	if err != nil {
		return nil, err
	}
	if der, err = stamp(ctx, der, o.TSA); err != nil {
		return nil, err
	}
	if len(der) > v.room {
		return nil, errs.Invalidf("signature of %d bytes, there is room for %d", len(der), v.room)
	}
	u.fill(len(pdf), der)
	return append(pdf[:len(pdf):len(pdf)], u.bytes...), nil
}

// whole refuses to sign below signatures that no longer hold: the new one would seem to vouch for them.
func whole(pdf []byte) error {
	before, err := Verify(pdf)
	if err != nil {
		return err
	}
	for i, s := range before {
		if s.Broken != nil {
			return fmt.Errorf("signature %d on it: %w", i+1, s.Broken)
		}
		if s.Changed {
			return errs.Invalidf("it was changed after signature %d", i+1)
		}
	}
	return nil
}

func (o Options) check() error {
	if o.Time.IsZero() {
		return errs.Invalidf("no time of signing")
	}
	for _, text := range []string{o.Name, o.Reason, o.Location} {
		if n := utf8.RuneCountInString(text); n > maxText || !utf8.ValidString(text) {
			return errs.Invalidf("text of %d characters beside the signature, %d are allowed", n, maxText)
		}
	}
	return nil
}

func stamp(ctx context.Context, der []byte, authority TSA) ([]byte, error) {
	if authority == nil {
		return der, nil
	}
	digest, err := cms.Stamped(der)
	if err != nil {
		return nil, err
	}
	token, err := authority(ctx, digest[:])
	if err != nil {
		return nil, fmt.Errorf("time stamp: %w", err)
	}
	return cms.AddTimeStamp(der, token)
}
