package cli

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/envelope"
)

// knowledge is what the person brought, read: everything that a file is compared with.
type knowledge struct {
	env         Env
	keys        []envelope.Identity
	cards       []trusted
	me          *envelope.Card
	with        []string
	signers     []envelope.Digest
	fingerprint string
	stamps      []envelope.Digest
	existed     time.Time // the person's word that the file existed by then; zero for none
}

// trusted is a card that the person says they have compared.
type trusted struct {
	*envelope.Card
	manifest    envelope.Digest
	fingerprint string
}

func (o verifyOptions) read(env Env) (*knowledge, error) {
	k := &knowledge{env: env, with: o.with, fingerprint: digitsOf(o.fingerprint)}
	if o.fingerprint != "" && len(k.fingerprint) != 50 {
		return nil, usageError{fmt.Errorf("a fingerprint has 50 digits, --fingerprint has %d", len(k.fingerprint))}
	}
	if o.existed != "" {
		at, err := time.Parse(time.RFC3339, o.existed)
		if err != nil || at.After(env.Now()) {
			return nil, usageError{fmt.Errorf("--existed %.60q: want a moment that is past, as 2026-11-23T20:09:53Z", o.existed)}
		}
		k.existed = at
	}
	for _, s := range o.signers {
		d := envelope.Digest(strings.ToLower(strings.ReplaceAll(s, ":", "")))
		if len(d) != 64 || strings.Trim(string(d), "0123456789abcdef") != "" {
			return nil, usageError{fmt.Errorf("--signer %.80q: want a SHA-256, 64 hexadecimal digits", s)}
		}
		k.signers = append(k.signers, d)
	}
	for _, name := range o.keys {
		key, err := readIdentity(name)
		if err != nil {
			return nil, err
		}
		k.keys = append(k.keys, key)
	}
	for _, name := range o.stamps {
		cert, err := readCert(name)
		if err != nil {
			return nil, err
		}
		k.stamps = append(k.stamps, envelope.CertSum(cert))
	}
	if o.me != "" {
		me, err := readCard(env, o.me)
		if err != nil {
			return nil, err
		}
		k.me = me.Card
	}
	for _, name := range o.cards {
		c, err := readCard(env, name)
		if err != nil {
			return nil, err
		}
		k.cards = append(k.cards, c)
	}
	return k, checkOneHistory(k.cards)
}

// checkOneHistory refuses two cards with which one node tells two stories (docs/formats/card.md 4.3).
func checkOneHistory(cards []trusted) error {
	for i, a := range cards {
		for _, b := range cards[:i] {
			if a.Node == b.Node && a.Serial == b.Serial && a.manifest != b.manifest {
				return errs.Invalidf("node %s has given two different cards with the number %d: nothing of it can be relied on until people have asked", a.Node, a.Serial)
			}
		}
	}
	return nil
}

// sealedBy returns the cards that answer for a seal: of each node the newest that has it, with everything that the
// node's later cards take back.
func (k *knowledge) sealedBy(seal envelope.Digest) []*envelope.Card {
	var found []*envelope.Card
	for _, c := range k.cards {
		if !c.HasSeal(seal) || slices.ContainsFunc(k.cards, func(n trusted) bool { return n.replaces(c) && n.HasSeal(seal) }) {
			continue
		}
		card := *c.Card
		for _, n := range k.cards {
			if n.replaces(c) {
				card.Revoked = append(slices.Clone(card.Revoked), n.Revoked...)
				card.ValidTo = earlier(card.ValidTo, n.ValidFrom)
			}
		}
		if !slices.ContainsFunc(found, func(f *envelope.Card) bool { return f.Node == card.Node && f.Serial == card.Serial }) {
			found = append(found, &card)
		}
	}
	return found
}

func (c trusted) replaces(old trusted) bool {
	return c.Node == old.Node && c.Root.Equal(old.Root) && c.Serial > old.Serial
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// logKey is a verifier key of a node's log.
type logKey struct {
	text    string
	of      trusted
	revoked time.Time // zero when it isn't
}

// logKeys returns the keys of the log with the name, of all cards.
func (k *knowledge) logKeys(origin string) []logKey {
	var keys []logKey
	for _, c := range k.cards {
		for _, text := range c.Ledger {
			if !strings.HasPrefix(text, origin+"+") {
				continue
			}
			key := logKey{text: text, of: c}
			for _, n := range k.cards {
				if since, ok := n.RevokedSince(envelope.RecipientSum(text)); ok && n.Node == c.Node {
					key.revoked = since
				}
			}
			keys = append(keys, key)
		}
	}
	return keys
}

// options are those of the envelope's checks.
func (k *knowledge) options() envelope.Options {
	o := envelope.Options{Now: k.env.Now(), Keys: k.keys, Me: k.me, Authorities: k.stamps}
	if len(k.cards) > 0 {
		o.Cards = func(seal envelope.Digest) ([]*envelope.Card, error) { return k.sealedBy(seal), nil }
	}
	if !k.existed.IsZero() {
		o.MadeBefore = func(_ envelope.Digests, before time.Time) (how string, proven bool) {
			return "you say that it existed at " + stampOf(k.existed), k.existed.Before(before)
		}
	}
	return o
}

// maxCardFile is more than a card can have: eight keys of each use.
const maxCardFile = 4 << 20

// readSmall reads a file that the person named beside the one to check.
func readSmall(name string, most int64) (b []byte, err error) {
	err = withFile(name, func(f *os.File, size int64) error {
		if size > most {
			return errs.Invalidf("%d bytes, at most %d are read", size, most)
		}
		b, err = io.ReadAll(io.LimitReader(f, most))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// readCard reads a card whose fingerprint the person has compared. One that has ended is taken too: it still says
// whose seals they were, and what was sealed when is another check.
func readCard(env Env, name string) (trusted, error) {
	b, err := readSmall(name, maxCardFile)
	if err != nil {
		return trusted{}, fmt.Errorf("card %w", err)
	}
	now := env.Now()
	o, err := envelope.OpenCard(bytes.NewReader(b), int64(len(b)), envelope.Options{Now: now})
	var r *envelope.Refusal
	if errors.As(err, &r) && r.Check == envelope.UnprovenTime && r.Sender != nil && r.Sender.ValidFrom.Before(now) {
		from := r.Sender.ValidFrom
		if r.Sender.Root.NotBefore.After(from) {
			from = r.Sender.Root.NotBefore
		}
		o, err = envelope.OpenCard(bytes.NewReader(b), int64(len(b)), envelope.Options{Now: from})
	}
	if err != nil {
		return trusted{}, fmt.Errorf("card %s: %w", name, err)
	}
	f, err := envelope.Fingerprint(o.Manifest)
	return trusted{o.Sender, o.Manifest, f}, err
}

func readIdentity(name string) (envelope.Identity, error) {
	b, err := readSmall(name, 64<<10)
	if err != nil {
		return envelope.Identity{}, err
	}
	for _, l := range strings.Split(string(b), "\n") {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			return envelope.ParseIdentity(l)
		}
	}
	return envelope.Identity{}, errs.Invalidf("%s holds no age key", name)
}

func readCert(name string) (*x509.Certificate, error) {
	b, err := readSmall(name, 64<<10)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errs.Invalidf("%s holds no certificate in PEM", name)
	}
	return x509.ParseCertificate(block.Bytes)
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
