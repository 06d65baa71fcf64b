package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/dialogue/response"
	"comity/internal/engine/cms"
	"comity/internal/engine/envelope"
)

// responseHead begins every record of a response: its members stand in the order of their names.
const responseHead = `{"answers":{`

// What a record and its signature are called in the envelope in which a node sends them (docs/formats/response.md).
const (
	responsePath  = "response.json"
	clearancePath = "response.p7s"
)

// verifyResponse checks the record of a response to a study: its form, the signature of who cleared it, and whose that
// is, by the certificate's digest or by the envelope in which a node sent this very record.
func (k *knowledge) verifyResponse(v *verdict, in input) error {
	b, err := in.whole()
	if err != nil {
		return err
	}
	sum, err := v.digest(in)
	if err != nil {
		return err
	}
	r, err := response.ReadRecord(b)
	if err != nil {
		v.failed("record", "%v", err)
		return nil
	}
	v.passed("record", "%s in its one form; its hash is the file's SHA-256", response.RecordFormat)
	v.command("openssl cms -verify -cades -binary -inform DER -in response.p7s -content FILE -CAfile SIGNER.pem -purpose any -out /dev/null",
		"the signature is whole, by the key of the certificate that you give it")
	signatures, envelopes, err := k.signaturesBeside()
	if err != nil {
		return err
	}
	paths, err := k.enclosed(v, envelopes, sum)
	if err != nil {
		return err
	}
	if len(signatures) == 0 {
		v.skipped("signature", "its signature was not given: name it too, --with response.p7s")
	}
	for i, s := range signatures {
		beside, err := k.enclosed(v, envelopes, canonical.Sum(s))
		if err != nil {
			return err
		}
		k.verifyClearance(v, i+1, b, s, slices.Contains(paths, responsePath) && slices.Contains(beside, clearancePath))
	}
	sayResponse(v, r)
	return nil
}

// verifyClearance says whether one signature is of the record, and whose. sent is true when a node
// stands for both.
func (k *knowledge) verifyClearance(v *verdict, n int, record, signature []byte, sent bool) {
	check, who := fmt.Sprintf("signature %d", n), fmt.Sprintf("signer %d", n)
	s, err := cms.Verify(signature, record)
	if err != nil {
		v.failed(check, "%v", err)
		return
	}
	if s.SigningTime.After(k.env.Now().Add(maxClock)) || s.SigningTime.Before(s.Cert.NotBefore.Add(-maxClock)) {
		v.failed(check, "it says %s, which is still to come or before its certificate began at %s", stampOf(s.SigningTime), stampOf(s.Cert.NotBefore))
		return
	}
	v.passed(check, "by %q at %s, both as the signer says", s.Cert.Subject.CommonName, stampOf(s.SigningTime))
	if slices.Contains(s.Cert.Subject.OrganizationalUnit, "Exercise") {
		v.say("EXERCISE: certificate %d calls itself one of an exercise; nothing in the file is real.", n)
	}
	k.verifySigner(v, who, envelope.CertSum(s.Cert), sent, "the envelope in which both came")
	if end := s.Cert.NotAfter; k.env.Now().After(end) && (k.existed.IsZero() || !k.existed.Before(end)) {
		v.skipped(fmt.Sprintf("time %d", n), "the certificate ended at %s, and no word of yours (--existed) says that the record existed before", stampOf(end))
	}
}

// signaturesBeside parts what was given beside a record into signatures and envelopes. A signature in DER begins with
// the sign of a sequence, which neither a zip nor age does.
func (k *knowledge) signaturesBeside() (signatures [][]byte, envelopes []string, err error) {
	for _, name := range k.with {
		b, err := readSmall(name, cms.MaxSize)
		if err == nil && bytes.HasPrefix(b, []byte{0x30}) {
			signatures = append(signatures, b)
			continue
		}
		if err != nil && !errors.Is(err, errs.Invalid) { // too large for a signature is no error: an envelope may be
			return nil, nil, err
		}
		envelopes = append(envelopes, name)
	}
	return signatures, envelopes, nil
}

// sayResponse says what the record is.
func sayResponse(v *verdict, r response.Record) {
	if r.Exercise {
		v.say("EXERCISE: the record calls itself one of an exercise.")
	}
	v.note("response", "of %q (%s %s) to study %s, revision %d, to be shown: %s", r.Respondent.Name, r.Respondent.Audience, r.Respondent.State, r.Study, r.Revision, r.Level)
	v.note("questionnaire", "SHA-256 %s", r.Instrument)
	if r.Previous != nil {
		v.note("previous", "corrects the record with SHA-256 %s", *r.Previous)
	}
	if n := len(r.Secrets); n > 0 {
		v.say("%d answers are secret: the record commits to them and doesn't tell them.", n)
	}
	v.say("Who cleared it is who signed. A newer revision or a withdrawal can't be noticed from this file.")
}
