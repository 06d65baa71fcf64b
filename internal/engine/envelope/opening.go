package envelope

import (
	"errors"
	"fmt"
	"io"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/cms"
)

// opening is one file on its way through the checks. Each step may rely on what the steps before it found.
type opening struct {
	o     Options
	raw   *watched
	size  int64
	card  bool // the file is read as a card
	known Digests

	key       Identity
	encrypted bool
	plain     io.ReaderAt
	plainSize int64

	entries     []zipEntry
	signature   *cms.Result
	files       []File // what the manifest lists, with sizes from the zip
	manifest    []byte
	sums        []entrySum
	sender      *Card
	provenAt    time.Time // an instant at which the seal was good, when it no longer is
	messageJSON []byte
	message     *Message
	document    error // what reading message.json or card.json refused, told by the step whose check it is
	proof       []byte
}

// step makes one check and says what it found. It returns a [skip] when it lacks what it needs, a *Refusal when the
// fault belongs to another check, any other error when this check failed.
type step struct {
	check Check
	make  func(*opening) (found string, err error)
}

type skip string

func (s skip) Error() string { return string(s) }

func messageSteps() []step {
	return []step{
		{TooLarge, (*opening).checkSize},
		{BadEncryption, (*opening).checkEncryption},
		{WrongKey, (*opening).checkKey},
		{BadZip, (*opening).checkZip},
		{BadMimetype, (*opening).checkMimetype},
		{BadManifest, (*opening).checkManifest},
		{BadSignature, (*opening).checkSignature},
		{UnknownSender, (*opening).checkSender},
		{UnprovenTime, (*opening).checkTime},
		{ListsDisagree, (*opening).checkLists},
		{BadDigest, (*opening).checkDigests},
		{BadJSON, (*opening).checkJSON},
		{UnknownFormat, documentStep(UnknownFormat, "comity/message/1")},
		{UnknownKind, (*opening).checkKind},
		{BadSchema, documentStep(BadSchema, "every member is there and as it must be")},
		{WrongSender, (*opening).checkFrom},
		{NotRecipient, (*opening).checkTo},
		{ExerciseMix, (*opening).checkExercise},
	}
}

func cardSteps() []step {
	return []step{
		{TooLarge, (*opening).checkSize},
		{BadEncryption, (*opening).checkEncryption},
		{BadZip, (*opening).checkZip},
		{BadMimetype, (*opening).checkMimetype},
		{BadManifest, (*opening).checkManifest},
		{BadSignature, (*opening).checkSignature},
		{ListsDisagree, (*opening).checkLists},
		{BadDigest, (*opening).checkDigests},
		{BadJSON, (*opening).checkJSON},
		{UnknownFormat, documentStep(UnknownFormat, "comity/message/1, comity/card/1")},
		{UnknownKind, (*opening).checkKind},
		{BadSchema, documentStep(BadSchema, "every member is there and as it must be")},
		{UnknownSender, (*opening).checkCardKey},
		{UnprovenTime, (*opening).checkCardTime},
		{WrongSender, (*opening).checkFrom},
	}
}

func newOpening(r io.ReaderAt, size int64, o Options) *opening {
	return &opening{o: o, raw: &watched{r: r}, size: size}
}

// open makes the steps and returns what they found or the refusal.
func (p *opening) open(steps []step) (*Opened, error) {
	results, fault := p.run(steps)
	if p.raw.err != nil {
		return nil, fmt.Errorf("open envelope: %w: %w", p.raw.err, errs.Unavailable)
	}
	if fault == nil {
		return p.opened(results), nil
	}
	refusal := &Refusal{Check: fault.Check, Detail: fault.Detail, Results: results, Sender: p.sender, Message: p.message}
	if p.sender == nil {
		return nil, refusal // a bare problem
	}
	p.completeDigests()
	if p.raw.err != nil {
		return nil, fmt.Errorf("open envelope: %w: %w", p.raw.err, errs.Unavailable)
	}
	refusal.Digests = p.known
	return nil, refusal
}

// run makes the steps in their order up to the first that fails.
func (p *opening) run(steps []step) (results []Result, fault *Refusal) {
	for i, s := range steps {
		found, err := s.make(p)
		if err == nil {
			results = append(results, Result{s.check, Passed, found})
			continue
		}
		var skipped skip
		if errors.As(err, &skipped) {
			results = append(results, Result{s.check, Skipped, string(skipped)})
			continue
		}
		if !errors.As(err, &fault) {
			fault = refuse(s.check, "%v", err)
		}
		results = append(results, Result{fault.Check, Failed, fault.Detail})
		for _, rest := range steps[i+1:] {
			results = append(results, Result{rest.check, Skipped, NotReached})
		}
		return results, fault
	}
	return results, nil
}

func (p *opening) opened(results []Result) *Opened {
	o := &Opened{
		Digests: p.known, Message: p.message, MessageJSON: p.messageJSON, Proof: p.proof, Sender: p.sender,
		Key: p.key, Results: results, plain: p.plain, entries: p.entries,
	}
	if s := p.signature; s != nil {
		o.Seal, o.SealedAt, o.Stamps = s.Cert, s.SigningTime, s.Stamps
	}
	return o
}

// watched remembers when the file itself couldn't be read, which says nothing about the sender.
type watched struct {
	r   io.ReaderAt
	err error
}

func (w *watched) ReadAt(b []byte, at int64) (int, error) {
	n, err := w.r.ReadAt(b, at)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// authenticated turns a chunk that age refuses into the refusal it is, whichever step reads it.
type authenticated struct{ r io.ReaderAt }

func (a authenticated) ReadAt(b []byte, at int64) (int, error) {
	n, err := a.r.ReadAt(b, at)
	if err != nil && err != io.EOF {
		return n, refuse(BadEncryption, "the encrypted bytes were changed: %v", err)
	}
	return n, err
}
