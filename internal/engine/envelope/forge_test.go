package envelope

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"testing"

	"comity/internal/base/canonical"
	"comity/internal/engine/cms"
)

// forgery is a container that is made without the rules of [Seal]: each field may be changed before it is built.
type forgery struct {
	message  []byte
	parts    []Part
	signer   Signer
	manifest func([]byte) []byte         // changes the XML before it is signed
	files    func([]File) []File         // changes the list before the XML is made
	sums     func([]byte) []byte         // changes manifest-sha256.txt
	entries  func([]rawEntry) []rawEntry // changes the zip's entries after the signature
	zip      func([]byte) []byte         // changes the file's bytes
}

// rawEntry is a zip entry whose records may be changed.
type rawEntry struct {
	zipEntry
	bytes          []byte
	local, central func([]byte) []byte
	after          []byte // behind the bytes
}

func raw(name string, b []byte) rawEntry {
	return rawEntry{zipEntry: zipEntry{Name: name, Size: int64(len(b)), CRC32: crc32.ChecksumIEEE(b)}, bytes: b}
}

func (f *forgery) build(t testing.TB) []byte {
	t.Helper()
	list := []Part{Bytes(MessagePath, "application/json", f.message)}
	list = append(list, f.parts...)
	sums := writeSums(filesOf(list))
	if f.sums != nil {
		sums = f.sums(sums)
	}
	list = append(list, Bytes(SumsPath, "text/plain", sums))
	files := filesOf(list)
	if f.files != nil {
		files = f.files(files)
	}
	manifest, err := writeManifest(files)
	if err != nil {
		t.Fatal(err)
	}
	if f.manifest != nil {
		manifest = f.manifest(manifest)
	}
	signature, err := cms.Sign(manifest, f.signer.Cert, f.signer.Key, cms.Options{SigningTime: now})
	if err != nil {
		t.Fatal(err)
	}
	entries := []rawEntry{raw(MimetypePath, []byte(mimetype)), raw(ManifestPath, manifest), raw(SignaturePath, signature)}
	for _, p := range list {
		entries = append(entries, raw(p.Path, readPart(t, p)))
	}
	if f.entries != nil {
		entries = f.entries(entries)
	}
	b := buildZip(entries)
	if f.zip != nil {
		b = f.zip(b)
	}
	return b
}

func readPart(t testing.TB, p Part) []byte {
	t.Helper()
	r, err := p.Open()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func buildZip(entries []rawEntry) []byte {
	var b, dir []byte
	for _, e := range entries {
		e.offset = int64(len(b))
		local, central := e.zipEntry.local(), e.zipEntry.central()
		if e.local != nil {
			local = e.local(local)
		}
		if e.central != nil {
			central = e.central(central)
		}
		b = append(append(append(b, local...), e.bytes...), e.after...)
		dir = append(dir, central...)
	}
	end := binary.LittleEndian.AppendUint32(nil, sigEnd)
	end = append(end, 0, 0, 0, 0)
	end = binary.LittleEndian.AppendUint16(end, uint16(len(entries)))
	end = binary.LittleEndian.AppendUint16(end, uint16(len(entries)))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(dir)))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(b)))
	end = append(end, 0, 0)
	return append(append(b, dir...), end...)
}

// forge returns a forgery that is sound as long as nothing is changed.
func forge(t testing.TB, from, to *testNode) *forgery {
	t.Helper()
	_, m, err := Compose(message(from, to, "request"), parts())
	if err != nil {
		t.Fatal(err)
	}
	return &forgery{message: m, parts: parts(), signer: from.seal}
}

// edit changes message.json and leaves it canonical.
func (f *forgery) edit(t testing.TB, change func(map[string]any)) {
	t.Helper()
	f.message = editJSON(t, f.message, change)
}

func editJSON(t testing.TB, b []byte, change func(map[string]any)) []byte {
	t.Helper()
	var v map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	change(v)
	out, err := canonical.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// replace changes text in message.json, canonical or not.
func (f *forgery) replace(t testing.TB, old, by string) {
	t.Helper()
	if !bytes.Contains(f.message, []byte(old)) {
		t.Fatalf("message.json has no %s", old)
	}
	f.message = bytes.Replace(f.message, []byte(old), []byte(by), 1)
}
