package node

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/engine/envelope"
	"comity/internal/store/disk"
	"comity/internal/store/keyring"
	"comity/internal/store/ledger"
)

// The names of a node's keys in its keyring. One key, one use.
const (
	keyCard    = "card" // signs cards and nothing else; take it off the server once the card is made
	keySeal    = "seal"
	keyTLS     = "tls"
	keyOpen    = "open"
	keyStore   = "store"
	keyLog     = "log"
	keyWitness = "witness"
	keySignIn  = "sign-in" // locks what the door keeps of people's factors
)

// Identity is what a new node is made for.
type Identity struct {
	State       string            // ISO 3166-1 alpha-2
	Authorities []string          // codes in the directory
	Names       map[string]string // of the node, by language
	Exercise    bool
	URL         string   // https address of the exchange, "" when it can't be reached
	Hosts       []string // names and addresses in the TLS certificate
}

// makeKeys makes all keys of a new node and its first card, and returns the node's id.
func makeKeys(ring *keyring.Ring, cardPath string, who Identity, now time.Time) (id.ID, error) {
	n := id.New(now)
	h := envelope.Holder{State: who.State, Authority: who.Authorities[0], Node: string(n), Hosts: who.Hosts, Exercise: who.Exercise}
	certs := map[envelope.Use]envelope.Signer{}
	for use, name := range map[envelope.Use]string{envelope.UseRoot: keyCard, envelope.UseSeal: keySeal, envelope.UseTLS: keyTLS} {
		cert, key, err := envelope.NewKey(use, h, now)
		if err != nil {
			return "", err
		}
		if err := putPair(ring, name, cert, key); err != nil {
			return "", err
		}
		certs[use] = envelope.Signer{Cert: cert, Key: key}
	}
	open, err := envelope.NewIdentity()
	if err != nil {
		return "", err
	}
	store, err := envelope.NewIdentity()
	if err != nil {
		return "", err
	}
	origin := strings.ToLower(string(n)) + ".comity"
	logSecret, logKey, err := ledger.NewLogKey(origin)
	if err != nil {
		return "", err
	}
	witnessSecret, witnessKey, err := ledger.NewWitnessKey(origin + "/w")
	if err != nil {
		return "", err
	}
	door := make([]byte, 32)
	rand.Read(door) // never fails: crypto/rand ends the program rather than give weak bytes
	if err := ring.Put(keySignIn, door); err != nil {
		return "", err
	}
	for name, secret := range map[string]string{keyOpen: open.String(), keyStore: store.String(), keyLog: logSecret, keyWitness: witnessSecret} {
		if err := ring.Put(name, []byte(secret)); err != nil {
			return "", err
		}
	}
	card := &envelope.Card{
		Node: n, Serial: 1, State: who.State, Names: who.Names, Authorities: who.Authorities, Exercise: who.Exercise, URL: who.URL,
		Root: certs[envelope.UseRoot].Cert, Seals: []*x509.Certificate{certs[envelope.UseSeal].Cert}, TLS: []*x509.Certificate{certs[envelope.UseTLS].Cert},
		Open: []string{open.Recipient()}, Ledger: []string{logKey}, Witness: []string{witnessKey},
		ValidFrom: now.UTC().Truncate(time.Second), ValidTo: now.UTC().Truncate(time.Second).AddDate(2, 0, 0),
	}
	var file bytes.Buffer
	m := envelope.Message{ID: id.New(now), Kind: envelope.KindCard, SentAt: now,
		From: envelope.Party{Node: n, State: who.State, Authority: who.Authorities[0]}}
	if _, err := envelope.SealCard(&file, m, card, certs[envelope.UseRoot], []envelope.Signer{certs[envelope.UseSeal]}); err != nil {
		return "", err
	}
	return n, disk.WriteFile(cardPath, file.Bytes(), 0o644)
}

func putPair(ring *keyring.Ring, name string, cert *x509.Certificate, key *ecdsa.PrivateKey) error {
	k, err := envelope.KeyPEM(key)
	if err != nil {
		return err
	}
	return ring.Put(name, append([]byte(envelope.CertPEM(cert)), k...))
}

// pair reads a certificate with its key.
func pair(ring *keyring.Ring, name string) (envelope.Signer, error) {
	b, err := ring.Get(name)
	if err != nil {
		return envelope.Signer{}, err
	}
	block, rest := pem.Decode(b)
	if block == nil {
		return envelope.Signer{}, errs.Invalidf("key %s: no certificate before it", name)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return envelope.Signer{}, fmt.Errorf("key %s: %w", name, err)
	}
	key, err := envelope.ParseKey(rest)
	return envelope.Signer{Cert: cert, Key: key}, err
}

// self reads who the node is from its keyring and its card.
func self(ring *keyring.Ring, cardPath string, now func() time.Time) (*exchange.Self, error) {
	file, err := os.ReadFile(cardPath)
	if err != nil {
		return nil, fmt.Errorf("the node's own card: %w", disk.Explain(err))
	}
	card, err := envelope.OpenCard(bytes.NewReader(file), int64(len(file)), envelope.Options{Now: now()})
	if err != nil {
		return nil, fmt.Errorf("the node's own card: %w", err)
	}
	s := &exchange.Self{Card: card.Sender, CardFile: file, Manifest: card.Manifest}
	if s.Seal, err = pair(ring, keySeal); err != nil {
		return nil, err
	}
	t, err := pair(ring, keyTLS)
	if err != nil {
		return nil, err
	}
	s.TLS = tls.Certificate{Certificate: [][]byte{t.Cert.Raw}, PrivateKey: t.Key, Leaf: t.Cert}
	open, err := identity(ring, keyOpen)
	if err != nil {
		return nil, err
	}
	s.Open = []envelope.Identity{open}
	if s.Store, err = identity(ring, keyStore); err != nil {
		return nil, err
	}
	w, err := ring.Get(keyWitness)
	if err != nil {
		return nil, err
	}
	s.Witness, err = ledger.ParseCosigner(string(w), now)
	return s, err
}

func identity(ring *keyring.Ring, name string) (envelope.Identity, error) {
	b, err := ring.Get(name)
	if err != nil {
		return envelope.Identity{}, err
	}
	return envelope.ParseIdentity(strings.TrimSpace(string(b)))
}
