package envelope

import (
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/engine/cms"
)

// maxCard is above eight certificates of each use with eight keys of age beside them.
const maxCard = 1 << 20

// possessionPath names the proof that the node has the n-th seal key of its card, counted from 1: that key's signature
// over card.json. It is an entry like others, because a second signature over the manifest has no manifest that names
// it, and other validators stumble over that.
func possessionPath(n int) string { return fmt.Sprintf("possession/%02d.p7s", n) }

// readCard reads card.json, with nothing beside it but the proofs of the seal keys.
func (p *opening) readCard() (*Card, error) {
	for i, f := range p.content() {
		if (i == 0) != (f.Path == CardPath) || i > 0 && !strings.HasPrefix(f.Path, "possession/") {
			return nil, refuse(BadSchema, "%s: a card holds %s and after it the proofs of its seal keys", f.Path, CardPath)
		}
	}
	b, err := p.readNamed(CardPath, maxCard)
	if err != nil {
		return nil, refuse(BadSchema, "%v", err)
	}
	return ReadCard(b)
}

// readNamed returns a small entry's bytes.
func (p *opening) readNamed(name string, most int64) ([]byte, error) {
	for _, e := range p.entries {
		if e.Name == name {
			return p.read(e, most)
		}
	}
	return nil, errs.Invalidf("no %s inside", name)
}

// checkCardKey wants the card signed by its own card key and by each seal key that is new.
func (p *opening) checkCardKey() (string, error) {
	if !p.signature.Cert.Equal(p.sender.Root) {
		return "", errs.Invalidf("the card is not signed by its own card key")
	}
	proven, err := p.possessions()
	if err != nil {
		return "", err
	}
	for _, c := range p.sender.Seals {
		sum := CertSum(c)
		if !proven[sum] && (p.o.Previous == nil || !p.o.Previous.HasSeal(sum)) {
			return "", errs.Invalidf("seal key %s is new and has not signed the card", sum)
		}
	}
	groups, err := Fingerprint(p.known.Manifest)
	if err != nil {
		return "", err
	}
	return "fingerprint " + groups, nil
}

// possessions returns the seals whose keys signed card.json. A proof that proves nothing is a fault.
func (p *opening) possessions() (map[Digest]bool, error) {
	card, err := p.readNamed(CardPath, maxCard)
	if err != nil {
		return nil, err
	}
	proven, files := map[Digest]bool{}, 1
	for i, seal := range p.sender.Seals {
		path := possessionPath(i + 1)
		if !hasEntry(p.entries, path) {
			continue
		}
		files++
		der, err := p.readNamed(path, cms.MaxSize)
		if err != nil {
			return nil, err
		}
		s, err := cms.Verify(der, card)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if !s.Cert.Equal(seal) {
			return nil, errs.Invalidf("%s is not by seal key %d", path, i+1)
		}
		proven[CertSum(seal)] = true
	}
	if files != len(p.content()) {
		return nil, errs.Invalidf("a proof belongs to none of the seal keys")
	}
	return proven, nil
}

func (p *opening) checkCardTime() (string, error) {
	c := p.sender
	from, to := later(c.ValidFrom, c.Root.NotBefore), c.ValidTo
	if c.Root.NotAfter.Before(to) {
		to = c.Root.NotAfter
	}
	if p.o.Now.Add(clockSlack).Before(from) || !p.o.Now.Before(to) {
		return "", errs.Invalidf("the card is valid from %s to %s", from.UTC().Format(timeForm), to.UTC().Format(timeForm))
	}
	return "valid until " + to.UTC().Format(timeForm), nil
}
