package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document/sign"
	"comity/internal/engine/envelope"
	"comity/internal/store/ledger"
)

// Kind is what a file turned out to be.
type Kind string

// The kinds of file that can be checked.
const (
	Letter   Kind = "letter"   // a signed PDF
	Envelope Kind = "envelope" // a message or a receipt
	Card     Kind = "card"
	Proof    Kind = "proof"  // of an entry in a ledger
	Ledger   Kind = "ledger" // a whole one, as it is exported
	Unknown  Kind = "unknown"
)

// Finding is one check with its result. Asks is an English sentence of the catalogue with its values, Found is in
// English: it is for who looks closer.
type Finding struct {
	Asks  string
	Args  []any
	State envelope.State
	Found string
}

// Verdict is everything that could be found out about a file.
type Verdict struct {
	Kind     Kind
	Findings []Finding
	Sealed   bool              // encrypted for another: only its node can look inside
	Message  *envelope.Message // of an envelope that could be opened
	Sender   *envelope.Card    // whose seal it is, nil when that card isn't at hand
	Manifest envelope.Digest
	Receipt  *envelope.Receipt // what a receipt says: a sound one may say no
	Commands []envelope.Command
}

// Failed reports whether something doesn't hold.
func (v Verdict) Failed() bool { return v.has(envelope.Failed) }

// Unsure reports that nothing failed, and that who made the file can't be said without the card of that node.
func (v Verdict) Unsure() bool {
	switch v.Kind {
	case Envelope:
		return !v.Failed() && v.Sender == nil
	case Proof, Ledger:
		return v.has(envelope.Skipped)
	}
	return false
}

func (v Verdict) has(s envelope.State) bool {
	return slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.State == s })
}

func (v *Verdict) add(holds error, found, asks string, args ...any) {
	f := Finding{Asks: asks, Args: args, State: envelope.Passed, Found: found}
	if holds != nil {
		f.State, f.Found = envelope.Failed, holds.Error()
	}
	v.Findings = append(v.Findings, f)
}

// Verify makes the checks that a file by itself and the cards allow. Nothing in the file is believed; cards are of
// nodes whose fingerprint somebody compared. name is the file's, for the commands. The error is only for a file that
// can't be read.
func Verify(name string, f io.ReaderAt, size int64, cards []*envelope.Card, now time.Time) (Verdict, error) {
	head := make([]byte, 32)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Verdict{}, err
	}
	head = head[:n]
	all := io.NewSectionReader(f, 0, size)
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return verifyLetter(all)
	case bytes.HasPrefix(head, []byte("c2sp.org/tlog-proof@")):
		return verifyProof(all, cards)
	case bytes.HasPrefix(head, []byte(`{"`)):
		return verifyLedger(all, cards)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("age-encryption.org/")):
		return verifyEnvelope(name, f, size, cards, now)
	}
	return Verdict{Kind: Unknown}, nil
}

func verifyLetter(r io.Reader) (Verdict, error) {
	v := Verdict{Kind: Letter, Commands: []envelope.Command{{Shows: language.M("the signatures in the letter"), Line: "pdfsig FILE"}}}
	b, err := io.ReadAll(r)
	if err != nil {
		return v, err
	}
	signatures, err := sign.Verify(b)
	if err != nil && !errors.Is(err, errs.Invalid) {
		return v, err
	}
	if err == nil && len(signatures) == 0 {
		err = errs.Invalidf("there is none")
	}
	if err != nil {
		v.add(err, "", language.M("The letter has a signature that can be read."))
	}
	for _, s := range signatures {
		v.add(s.Broken, signedWith(s), language.M("The signature of {name} fits the letter."), "name", s.Name)
		var changed error
		if s.Changed {
			changed = errs.Invalidf("the file goes on behind what was signed")
		}
		v.add(changed, "", language.M("Nothing was changed after {name} signed."), "name", s.Name)
	}
	return v, nil
}

// signedWith says with what certificate and when; a signature that doesn't hold has none that counts.
func signedWith(s sign.Signature) string {
	if s.Cert == nil {
		return ""
	}
	return "certificate " + string(envelope.CertSum(s.Cert)) + ", " + s.Time.UTC().Format(time.RFC3339) + " as the signer says"
}

func standsIn() string {
	return language.M("The entry stands in the ledger of the node that made it.")
}

func verifyProof(r io.Reader, cards []*envelope.Card) (Verdict, error) {
	v := Verdict{Kind: Proof}
	b, err := io.ReadAll(r)
	if err != nil {
		return v, err
	}
	p, err := ledger.ParseProof(b)
	if err != nil {
		v.add(err, "", standsIn())
		return v, nil
	}
	keys, origin := keysOf(string(p.Checkpoint), cards)
	if len(keys) == 0 {
		v.lacks(origin, standsIn())
		return v, nil
	}
	proven, found, err := provenBy(b, keys)
	v.add(err, found.Act+" on "+string(found.On)+", entry "+string(found.ID)+" of "+proven.Origin, standsIn())
	return v, nil
}

// keysOf returns the keys of the log that a checkpoint names, from the cards, and the log's name.
func keysOf(checkpoint string, cards []*envelope.Card) (keys []string, origin string) {
	origin, _, _ = strings.Cut(checkpoint, "\n")
	for _, c := range cards {
		for _, k := range c.Ledger {
			if strings.HasPrefix(k, origin+"+") {
				keys = append(keys, k)
			}
		}
	}
	return keys, origin
}

// lacks says that a check could not be made because the card of the log's node isn't at hand.
func (v *Verdict) lacks(origin, asks string) {
	v.Findings = append(v.Findings, Finding{Asks: asks, State: envelope.Skipped, Found: "the card of the node with the log " + origin + " is not at hand"})
}

// provenBy tries the keys of a log one after another and returns the last failure when none fits.
func provenBy(proof []byte, keys []string) (p ledger.Proven, f ledger.Found, err error) {
	err = errs.Invalidf("there is no key of the log")
	for _, key := range keys {
		if p, f, err = ledger.VerifyWithEntry(proof, key); err == nil {
			return p, f, nil
		}
	}
	return p, f, err
}

func nothingChanged() string {
	return language.M("No entry was changed, moved or left out up to the last checkpoint.")
}

func verifyLedger(r io.ReadSeeker, cards []*envelope.Card) (Verdict, error) {
	v := Verdict{Kind: Ledger}
	checkpoint, err := firstCheckpoint(r)
	if err != nil {
		return v, err
	}
	keys, origin := keysOf(checkpoint, cards)
	if len(keys) == 0 {
		v.lacks(origin, nothingChanged())
		return v, nil
	}
	var report ledger.Report
	for _, key := range keys {
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return v, err
		}
		if report, err = ledger.Verify(r, key); err == nil || !errors.Is(err, errs.Invalid) {
			break
		}
	}
	if err != nil && !errors.Is(err, errs.Invalid) {
		return v, err
	}
	found := fmt.Sprintf("%s: %d entries under %d checkpoints", report.Origin, report.Size, report.Checkpoints)
	if report.Unsigned > 0 {
		found += fmt.Sprintf("; %d entries after the last checkpoint, for which nothing speaks", report.Unsigned)
	}
	v.add(err, found, nothingChanged())
	return v, nil
}

// firstCheckpoint finds the first line that is a signed checkpoint, "" when there is none: only the log's name is read
// from it.
func firstCheckpoint(r io.Reader) (string, error) {
	lines := bufio.NewReaderSize(r, 128<<10)
	for {
		line, err := lines.ReadSlice('\n')
		var text string
		if len(line) > 0 && line[0] == '"' && json.Unmarshal(line, &text) == nil {
			return text, nil
		}
		switch {
		case errors.Is(err, io.EOF):
			return "", nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		}
	}
}

// verifyEnvelope makes the checks twice when the seal is that of a card at hand: without the card the checks behind the
// sender's would not be reached.
func verifyEnvelope(name string, f io.ReaderAt, size int64, cards []*envelope.Card, now time.Time) (Verdict, error) {
	o := envelope.Options{Now: now, Max: size}
	report, err := envelope.Verify(name, f, size, o)
	if err != nil {
		return Verdict{}, err
	}
	if sender := sealedBy(report, cards); sender != nil {
		o.Cards = func(envelope.Digest) ([]*envelope.Card, error) { return []*envelope.Card{sender}, nil }
		if report, err = envelope.Verify(name, f, size, o); err != nil {
			return Verdict{}, err
		}
	}
	return ofReport(report), nil
}

func sealedBy(report *envelope.Report, cards []*envelope.Card) *envelope.Card {
	if report.Opened == nil || report.Card {
		return nil
	}
	for _, c := range cards {
		if c.HasSeal(envelope.CertSum(report.Opened.Seal)) {
			return c
		}
	}
	return nil
}

func ofReport(report *envelope.Report) Verdict {
	v := Verdict{Kind: Envelope, Commands: report.Commands}
	if report.Card {
		v.Kind = Card
	}
	v.Sealed = report.Refusal != nil && report.Refusal.Check == envelope.WrongKey
	for _, c := range report.Results {
		state := c.State
		if v.Sealed && c.Check == envelope.WrongKey {
			state = envelope.Skipped // no key is ever given here: it isn't the file's fault
		}
		v.Findings = append(v.Findings, Finding{Asks: Asks(c.Check), State: state, Found: c.Found})
	}
	if report.Opened == nil {
		return v
	}
	v.Message, v.Manifest, v.Sender = report.Opened.Message, report.Opened.Manifest, report.Opened.Sender
	if report.Opened.Proof != nil && v.Sender != nil {
		v.inLedger(report.Opened)
	}
	if !report.Card && v.Message.Kind == envelope.KindReceipt {
		v.readReceipt(report.Opened)
	}
	return v
}

// readReceipt reads what a receipt says. One that can't be read fails where the other forms do.
func (v *Verdict) readReceipt(o *envelope.Opened) {
	r, err := o.File(envelope.ReceiptPath)
	var b []byte
	if err == nil {
		b, err = io.ReadAll(io.LimitReader(r, maxReceipt))
	}
	if err == nil {
		v.Receipt, err = envelope.ReadReceipt(b)
	}
	if err != nil {
		v.add(err, "", Asks(envelope.BadSchema))
	}
}

// inLedger checks that the message stands in the ledger of the node that sent it.
func (v *Verdict) inLedger(o *envelope.Opened) {
	proven, entry, err := provenBy(o.Proof, o.Sender.Ledger)
	if err == nil && !entry.Tells(o.MessageJSON) {
		err = errs.Invalidf("the entry that is proven is of another message")
	}
	v.add(err, "log "+proven.Origin, language.M("The message stands in the ledger of the node that sent it."))
}

// maxReceipt is more than a receipt can have; what goes on behind it is no receipt.
const maxReceipt = 16 << 10

// shows lists what the commands of package envelope show, so that they can be said in every language.
func shows() []string {
	return []string{
		language.M("the file opens with the recipient's key (age 1.3 or later)"),
		language.M("the zip is whole"),
		language.M("the files"),
		language.M("every file is the one in the list"),
		language.M("the list is signed by the key in seal.pem"),
		language.M("the list is signed by the key in root.pem"),
		language.M("the envelope's digest"),
		language.M("what act it is"),
	}
}
