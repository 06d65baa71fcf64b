package node

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"strings"
	"sync"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
	"comity/internal/store/keyring"
)

// signatories keeps the keys with which people sign letters: one for each person, in the node's keyring, made when the
// person first signs. A national signature card takes their place where there is one.
type signatories struct {
	ring *keyring.Ring
	read *db.Reader
	who  *envelope.Card
	now  func() time.Time
	mu   sync.Mutex
}

// sign returns the person's certificate and key.
func (s *signatories) sign(ctx context.Context, person id.ID) (*x509.Certificate, crypto.Signer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := "sign-" + strings.ToLower(string(person))
	p, err := pair(s.ring, name)
	if err == nil {
		return p.Cert, p.Key, nil
	}
	if !errors.Is(err, errs.NotFound) {
		return nil, nil, err
	}
	var a access.Account
	err = s.read.Read(ctx, db.House("signatories"), func(tx *db.Tx) (err error) {
		a, err = access.Find(ctx, tx, person)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	h := envelope.Holder{State: s.who.State, Authority: a.Name, Node: string(person), Exercise: s.who.Exercise}
	cert, key, err := envelope.NewKey(envelope.UseSeal, h, s.now())
	if err != nil {
		return nil, nil, err
	}
	return cert, key, putPair(s.ring, name, cert, key)
}
