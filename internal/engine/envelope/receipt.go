package envelope

import (
	"fmt"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

const receiptFormat = "comity/receipt/1"

// Outcome is what became of an envelope at its receiver.
type Outcome string

// The outcomes. Accepted: the bytes, the act and the receipt are durable. Held: an earlier message is missing.
const (
	Accepted    Outcome = "accepted"
	Held        Outcome = "held"
	Quarantined Outcome = "quarantined"
	Refused     Outcome = "refused"
)

// Receipt is receipt.json, the one content of a message of kind receipt: these bytes arrived. It says nothing about a
// person having read them. Container is "" when the encryption was damaged behind the signature, so that the
// container could not be read to its end.
type Receipt struct {
	Digests
	Result     Outcome
	Check      Check // what failed; "" when accepted
	ReceivedAt time.Time

	NotUnderstood []string
}

type receiptJSON struct {
	Format     string  `json:"format"`
	Envelope   Digest  `json:"envelope"`
	Container  *Digest `json:"container"`
	Signature  Digest  `json:"signature"`
	Transport  Digest  `json:"transport"`
	Result     Outcome `json:"result"`
	Check      *Check  `json:"check"`
	ReceivedAt string  `json:"received_at"`
}

// Bytes returns receipt.json.
func (r Receipt) Bytes() ([]byte, error) {
	b, err := canonical.Marshal(receiptJSON{
		Format: receiptFormat, Envelope: r.Manifest, Container: orNull(r.Container), Signature: r.Signature,
		Transport: r.Transport, Result: r.Result, Check: orNull(r.Check), ReceivedAt: r.ReceivedAt.UTC().Format(timeForm),
	})
	if err == nil {
		_, err = ReadReceipt(b)
	}
	if err != nil {
		return nil, fmt.Errorf("write receipt: %w", err)
	}
	return b, nil
}

// ReadReceipt reads receipt.json; what it refuses is a *[Refusal].
func ReadReceipt(b []byte) (*Receipt, error) {
	in, err := readDocument(b, receiptFormat)
	if err != nil {
		return nil, err
	}
	r := &Receipt{}
	r.Manifest = Digest(in.text("envelope", isDigest))
	r.Container = Digest(in.textOrNull("container", isDigest))
	r.Signature = Digest(in.text("signature", isDigest))
	r.Transport = Digest(in.text("transport", isDigest))
	r.Result = Outcome(in.text("result", isOutcome))
	r.Check = Check(in.textOrNull("check", isCheck))
	r.ReceivedAt = in.time("received_at")
	in.close()
	r.NotUnderstood = *in.unknown
	if (r.Check == "") != (r.Result == Accepted) {
		in.fail("check is null when accepted and names what failed otherwise")
	}
	if *in.err != nil {
		return nil, refuse(BadSchema, "receipt.json: %v", *in.err)
	}
	return r, nil
}

func isOutcome(s string) error {
	if !slices.Contains([]Outcome{Accepted, Held, Quarantined, Refused}, Outcome(s)) {
		return errs.Invalidf("%.40q: want accepted, held, quarantined or refused", s)
	}
	return nil
}

func isCheck(s string) error {
	if !slices.Contains(Checks(), Check(s)) {
		return errs.Invalidf("%.40q is not a check's name", s)
	}
	return nil
}
