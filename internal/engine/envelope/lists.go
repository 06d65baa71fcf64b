package envelope

import (
	"bytes"
	"fmt"
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// The manifest is the list that rules. The zip, message.json and manifest-sha256.txt are compared with it.

func (p *opening) checkLists() (string, error) {
	if err := p.compareZip(); err != nil {
		return "", err
	}
	if err := p.readKept(); err != nil {
		return "", err
	}
	if err := p.compareContent(); err != nil {
		return "", err
	}
	return fmt.Sprintf("manifest, zip, %s and %s name the same %d files", MessagePath, SumsPath, len(p.files)), nil
}

// unlisted are the first entries: mimetype, manifest, signature. The manifest lists all others.
const unlisted = 3

func (p *opening) listed() []zipEntry { return p.entries[unlisted:] }

// compareZip wants the same paths in the same order, and gives the manifest's files their sizes.
func (p *opening) compareZip() error {
	entries := p.listed()
	if len(entries) != len(p.files) {
		return errs.Invalidf("the manifest lists %d files, the zip has %d", len(p.files), len(entries))
	}
	for i, e := range entries {
		if p.files[i].Path != e.Name {
			return errs.Invalidf("file %d: the manifest has %q, the zip %q", i+1, p.files[i].Path, e.Name)
		}
		p.files[i].Size = e.Size
	}
	return nil
}

// readKept reads the three files the envelope keeps for itself and looks at how the manifest lists them.
func (p *opening) readKept() (err error) {
	entries := p.listed()
	last := len(entries) - 1
	if p.messageJSON, err = p.read(entries[0], canonical.MaxBytes); err != nil {
		return err
	}
	if p.files[0].Media != "application/json" {
		return errs.Invalidf("%s: media type %q", MessagePath, p.files[0].Media)
	}
	sums, err := p.read(entries[last], maxSums)
	if err != nil {
		return err
	}
	want := sumsFile(writeSums(p.files[:last]))
	if !bytes.Equal(sums, writeSums(p.files[:last])) {
		return errs.Invalidf("%s names other files or digests than the manifest", SumsPath)
	}
	if p.files[last] != want {
		return errs.Invalidf("%s is listed as %v, it is %v", SumsPath, p.files[last], want)
	}
	if entries[1].Name != ProofPath {
		if !hasEntry(p.entries, CardPath) {
			return errs.Invalidf("%s is missing", ProofPath)
		}
		return nil
	}
	p.proof, err = p.read(entries[1], MaxProof)
	return err
}

// content returns the files of the manifest that message.json has to list.
func (p *opening) content() []File {
	files := p.files[1 : len(p.files)-1]
	if len(files) > 0 && files[0].Path == ProofPath {
		files = files[1:]
	}
	return files
}

// compareContent compares the list inside message.json. A message in which no such list can be read is left to the
// checks of its form.
func (p *opening) compareContent() error {
	var got []File
	m := newMembers(p.messageJSON)
	m.objects("content", MaxEntries, func(f *members) {
		got = append(got, File{
			Path: f.text("path", noRule), SHA256: Digest(f.text("sha256", noRule)),
			Size: f.whole("size", 0, canonical.MaxInt), Media: f.text("media", noRule),
		})
	})
	want := p.content()
	if *m.err != nil || slices.Equal(got, want) {
		return nil
	}
	if len(got) != len(want) {
		return errs.Invalidf("%s lists %d files as its content, the manifest %d", MessagePath, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			return errs.Invalidf("%s has %v as content %d, the manifest %v", MessagePath, got[i], i+1, want[i])
		}
	}
	return nil
}

func noRule(string) error { return nil }

// checkDigests reads the whole file once and compares every digest.
func (p *opening) checkDigests() (string, error) {
	if err := p.hash(); err != nil {
		return "", err
	}
	for i, e := range p.entries {
		if e.CRC32 != p.sums[i].crc {
			return "", errs.Invalidf("%s: the bytes have the CRC-32 %08x, the zip says %08x", e.Name, p.sums[i].crc, e.CRC32)
		}
	}
	sums := p.sums[unlisted:]
	for i, f := range p.files {
		if f.SHA256 != sums[i].sha256 {
			return "", errs.Invalidf("%s: the bytes have the SHA-256 %s, the manifest says %s", f.Path, sums[i].sha256, f.SHA256)
		}
	}
	return fmt.Sprintf("%d files; container %s", len(p.files), p.known.Container), nil
}
