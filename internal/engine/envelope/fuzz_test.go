package envelope

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The seeds are sound documents; the fuzzers look for one that is taken and isn't what it was read as.

func seed(f *testing.F, name string) []byte {
	f.Helper()
	b, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		f.Fatal(err)
	}
	return b
}

func FuzzWalkZip(f *testing.F) {
	f.Add(seed(f, "envelope.asice"))
	f.Add(seed(f, "card-a.asice"))
	f.Add(buildZip([]rawEntry{raw("a", []byte("x")), raw("b/c", nil)}))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := walkZip(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		list := make([]rawEntry, len(entries))
		for i, e := range entries {
			list[i] = rawEntry{zipEntry: e, bytes: b[e.data():e.end()]}
		}
		if again := buildZip(list); !bytes.Equal(again, b) {
			t.Errorf("written anew the zip is %d bytes, was %d", len(again), len(b))
		}
	})
}

func FuzzManifest(f *testing.F) {
	b, err := writeManifest(filesOf(parts()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(manifestHead + manifestTail))
	f.Fuzz(func(t *testing.T, b []byte) {
		files, err := readManifest(b)
		if err != nil {
			return
		}
		if again, err := writeManifest(files); err != nil || !bytes.Equal(again, b) {
			t.Errorf("written anew: %q, %v", again, err)
		}
	})
}

func FuzzMessage(f *testing.F) {
	w, err := testWorld()
	if err != nil {
		f.Fatal(err)
	}
	_, b, err := Compose(message(w["XA"], w["XB"], "request"), parts())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ReadMessage(b)
		if err != nil || len(m.NotUnderstood) > 0 {
			return
		}
		if again, err := m.bytes(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("written anew: %s, %v", again, err)
		}
	})
}

func FuzzCard(f *testing.F) {
	w, err := testWorld()
	if err != nil {
		f.Fatal(err)
	}
	b, err := w["XA"].card.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ReadCard(b)
		if err != nil || len(c.NotUnderstood) > 0 {
			return
		}
		if again, err := c.Bytes(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("written anew: %s, %v", again, err)
		}
	})
}

func FuzzReceipt(f *testing.F) {
	d := Digest(bytes.Repeat([]byte("a"), 64))
	b, err := Receipt{Digests: Digests{d, d, d, d}, Result: Accepted, ReceivedAt: now}.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ReadReceipt(b)
		if err != nil || len(r.NotUnderstood) > 0 {
			return
		}
		if again, err := r.Bytes(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("written anew: %s, %v", again, err)
		}
	})
}
