package envelope

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/engine/cms"
)

// maxLeading is above what the first four entries may have: mimetype, manifest, signature, message.json.
const maxLeading = 4*(localFixed+MaxNameBytes) + int64(len(mimetype)) + maxManifest + cms.MaxSize + canonical.MaxBytes

// errTooFew: what has come doesn't reach the end of message.json yet.
var errTooFew = errors.New("not enough of the file is there")

// FirstLook looks at the beginning of an encrypted file that is still on its way: the first have bytes. It refuses early
// what [Open] would refuse for its leading entries, so that nobody has to receive 100 GB from a stranger. enough is
// false while message.json isn't there whole. That it passes means nothing yet: Open makes every check on the whole.
func FirstLook(r io.ReaderAt, have int64, o Options) (enough bool, err error) {
	if o.Cards == nil || o.Me == nil || o.Now.IsZero() {
		return false, errs.Invalidf("first look: options without cards, own card or clock")
	}
	if have < maxAgeHeader {
		return false, nil
	}
	p := newOpening(r, have, o)
	results, fault := p.run(leadingSteps())
	switch {
	case p.raw.err != nil:
		return false, fmt.Errorf("first look: %w: %w", p.raw.err, errs.Unavailable)
	case errors.Is(p.document, errTooFew):
		return false, nil
	case fault != nil:
		return true, &Refusal{Check: fault.Check, Detail: fault.Detail, Results: results, Sender: p.sender, Message: p.message, Digests: p.known}
	}
	return true, nil
}

func leadingSteps() []step {
	return []step{
		{BadEncryption, (*opening).decryptLeading},
		{BadZip, (*opening).walkLeading},
		{BadMimetype, (*opening).checkMimetype},
		{BadManifest, (*opening).checkManifest},
		{BadSignature, (*opening).checkSignature},
		{UnknownSender, (*opening).checkSender},
		{UnprovenTime, (*opening).checkTime},
		{BadDigest, (*opening).checkMessageDigest},
		{BadJSON, (*opening).checkJSON},
		{UnknownFormat, documentStep(UnknownFormat, "")},
		{UnknownKind, (*opening).checkKind},
		{BadSchema, documentStep(BadSchema, "")},
		{WrongSender, (*opening).checkFrom},
		{NotRecipient, (*opening).checkTo},
		{ExerciseMix, (*opening).checkExercise},
	}
}

// decryptLeading decrypts what is there of the leading entries, from the first byte on.
func (p *opening) decryptLeading() (string, error) {
	p.encrypted = true
	if err := checkAgeHeader(p.raw, p.size); err != nil {
		return "", err
	}
	for _, k := range p.o.Keys {
		src, err := age.Decrypt(io.NewSectionReader(p.raw, 0, p.size), k.key)
		var no *age.NoIdentityMatchError
		if errors.As(err, &no) {
			continue
		}
		if err != nil {
			return "", p.tooFewOr(err)
		}
		// An error further on is the end of what is there, or a chunk that isn't whole yet.
		var b bytes.Buffer
		_, readErr := io.Copy(&b, io.LimitReader(src, maxLeading))
		if b.Len() == 0 && readErr != nil {
			return "", p.tooFewOr(readErr)
		}
		p.key, p.plain, p.plainSize = k, bytes.NewReader(b.Bytes()), int64(b.Len())
		return "", nil
	}
	return "", refuse(WrongKey, "sealed for another key: none of the %d keys here opens it", len(p.o.Keys))
}

// tooFewOr tells a file of which the beginning is missing from one that is wrong: below two of age's chunks nothing is
// decided, since the last one can't be read before it is whole.
func (p *opening) tooFewOr(err error) error {
	if p.size < 2<<16+maxAgeHeader {
		p.document = errTooFew
	}
	return err
}

// walkLeading reads the first four entries.
func (p *opening) walkLeading() (string, error) {
	at := int64(0)
	for _, name := range []string{MimetypePath, ManifestPath, SignaturePath, MessagePath} {
		if p.plainSize < at+localFixed+MaxNameBytes {
			p.document = errTooFew
			return "", errTooFew
		}
		// Sizes are allowed beyond what is there; read limits each of the four.
		e, more, err := readLocal(p.plain, at, 1<<62)
		if err != nil {
			return "", err
		}
		if !more || e.Name != name {
			return "", errs.Invalidf("entry %d has to be %s", len(p.entries)+1, name)
		}
		if e.Size > canonical.MaxBytes {
			return "", errs.Invalidf("%s has %d bytes", name, e.Size)
		}
		if p.plainSize < e.end() {
			p.document = errTooFew
			return "", errTooFew
		}
		p.entries = append(p.entries, e)
		at = e.end()
	}
	return "", nil
}

// checkMessageDigest compares message.json with the manifest's first file.
func (p *opening) checkMessageDigest() (string, error) {
	b, err := p.read(p.entries[unlisted], canonical.MaxBytes)
	if err != nil {
		return "", err
	}
	if len(p.files) == 0 || p.files[0].Path != MessagePath || p.files[0].SHA256 != canonical.Sum(b) {
		return "", errs.Invalidf("%s is not the one in the manifest", MessagePath)
	}
	p.messageJSON = b
	return "", nil
}
