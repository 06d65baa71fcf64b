package envelope

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
)

const cardFormat = "comity/card/1"

// Limits of a card.
const (
	maxCardKeys    = 8 // of each use
	maxAuthorities = 64
	maxRevoked     = 256
	maxNames       = 32
)

// Card is card.json: what a peer must know of a node to trust it. Its keys are pinned by people, who compare the
// [Fingerprint]; the card by itself proves only that it is whole and that its keys belong together.
type Card struct {
	Node        id.ID
	Serial      int64 // from 1; the next card has one more
	State       string
	Names       map[string]string // of the node, by language tag
	Authorities []string
	Exercise    bool
	URL         string // "" when the node can't be reached and collects, or takes files
	Root        *x509.Certificate
	Seals       []*x509.Certificate
	TLS         []*x509.Certificate
	Open        []string // age recipients; the first is the one to use
	Ledger      []string // verifier keys of the log, in the form of signed notes
	Witness     []string // verifier keys with which the node cosigns others' checkpoints
	Revoked     []Revocation
	ValidFrom   time.Time
	ValidTo     time.Time
	Previous    Digest // of the card it replaces, "" for the first

	NotUnderstood []string
}

// Name returns what the node is called in the language, in English when it has no name there; "" when it has neither.
func (c *Card) Name(lang string) string {
	if n := c.Names[lang]; n != "" {
		return n
	}
	return c.Names["en"]
}

// Revocation says that a key is not to be used from an instant on. Key is the SHA-256 of the certificate's DER, or of
// the key's text for those of age and of notes.
type Revocation struct {
	Key    Digest
	Since  time.Time
	Reason string
}

type cardJSON struct {
	Format      string            `json:"format"`
	Node        id.ID             `json:"node"`
	Serial      int64             `json:"serial"`
	State       string            `json:"state"`
	Names       map[string]string `json:"names"`
	Authorities []string          `json:"authorities"`
	Exercise    bool              `json:"exercise"`
	URL         *string           `json:"url"`
	Root        string            `json:"root"`
	Seal        []string          `json:"seal"`
	TLS         []string          `json:"tls"`
	Open        []string          `json:"open"`
	Ledger      []string          `json:"ledger"`
	Witness     []string          `json:"witness"`
	Revoked     []revocationJSON  `json:"revoked"`
	ValidFrom   string            `json:"valid_from"`
	ValidTo     string            `json:"valid_to"`
	Previous    *Digest           `json:"previous"`
}

type revocationJSON struct {
	Key    Digest `json:"key"`
	Since  string `json:"since"`
	Reason string `json:"reason"`
}

// Bytes returns card.json, having read it back as a receiver will.
func (c *Card) Bytes() ([]byte, error) {
	j := cardJSON{
		Format: cardFormat, Node: c.Node, Serial: c.Serial, State: c.State, Names: c.Names,
		Authorities: append([]string{}, c.Authorities...), Exercise: c.Exercise, URL: orNull(c.URL),
		Seal: certPEMs(c.Seals), TLS: certPEMs(c.TLS), Open: append([]string{}, c.Open...),
		Ledger: append([]string{}, c.Ledger...), Witness: append([]string{}, c.Witness...), Revoked: []revocationJSON{},
		ValidFrom: c.ValidFrom.UTC().Format(timeForm), ValidTo: c.ValidTo.UTC().Format(timeForm), Previous: orNull(c.Previous),
	}
	if c.Root != nil {
		j.Root = CertPEM(c.Root)
	}
	for _, r := range c.Revoked {
		j.Revoked = append(j.Revoked, revocationJSON{r.Key, r.Since.UTC().Format(timeForm), r.Reason})
	}
	b, err := canonical.Marshal(j)
	if err == nil {
		_, err = ReadCard(b)
	}
	if err != nil {
		return nil, fmt.Errorf("write card %d of node %s: %w", c.Serial, c.Node, err)
	}
	return b, nil
}

func certPEMs(certs []*x509.Certificate) []string {
	list := []string{}
	for _, c := range certs {
		list = append(list, CertPEM(c))
	}
	return list
}

// ReadCard reads card.json; what it refuses is a *[Refusal]. Whether it was signed is for [OpenCard].
func ReadCard(b []byte) (*Card, error) {
	in, err := readDocument(b, cardFormat)
	if err != nil {
		return nil, err
	}
	c := &Card{}
	c.read(in)
	if *in.err == nil {
		*in.err = c.check()
	}
	if *in.err != nil {
		return nil, refuse(BadSchema, "card.json: %v", *in.err)
	}
	return c, nil
}

func (c *Card) read(in *members) {
	c.Node = id.ID(in.text("node", isID))
	c.Serial = in.whole("serial", 1, canonical.MaxInt)
	c.State = in.text("state", isState)
	in.decode("names", &c.Names, "names by language")
	c.Authorities = in.texts("authorities", maxAuthorities, isCode)
	c.Exercise = in.boolean("exercise")
	c.URL = in.textOrNull("url", isURL)
	root := in.certs("root", func() []string { return []string{in.text("root", atMost(16<<10))} })
	if len(root) == 1 {
		c.Root = root[0]
	}
	c.Seals = in.certs("seal", func() []string { return in.texts("seal", maxCardKeys, atMost(16<<10)) })
	c.TLS = in.certs("tls", func() []string { return in.texts("tls", maxCardKeys, atMost(16<<10)) })
	c.Open = in.texts("open", maxCardKeys, checkRecipient)
	c.Ledger = in.texts("ledger", maxCardKeys, isLogKey)
	c.Witness = in.texts("witness", maxCardKeys, isWitnessKey)
	in.objects("revoked", maxRevoked, func(r *members) {
		c.Revoked = append(c.Revoked, Revocation{
			Key: Digest(r.text("key", isDigest)), Since: r.time("since"), Reason: r.text("reason", atMost(1000)),
		})
	})
	c.ValidFrom = in.time("valid_from")
	c.ValidTo = in.time("valid_to")
	c.Previous = Digest(in.textOrNull("previous", isDigest))
	in.close()
	c.NotUnderstood = *in.unknown
}

// certs reads certificates from PEM.
func (m *members) certs(name string, texts func() []string) (list []*x509.Certificate) {
	for _, s := range texts() {
		if *m.err != nil {
			return nil
		}
		cert, err := ParseCert(s)
		if err != nil {
			m.fail("member %s%s: %v", m.at, name, err)
			return nil
		}
		list = append(list, cert)
	}
	return list
}

// check holds the rules between members.
func (c *Card) check() error {
	switch {
	case len(c.Names) == 0 || len(c.Names) > maxNames:
		return errs.Invalidf("names: 1 to %d are allowed", maxNames)
	case len(c.Authorities) == 0:
		return errs.Invalidf("authorities: none")
	case len(c.Seals) == 0:
		return errs.Invalidf("seal: no key seals envelopes")
	case len(c.Open) == 0:
		return errs.Invalidf("open: no key to encrypt to")
	case len(c.Ledger) == 0:
		return errs.Invalidf("ledger: no key of the log")
	case c.URL != "" && len(c.TLS) == 0:
		return errs.Invalidf("tls: a node that is reached by HTTPS has a certificate for it")
	case !c.ValidFrom.Before(c.ValidTo):
		return errs.Invalidf("valid_to is not after valid_from")
	case (c.Serial == 1) != (c.Previous == ""):
		return errs.Invalidf("previous is null for the first card and for no other")
	}
	for tag, name := range c.Names {
		if len(tag) < 2 || len(tag) > 35 || len(name) == 0 || len(name) > 500 {
			return errs.Invalidf("names: %.40q", tag)
		}
	}
	return c.checkOneUse()
}

// checkOneUse refuses a key in two places.
func (c *Card) checkOneUse() error {
	var keys []string
	for _, cert := range slices.Concat([]*x509.Certificate{c.Root}, c.Seals, c.TLS) {
		keys = append(keys, string(cert.RawSubjectPublicKeyInfo))
	}
	keys = append(keys, c.Open...)
	for _, k := range slices.Concat(c.Ledger, c.Witness) {
		_, key, err := noteKey(k)
		if err != nil {
			return err
		}
		keys = append(keys, string(key))
	}
	slices.Sort(keys)
	if len(slices.Compact(slices.Clone(keys))) != len(keys) {
		return errs.Invalidf("one key has one use: a key stands twice")
	}
	return nil
}

// Fingerprint is what two people read to each other: the SHA-256 of the card's manifest as a whole number, its last
// fifty decimal digits, in ten groups of five.
func Fingerprint(manifest Digest) (string, error) {
	sum, err := hex.DecodeString(string(manifest))
	if err != nil || len(sum) != sha256.Size {
		return "", errs.Invalidf("fingerprint: %.70q is not a SHA-256", string(manifest))
	}
	n := new(big.Int).SetBytes(sum)
	n.Mod(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(50), nil))
	digits := fmt.Sprintf("%050d", n)
	var groups []string
	for i := 0; i < len(digits); i += 5 {
		groups = append(groups, digits[i:i+5])
	}
	return strings.Join(groups, " "), nil
}

// RevokedSince returns since when a key of the card is revoked. The key is named by [CertSum] or [RecipientSum].
func (c *Card) RevokedSince(key Digest) (since time.Time, revoked bool) {
	for _, r := range c.Revoked {
		if r.Key == key && (!revoked || r.Since.Before(since)) {
			since, revoked = r.Since, true
		}
	}
	return since, revoked
}

// HasSeal reports whether the certificate with the sum is one of the card's seals.
func (c *Card) HasSeal(sum Digest) bool {
	return slices.ContainsFunc(c.Seals, func(s *x509.Certificate) bool { return CertSum(s) == sum })
}

// ContinuesFrom reports why the card isn't one that may be taken without people in the place of another: the same node
// and root, the next serial number, naming the card it replaces. That its root signed it is [OpenCard]'s to find.
func (c *Card) ContinuesFrom(old *Card, oldManifest Digest) error {
	switch {
	case c.Node != old.Node:
		return errs.Invalidf("the card is of node %s, the pinned one of %s", c.Node, old.Node)
	case !c.Root.Equal(old.Root):
		return errs.Invalidf("the card has another card key: two people and a fingerprint are needed")
	case c.Serial == old.Serial:
		return fmt.Errorf("two cards with the serial number %d: %w", c.Serial, errs.Conflict)
	case c.Serial != old.Serial+1:
		return errs.Invalidf("the card has the serial number %d, the pinned one %d", c.Serial, old.Serial)
	case c.Previous != oldManifest:
		return errs.Invalidf("the card replaces %s, pinned is %s", c.Previous, oldManifest)
	case c.Exercise != old.Exercise || c.State != old.State:
		return errs.Invalidf("the card changes its State, or from exercise to real")
	}
	return nil
}

func isURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(s) > 300 {
		return errs.Invalidf("%.60q: want https://host[:port][/path]", s)
	}
	return nil
}

// Recipient returns the key to encrypt to: the first of the card that isn't revoked at the instant. When none is left
// the error is [errs.Unavailable]: the peer has to make a new card first.
func (c *Card) Recipient(now time.Time) (string, error) {
	for _, r := range c.Open {
		if since, revoked := c.RevokedSince(RecipientSum(r)); !revoked || now.Before(since) {
			return r, nil
		}
	}
	return "", fmt.Errorf("encrypt to node %s: every key of its card %d is revoked: %w", c.Node, c.Serial, errs.Unavailable)
}
