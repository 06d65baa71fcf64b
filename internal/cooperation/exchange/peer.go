package exchange

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// Status is how a peer is trusted.
type Status string

// A proposed peer waits for a second person; a frozen one has shown two faces and waits for people; nothing goes to a
// frozen or revoked one, and what comes from it is kept unread.
const (
	Proposed Status = "proposed"
	Trusted  Status = "trusted"
	Frozen   Status = "frozen"
	Revoked  Status = "revoked"
)

// Peer is another node as we know it: what people have decided, and its pinned card.
type Peer struct {
	Node        id.ID
	State       string
	Authorities []string
	Status      Status
	Exercise    bool
	URL         string
	ImportedBy  id.ID
	Imported    time.Time
	TrustedBy   id.ID
	Trusted     time.Time
	How, Why    string
	Version     int64
	Card        *envelope.Card
	Manifest    envelope.Digest
}

// Fingerprint returns what people compare.
func (p Peer) Fingerprint() string {
	f, err := envelope.Fingerprint(p.Manifest)
	if err != nil {
		return ""
	}
	return f
}

// Name returns the peer's name in the language, in English when it has none there, its node id at last.
func (p Peer) Name(lang string) string {
	return cmp.Or(p.Card.Name(lang), string(p.Node))
}

func peerFacts(ctx context.Context, tx *db.Tx, on id.Ref, _ access.Person) (access.Facts, error) {
	f := access.Facts{Now: tx.Now(), Standing: access.Open, Did: map[access.Part][]id.ID{access.Importer: nil}}
	var by id.ID
	err := tx.Row(ctx, `SELECT imported_by FROM peer WHERE node = ?`, on.ID()).Scan(&by)
	switch {
	case errors.Is(err, errs.NotFound):
		return f, nil // a card of a node that we don't know yet
	case err != nil:
		return access.Facts{}, err
	}
	f.Did[access.Importer] = []id.ID{by}
	return f, nil
}

// Import brings in another node's card. It is proposed until a second person trusts it; importing the same card again
// changes nothing. A card of a node that is known comes by the way of rotation, not by this one.
func (x *Exchange) Import(ctx context.Context, who access.Person, file []byte, entry id.ID) (id.ID, error) {
	card, err := envelope.OpenCard(bytes.NewReader(file), int64(len(file)), envelope.Options{Now: x.now()})
	if err != nil {
		return "", fmt.Errorf("import card: %w", err)
	}
	k := card.Sender
	switch {
	case k.Node == x.self.Node():
		return "", errs.Say(errs.Invalidf("import card: it is our own"), "This is the card of this node itself.", nil)
	case k.Exercise != x.self.Card.Exercise:
		return "", errs.Say(errs.Invalidf("import card: exercise and real nodes don't meet"), "An exercise node and a real one can't be peers.", nil)
	}
	err = x.desk.Do(ctx, who, "peer.import", id.NewRef(KindPeer, k.Node), func(c *desk.Change) error {
		c.Record(map[string]any{"card": card.Manifest, "serial": k.Serial})
		return insertPeer(ctx, c, k, card.Manifest, file)
	}, desk.Once(entry))
	return k.Node, err
}

func insertPeer(ctx context.Context, c *desk.Change, k *envelope.Card, manifest envelope.Digest, file []byte) error {
	n, err := c.Exec(ctx, `
		INSERT INTO peer (node, state, authorities, status, exercise, url, imported_by, imported_at, trusted_by, how, why, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', '', 1) ON CONFLICT (node) DO NOTHING`,
		k.Node, k.State, strings.Join(k.Authorities, " "), Proposed, k.Exercise, k.URL, c.Who().ID, c.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Say(fmt.Errorf("node %s is known: %w", k.Node, errs.Conflict), "This node is known already.", nil)
	}
	return insertCard(ctx, c, k, manifest, file)
}

// insertCard keeps a card with the keys by which its node is recognised.
func insertCard(ctx context.Context, c *desk.Change, k *envelope.Card, manifest envelope.Digest, file []byte) error {
	json, err := k.Bytes()
	if err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO peer_card (node, serial, manifest, json, card, at) VALUES (?, ?, ?, ?, ?, ?)`,
		k.Node, k.Serial, manifest, json, file, c.Now()); err != nil {
		return err
	}
	keys := map[envelope.Digest]string{}
	for _, s := range k.Seals {
		keys[envelope.CertSum(s)] = "seal"
	}
	for _, t := range k.TLS {
		keys[keySum(t)] = "tls"
	}
	for sum, use := range keys {
		if _, err := c.Exec(ctx, `
			INSERT INTO peer_key (sum, use, node) VALUES (?, ?, ?) ON CONFLICT (use, sum, node) DO NOTHING`, sum, use, k.Node); err != nil {
			return err
		}
	}
	return nil
}

// keySum is the SHA-256 of a certificate's public key, by which TLS peers are pinned.
func keySum(c *x509.Certificate) envelope.Digest { return canonical.Sum(c.RawSubjectPublicKeyInfo) }

// peersWithKey returns the peers, trusted or not, that have a key.
func peersWithKey(ctx context.Context, tx *db.Tx, use string, sum envelope.Digest) ([]Peer, error) {
	rows, err := tx.Query(ctx, `SELECT `+peerColumns+newestCard+` JOIN peer_key s ON s.node = p.node WHERE s.use = ? AND s.sum = ?`, use, sum)
	return db.Collect(rows, err, scanPeer)
}

// Trust pins a proposed peer: the second person says how the fingerprint was compared.
func (x *Exchange) Trust(ctx context.Context, who access.Person, node id.ID, fingerprint, how string, entry id.ID) error {
	return x.desk.Do(ctx, who, "peer.trust", id.NewRef(KindPeer, node), func(c *desk.Change) error {
		p, err := getPeer(ctx, c.Tx, node)
		if err != nil {
			return err
		}
		switch {
		case p.Status != Proposed:
			return errs.Say(errs.Conflict, "This peer does not wait for confirmation.", nil)
		case digits(fingerprint) != digits(p.Fingerprint()):
			return errs.WithFields(errs.Field{Path: "fingerprint", Code: "This is not the card's fingerprint. Compare again, and ask by another way before you trust it."})
		case strings.TrimSpace(how) == "":
			return errs.WithFields(errs.Field{Path: "how", Code: "Say how you compared the fingerprint: at a meeting, by telephone with whom."})
		}
		c.Record(map[string]any{"card": p.Manifest})
		_, err = c.Exec(ctx, `
			UPDATE peer SET status = ?, trusted_by = ?, trusted_at = ?, how = ?, version = version + 1 WHERE node = ? AND version = ?`,
			Trusted, who.ID, c.Now(), how, node, p.Version)
		return err
	}, desk.Once(entry))
}

// Revoke ends the trust in a peer, with its reason.
func (x *Exchange) Revoke(ctx context.Context, who access.Person, node id.ID, why string, entry id.ID) error {
	if strings.TrimSpace(why) == "" {
		return errs.WithFields(errs.Field{Path: "why", Code: "Write the reason, in at most 2,000 characters."})
	}
	return x.desk.Do(ctx, who, "peer.revoke", id.NewRef(KindPeer, node), func(c *desk.Change) error {
		n, err := c.Exec(ctx, `UPDATE peer SET status = ?, why = ?, version = version + 1 WHERE node = ?`, Revoked, why, node)
		if err == nil && n == 0 {
			return errs.NotFound
		}
		return err
	}, desk.Once(entry))
}

// digits keeps the digits: people read a fingerprint with spaces, dashes or none.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

const peerColumns = `p.node, p.state, p.authorities, p.status, p.exercise, p.url, p.imported_by, p.imported_at, p.trusted_by,
	p.trusted_at, p.how, p.why, p.version, k.manifest, k.json`

// newestCard joins a peer with the card of its highest serial number.
const newestCard = ` FROM peer p JOIN peer_card k ON k.node = p.node
	AND k.serial = (SELECT MAX(n.serial) FROM peer_card n WHERE n.node = p.node)`

func scanPeer(s db.Scan) (Peer, error) {
	var p Peer
	var authorities string
	var file []byte
	if err := s(&p.Node, &p.State, &authorities, &p.Status, &p.Exercise, &p.URL, &p.ImportedBy, &p.Imported, &p.TrustedBy,
		&p.Trusted, &p.How, &p.Why, &p.Version, &p.Manifest, &file); err != nil {
		return Peer{}, err
	}
	p.Authorities = strings.Fields(authorities)
	var err error
	if p.Card, err = envelope.ReadCard(file); err != nil {
		return Peer{}, fmt.Errorf("stored card of node %s: %w", p.Node, err)
	}
	return p, nil
}

func getPeer(ctx context.Context, tx *db.Tx, node id.ID) (Peer, error) {
	row := tx.Row(ctx, `SELECT `+peerColumns+newestCard+` WHERE p.node = ?`, node)
	p, err := scanPeer(row.Scan)
	if err != nil {
		return Peer{}, fmt.Errorf("peer %s: %w", node, err)
	}
	return p, nil
}

// trustedPeer returns a peer to which something may be sent.
func trustedPeer(ctx context.Context, tx *db.Tx, node id.ID) (Peer, error) {
	p, err := getPeer(ctx, tx, node)
	if err == nil && p.Status != Trusted {
		err = errs.Say(fmt.Errorf("peer %s is %s: %w", node, p.Status, errs.Conflict), "This node is not trusted now, so nothing can be sent to it.", nil)
	}
	return p, err
}

// Peers lists all peers, the newest first.
func Peers(ctx context.Context, tx *db.Tx) ([]Peer, error) {
	rows, err := tx.Query(ctx, `SELECT `+peerColumns+newestCard+` ORDER BY p.node DESC`)
	return db.Collect(rows, err, scanPeer)
}

// PeerFor returns the trusted peer that serves the authority of the State, [errs.NotFound] when there is none: the
// request then goes as a file or on paper.
func PeerFor(ctx context.Context, tx *db.Tx, state, authority string) (Peer, error) {
	all, err := Peers(ctx, tx)
	if err != nil {
		return Peer{}, err
	}
	i := slices.IndexFunc(all, func(p Peer) bool {
		return p.Status == Trusted && p.State == state && (authority == "" || slices.Contains(p.Authorities, authority))
	})
	if i < 0 {
		return Peer{}, fmt.Errorf("node of %s %s: %w", state, authority, errs.NotFound)
	}
	return all[i], nil
}
