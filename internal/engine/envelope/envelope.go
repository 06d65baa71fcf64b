// Package envelope is the sealed, signed package in which one act travels to one recipient.
//
// It is an ASiC-E container with a CAdES signature (ETSI EN 319 162-1), put whole into age for one recipient. Whoever
// has the file and the key can check it with age, unzip, sha256sum and openssl; docs/formats/envelope.md has the
// layout. The package promises that what [Open] gives back has one reading: the zip, the manifest and the JSON are
// each written anew from what was read and compared byte for byte, and nothing is given out before every digest fits.
//
// Start with [Seal] and [Encrypt] on the sender's side, [Open] on the receiver's; [OpenCard] reads a node's card and
// [Verify] shows anyone what holds and what doesn't. What depends on a node's memory (was this seen before, is a
// message missing, is the act allowed now) is for the caller, who goes on where Open ends.
package envelope

import (
	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// Digest is a SHA-256 as 64 lower-case hexadecimal digits.
type Digest = canonical.Hash

// The entries every envelope has, in this order; the content stands between the proof and the sums.
const (
	MimetypePath  = "mimetype"
	ManifestPath  = "META-INF/ASiCManifest001.xml"
	SignaturePath = "META-INF/signature001.p7s"
	MessagePath   = "message.json"
	ProofPath     = "sent.tlog-proof"
	SumsPath      = "manifest-sha256.txt"
	LetterPath    = "letter.pdf"
	AnswersPath   = "answers.json"
	CardPath      = "card.json"
	ReceiptPath   = "receipt.json"
)

// mimetype is the whole content of the first entry (ETSI EN 319 162-1, 4.4.3.2 and annex A.1).
const mimetype = "application/vnd.etsi.asic-e+zip"

// Limits of what is read and written. The independent validator that the layout was put to refuses about 1,000
// entries, so the format stays below.
const (
	MaxEntries   = 900
	MaxNameBytes = 200
	MaxProof     = 256 << 10 // a proof with its checkpoint and cosignatures
	maxManifest  = 1 << 20
	maxSums      = 512 << 10
	DefaultMax   = 1 << 40 // bytes of a file when the caller sets no limit of its own
)

// Digests name one envelope in four ways. Manifest is the one that ledgers, receipts and chains mean: the outer file
// differs each time it is encrypted, the manifest doesn't.
type Digests struct {
	Manifest  Digest // of ASiCManifest001.xml: "the envelope's digest"
	Container Digest // of the .asice file
	Signature Digest // of signature001.p7s
	Transport Digest // of the bytes as they travelled; equal to Container when nothing was encrypted
}

// checkPath refuses a name that an entry's path may not have: letters that differ only by case or look alike, a way
// out of the folder, a part that some system can't store.
func checkPath(p string) error {
	if len(p) == 0 || len(p) > MaxNameBytes {
		return errs.Invalidf("name %.40q of %d bytes: 1 to %d are allowed", p, len(p), MaxNameBytes)
	}
	dots, part := true, 0 // only dots so far in this part; bytes in it
	for i := range len(p) {
		c := p[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			dots = false
		case i == 0:
			return errs.Invalidf("name %q: the first character must be a small letter or a digit", p)
		case c == '-', c == '_':
			dots = false
		case c == '.':
		case c == '/':
			if part == 0 || dots {
				return errs.Invalidf("name %q has a part that is empty or only dots", p)
			}
			dots, part = true, 0
			continue
		default:
			return errs.Invalidf("name %q: only small letters, digits and . _ - / are allowed", p)
		}
		part++
	}
	if part == 0 || dots {
		return errs.Invalidf("name %q has a part that is empty or only dots", p)
	}
	return nil
}

// checkPaths refuses a name twice, and a file whose name is another's folder.
func checkPaths(paths []string) error {
	files := make(map[string]bool, len(paths))
	for _, p := range paths {
		if files[p] {
			return errs.Invalidf("name %q stands twice", p)
		}
		files[p] = true
	}
	for _, p := range paths {
		for i := range len(p) {
			if p[i] == '/' && files[p[:i]] {
				return errs.Invalidf("name %q is a file and the folder of %q", p[:i], p)
			}
		}
	}
	return nil
}
