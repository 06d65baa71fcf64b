package exchange

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/envelope"
)

// ServerTLS is the configuration of the exchange's own listener: TLS 1.3, a client certificate in the handshake, pinned.
// The pin is checked again when a session is resumed.
func (x *Exchange) ServerTLS() *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{x.self.TLS},
		ClientAuth:   tls.RequireAnyClientCert,
		VerifyConnection: func(c tls.ConnectionState) error {
			if len(c.PeerCertificates) == 0 {
				return errs.Forbidden
			}
			p, err := x.peerByTLS(context.Background(), keySum(c.PeerCertificates[0]))
			if err != nil {
				return fmt.Errorf("client certificate is not pinned: %w", errs.Forbidden)
			}
			return validCert(c.PeerCertificates[0], p.Card, x.now())
		},
	}
}

// httpClient returns a client that talks to the peer's pinned key and to nobody else.
func (x *Exchange) httpClient(p Peer) *http.Client {
	pinned := map[envelope.Digest]bool{}
	for _, c := range p.Card.TLS {
		pinned[keySum(c)] = true
	}
	return &http.Client{
		// No timeout for the whole: files are of any size. The pieces have theirs.
		Transport: &http.Transport{
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: time.Minute, IdleConnTimeout: time.Minute,
			TLSClientConfig: &tls.Config{
				MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{x.self.TLS},
				InsecureSkipVerify: true, // names and authorities say nothing here: VerifyConnection compares the pinned key
				VerifyConnection: func(c tls.ConnectionState) error {
					if len(c.PeerCertificates) == 0 || !pinned[keySum(c.PeerCertificates[0])] {
						return fmt.Errorf("the server's certificate is not the peer's pinned one: %w", errs.Forbidden)
					}
					return validCert(c.PeerCertificates[0], p.Card, x.now())
				},
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// validCert wants the certificate and the card valid now, and the key not revoked.
func validCert(c *x509.Certificate, card *envelope.Card, now time.Time) error {
	since, revoked := card.RevokedSince(envelope.CertSum(c))
	switch {
	case now.Before(c.NotBefore.Add(-10 * time.Minute)), now.After(c.NotAfter):
		return fmt.Errorf("the peer's certificate is valid from %v to %v: %w", c.NotBefore, c.NotAfter, errs.Forbidden)
	case now.After(card.ValidTo):
		return fmt.Errorf("the peer's card ended at %v: %w", card.ValidTo, errs.Forbidden)
	case revoked && !now.Before(since):
		return fmt.Errorf("the peer's certificate is revoked: %w", errs.Forbidden)
	}
	return nil
}
