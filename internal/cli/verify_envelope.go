package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/request"
	"comity/internal/engine/envelope"
	"comity/internal/store/ledger"
)

// maxClock is how far the clocks of two houses may differ.
const maxClock = 10 * time.Minute

// verifyEnvelope checks an envelope or a card, and what an envelope of its kind has to hold.
func (k *knowledge) verifyEnvelope(v *verdict, in input) error {
	report, err := envelope.Verify(in.name, in, in.size, k.options())
	if err != nil {
		return err
	}
	for _, c := range report.Commands {
		v.command(c.Line, c.Shows)
	}
	v.note("", "(each check is named for what it would have found)")
	for _, r := range report.Results {
		switch {
		case r.State == envelope.Skipped && r.Found == envelope.NotEncrypted:
			v.note(string(r.Check), "not encrypted: as a node keeps it, and shows it to a court")
		case r.Check == envelope.WrongKey && r.State == envelope.Failed && len(k.keys) == 0:
			v.skipped(string(r.Check), "no key was given (-i) that could open it")
		default:
			v.result(r)
		}
	}
	o := report.Opened
	if o == nil {
		return nil
	}
	if !k.existed.IsZero() {
		v.say("That it existed at %s is your word; a seal that has ended since counts because of it.", stampOf(k.existed))
	}
	v.note("file", "%d bytes, SHA-256 %s", in.size, o.Transport)
	if report.Card {
		k.verifyCard(v, o)
		return nil
	}
	k.verifyClaimedTime(v, o)
	k.verifySent(v, o)
	if err := k.verifyContent(v, o); err != nil {
		return err
	}
	k.sayEnvelope(v, o)
	return nil
}

// verifyCard says of a card that is whole whether it is one that the person compared.
func (k *knowledge) verifyCard(v *verdict, o *envelope.Opened) {
	c := o.Sender
	f, err := envelope.Fingerprint(o.Manifest)
	known := false
	for _, t := range k.cards {
		known = known || t.manifest == o.Manifest
	}
	switch {
	case err != nil:
		v.failed("fingerprint", "%v", err)
	case k.fingerprint != "" && k.fingerprint != digitsOf(f):
		v.failed("fingerprint", "%s is another one than the one given", f)
	case k.fingerprint != "":
		v.passed("fingerprint", "%s is the one given", f)
	case known:
		v.passed("fingerprint", "%s, of a card that you say you have compared", f)
	default:
		v.skipped("fingerprint", "%s: compare it with what the node reads out to you, and give it with --fingerprint", f)
	}
	v.say("A card%s of node %s, number %d, of State %s. Anybody can make a card in any name: only its fingerprint shows whose it is.",
		forExercises(c), c.Node, c.Serial, c.State)
}

func forExercises(c *envelope.Card) string {
	if c.Exercise {
		return " for EXERCISES"
	}
	return ""
}

// verifyClaimedTime finds a time of sealing that can't be true. Otherwise it stays a claim.
func (k *knowledge) verifyClaimedTime(v *verdict, o *envelope.Opened) {
	switch {
	case o.SealedAt.After(k.env.Now().Add(maxClock)):
		v.failed("claimed-time", "the seal says %s, which is still to come", stampOf(o.SealedAt))
	case o.SealedAt.Before(o.Seal.NotBefore.Add(-maxClock)):
		v.failed("claimed-time", "the seal says %s, before its certificate began at %s", stampOf(o.SealedAt), stampOf(o.Seal.NotBefore))
	default:
		v.passed("claimed-time", "%s by the sender's clock: possible, and shown by nothing else", stampOf(o.SealedAt))
	}
}

func stampOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// verifySent checks that the message stands in the log of its sender's card.
func (k *knowledge) verifySent(v *verdict, o *envelope.Opened) {
	const check = "ledger-proof"
	if o.Sender == nil {
		v.skipped(check, "the sender is not known")
		return
	}
	p, err := ledger.ParseProof(o.Proof)
	if err != nil {
		v.failed(check, "%v", err)
		return
	}
	proven, found, err := k.proven(p, o.Proof, p.Extra)
	switch {
	case err != nil:
		v.failed(check, "%v", err)
	case !found.Tells(o.MessageJSON):
		v.failed(check, "the entry that is proven is of another message")
	default:
		v.passed(check, "entry %d of %d in the log %s", proven.Index, proven.Size, proven.Origin)
	}
}

// verifyContent looks at what the kinds of message carry.
func (k *knowledge) verifyContent(v *verdict, o *envelope.Opened) error {
	if o.Message.Kind == envelope.KindReceipt {
		return k.verifyReceipt(v, o)
	}
	if o.Message.Kind == "request" {
		verifyLetterInside(v, o)
	}
	if !evidence.Has(o.Message) {
		return nil
	}
	items, err := evidence.CheckFolders(o.Message, reader(o))
	if err != nil {
		v.failed("custody", "%v", err)
		return nil
	}
	v.passed("custody", "%d items: each custody.json is the sender's and speaks of the bytes beside it", len(items))
	for _, it := range items {
		v.say("Item %q, called %q: %d bytes, SHA-256 %s.", it.Item.Label, it.Item.Name, it.Item.Size, it.Item.SHA256)
	}
	return nil
}

// reader reads small files of an envelope.
func reader(o *envelope.Opened) func(path string, most int64) ([]byte, error) {
	return func(path string, most int64) ([]byte, error) {
		r, err := o.File(path)
		if err != nil {
			return nil, err
		}
		if r.Size() > most {
			return nil, errs.Invalidf("%s has %d bytes, at most %d are read", path, r.Size(), most)
		}
		return io.ReadAll(r)
	}
}

func verifyLetterInside(v *verdict, o *envelope.Opened) {
	read := reader(o)
	letter, err := read(envelope.LetterPath, maxInMemory)
	if err != nil {
		v.failed("letter", "%v", err)
		return
	}
	answers, err := read(envelope.AnswersPath, canonical.MaxBytes)
	if err != nil {
		v.failed("letter", "%v", err)
		return
	}
	signatures, err := request.CheckLetter(letter, answers)
	if err != nil {
		v.failed("letter", "%v", err)
		return
	}
	var names []string
	for _, s := range signatures {
		names = append(names, fmt.Sprintf("%q with certificate %s", s.Name, envelope.CertSum(s.Cert)))
	}
	v.passed("letter", "signed by %s; written from the answers beside it", strings.Join(names, ", "))
}

// verifyReceipt says what a receipt says, and compares it with the envelope that it is for.
func (k *knowledge) verifyReceipt(v *verdict, o *envelope.Opened) error {
	b, err := reader(o)(envelope.ReceiptPath, canonical.MaxBytes)
	if err != nil {
		v.failed("receipt", "%v", err)
		return nil
	}
	r, err := envelope.ReadReceipt(b)
	if err != nil {
		v.failed("receipt", "%v", err)
		return nil
	}
	v.passed("receipt", "whole; it speaks of the envelope with the digest %s", r.Manifest)
	if r.Result == envelope.Accepted {
		v.say("The receipt says: message %s was ACCEPTED at %s.", o.Message.Answers, stampOf(r.ReceivedAt))
	} else {
		v.say("The receipt says: message %s was NOT accepted, it was %s (%s) at %s.", o.Message.Answers, strings.ToUpper(string(r.Result)), r.Check, stampOf(r.ReceivedAt))
	}
	if len(k.with) == 0 {
		v.say("Whether an envelope is the one it speaks of, --with ENVELOPE shows.")
	}
	for _, name := range k.with {
		if err := k.compareReceipt(v, o, r, name); err != nil {
			return err
		}
	}
	return nil
}

func (k *knowledge) compareReceipt(v *verdict, receipt *envelope.Opened, r *envelope.Receipt, name string) error {
	// The digests say whether it is the one; whose seal it bears is not needed for that.
	digestsOnly := envelope.Options{Now: k.env.Now(), Keys: k.keys}
	return beside(name, digestsOnly, func(sent *envelope.Report) error {
		o, m := sent.Opened, receipt.Message
		switch {
		case o == nil || sent.Card || o.Message.To == nil:
			v.failed("receipt-of", "%s is no sound envelope: %v", name, sent.Refusal)
		case m.Answers != o.Message.ID, r.Manifest != o.Manifest, r.Signature != o.Signature, r.Container != "" && r.Container != o.Container:
			v.failed("receipt-of", "it is not for %s, which is message %s with the digest %s", name, o.Message.ID, o.Manifest)
		case m.From.Node != o.Message.To.Node, m.To.Node != o.Message.From.Node:
			v.failed("receipt-of", "%s went to node %s, the receipt is from node %s", name, o.Message.To.Node, m.From.Node)
		default:
			v.passed("receipt-of", "it is for %s, by the node to which that went", name)
		}
		return nil
	})
}

// beside verifies an envelope that was given to compare with, and hands the report on while its file is open.
func (k *knowledge) beside(name string, use func(*envelope.Report) error) error {
	o := k.options()
	o.Me = nil // for whom it was is not the question here
	return beside(name, o, use)
}

func beside(name string, o envelope.Options, use func(*envelope.Report) error) error {
	err := withFile(name, func(f *os.File, size int64) error {
		report, err := envelope.Verify(name, f, size, o)
		if err != nil {
			return err
		}
		return use(report)
	})
	if err != nil {
		return fmt.Errorf("--with %s: %w", name, err)
	}
	return nil
}

// vouched returns why an envelope's content is not shown to come from a node of the cards, nil when it is.
func vouched(r *envelope.Report) error {
	if r.Refusal != nil {
		return r.Refusal
	}
	if r.Card || r.Opened.Sender == nil {
		return errors.New("it is no envelope of a node whose card was given")
	}
	return nil
}

// sayEnvelope tells in words what the envelope is and on what the reader relies.
func (k *knowledge) sayEnvelope(v *verdict, o *envelope.Opened) {
	m := o.Message
	kind := "A " + string(m.Kind)
	if strings.ContainsRune("aeiou", rune(m.Kind[0])) {
		kind = "An " + string(m.Kind)
	}
	about := ""
	if m.Request != "" {
		about = ", request " + m.Request
	}
	v.say("%s from %s (%s) to %s (%s)%s, message %s.", kind, m.From.Authority, m.From.State, m.To.Authority, m.To.State, about, m.ID)
	if o.Sender == nil {
		v.say("Who sealed it is not known: anybody can write these names. Give the sender's card with --card.")
		return
	}
	for _, t := range k.cards {
		if t.Node == o.Sender.Node && t.Serial == o.Sender.Serial {
			v.say("Sealed by the node of the card%s with the fingerprint %s. That this card is theirs is your comparison, not the program's.", forExercises(t.Card), t.fingerprint)
		}
	}
	if o.Sender.Exercise {
		v.say("EXERCISE: the sender's node is for exercises; nothing in it is real.")
	}
}
