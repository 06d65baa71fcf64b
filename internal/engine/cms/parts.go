package cms

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"comity/internal/base/errs"
)

// parts are what varies in a SignedData of ours; everything else is fixed by der.
type parts struct {
	cert            *x509.Certificate
	digestAlg       []byte   // SHA-256, its parameters absent or NULL: both are met (RFC 5754, 2)
	signerDigestAlg []byte   // the same algorithm once more, for the signer
	signed          [][]byte // attributes in DER order
	signature       []byte
	unsigned        [][]byte // attributes in DER order
}

// The algorithm identifiers as they may be written.
var (
	sha256Alg     = algorithm(oidSHA256, nil)
	sha256AlgNull = algorithm(oidSHA256, []byte{5, 0})
	ecdsaAlg      = algorithm(oidECDSASHA256, nil)
)

func algorithm(oid asn1.ObjectIdentifier, parameters []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddBytes(parameters)
	})
	return b.BytesOrPanic() // called with constants only
}

var (
	context0 = tag.Tag(0).ContextSpecific().Constructed()
	context1 = tag.Tag(1).ContextSpecific().Constructed()
)

// der writes ContentInfo { signedData, SignedData version 1 } (RFC 5652, 3 and 5.1).
func (p parts) der() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidSignedData)
		b.AddASN1(context0, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, p.addSignedData)
		})
	})
	return b.Bytes()
}

func (p parts) addSignedData(b *cryptobyte.Builder) {
	b.AddASN1Int64(1)
	b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(p.digestAlg) })
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) })
	b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddBytes(p.cert.Raw) })
	b.AddASN1(tag.SET, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, p.addSigner)
	})
}

func (p parts) addSigner(b *cryptobyte.Builder) {
	b.AddASN1Int64(1)
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(p.cert.RawIssuer)
		b.AddASN1BigInt(p.cert.SerialNumber)
	})
	b.AddBytes(p.signerDigestAlg)
	b.AddASN1(context0, func(b *cryptobyte.Builder) { addAll(b, p.signed) })
	b.AddBytes(ecdsaAlg)
	b.AddASN1OctetString(p.signature)
	if len(p.unsigned) > 0 {
		b.AddASN1(context1, func(b *cryptobyte.Builder) { addAll(b, p.unsigned) })
	}
}

// parse takes the structure apart and refuses every shape that [parts.der] does not write.
func parse(der []byte) (parts, error) {
	var p parts
	if len(der) > MaxSize {
		return p, errs.Invalidf("signature of %d bytes, %d are allowed", len(der), MaxSize)
	}
	signedData, err := openContentInfo(der)
	if err != nil {
		return p, err
	}
	signer, err := p.readSignedData(signedData)
	if err != nil {
		return p, err
	}
	if err := p.readSigner(signer); err != nil {
		return p, err
	}
	// Whatever the reading above might have been generous with shows here.
	if !equalDER(p, der) {
		return p, errs.Invalidf("signature is not in its one form")
	}
	return p, nil
}

func openContentInfo(der []byte) (cryptobyte.String, error) {
	s := cryptobyte.String(der)
	var info, wrapped, signedData cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1(&info, tag.SEQUENCE) || !s.Empty() || !info.ReadASN1ObjectIdentifier(&oid) || !oid.Equal(oidSignedData) ||
		!info.ReadASN1(&wrapped, context0) || !info.Empty() ||
		!wrapped.ReadASN1(&signedData, tag.SEQUENCE) || !wrapped.Empty() {
		return nil, errs.Invalidf("not a CMS SignedData in DER")
	}
	return signedData, nil
}

// readSignedData reads version, algorithm, content and certificate, and returns the one SignerInfo.
func (p *parts) readSignedData(s cryptobyte.String) (signer cryptobyte.String, err error) {
	var version int
	var algs, content, certs, signers cryptobyte.String
	var contentType asn1.ObjectIdentifier
	if !s.ReadASN1Integer(&version) || version != 1 || !s.ReadASN1(&algs, tag.SET) {
		return nil, errs.Invalidf("not a SignedData of version 1")
	}
	if p.digestAlg, err = readSHA256(&algs); err != nil {
		return nil, err
	}
	if !algs.Empty() {
		return nil, errs.Invalidf("more than one digest algorithm")
	}
	if !s.ReadASN1(&content, tag.SEQUENCE) || !content.ReadASN1ObjectIdentifier(&contentType) || !contentType.Equal(oidData) {
		return nil, errs.Invalidf("content is not plain data")
	}
	if !content.Empty() {
		return nil, errs.Invalidf("signature is not detached: it holds a content")
	}
	if !s.ReadASN1(&certs, context0) {
		return nil, errs.Invalidf("no certificate inside")
	}
	if p.cert, err = x509.ParseCertificate(certs); err != nil { // refuses trailing bytes, and by that a second one
		return nil, errs.Invalidf("not exactly one certificate inside: %v", err)
	}
	if !s.ReadASN1(&signers, tag.SET) || !s.Empty() || !signers.ReadASN1(&signer, tag.SEQUENCE) || !signers.Empty() {
		return nil, errs.Invalidf("not exactly one signer")
	}
	return signer, nil
}

func (p *parts) readSigner(s cryptobyte.String) (err error) {
	var version int
	var sid, issuer, alg, signature cryptobyte.String
	serial := new(big.Int)
	if !s.ReadASN1Integer(&version) || version != 1 || !s.ReadASN1(&sid, tag.SEQUENCE) ||
		!sid.ReadASN1Element(&issuer, tag.SEQUENCE) || !sid.ReadASN1Integer(serial) || !sid.Empty() {
		return errs.Invalidf("signer is not named by issuer and number")
	}
	if !bytes.Equal(issuer, p.cert.RawIssuer) || !same(serial, p.cert.SerialNumber) {
		return errs.Invalidf("signer is not the certificate's holder")
	}
	if p.signerDigestAlg, err = readSHA256(&s); err != nil {
		return err
	}
	if p.signed, err = readSet(&s, context0); err != nil {
		return err
	}
	if !s.ReadASN1Element(&alg, tag.SEQUENCE) || !bytes.Equal(alg, ecdsaAlg) {
		return errs.Invalidf("signature algorithm is not ECDSA with SHA-256")
	}
	if !s.ReadASN1(&signature, tag.OCTET_STRING) {
		return errs.Invalidf("no signature value")
	}
	p.signature = signature
	if s.Empty() {
		return nil
	}
	if p.unsigned, err = readSet(&s, context1); err != nil {
		return err
	}
	if !s.Empty() {
		return errs.Invalidf("bytes after the signer")
	}
	return nil
}

func readSHA256(s *cryptobyte.String) ([]byte, error) {
	var alg cryptobyte.String
	if !s.ReadASN1Element(&alg, tag.SEQUENCE) || !bytes.Equal(alg, sha256Alg) && !bytes.Equal(alg, sha256AlgNull) {
		return nil, errs.Invalidf("digest algorithm is not SHA-256")
	}
	return alg, nil
}

// readSet reads a SET OF Attribute under the tag, in DER's order.
func readSet(s *cryptobyte.String, t tag.Tag) ([][]byte, error) {
	var set cryptobyte.String
	if !s.ReadASN1(&set, t) {
		return nil, errs.Invalidf("attributes are missing")
	}
	var attrs [][]byte
	for !set.Empty() {
		var a cryptobyte.String
		if !set.ReadASN1Element(&a, tag.SEQUENCE) {
			return nil, errs.Invalidf("an attribute is not well formed")
		}
		attrs = append(attrs, a)
	}
	if len(attrs) == 0 || !slices.IsSortedFunc(attrs, bytes.Compare) {
		return nil, errs.Invalidf("attributes are not a set in DER")
	}
	return attrs, nil
}
