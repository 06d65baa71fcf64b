package exchange

import (
	"crypto/tls"

	"golang.org/x/mod/sumdb/note"

	"comity/internal/base/id"
	"comity/internal/engine/envelope"
)

// Self is who this node is: its card and the keys behind it. The card key is not among them; it is kept off the server.
type Self struct {
	Card     *envelope.Card
	CardFile []byte // card.asice
	Manifest envelope.Digest
	Seal     envelope.Signer
	Open     []envelope.Identity // the first is the one on the card; the others open mail sealed before a rotation
	Store    envelope.Identity   // opens what this node keeps for itself
	TLS      tls.Certificate
	Witness  note.Signer // cosigns other nodes' checkpoints
}

// Node returns the node's id.
func (s *Self) Node() id.ID { return s.Card.Node }

// State returns the State whose authority this node serves.
func (s *Self) State() string { return s.Card.State }

// Authority returns the code of the authority in whose name the node sends when an act names none.
func (s *Self) Authority() string { return s.Card.Authorities[0] }

// Fingerprint returns what another node's clerk compares with what ours reads out.
func (s *Self) Fingerprint() (string, error) { return envelope.Fingerprint(s.Manifest) }
