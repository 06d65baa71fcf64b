package cms

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"comity/internal/base/errs"
)

// The object identifiers of everything a signature of ours may hold.
var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidTimeStamp     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSASHA256   = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

// signedAttributes returns the attributes in the order DER wants in a SET OF.
func signedAttributes(digest [sha256.Size]byte, cert *x509.Certificate, at time.Time) ([][]byte, error) {
	contentType, err := asn1.Marshal(oidData)
	if err != nil {
		return nil, err
	}
	messageDigest, err := asn1.Marshal(digest[:])
	if err != nil {
		return nil, err
	}
	signingCert, err := signingCertificate(cert)
	if err != nil {
		return nil, err
	}
	attrs := [][]byte{
		attribute(oidContentType, contentType),
		attribute(oidMessageDigest, messageDigest),
		attribute(oidSigningCertV2, signingCert),
	}
	if !at.IsZero() {
		signingTime, err := timeDER(at)
		if err != nil {
			return nil, err
		}
		attrs = append(attrs, attribute(oidSigningTime, signingTime))
	}
	sortDER(attrs)
	return attrs, nil
}

// timeDER writes a Time: UTCTime up to 2049, GeneralizedTime after (RFC 5652, 11.3).
func timeDER(at time.Time) ([]byte, error) {
	at = at.UTC().Truncate(time.Second)
	if at.Year() < 1950 || at.Year() > 9999 {
		return nil, errs.Invalidf("signing time %s: year out of range", at.Format(time.RFC3339))
	}
	var b cryptobyte.Builder
	if at.Year() < 2050 {
		b.AddASN1UTCTime(at)
	} else {
		b.AddASN1GeneralizedTime(at)
	}
	return b.Bytes()
}

// signingCertificate writes a SigningCertificateV2 (RFC 5035) that names the certificate by its SHA-256, which is the
// default and so unsaid, and by issuer and serial number.
func signingCertificate(cert *x509.Certificate) ([]byte, error) {
	sum := sha256.Sum256(cert.Raw)
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(sum[:])
				b.AddBytes(issuerSerial(cert))
			})
		})
	})
	return b.Bytes()
}

// issuerSerial writes an IssuerSerial: the issuer as the one directoryName of a GeneralNames, and the number.
func issuerSerial(cert *x509.Certificate) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(cert.RawIssuer) })
		})
		b.AddASN1BigInt(cert.SerialNumber)
	})
	return b.BytesOrPanic() // every part was parsed from DER, so nothing here can fail
}

// checkSigningCertificate accepts a SigningCertificateV2 for this certificate and no other, by SHA-256.
func checkSigningCertificate(value cryptobyte.String, cert *x509.Certificate) error {
	var outer, list, id, sum cryptobyte.String
	if !value.ReadASN1(&outer, tag.SEQUENCE) || !value.Empty() ||
		!outer.ReadASN1(&list, tag.SEQUENCE) || !outer.Empty() ||
		!list.ReadASN1(&id, tag.SEQUENCE) || !list.Empty() ||
		!id.ReadASN1(&sum, tag.OCTET_STRING) {
		return errs.Invalidf("signing-certificate-v2 is not one certificate by its SHA-256")
	}
	if want := sha256.Sum256(cert.Raw); !bytes.Equal(sum, want[:]) {
		return errs.Invalidf("signing-certificate-v2 names another certificate")
	}
	if !id.Empty() && !bytes.Equal(id, issuerSerial(cert)) {
		return errs.Invalidf("signing-certificate-v2 names another issuer or number")
	}
	return nil
}

// attribute writes an Attribute with one value.
func attribute(oid asn1.ObjectIdentifier, value []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(value) })
	})
	return b.BytesOrPanic() // a fixed identifier and finished DER: nothing here can fail
}

// readAttribute is the reverse of [attribute].
func readAttribute(der []byte) (oid asn1.ObjectIdentifier, value cryptobyte.String, err error) {
	s := cryptobyte.String(der)
	var seq, set cryptobyte.String
	if !s.ReadASN1(&seq, tag.SEQUENCE) || !s.Empty() || !seq.ReadASN1ObjectIdentifier(&oid) ||
		!seq.ReadASN1(&set, tag.SET) || !seq.Empty() {
		return nil, nil, errs.Invalidf("an attribute is not well formed")
	}
	var any tag.Tag
	if !set.ReadAnyASN1Element(&value, &any) || !set.Empty() {
		return nil, nil, errs.Invalidf("attribute %s has not exactly one value", oid)
	}
	return oid, value, nil
}

// setOf writes attributes as the SET OF that the signature is over.
func setOf(attrs [][]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { addAll(b, attrs) })
	return b.BytesOrPanic() // finished DER of bounded size: nothing here can fail
}

func addAll(b *cryptobyte.Builder, elements [][]byte) {
	for _, e := range elements {
		b.AddBytes(e)
	}
}

// sortDER puts the elements of a SET OF in DER's order: by their bytes (X.690, 11.6).
func sortDER(elements [][]byte) { slices.SortFunc(elements, bytes.Compare) }

// same reports whether two serial numbers are one; a nil is never equal.
func same(a, b *big.Int) bool { return a != nil && b != nil && a.Cmp(b) == 0 }
