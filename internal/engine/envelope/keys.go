package envelope

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// Use is what a node's key is for. One key, one use.
type Use string

// The uses of X.509 keys. The card key signs cards and nothing else and is kept off the server.
const (
	UseRoot Use = "card"
	UseSeal Use = "seal"
	UseTLS  Use = "tls"
)

// keyYears is how long a certificate that we make is valid.
const keyYears = 3

// Holder is whose certificate it is.
type Holder struct {
	State     string   // code, stands as country when it has two letters
	Authority string   // code
	Node      string   // id
	Hosts     []string // names and addresses under which the node is reached, for TLS
	Exercise  bool
}

// NewKey makes a P-256 key and a self-signed certificate for it, valid from the instant for three years. Keys that
// live in a token come with a certificate from elsewhere and don't need this.
func NewKey(use Use, h Holder, from time.Time) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make %s key: %w", use, err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, fmt.Errorf("make %s key: serial number: %w", use, err)
	}
	from = from.UTC().Truncate(time.Second)
	t := &x509.Certificate{
		SerialNumber:          serial.Add(serial, big.NewInt(1)), // must be positive (RFC 5280, 4.1.2.2)
		Subject:               h.name(use),
		NotBefore:             from,
		NotAfter:              from.AddDate(keyYears, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	switch use {
	case UseTLS:
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
		addHosts(t, h.Hosts)
	case UseRoot, UseSeal:
		// Non-repudiation: the key signs documents (RFC 5280, 4.2.1.3).
		t.KeyUsage |= x509.KeyUsageContentCommitment
	default:
		return nil, nil, errs.Invalidf("make key: %q is no use of a key", string(use))
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, nil, fmt.Errorf("make %s certificate: %w", use, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("make %s certificate: %w", use, err)
	}
	return cert, key, nil
}

func (h Holder) name(use Use) pkix.Name {
	n := pkix.Name{Organization: []string{h.Authority}, CommonName: h.Authority + " " + string(use), SerialNumber: h.Node}
	if len(h.State) == 2 {
		n.Country = []string{h.State}
	}
	if h.Exercise {
		n.OrganizationalUnit = []string{"Exercise"}
	}
	return n
}

func addHosts(t *x509.Certificate, hosts []string) {
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
			continue
		}
		t.DNSNames = append(t.DNSNames, host)
	}
}

// CertPEM returns the certificate in PEM.
func CertPEM(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// ParseCert reads one certificate with a P-256 key from PEM, exactly as [CertPEM] writes it.
func ParseCert(s string) (*x509.Certificate, error) {
	block, rest := pem.Decode([]byte(s))
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		return nil, errs.Invalidf("certificate: want one PEM block CERTIFICATE")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w: %w", err, errs.Invalid)
	}
	if CertPEM(cert) != s {
		return nil, errs.Invalidf("certificate: the PEM has lines, headers or breaks of its own")
	}
	if k, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok || k.Curve != elliptic.P256() {
		return nil, errs.Invalidf("certificate: its key is not ECDSA on P-256")
	}
	return cert, nil
}

// CertSum returns the SHA-256 of the certificate's DER, by which cards are found.
func CertSum(c *x509.Certificate) Digest { return canonical.Sum(c.Raw) }

// KeyPEM returns the private key in PEM (PKCS #8). Keeping it safe is the caller's business.
func KeyPEM(k *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return nil, fmt.Errorf("write private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ParseKey reads a P-256 private key from PEM (PKCS #8).
func ParseKey(b []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errs.Invalidf("private key: want a PEM block PRIVATE KEY")
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("private key: %w: %w", err, errs.Invalid)
	}
	key, ok := k.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errs.Invalidf("private key: not ECDSA on P-256")
	}
	return key, nil
}

// Signer seals: a certificate and its key, which may live in a token.
type Signer struct {
	Cert *x509.Certificate
	Key  crypto.Signer
}
