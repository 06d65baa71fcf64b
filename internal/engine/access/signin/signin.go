// Package signin proves that a person is who they say, and remembers it for a while.
//
// A person has a passkey, or a password of 15 characters and more together with a code from an app, and codes on paper
// for the day on which both are lost. An invitation opens an account once. Guessing is slowed and locks nobody out.
// Start with [New]; [SignIn.Person] tells the pages who sends a request. What a person may do is package access's matter.
package signin

import (
	"embed"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/go-webauthn/webauthn/webauthn"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema holds the tables of this package: sessions, means of signing in, invitations and counted attempts.
var Schema = db.Schema{Name: "signin", FS: files}

// Config is what a node gives.
type Config struct {
	Reader *db.Reader
	Writer *db.Writer // signing in is no act of a person, so it does not pass the desk
	Node   id.ID
	Name   string   // of the authority, shown by the browser when it makes a passkey
	Host   string   // host name to which passkeys are bound: "comity.example", "pt.localhost"
	Origin []string // addresses at which people reach the pages: "https://comity.example"
	Key    []byte   // 32 bytes that lock the secrets of this package at rest; they come from the node's keyring
	Plain  bool     // pages come by plain HTTP on a loopback address: a demonstration
	Memory uint32   // KiB that trying one password takes; 64 MiB when zero, and less only in tests
}

// SignIn is the door of one node. It may be used by many at a time.
type SignIn struct {
	read    *db.Reader
	write   *db.Writer
	node    id.ID
	name    string
	plain   bool
	sealer  sealer
	keys    *webauthn.WebAuthn
	cost    cost
	turns   chan struct{} // how many passwords are hashed at once: each takes 64 MiB
	refused string        // a hash against which the password of an unknown login is tried, so that both take as long
}

// New returns the door of a node.
func New(c Config) (*SignIn, error) {
	k := cost{time: 3, memory: 64 << 10}
	if c.Memory > 0 {
		k.memory = c.Memory
	}
	if c.Reader == nil || c.Writer == nil || c.Node == "" || len(c.Key) != keySize {
		return nil, errs.Invalidf("sign-in: reader, writer, node and a key of %d bytes are needed", keySize)
	}
	keys, err := newPasskeys(c)
	if err != nil {
		return nil, fmt.Errorf("sign-in: passkeys for %s: %w: %w", c.Host, err, errs.Invalid)
	}
	return &SignIn{
		read: c.Reader, write: c.Writer, node: c.Node, name: c.Name, plain: c.Plain,
		sealer: newSealer(c.Key), keys: keys, cost: k, turns: make(chan struct{}, 2), refused: decoy(k),
	}, nil
}

// Client is from where someone signs in.
type Client struct {
	Address netip.Addr
	Agent   string // what the browser says it is; shown to the person in the list of their sessions
}

// agentLimit is how much of a browser's description is kept, in bytes.
const agentLimit = 200

func (c Client) agent() string {
	s := strings.ToValidUTF8(c.Agent, "")
	if len(s) > agentLimit {
		s = strings.ToValidUTF8(s[:agentLimit], "")
	}
	return s
}

// network returns the part of the address that one subscriber usually has to themselves: a /24 of IPv4, a /56 of IPv6.
func (c Client) network() string {
	a := c.Address.Unmap()
	bits := 24
	if a.Is6() {
		bits = 56
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return p.String()
}

// errWrong is the one answer to whatever was wrong: who guesses learns nothing about which part it was. person is whose
// account was tried, "" when there is none.
func errWrong(person id.ID) error {
	return refusal{person, errs.WithFields(errs.Field{Path: "login", Code: "These details do not match. Check them and try again."})}
}

// refusal carries, for the record and never for the page, whose account was tried.
type refusal struct {
	person id.ID
	error
}

func (r refusal) Unwrap() error { return r.error }

// Refused returns whose account it was when err is a refusal to sign in to an account that exists. The caller enters it
// in the ledger; an account is slowed to a guess a minute, so nobody fills the ledger by guessing.
func Refused(err error) (person id.ID, ok bool) {
	var r refusal
	ok = errors.As(err, &r) && r.person != ""
	return r.person, ok
}
