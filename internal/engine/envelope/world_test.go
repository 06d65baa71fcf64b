package envelope

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"comity/internal/base/id"
)

// now is when the tests happen.
var now = time.Date(2026, 11, 23, 20, 9, 53, 0, time.UTC)

// testNode is one invented authority's installation with its keys.
type testNode struct {
	card            *Card
	root, seal, tls Signer
	open            Identity
	sealed          []byte // card.asice
	manifest        Digest
}

// testWorld has two States of an exercise, made once: keys cost time.
var testWorld = sync.OnceValues(func() (map[string]*testNode, error) {
	world := map[string]*testNode{}
	for _, state := range []string{"XA", "XB"} {
		n, err := makeNode(state, now)
		if err != nil {
			return nil, err
		}
		world[state] = n
	}
	return world, nil
})

func nodes(t testing.TB) (from, to *testNode) {
	t.Helper()
	w, err := testWorld()
	if err != nil {
		t.Fatal(err)
	}
	return w["XA"], w["XB"]
}

func makeNode(state string, at time.Time) (*testNode, error) {
	n := &testNode{}
	node := id.New(at)
	h := Holder{State: state, Authority: state + "-CA", Node: string(node), Hosts: []string{"localhost"}, Exercise: true}
	for use, into := range map[Use]*Signer{UseRoot: &n.root, UseSeal: &n.seal, UseTLS: &n.tls} {
		cert, key, err := NewKey(use, h, at.AddDate(0, -1, 0))
		if err != nil {
			return nil, err
		}
		*into = Signer{cert, key}
	}
	var err error
	if n.open, err = NewIdentity(); err != nil {
		return nil, err
	}
	n.card = &Card{
		Node: node, Serial: 1, State: state, Names: map[string]string{"en": "Central authority of " + state + " (exercise)"},
		Authorities: []string{state + "-CA", state + "-OPP"}, Exercise: true, URL: "https://localhost:8443",
		Root: n.root.Cert, Seals: []*x509.Certificate{n.seal.Cert}, TLS: []*x509.Certificate{n.tls.Cert},
		Open: []string{n.open.Recipient()}, Ledger: []string{makeNoteKey("localhost", noteEd25519)},
		Witness:   []string{makeNoteKey("localhost/w", noteCosign)},
		ValidFrom: at.AddDate(0, -1, 0), ValidTo: at.AddDate(2, 0, 0),
	}
	return n, n.sealCard()
}

func (n *testNode) sealCard(also ...Signer) error {
	var b bytes.Buffer
	s, err := SealCard(&b, cardMessage(n.card), n.card, n.root, append([]Signer{n.seal}, also...))
	n.sealed, n.manifest = b.Bytes(), s.Manifest
	return err
}

func cardMessage(c *Card) Message {
	return Message{ID: id.New(now), From: Party{c.Node, c.State, c.Authorities[0]}, SentAt: now}
}

func makeNoteKey(name string, kind byte) string {
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err.Error()
	}
	b := append([]byte{kind}, pub...)
	sum := sha256.Sum256(append([]byte(name+"\n"), b...))
	return fmt.Sprintf("%s+%08x+%s", name, binary.BigEndian.Uint32(sum[:]), base64.StdEncoding.EncodeToString(b))
}

// message returns a message of a kind from the first node to the second.
func message(from, to *testNode, k Kind) Message {
	m := Message{
		ID: id.New(now), Kind: k, From: Party{from.card.Node, from.card.State, from.card.Authorities[0]},
		To: &Recipient{
			Party{to.card.Node, to.card.State, to.card.Authorities[0]}, RecipientSum(to.open.Recipient()),
		},
		Request: "XA-CA-2026-000001", SentAt: now, Handling: []string{"confidential"},
	}
	if k.Chained() {
		m.Number = 1
	}
	return m
}

// parts are a small act's: a proof, a letter and its answers, an enclosure.
func parts() []Part {
	return []Part{
		Bytes(ProofPath, "text/plain", []byte("c2sp.org/tlog-proof@v1\n(exercise)\n")),
		Bytes(LetterPath, "application/pdf", []byte("%PDF-1.7\nexercise\n%%EOF\n")),
		Bytes(AnswersPath, "application/json", []byte(`{"exercise":true}`)),
		Bytes("annex/01-order.pdf", "application/pdf", []byte("%PDF-1.7\nthe order of an exercise\n%%EOF\n")),
		Bytes("annex/02-empty.txt", "text/plain", nil),
	}
}

// sealMessage returns the container of a message.
func sealMessage(t testing.TB, m Message, p []Part, s Signer) ([]byte, Sealed) {
	t.Helper()
	var b bytes.Buffer
	sealed, err := Seal(&b, m, p, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), sealed
}

// encrypt returns the container for a node.
func encrypt(t testing.TB, container []byte, to *testNode) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Encrypt(&b, bytes.NewReader(container), to.open.Recipient()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// optionsOf are the second node's, with both cards pinned.
func optionsOf(from, to *testNode) Options {
	return Options{
		Keys: []Identity{to.open}, Me: to.card, Now: now.Add(time.Minute),
		Cards: func(seal Digest) (list []*Card, err error) {
			for _, c := range []*Card{from.card, to.card} {
				if c.HasSeal(seal) {
					list = append(list, c)
				}
			}
			return list, nil
		},
	}
}

func openBytes(b []byte, o Options) (*Opened, error) {
	return Open(bytes.NewReader(b), int64(len(b)), o)
}
