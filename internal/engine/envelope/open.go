package envelope

import (
	"crypto/x509"
	"io"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/cms"
)

// Options are what the receiver brings to the checks.
type Options struct {
	Keys  []Identity // that may open the file: the current one, and for 90 days those before
	Cards CardFinder // pinned cards
	Me    *Card      // the receiver's own card
	Now   time.Time  // the receiver's clock

	Max   int64 // bytes the file may have; 0 means [DefaultMax]
	Plain bool  // take a container that isn't encrypted, as it is kept by a node or shown to a court

	// Peer is the node that the TLS handshake found at the other end, "" when the file came another way.
	Peer id.ID

	// Authorities are the SHA-256 of certificates of the time-stamp authorities that are believed.
	Authorities []Digest
	// MadeBefore reports whether and by what it is proven that the envelope existed before the instant: the receiver's
	// own ledger, or a witnessed checkpoint. It is asked only when a seal has ended; nil proves nothing.
	MadeBefore func(d Digests, before time.Time) (how string, proven bool)

	// Previous is for [OpenCard]: the pinned card of the node, whose seals need not prove again that the node has
	// them. Nil for a node that isn't known.
	Previous *Card
}

// CardFinder returns the pinned cards that have a seal with this SHA-256 of its certificate. More than one means that
// two nodes claim one key; then nobody is believed.
type CardFinder func(seal Digest) ([]*Card, error)

// Opened is an envelope that passed every check this package makes. Its files may be read as long as the reader it was
// opened from stays open.
type Opened struct {
	Digests
	Message     *Message
	MessageJSON []byte
	Proof       []byte // sent.tlog-proof, for the ledger to check; nil only in a card
	Sender      *Card  // the pinned card; in a card, the card itself
	Seal        *x509.Certificate
	SealedAt    time.Time // as the signer claims it
	Stamps      []cms.Stamp
	Key         Identity // the one that opened it; zero when it wasn't encrypted
	Results     []Result

	plain   io.ReaderAt
	entries []zipEntry
}

// File returns a content's bytes. They were found to have their digest; age authenticates them again as they are read.
func (o *Opened) File(path string) (*io.SectionReader, error) {
	for _, e := range o.entries {
		if e.Name == path {
			return io.NewSectionReader(o.plain, e.data(), e.Size), nil
		}
	}
	return nil, errs.Invalidf("envelope %s: no entry %q", o.Manifest, path)
}

// Open makes every check that the file by itself and the pinned cards allow, in the order of docs/formats/envelope.md.
// A file that fails is a *[Refusal]; a disk that fails is not, and wraps [errs.Unavailable]. The caller goes on with
// what depends on its memory: seen before, number and previous, the act allowed.
//
// Memory stays below 64 MiB for any size. It reads the file once in full, and more than once at its ends.
func Open(r io.ReaderAt, size int64, o Options) (*Opened, error) {
	if o.Cards == nil || o.Me == nil || o.Now.IsZero() {
		return nil, errs.Invalidf("open envelope: options without cards, own card or clock")
	}
	return newOpening(r, size, o).open(messageSteps())
}

// OpenCard reads a card.asice: whole, signed by its own card key, with a signature by each seal key that is new. Whether
// to believe it is for people, or for [Card.ContinuesFrom].
func OpenCard(r io.ReaderAt, size int64, o Options) (*Opened, error) {
	if o.Now.IsZero() {
		return nil, errs.Invalidf("open card: options without clock")
	}
	o.Plain = true
	p := newOpening(r, size, o)
	p.card = true
	return p.open(cardSteps())
}

// IsCard reports whether a file looks like a card and is to be read by [OpenCard]: not encrypted, with a card.json. It
// trusts nothing and checks nothing.
func IsCard(r io.ReaderAt, size int64) bool {
	if Encrypted(r) {
		return false
	}
	entries, err := walkLocal(r, size)
	return err == nil && hasEntry(entries, CardPath)
}
