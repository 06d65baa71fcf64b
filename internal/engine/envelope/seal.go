package envelope

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/engine/cms"
)

// Sealed is what a sealed container is known by.
type Sealed struct {
	Digests        // Transport equals Container: nothing is encrypted yet
	Size    int64  // of the .asice in bytes
	Message []byte // message.json
}

// Seal writes the container (.asice) of one act: one pass over the parts, in their order, hashing them again. It fails,
// and w is left without an end, when a part's bytes aren't those that were declared at its intake. Keep what was
// written on disk before the first byte leaves, seal an act once, and send that container as often as needed.
//
// The proof that the message stands in the sender's ledger is a part with the path [ProofPath]; it is content of
// nothing and needed for every kind but a card. The signing time is the message's SentAt in whole seconds. A signature
// with an RFC 3161 time stamp is made with stamp, which may be nil.
func Seal(w io.Writer, m Message, parts []Part, s Signer, stamp Stamper) (Sealed, error) {
	m, message, err := Compose(m, parts)
	if err != nil {
		return Sealed{}, err
	}
	sealed, err := seal(w, m, message, parts, s, stamp)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal message %s: %w", m.ID, err)
	}
	return sealed, nil
}

// Stamper asks a time-stamp authority for an RFC 3161 token over the SHA-256 of a signature's value.
type Stamper func(digest [sha256.Size]byte) (token []byte, err error)

// SealCard writes a node's card (card.asice): signed by the card key, with a proof by each seal key that is new in this
// card. Of m the id, the sender and the time are used.
func SealCard(w io.Writer, m Message, c *Card, root Signer, newSeals []Signer) (Sealed, error) {
	sealed, err := sealCard(w, m, c, root, newSeals)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal card %d of node %s: %w", c.Serial, c.Node, err)
	}
	return sealed, nil
}

func sealCard(w io.Writer, m Message, c *Card, root Signer, newSeals []Signer) (Sealed, error) {
	if !root.Cert.Equal(c.Root) {
		return Sealed{}, errs.Invalidf("the signer is not the card's own key")
	}
	card, err := c.Bytes()
	if err != nil {
		return Sealed{}, err
	}
	parts := []Part{Bytes(CardPath, "application/json", card)}
	for i, seal := range c.Seals {
		for _, s := range newSeals {
			if !s.Cert.Equal(seal) {
				continue
			}
			der, err := cms.Sign(card, s.Cert, s.Key, cms.Options{SigningTime: m.SentAt})
			if err != nil {
				return Sealed{}, err
			}
			parts = append(parts, Bytes(possessionPath(i+1), "application/pkcs7-signature", der))
		}
	}
	if len(parts) != 1+len(newSeals) {
		return Sealed{}, errs.Invalidf("%d new seal keys, %d of them in the card", len(newSeals), len(parts)-1)
	}
	m.Kind, m.To = KindCard, nil
	m, message, err := Compose(m, parts)
	if err != nil {
		return Sealed{}, err
	}
	return seal(w, m, message, parts, root, nil)
}

func seal(w io.Writer, m Message, message []byte, parts []Part, s Signer, stamp Stamper) (Sealed, error) {
	parts, err := arrange(m.Kind, message, parts)
	if err != nil {
		return Sealed{}, err
	}
	manifest, err := writeManifest(filesOf(parts))
	if err != nil {
		return Sealed{}, err
	}
	signature, err := sign(manifest, s, m.SentAt, stamp)
	if err != nil {
		return Sealed{}, err
	}
	sum := sha256.New()
	z := &zipWriter{w: io.MultiWriter(w, sum)}
	if err := writeEntries(z, manifest, signature, parts); err != nil {
		return Sealed{}, err
	}
	container := Digest(hex.EncodeToString(sum.Sum(nil)))
	return Sealed{
		Digests: Digests{
			Manifest: canonical.Sum(manifest), Container: container,
			Signature: canonical.Sum(signature), Transport: container,
		},
		Size: z.at, Message: message,
	}, nil
}

// arrange puts the entries that the manifest lists in their order: message, proof, content, sums.
func arrange(kind Kind, message []byte, parts []Part) ([]Part, error) {
	list := []Part{Bytes(MessagePath, "application/json", message)}
	proof := slices.IndexFunc(parts, func(p Part) bool { return p.Path == ProofPath })
	if proof < 0 && kind != KindCard {
		return nil, errs.Invalidf("no %s among the parts", ProofPath)
	}
	if proof >= 0 {
		if parts[proof].Size > MaxProof {
			return nil, errs.Invalidf("%s has %d bytes, at most %d are allowed", ProofPath, parts[proof].Size, MaxProof)
		}
		list = append(list, parts[proof])
	}
	for i, p := range parts {
		if i != proof {
			list = append(list, p)
		}
	}
	for _, p := range list {
		if err := checkMedia(p.Media); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Path, err)
		}
	}
	sums := writeSums(filesOf(list))
	return append(list, Bytes(SumsPath, "text/plain", sums)), nil
}

func filesOf(parts []Part) (files []File) {
	for _, p := range parts {
		files = append(files, p.File)
	}
	return files
}

// sign returns the signature over the manifest, time-stamped when there is an authority.
func sign(manifest []byte, s Signer, at time.Time, stamp Stamper) ([]byte, error) {
	der, err := cms.Sign(manifest, s.Cert, s.Key, cms.Options{SigningTime: at})
	if err != nil || stamp == nil {
		return der, err
	}
	digest, err := cms.Stamped(der)
	if err != nil {
		return nil, err
	}
	token, err := stamp(digest)
	if err != nil {
		return nil, fmt.Errorf("time stamp: %w", err)
	}
	return cms.AddTimeStamp(der, token)
}

func writeEntries(z *zipWriter, manifest, signature []byte, parts []Part) error {
	if n := unlisted + len(parts); n > MaxEntries {
		return errs.Invalidf("%d entries, at most %d are allowed", n, MaxEntries)
	}
	if err := z.bytes(MimetypePath, []byte(mimetype)); err != nil {
		return err
	}
	if err := z.bytes(ManifestPath, manifest); err != nil {
		return err
	}
	if err := z.bytes(SignaturePath, signature); err != nil {
		return err
	}
	for _, p := range parts {
		if err := z.part(p); err != nil {
			return fmt.Errorf("%s: %w", p.Path, err)
		}
	}
	return z.close()
}
