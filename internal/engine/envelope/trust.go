package envelope

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/errs"
)

// clockSlack is how far ahead a sender's clock may be when it made a key.
const clockSlack = 10 * time.Minute

// checkSender finds the pinned card by the certificate's SHA-256, never by a name in it.
func (p *opening) checkSender() (string, error) {
	if p.o.Cards == nil {
		return "", skip("no pinned card was given to compare the certificate with")
	}
	sum := CertSum(p.signature.Cert)
	cards, err := p.o.Cards(sum)
	if err != nil {
		// Not the sender's fault: reported like a file that can't be read.
		p.raw.err = fmt.Errorf("find the card of seal %s: %w", sum, err)
		return "", p.raw.err
	}
	cards = slices.DeleteFunc(slices.Clone(cards), func(c *Card) bool { return !c.HasSeal(sum) })
	if len(cards) != 1 {
		return "", errs.Invalidf("certificate %s is a seal of %d pinned cards, want exactly one", sum, len(cards))
	}
	p.sender = cards[0]
	return fmt.Sprintf("node %s, %s", p.sender.Node, p.sender.State), nil
}

// checkTime wants card and certificate valid now. Where one has ended, the envelope counts only if something other
// than the seal's own clock shows that it was made before.
func (p *opening) checkTime() (string, error) {
	if p.sender == nil {
		return "", skip("the sender is not known")
	}
	cert := p.signature.Cert
	if from := later(cert.NotBefore, p.sender.ValidFrom); p.o.Now.Add(clockSlack).Before(from) {
		return "", errs.Invalidf("the seal is valid from %s", from.UTC().Format(timeForm))
	}
	end, why := p.ended(cert)
	if p.o.Now.Before(end) {
		return "valid until " + end.UTC().Format(timeForm), nil
	}
	if how, ok := p.provenBefore(end); ok {
		p.provenAt = end.Add(-time.Second)
		return fmt.Sprintf("the seal %s %s; made before: %s", why, end.UTC().Format(timeForm), how), nil
	}
	return "", errs.Invalidf("the seal %s %s and nothing proves that this was made before", why, end.UTC().Format(timeForm))
}

// ended returns when the seal stops to be good, and by what.
func (p *opening) ended(cert *x509.Certificate) (time.Time, string) {
	end, why := cert.NotAfter, "ended"
	if p.sender.ValidTo.Before(end) {
		end, why = p.sender.ValidTo, "stands in a card that ended"
	}
	if since, ok := p.sender.RevokedSince(CertSum(cert)); ok && since.Before(end) {
		end, why = since, "was revoked"
	}
	return end, why
}

func (p *opening) provenBefore(end time.Time) (how string, ok bool) {
	for _, s := range p.signature.Stamps {
		if slices.Contains(p.o.Authorities, CertSum(s.Cert)) && s.Time.Before(end) {
			return "time stamp of " + s.Time.UTC().Format(timeForm), true
		}
	}
	if p.o.MadeBefore == nil {
		return "", false
	}
	return p.o.MadeBefore(p.known, end)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// checkJSON reads the documents; what it refuses is told by the step whose check it is.
func (p *opening) checkJSON() (string, error) {
	p.message, p.document = ReadMessage(p.messageJSON)
	if p.card && p.document == nil {
		p.sender, p.document = p.readCard()
	}
	var fault *Refusal
	if errors.As(p.document, &fault) && fault.Check == BadJSON {
		return "", fault
	}
	return "RFC 8785", nil
}

func documentStep(c Check, found string) func(*opening) (string, error) {
	return func(p *opening) (string, error) {
		var fault *Refusal
		if errors.As(p.document, &fault) && fault.Check == c {
			return "", fault
		}
		return found, nil
	}
}

// checkKind keeps cards and messages apart: a card inside an encrypted envelope is none, and no other kind is signed by
// a card key.
func (p *opening) checkKind() (string, error) {
	if _, err := documentStep(UnknownKind, "")(p); err != nil {
		return "", err
	}
	if p.message == nil {
		return "", nil // its schema is refused in the next step
	}
	if isCard := p.message.Kind == KindCard; isCard != p.card {
		return "", errs.Invalidf("the kind is %s; a card travels by itself and is read as a card", p.message.Kind)
	}
	return string(p.message.Kind), nil
}

func (p *opening) checkFrom() (string, error) {
	if p.sender == nil {
		return "", skip("the sender is not known")
	}
	from, c := p.message.From, p.sender
	switch {
	case from.Node != c.Node:
		return "", errs.Invalidf("from node %s, sealed by node %s", from.Node, c.Node)
	case from.State != c.State:
		return "", errs.Invalidf("from State %s, the card is of %s", from.State, c.State)
	case !slices.Contains(c.Authorities, from.Authority):
		return "", errs.Invalidf("from authority %s, which is not in the card", from.Authority)
	case p.o.Peer != "" && p.o.Peer != c.Node:
		return "", errs.Invalidf("from node %s, brought by node %s", c.Node, p.o.Peer)
	}
	return fmt.Sprintf("%s at node %s", from.Authority, from.Node), nil
}

func (p *opening) checkTo() (string, error) {
	if p.o.Me == nil {
		return "", skip("no recipient was given to compare with")
	}
	to, me := p.message.To, p.o.Me
	switch {
	case to.Node != me.Node:
		return "", errs.Invalidf("to node %s, this is %s", to.Node, me.Node)
	case to.State != me.State:
		return "", errs.Invalidf("to State %s, this is %s", to.State, me.State)
	case !slices.Contains(me.Authorities, to.Authority):
		return "", errs.Invalidf("to authority %s, which is not at this node", to.Authority)
	case p.encrypted && to.Open != RecipientSum(p.key.Recipient()):
		return "", errs.Invalidf("the message names another recipient's key than the one that opened the file: passed on")
	case !p.encrypted && !p.isMyKey(to.Open):
		return "", errs.Invalidf("the message was meant for a key that isn't one of this node's")
	}
	return fmt.Sprintf("%s at node %s", to.Authority, to.Node), nil
}

func (p *opening) isMyKey(sum Digest) bool {
	return slices.ContainsFunc(p.o.Keys, func(k Identity) bool { return RecipientSum(k.Recipient()) == sum }) ||
		slices.ContainsFunc(p.o.Me.Open, func(r string) bool { return RecipientSum(r) == sum })
}

func (p *opening) checkExercise() (string, error) {
	if p.o.Me == nil || p.sender == nil {
		return "", skip("one of the two is not known")
	}
	if p.sender.Exercise != p.o.Me.Exercise {
		return "", errs.Invalidf("one of the two nodes is for exercises, the other is real")
	}
	if p.message != nil && slices.Contains(p.message.Handling, ForExercise) && !p.o.Me.Exercise {
		return "", errs.Invalidf("the message is part of an exercise, this node is real")
	}
	if p.sender.Exercise {
		return "both nodes are for exercises", nil
	}
	return "both nodes are real", nil
}
