package keyring

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"

	"comity/internal/base/errs"
)

// NewECDSA makes a P-256 key (cards, seals, TLS), keeps it under the name as PKCS #8 in PEM and returns it.
func (r *Ring) NewECDSA(name string) (crypto.Signer, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key %s: %w", name, err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return nil, fmt.Errorf("make key %s: %w", name, err)
	}
	if err := r.Put(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
		return nil, err
	}
	return k, nil
}

// Signer returns the private key that stands under the name in PKCS #8.
func (r *Ring) Signer(name string) (crypto.Signer, error) {
	b, err := r.Get(name)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("key %s is no PEM: %w", name, errs.Invalid)
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("key %s is no private key in PKCS #8: %w", name, errs.Invalid)
	}
	s, ok := k.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("key %s can't sign: %w", name, errs.Invalid)
	}
	return s, nil
}

// NewAge makes a key that opens age files (ML-KEM-768 with X25519), keeps it under the name and returns it. The
// recipient for others is k.Recipient().String(), "age1pq1…".
func (r *Ring) NewAge(name string) (*age.HybridIdentity, error) {
	k, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, fmt.Errorf("make key %s: %w", name, err)
	}
	if err := r.Put(name, []byte(k.String()+"\n")); err != nil {
		return nil, err
	}
	return k, nil
}

// Age returns the age key that stands under the name.
func (r *Ring) Age(name string) (*age.HybridIdentity, error) {
	b, err := r.Get(name)
	if err != nil {
		return nil, err
	}
	k, err := age.ParseHybridIdentity(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fmt.Errorf("key %s isn't an AGE-SECRET-KEY-PQ-1…: %w", name, errs.Invalid)
	}
	return k, nil
}

// Series lists the keys name-1, name-2, … in the order of their numbers: the newest is the last.
func (r *Ring) Series(name string) ([]string, error) {
	all, err := r.Names()
	if err != nil {
		return nil, err
	}
	number := func(s string) int {
		rest, ok := strings.CutPrefix(s, name+"-")
		n, err := strconv.Atoi(rest)
		if !ok || err != nil || n < 1 || strconv.Itoa(n) != rest {
			return 0
		}
		return n
	}
	all = slices.DeleteFunc(all, func(s string) bool { return number(s) == 0 })
	slices.SortFunc(all, func(a, b string) int { return number(a) - number(b) })
	return all, nil
}

// Next returns the name that the next key of the series gets.
func (r *Ring) Next(name string) (string, error) {
	all, err := r.Series(name)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return name + "-1", nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(all[len(all)-1], name+"-"))
	return name + "-" + strconv.Itoa(n+1), err
}
