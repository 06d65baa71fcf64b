package envelope

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

func TestRoundTrip(t *testing.T) {
	from, to := nodes(t)
	for _, k := range Kinds() {
		if k == KindCard {
			continue
		}
		t.Run(string(k), func(t *testing.T) {
			container, sealed := sealMessage(t, message(from, to, k), parts(), from.seal)
			file := encrypt(t, container, to)
			o, err := openBytes(file, optionsOf(from, to))
			if err != nil {
				t.Fatal(err)
			}
			want := sealed.Digests
			want.Transport = canonical.Sum(file)
			if o.Digests != want {
				t.Errorf("digests = %+v, want %+v", o.Digests, want)
			}
			if o.Message.Kind != k || o.Sender.Node != from.card.Node || !bytes.Equal(o.MessageJSON, sealed.Message) {
				t.Errorf("opened %s of %s, want %s of %s", o.Message.Kind, o.Sender.Node, k, from.card.Node)
			}
			sameFiles(t, o, parts())
		})
	}
}

// sameFiles compares the content that came with what was sealed.
func sameFiles(t *testing.T, o *Opened, sent []Part) {
	t.Helper()
	if !bytes.Equal(o.Proof, partBytes(t, sent[0])) {
		t.Errorf("proof = %q", o.Proof)
	}
	if got, want := o.Message.Content, filesOf(sent[1:]); !slices.Equal(got, want) {
		t.Errorf("content = %v, want %v", got, want)
	}
	for _, p := range sent[1:] {
		r, err := o.File(p.Path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, partBytes(t, p)) {
			t.Errorf("%s = %q, %v", p.Path, got, err)
		}
	}
}

func partBytes(t *testing.T, p Part) []byte {
	t.Helper()
	r, err := p.Open()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpenedFile_unknown(t *testing.T) {
	from, to := nodes(t)
	container, _ := sealMessage(t, message(from, to, "request"), parts(), from.seal)
	o, err := openBytes(encrypt(t, container, to), optionsOf(from, to))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.File("annex/03.pdf"); !errors.Is(err, errs.Invalid) {
		t.Errorf("File of a path that isn't there = %v, want errs.Invalid", err)
	}
}

func TestOpenCard(t *testing.T) {
	from, _ := nodes(t)
	o, err := OpenCard(bytes.NewReader(from.sealed), int64(len(from.sealed)), Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if o.Sender.Node != from.card.Node || o.Manifest != from.manifest || !o.Sender.Root.Equal(from.root.Cert) {
		t.Errorf("card of %s with manifest %s, want %s, %s", o.Sender.Node, o.Manifest, from.card.Node, from.manifest)
	}
	if !IsCard(bytes.NewReader(from.sealed), int64(len(from.sealed))) {
		t.Error("IsCard = false, want true")
	}
}

// A member from a later version is kept in the signed bytes and shown.
func TestOpen_notUnderstood(t *testing.T) {
	from, to := nodes(t)
	f := forge(t, from, to)
	f.edit(t, func(m map[string]any) {
		m["grade"] = "A"
		m["from"].(map[string]any)["desk"] = 4
	})
	o, err := openBytes(encrypt(t, f.build(t), to), optionsOf(from, to))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := o.Message.NotUnderstood, []string{"from.desk", "grade"}; !slices.Equal(got, want) {
		t.Errorf("not understood: %v, want %v", got, want)
	}
}

// Damage behind the signature: the receipt can name the envelope and the bytes as they came, but no container.
func TestOpen_damagedBehindTheSignature(t *testing.T) {
	from, to := nodes(t)
	file := largeFile(t, from.seal, to, message(from, to, "delivery"))
	file[len(file)/2] ^= 1
	r := wants(t, file, optionsOf(from, to), BadEncryption, "changed")
	want := Digests{Manifest: r.Digests.Manifest, Signature: r.Digests.Signature, Transport: canonical.Sum(file)}
	if r.Sender == nil || r.Digests != want || want.Manifest == "" || want.Signature == "" {
		t.Errorf("digests = %+v, want %+v", r.Digests, want)
	}
	if _, err := (Receipt{Digests: r.Digests, Result: Quarantined, Check: r.Check, ReceivedAt: now}).Bytes(); err != nil {
		t.Error(err)
	}
}
