package cli

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/engine/cms"
	"comity/internal/engine/document/sign"
	"comity/internal/engine/envelope"
)

// verifyPDF checks the signatures on a PDF, and whose they are: by the certificate's digest, or by the envelope in which
// a node sent this very file.
func (k *knowledge) verifyPDF(v *verdict, in input) error {
	b, err := in.whole()
	if err != nil {
		return err
	}
	sum, err := v.digest(in)
	if err != nil {
		return err
	}
	v.command("pdfsig -nocert FILE", "the signatures are whole; whose they are it doesn't say")
	signatures, err := sign.Verify(b)
	if errors.Is(err, errs.Invalid) {
		v.failed("signatures", "%v", err)
		return nil
	}
	if err != nil {
		return err
	}
	if len(signatures) == 0 {
		v.failed("signatures", "the PDF is not signed")
		return nil
	}
	sent, err := k.vouchedFor(v, sum)
	if err != nil {
		return err
	}
	for i, s := range signatures {
		k.verifySignature(v, i+1, s, sent)
	}
	v.say("Signed by %d. A name in a signature is what the signer wrote; the certificate's SHA-256 is what counts. Fewer signatures than there were can't be noticed.", len(signatures))
	return nil
}

// verifySignature says what one signature is and whose. sent is true when a node stands for
// this very file.
func (k *knowledge) verifySignature(v *verdict, n int, s sign.Signature, sent bool) {
	check, who := fmt.Sprintf("signature %d", n), fmt.Sprintf("signer %d", n)
	switch {
	case s.Broken != nil:
		v.failed(check, "%v", s.Broken)
		return
	case s.Changed:
		v.failed(check, "the file was changed after this signature")
		return
	case s.Time.After(k.env.Now().Add(maxClock)), s.Time.Before(s.Cert.NotBefore.Add(-maxClock)):
		v.failed(check, "it says %s, which is still to come or before its certificate began at %s", stampOf(s.Time), stampOf(s.Cert.NotBefore))
		return
	}
	v.passed(check, "by %q at %s, both as the signer says; covers the first %d bytes", s.Name, stampOf(s.Time), s.Covers)
	if slices.Contains(s.Cert.Subject.OrganizationalUnit, "Exercise") {
		v.say("EXERCISE: certificate %d calls itself one of an exercise; nothing in the file is real.", n)
	}
	k.verifySigner(v, who, envelope.CertSum(s.Cert), sent, "the envelope whose letter it is or the node's ledger")
	if end := s.Cert.NotAfter; k.env.Now().After(end) && !k.madeBefore(s, end) {
		v.skipped(fmt.Sprintf("time %d", n), "the certificate ended at %s, and no time stamp that you trust (--tsa) and no word of yours (--existed) shows that it was signed before", stampOf(end))
	}
}

// verifySigner says whose a certificate is: one of those given, or one that a node stands for. beside names what would
// show the latter.
func (k *knowledge) verifySigner(v *verdict, check string, cert envelope.Digest, sent bool, beside string) {
	switch {
	case slices.Contains(k.signers, cert):
		v.passed(check, "certificate %s is one of those given", cert)
	case len(k.signers) > 0:
		v.failed(check, "certificate %s is none of those given", cert)
	case sent:
		v.passed(check, "certificate %s: the node of the card stands for this file", cert)
	default:
		v.skipped(check, "certificate %s: compare it with what the person or their authority tells you (--signer), or give %s (--with)", cert, beside)
	}
}

func (k *knowledge) madeBefore(s sign.Signature, end time.Time) bool {
	return !k.existed.IsZero() && k.existed.Before(end) || slices.ContainsFunc(s.Stamps, func(t cms.Stamp) bool {
		return slices.Contains(k.stamps, envelope.CertSum(t.Cert)) && t.Time.Before(end)
	})
}

// vouchedFor reports whether a node of the cards stands for a PDF: it sent it in an envelope, or entered in its ledger
// that one of its people signed it.
func (k *knowledge) vouchedFor(v *verdict, sum canonical.Hash) (bool, error) {
	var envelopes []string
	entered := false
	for _, name := range k.with {
		record, err := isRecord(name)
		if err != nil {
			return false, err
		}
		if !record {
			envelopes = append(envelopes, name)
			continue
		}
		in, err := k.enteredIn(v, name, sum)
		if err != nil {
			return false, err
		}
		entered = entered || in
	}
	paths, err := k.enclosed(v, envelopes, sum)
	return entered || slices.ContainsFunc(paths, standsFor), err
}

// standsFor reports whether a node stands for the signatures on a PDF because it sent it under the path: its own letter
// alone. An annex or an item of evidence may be anybody's PDF; that it was sent says nothing of who signed it.
func standsFor(path string) bool { return path == envelope.LetterPath }

// enclosed looks for a file among the content of envelopes sealed by nodes of the cards, and returns its paths there.
func (k *knowledge) enclosed(v *verdict, envelopes []string, sum canonical.Hash) ([]string, error) {
	var paths []string
	for _, name := range envelopes {
		err := k.beside(name, func(r *envelope.Report) error {
			if err := vouched(r); err != nil {
				v.failed("enclosed", "%s: %v", name, err)
				return nil
			}
			for _, f := range r.Opened.Message.Content {
				if f.SHA256 == sum {
					paths = append(paths, f.Path)
					v.passed("enclosed", "%s of %s, sealed by node %s (%s)", f.Path, name, r.Opened.Sender.Node, r.Opened.Sender.State)
					k.sayEnvelope(v, r.Opened)
					return nil
				}
			}
			v.failed("enclosed", "no file of %s has these bytes", name)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// verifyEnclosed checks a file of no form of ours that was taken out of an envelope.
func (k *knowledge) verifyEnclosed(v *verdict, in input) error {
	sum, err := v.digest(in)
	if err != nil {
		return err
	}
	_, err = k.enclosed(v, k.with, sum)
	return err
}
