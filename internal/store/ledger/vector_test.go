package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"comity/internal/base/id"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

var update = flag.Bool("update", false, "renew the vectors")

const vectors = "../../../docs/formats/vectors/ledger"

// The vectors are what docs/formats/ledger.md speaks of: any other program must read them, and make the same bytes
// from the same input.
func TestVectors(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t, "sqlite", []db.Schema{Schema()}, dbtest.Options{})
	logKey := vectorKey("ledger.example/vector", algEd25519, 1)
	witnessKey := vectorKey("witness.example/vector", algCosignature, 2)
	l := openLog(t, d, Config{Signer: logKey, HighWater: filepath.Join(t.TempDir(), "highwater")})
	w, err := NewWitness(d, witnessKey, func(context.Context, string) ([]string, error) { return []string{l.VerifierKey()}, nil })
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range vectorEntries() {
		if err := appendOne(d, e, nil); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			placeAndSign(t, l)
		}
	}
	placeAndSign(t, l)
	body, size := mustRequest(t, l, 0)
	line, err := w.AddCheckpoint(ctx, body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.AddCosignatures(ctx, size, line, witnessKey.String()); err != nil {
		t.Fatal(err)
	}
	proof, _, err := l.Prove(ctx, vectorEntries()[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	leaf, _, err := l.Entry(ctx, vectorEntries()[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	growth, _ := mustRequest(t, l, 2)
	keys := fmt.Sprintf("%s\n%s\n", logKey, witnessKey)
	for name, got := range map[string][]byte{
		"ledger.jsonl": dump(t, l), "entry.json": leaf, "entry.tlog-proof": proof, "add-checkpoint": growth, "keys": []byte(keys),
	} {
		path := filepath.Join(vectors, name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from its vector (%v):\n%s\nwant\n%s", name, err, got, want)
		}
	}
}

// vectorKey is the key whose secret is 32 times the byte fill.
func vectorKey(name string, alg byte, fill byte) *key {
	priv := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{fill}, ed25519.SeedSize))
	pub := priv.Public().(ed25519.PublicKey)
	return &key{name, keyHash(name, alg, pub), alg, pub, priv, func() time.Time { return time.Unix(1_790_000_000, 0) }}
}

func vectorEntries() []Entry {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	person := id.ID("01KJPXJN000000000000000001")
	entries := []Entry{
		{Act: "request.create", On: "request/01KJPXJN00000000000000000A", Person: person, Role: "drafter"},
		{Act: "request.transmit", On: "request/01KJPXJN00000000000000000A", Person: person,
			Message: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{Act: "exchange.receive", On: "envelope/01KJPXJN00000000000000000B", Node: "01KJPXJN00000000000000000C",
			Facts: map[string]any{"result": "accepted", "envelope": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
	}
	for i := range entries {
		entries[i].ID = id.ID(fmt.Sprintf("01KJPXJN0000000000000000%02d", 10+i))
		entries[i].At = at.Add(time.Duration(i) * time.Minute)
		entries[i].Key = bytes.Repeat([]byte{byte(i)}, 32)
	}
	entries[2].Key = nil
	return entries
}

// The cosignature that C2SP tlog-cosignature gives as its example has this shape; its signature can't be checked
// because the example's key isn't published, its key id and time can be read.
func TestCosignatureHasTheStandardsShape(t *testing.T) {
	const note = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" +
		"— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" +
		"— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
	c, err := originOf([]byte(note))
	if err != nil || c.Size != 20852163 || c.Origin != "example.com/behind-the-sofa" {
		t.Errorf("originOf = %+v, %v", c, err)
	}
	if got := string(cosigned(1679315147, []byte(c.text()))); got != "cosignature/v1\ntime 1679315147\n"+c.text() {
		t.Errorf("signed message = %q", got)
	}
}

func FuzzVerifyProof(f *testing.F) {
	keys, proof, leaf := vectorFile(f, "keys"), vectorFile(f, "entry.tlog-proof"), vectorFile(f, "entry.json")
	vkey, _, _ := bytes.Cut(keys, []byte("\n"))
	f.Add(proof, leaf)
	f.Fuzz(func(t *testing.T, p, b []byte) {
		if _, err := VerifyProof(p, b, string(vkey)); err == nil && !bytes.Equal(b, leaf) {
			t.Errorf("proved %q", b)
		}
	})
}

func FuzzVerify(f *testing.F) {
	whole, keys := vectorFile(f, "ledger.jsonl"), vectorFile(f, "keys")
	vkey, _, _ := bytes.Cut(keys, []byte("\n"))
	f.Add(whole)
	f.Fuzz(func(t *testing.T, b []byte) {
		report, err := Verify(bytes.NewReader(b), string(vkey))
		if err == nil && report.Size > 0 && !bytes.HasPrefix(b, whole[:bytes.IndexByte(whole, '\n')]) {
			t.Errorf("accepted another history: %q", b)
		}
	})
}

func FuzzWitnessRequest(f *testing.F) {
	f.Add(vectorFile(f, "add-checkpoint"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseRequest(b)
		if err == nil && !bytes.Equal(formatRequest(r.old, r.proof, r.checkpoint), b) {
			t.Errorf("read %q and would write it differently", b)
		}
	})
}

func vectorFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
