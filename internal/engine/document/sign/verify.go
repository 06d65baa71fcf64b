package sign

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/cms"
)

// Signature is what one signature on a file says, and whether it holds.
type Signature struct {
	Cert   *x509.Certificate // nil when Broken; not yet believed: compare its SHA-256 with a pinned one
	Stamps []cms.Stamp       // when it existed at the latest, by authorities still to be believed

	Name, Reason, Location string    // what the signer claims
	Time                   time.Time // when they say they signed

	Covers  int   // how many bytes from the beginning of the file it covers, itself left out
	Changed bool  // something other than further signatures was appended after it
	Broken  error // why it does not hold, nil when it does
}

// Intact reports whether the signature holds and nothing but further signatures came after it.
func (s Signature) Intact() bool { return s.Broken == nil && !s.Changed }

// Verify returns the signatures on a file in the order they were made, none for a file that nobody signed.
//
// It does not guess what an appended update may do to what a reader sees. It makes each update anew from the values in
// the signature and compares bytes: what [PDF] would have written is a signature, everything else is a change. A file
// with a signature in another form is an [errs.Invalid].
func Verify(pdf []byte) ([]Signature, error) {
	if len(pdf) > maxFile {
		return nil, errs.Invalidf("verify PDF: %d bytes, %d are allowed", len(pdf), maxFile)
	}
	signed, found := newestSigned(pdf)
	changed := len(signed) < len(pdf)
	var all []Signature
	for range maxRevisions {
		if found == nil {
			break
		}
		s := found.check(signed)
		s.Changed = changed
		all = append(all, s)
		signed = found.before.data
		found = readUpdate(signed)
	}
	if found != nil {
		return nil, errs.Invalidf("verify PDF: more than %d signatures", maxRevisions)
	}
	if bytes.Contains(signed, []byte("/ByteRange")) {
		return nil, errs.Invalidf("verify PDF: a signature in it is not in our form, or the file was changed where the form shows it")
	}
	slices.Reverse(all)
	return all, nil
}

// newestSigned returns the longest beginning of the file that ends in a signature of ours: the whole file, unless
// something was appended. Without a signature it returns the file.
func newestSigned(pdf []byte) ([]byte, *found) {
	end := []byte("%%EOF\n")
	upTo := pdf
	for range maxRevisions {
		if f := readUpdate(upTo); f != nil {
			return upTo, f
		}
		if len(upTo) == 0 {
			break
		}
		at := bytes.LastIndex(upTo[:len(upTo)-1], end)
		if at < 0 {
			break
		}
		upTo = upTo[:at+len(end)]
	}
	return pdf, nil
}

// found is an update that puts a signature on the file before it.
type found struct {
	before *file
	update update
	values values
}

// readUpdate returns the signature that the file's last update is, or nil when that is anything else.
func readUpdate(pdf []byte) *found {
	f, err := open(pdf)
	if err != nil || len(f.newest) == 0 || f.trailer.get("Prev") == nil {
		return nil
	}
	begin := len(pdf)
	for _, at := range f.newest {
		begin = min(begin, at)
	}
	before, err := open(pdf[:begin])
	if err != nil {
		return nil
	}
	v, err := f.signatureValues()
	if err != nil {
		return nil
	}
	u, err := before.write(v)
	if err != nil || !bytes.Equal(u.bytes, pdf[begin:]) {
		return nil
	}
	return &found{before, u, v}
}

// signatureValues reads the values from the signature dictionary, which is the last of the update's objects.
func (f *file) signatureValues() (values, error) {
	var v values
	last := 0
	for object := range f.newest {
		last = max(last, object)
	}
	d, err := f.dictionary(last)
	if err != nil {
		return v, err
	}
	if v.name, err = readText(d.get("Name")); err != nil {
		return v, err
	}
	if v.reason, err = readText(d.get("Reason")); err != nil {
		return v, err
	}
	if v.location, err = readText(d.get("Location")); err != nil {
		return v, err
	}
	if v.at, err = readTime(d.get("M")); err != nil {
		return v, err
	}
	v.cms, err = hex.DecodeString(strings.Trim(string(d.get("Contents")), "<>"))
	v.room = len(v.cms)
	if err != nil || v.room == 0 || v.room > cms.MaxSize {
		return v, errs.Invalidf("PDF: signature of %d bytes", v.room)
	}
	return v, nil
}

// check verifies the CMS of a signature on the file that ends with it.
func (f *found) check(signed []byte) Signature {
	s := Signature{
		Name: f.values.name, Reason: f.values.reason, Location: f.values.location, Time: f.values.at,
		Covers: len(signed),
	}
	der, err := withoutPadding(f.values.cms)
	if err != nil {
		s.Broken = err
		return s
	}
	result, err := cms.VerifyDigest(der, f.update.digest(f.before.data))
	if err != nil {
		s.Broken = err
		return s
	}
	if !result.SigningTime.IsZero() {
		s.Broken = errs.Invalidf("signing-time inside the CMS, where PAdES forbids it")
		return s
	}
	s.Cert, s.Stamps = result.Cert, result.Stamps
	return s
}

// withoutPadding cuts the zero bytes after the one DER value.
func withoutPadding(b []byte) ([]byte, error) {
	if len(b) < 4 || b[0] != 0x30 || b[1] != 0x82 {
		return nil, errs.Invalidf("signature is not DER of the length a CMS has")
	}
	n := 4 + int(b[2])<<8 + int(b[3])
	if n > len(b) || len(bytes.Trim(b[n:], "\x00")) > 0 {
		return nil, errs.Invalidf("bytes beside the signature in the room kept for it")
	}
	return b[:n], nil
}

// String says the signature in one line for logs, without the person's name.
func (s Signature) String() string {
	state := "intact"
	switch {
	case s.Broken != nil:
		state = "broken: " + s.Broken.Error()
	case s.Changed:
		state = "changed after signing"
	}
	return fmt.Sprintf("signature at %s over %d bytes: %s", s.Time.Format(time.RFC3339), s.Covers, state)
}
