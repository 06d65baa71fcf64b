package envelope

import (
	"bytes"
	"errors"
	"flag"
	"math/rand/v2"
	"testing"
)

// Every byte of a small envelope is changed, once as it travels and once as the container is kept: all are noticed.
func TestOpen_noticesEveryByte(t *testing.T) {
	from, to := nodes(t)
	container, _ := sealMessage(t, message(from, to, "receipt"), parts()[:2], from.seal)
	for name, file := range map[string][]byte{"encrypted": encrypt(t, container, to), "container": container} {
		t.Run(name, func(t *testing.T) {
			o := optionsOf(from, to)
			o.Plain = name == "container"
			if _, err := openBytes(file, o); err != nil {
				t.Fatal(err)
			}
			counts := map[Check]int{}
			for i := range file {
				counts[flipped(t, file, i, byte(1<<(i%8)), o)]++
			}
			t.Logf("%d bytes: %v", len(file), counts)
		})
	}
}

// flipped changes one byte and returns the check that noticed.
func flipped(t *testing.T, file []byte, i int, mask byte, o Options) Check {
	t.Helper()
	file[i] ^= mask
	defer func() { file[i] ^= mask }()
	_, err := openBytes(file, o)
	var r *Refusal
	if !errors.As(err, &r) {
		t.Errorf("byte %d changed by %#02x: Open = %v, want a refusal", i, mask, err)
		return ""
	}
	return r.Check
}

var flips = flag.Int("flips", 100, "random bytes to change in a large envelope")

// Random bytes of one that has many chunks of age.
func TestOpen_noticesRandomBytes(t *testing.T) {
	from, to := nodes(t)
	big := bytes.Repeat([]byte("exercise "), 64<<10)
	p := append(parts(), Bytes("evidence/x/1.bin", "application/octet-stream", big))
	container, _ := sealMessage(t, message(from, to, "delivery"), p, from.seal)
	file, o := encrypt(t, container, to), optionsOf(from, to)
	random := rand.New(rand.NewPCG(1, 2))
	for range *flips {
		flipped(t, file, random.IntN(len(file)), byte(1+random.IntN(255)), o)
	}
}

// A card is noticed as well.
func TestOpenCard_noticesEveryByte(t *testing.T) {
	from, _ := nodes(t)
	file := bytes.Clone(from.sealed)
	for i := range file {
		file[i] ^= 1
		if _, err := OpenCard(bytes.NewReader(file), int64(len(file)), Options{Now: now}); err == nil {
			t.Errorf("byte %d changed: OpenCard took it", i)
		}
		file[i] ^= 1
	}
}

func TestOpen_truncated(t *testing.T) {
	from, to := nodes(t)
	container, _ := sealMessage(t, message(from, to, "receipt"), parts()[:2], from.seal)
	file := encrypt(t, container, to)
	for n := range len(file) {
		if n > 2000 && n%97 != 0 {
			continue
		}
		if _, err := openBytes(file[:n], optionsOf(from, to)); err == nil {
			t.Errorf("the first %d of %d bytes were taken", n, len(file))
		}
	}
}
