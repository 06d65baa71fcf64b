package envelope

import (
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/engine/cms"
)

// The checks from the file's size to the signature over the manifest, in their order.

func (p *opening) checkSize() (string, error) {
	most := p.o.Max
	if most == 0 {
		most = DefaultMax
	}
	if p.size > most {
		return "", errs.Invalidf("%d bytes, at most %d are taken", p.size, most)
	}
	return fmt.Sprintf("%d bytes", p.size), nil
}

func (p *opening) checkEncryption() (string, error) {
	p.encrypted = Encrypted(p.raw)
	if !p.encrypted {
		if !p.o.Plain {
			return "", errs.Invalidf("the file is not encrypted by age")
		}
		p.plain, p.plainSize = p.raw, p.size
		return "", skip(NotEncrypted)
	}
	if p.card {
		return "", errs.Invalidf("a card travels unencrypted")
	}
	if err := checkAgeHeader(p.raw, p.size); err != nil {
		return "", err
	}
	plain, size, key, err := decrypt(p.raw, p.size, p.o.Keys)
	if err != nil && !errors.Is(err, errWrongKey) {
		return "", err
	}
	if err == nil {
		p.plain, p.plainSize, p.key = authenticated{plain}, size, key
	}
	return "age, one stanza " + stanzaType, nil
}

func (p *opening) checkKey() (string, error) {
	switch {
	case !p.encrypted:
		return "", skip(NotEncrypted)
	case p.plain == nil:
		return "", errs.Invalidf("sealed for another key: none of the %d keys here opens it", len(p.o.Keys))
	}
	return "opened by the key of recipient " + string(RecipientSum(p.key.Recipient())), nil
}

// checkZip walks the zip and looks at which entries stand where.
func (p *opening) checkZip() (string, error) {
	entries, err := walkZip(p.plain, p.plainSize)
	if err != nil {
		return "", err
	}
	for i, name := range []string{MimetypePath, ManifestPath, SignaturePath, MessagePath} {
		if i >= len(entries) || entries[i].Name != name {
			return "", errs.Invalidf("entry %d has to be %s", i+1, name)
		}
	}
	if last := entries[len(entries)-1].Name; last != SumsPath {
		return "", errs.Invalidf("the last entry is %q and has to be %s", last, SumsPath)
	}
	p.entries = entries
	return fmt.Sprintf("%d entries, stored back to back; archive/zip sees the same", len(entries)), nil
}

func hasEntry(entries []zipEntry, name string) bool {
	return slices.ContainsFunc(entries, func(e zipEntry) bool { return e.Name == name })
}

func (p *opening) checkMimetype() (string, error) {
	if n := p.entries[0].Size; n != int64(len(mimetype)) {
		return "", errs.Invalidf("it has %d bytes, want %d", n, len(mimetype))
	}
	b, err := p.read(p.entries[0], int64(len(mimetype)))
	if err != nil {
		return "", err
	}
	if string(b) != mimetype {
		return "", errs.Invalidf("it says %q, want %q", b, mimetype)
	}
	return mimetype, nil
}

func (p *opening) checkManifest() (string, error) {
	b, err := p.read(p.entries[1], maxManifest)
	if err != nil {
		return "", err
	}
	if p.files, err = readManifest(b); err != nil {
		return "", err
	}
	p.manifest = b
	p.known.Manifest = canonical.Sum(b)
	return fmt.Sprintf("%d files; SHA-256 %s", len(p.files), p.known.Manifest), nil
}

// checkSignature verifies the signature over the manifest. Whose it is is the next question.
func (p *opening) checkSignature() (string, error) {
	der, err := p.read(p.entries[2], cms.MaxSize)
	if err != nil {
		return "", err
	}
	s, err := cms.Verify(der, p.manifest)
	if err != nil {
		return "", err
	}
	if s.SigningTime.IsZero() {
		return "", errs.Invalidf("the signed attribute signing-time is missing")
	}
	p.signature = s
	p.known.Signature = canonical.Sum(der)
	return fmt.Sprintf("by certificate %s, claimed time %s", CertSum(s.Cert), s.SigningTime.UTC().Format(timeForm)), nil
}

// read returns a small entry's bytes.
func (p *opening) read(e zipEntry, most int64) ([]byte, error) {
	if e.Size > most {
		return nil, errs.Invalidf("%s has %d bytes, at most %d are allowed", e.Name, e.Size, most)
	}
	b := make([]byte, e.Size)
	if _, err := readAt(p.plain, b, e.data(), p.plainSize); err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	if crc32.ChecksumIEEE(b) != e.CRC32 {
		return nil, errs.Invalidf("%s: its CRC-32 doesn't fit", e.Name)
	}
	return b, nil
}
