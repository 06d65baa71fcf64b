package envelope

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"comity/internal/base/errs"
)

// largeFile returns an encrypted envelope of some chunks whose message is at the beginning.
func largeFile(t *testing.T, s Signer, to *testNode, m Message) []byte {
	t.Helper()
	p := append(parts(), Bytes("evidence/x/1.bin", "application/octet-stream", bytes.Repeat([]byte("exercise"), 64<<10)))
	container, _ := sealMessage(t, m, p, s)
	return encrypt(t, container, to)
}

func TestFirstLook(t *testing.T) {
	from, to := nodes(t)
	file, o := largeFile(t, from.seal, to, message(from, to, "delivery")), optionsOf(from, to)
	decided := 0
	for have := 0; have <= len(file); have += 4099 {
		enough, err := FirstLook(bytes.NewReader(file), int64(have), o)
		if err != nil {
			t.Fatalf("the first %d of %d bytes: FirstLook = %v", have, len(file), err)
		}
		if enough && decided == 0 {
			decided = have
		}
		if !enough && decided > 0 {
			t.Fatalf("%d bytes were enough, %d are not", decided, have)
		}
	}
	if decided == 0 || decided > 3<<16 {
		t.Errorf("%d bytes were enough, want some, and at most three chunks", decided)
	}
}

func TestFirstLook_refuses(t *testing.T) {
	from, to := nodes(t)
	stranger, err := makeNode("XC", now)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := message(from, to, "delivery")
	elsewhere.To.Authority = "XB-POLICE"
	flippedChunk := largeFile(t, from.seal, to, message(from, to, "delivery"))
	flippedChunk[3000] ^= 1
	for name, c := range map[string]struct {
		file  []byte
		check Check
	}{
		"a stranger":         {largeFile(t, stranger.seal, to, message(from, to, "delivery")), UnknownSender},
		"another's key":      {largeFile(t, from.seal, from, message(from, to, "delivery")), WrongKey},
		"another authority":  {largeFile(t, from.seal, to, elsewhere), NotRecipient},
		"something else":     {bytes.Repeat([]byte("x"), 1<<20), BadEncryption},
		"a changed chunk":    {flippedChunk, BadEncryption},
		"another's content":  {encrypt(t, bytes.Repeat([]byte("x"), 1<<20), to), BadZip},
		"a document instead": {encrypt(t, append([]byte("PK\x03\x04"), make([]byte, 1<<20)...), to), BadZip},
	} {
		t.Run(name, func(t *testing.T) {
			enough, err := FirstLook(bytes.NewReader(c.file), int64(min(len(c.file), 300_000)), optionsOf(from, to))
			var r *Refusal
			if !enough || !errors.As(err, &r) || r.Check != c.check {
				t.Errorf("FirstLook = %v, %v; want a refusal by %s", enough, err, c.check)
			}
		})
	}
}

func TestDecrypt(t *testing.T) {
	from, to := nodes(t)
	file := encrypt(t, []byte("exercise"), to)
	r, err := Decrypt(bytes.NewReader(file), int64(len(file)), from.open, to.open)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "exercise" {
		t.Errorf("Decrypt gives %q, %v", got, err)
	}
	if _, err := Decrypt(bytes.NewReader(file), int64(len(file)), from.open); !errors.Is(err, errs.Invalid) {
		t.Errorf("Decrypt with another's key = %v, want errs.Invalid", err)
	}
}
