package envelope

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"comity/internal/base/canonical"
)

var update = flag.Bool("update", false, "make the vectors anew")

const vectors = "../../../docs/formats/vectors/envelope"

// expected is what any program finds in the vectors.
type expected struct {
	Now         string `json:"now"` // the clock of the checks
	Manifest    Digest `json:"manifest"`
	Container   Digest `json:"container"`
	Signature   Digest `json:"signature"`
	Transport   Digest `json:"transport"`
	Message     Digest `json:"message"`
	CardA       Digest `json:"card_a_manifest"`
	CardB       Digest `json:"card_b_manifest"`
	Fingerprint string `json:"card_a_fingerprint"`
}

// TestVectors reads the files that other programs may test themselves with. All in them is an exercise.
func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	var want expected
	if err := json.Unmarshal(vector(t, "expected.json"), &want); err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(timeForm, want.Now)
	if err != nil {
		t.Fatal(err)
	}
	a, b := vectorCard(t, "card-a.asice", at, want.CardA), vectorCard(t, "card-b.asice", at, want.CardB)
	if got, err := Fingerprint(want.CardA); err != nil || got != want.Fingerprint {
		t.Errorf("fingerprint = %s, %v; want %s", got, err, want.Fingerprint)
	}
	key, err := ParseIdentity(string(bytes.TrimSpace(vector(t, "key-b.txt"))))
	if err != nil {
		t.Fatal(err)
	}
	o, err := openBytes(vector(t, "envelope.asice.age"), Options{
		Keys: []Identity{key}, Me: b, Now: at, Cards: func(Digest) ([]*Card, error) { return []*Card{a}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := (Digests{want.Manifest, want.Container, want.Signature, want.Transport}); o.Digests != got {
		t.Errorf("digests = %+v, want %+v", o.Digests, got)
	}
	if got := canonical.Sum(o.MessageJSON); got != want.Message {
		t.Errorf("message.json has the SHA-256 %s, want %s", got, want.Message)
	}
	if got := canonical.Sum(vector(t, "envelope.asice")); got != want.Container {
		t.Errorf("envelope.asice has the SHA-256 %s, want %s", got, want.Container)
	}
}

func vector(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func vectorCard(t *testing.T, name string, at time.Time, want Digest) *Card {
	t.Helper()
	b := vector(t, name)
	o, err := OpenCard(bytes.NewReader(b), int64(len(b)), Options{Now: at})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if o.Manifest != want {
		t.Errorf("%s: manifest %s, want %s", name, o.Manifest, want)
	}
	return o.Sender
}

func writeVectors(t *testing.T) {
	t.Helper()
	a, b := nodes(t)
	container, s := sealMessage(t, message(a, b, "request"), parts(), a.seal)
	file := encrypt(t, container, b)
	groups, err := Fingerprint(a.manifest)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.MarshalIndent(expected{
		now.Add(time.Minute).Format(timeForm), s.Manifest, s.Container, s.Signature, canonical.Sum(file),
		canonical.Sum(s.Message), a.manifest, b.manifest, groups,
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"card-a.asice": a.sealed, "card-b.asice": b.sealed, "envelope.asice": container, "envelope.asice.age": file,
		"key-b.txt": []byte(b.open.String() + "\n"), "seal-a.pem": []byte(CertPEM(a.seal.Cert)),
		"root-a.pem": []byte(CertPEM(a.root.Cert)), "expected.json": append(want, '\n'),
	} {
		if err := os.WriteFile(filepath.Join(vectors, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
