package envelope

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// The ASiCManifest (ETSI EN 319 162-1, annex A.4) is one fixed template with nothing optional, so that no two readers
// can see two things in it. Lines end with a line feed.
const (
	manifestHead = `<?xml version="1.0" encoding="UTF-8"?>
<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<asic:SigReference URI="META-INF/signature001.p7s" MimeType="application/pkcs7-signature"/>
`
	manifestOpen  = `<asic:DataObjectReference URI="`
	manifestMedia = `" MimeType="`
	manifestValue = `">
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<ds:DigestValue>`
	manifestClose = `</ds:DigestValue>
</asic:DataObjectReference>
`
	manifestTail = `</asic:ASiCManifest>
`
)

// writeManifest returns the manifest of the files in their order. Paths and media types need no escaping: their rules
// leave no character that XML knows.
func writeManifest(files []File) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(manifestHead)
	for _, f := range files {
		sum, err := hex.DecodeString(string(f.SHA256))
		if err != nil {
			return nil, fmt.Errorf("manifest: %q: %w: %w", f.Path, err, errs.Invalid)
		}
		b.WriteString(manifestOpen + f.Path + manifestMedia + f.Media + manifestValue)
		b.WriteString(base64.StdEncoding.EncodeToString(sum))
		b.WriteString(manifestClose)
	}
	b.WriteString(manifestTail)
	return b.Bytes(), nil
}

// readManifest returns the files the manifest lists (without their sizes, which it doesn't have) and refuses any byte
// that [writeManifest] would not have written.
func readManifest(b []byte) ([]File, error) {
	rest, ok := strings.CutPrefix(string(b), manifestHead)
	if !ok {
		return nil, errs.Invalidf("its beginning is not the template's")
	}
	var files []File
	for rest != manifestTail {
		if len(files) == MaxEntries {
			return nil, errs.Invalidf("more than %d files", MaxEntries)
		}
		f, after, err := readReference(rest)
		if err != nil {
			return nil, fmt.Errorf("file %d: %w", len(files)+1, err)
		}
		files = append(files, f)
		rest = after
	}
	again, err := writeManifest(files)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, b) {
		return nil, errs.Invalidf("written anew it has other bytes")
	}
	return files, nil
}

func readReference(s string) (f File, rest string, err error) {
	// Each marker ends one value and begins the next, so it is left in s for the next step.
	ok := true
	take := func(before, after string) string {
		s, ok = strings.CutPrefix(s, before)
		i := strings.Index(s, after)
		if !ok || i < 0 {
			ok, s = false, ""
			return ""
		}
		value := s[:i]
		s = s[i:]
		return value
	}
	f.Path = take(manifestOpen, manifestMedia)
	f.Media = take(manifestMedia, manifestValue)
	value := take(manifestValue, manifestClose)
	rest, end := strings.CutPrefix(s, manifestClose)
	if !ok || !end {
		return File{}, "", errs.Invalidf("not the template's reference")
	}
	if err := checkPath(f.Path); err != nil {
		return File{}, "", err
	}
	if err := checkMedia(f.Media); err != nil {
		return File{}, "", err
	}
	sum, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil || len(sum) != 32 {
		return File{}, "", errs.Invalidf("%q: the digest is not 32 bytes in base 64", f.Path)
	}
	f.SHA256 = Digest(hex.EncodeToString(sum))
	return f, rest, nil
}

// checkMedia allows type/subtype in small letters, without parameters.
func checkMedia(s string) error {
	kind, sub, ok := strings.Cut(s, "/")
	if !ok || kind == "" || sub == "" || len(s) > 127 {
		return errs.Invalidf("media type %.40q: want type/subtype", s)
	}
	for _, c := range kind + sub {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("+-._", c) {
			return errs.Invalidf("media type %q: only small letters, digits and + - . _ are allowed", s)
		}
	}
	return nil
}

// writeSums returns manifest-sha256.txt: the files once more, as sha256sum -c reads them.
func writeSums(files []File) []byte {
	var b bytes.Buffer
	for _, f := range files {
		b.WriteString(string(f.SHA256) + "  " + f.Path + "\n")
	}
	return b.Bytes()
}

// sumsFile is how the manifest lists manifest-sha256.txt itself.
func sumsFile(sums []byte) File {
	return File{Path: SumsPath, SHA256: canonical.Sum(sums), Size: int64(len(sums)), Media: "text/plain"}
}
