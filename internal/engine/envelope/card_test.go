package envelope

import (
	"bytes"
	"crypto/x509"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/cms"
)

func TestCard_roundTrip(t *testing.T) {
	from, _ := nodes(t)
	b, err := from.card.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadCard(b)
	if err != nil {
		t.Fatal(err)
	}
	got.NotUnderstood = nil
	again, err := got.Bytes()
	if err != nil || !bytes.Equal(again, b) {
		t.Errorf("the card read and written again differs: %s, %v", again, err)
	}
	if !got.Root.Equal(from.card.Root) || !reflect.DeepEqual(got.Names, from.card.Names) || !got.ValidTo.Equal(from.card.ValidTo) {
		t.Errorf("ReadCard = %+v, want %+v", got, from.card)
	}
}

func TestCard_keepsWhatItDoesNotKnow(t *testing.T) {
	from, _ := nodes(t)
	b, err := from.card.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	c, err := ReadCard(editJSON(t, b, func(m map[string]any) { m["grade"] = "A" }))
	if err != nil || len(c.NotUnderstood) != 1 || c.NotUnderstood[0] != "grade" {
		t.Errorf("ReadCard = %+v, %v; want grade as not understood", c, err)
	}
}

func TestReadCard_refuses(t *testing.T) {
	from, to := nodes(t)
	sound, err := from.card.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	x := CertPEM(to.seal.Cert)
	for name, c := range map[string]struct {
		member string
		value  any
		check  Check
		why    string
	}{
		"format":                 {"format", "comity/card/2", UnknownFormat, "comity/card/2"},
		"serial 0":               {"serial", 0, BadSchema, "serial is 0"},
		"no names":               {"names", map[string]any{}, BadSchema, "names"},
		"names as numbers":       {"names", map[string]any{"en": 1}, BadSchema, "names by language"},
		"no authority":           {"authorities", []any{}, BadSchema, "authorities"},
		"exercise as text":       {"exercise", "no", BadSchema, "true or false"},
		"http":                   {"url", "http://localhost", BadSchema, "https"},
		"a user in the URL":      {"url", "https://a@localhost", BadSchema, "https"},
		"root no PEM":            {"root", "x", BadSchema, "CERTIFICATE"},
		"PEM with more":          {"root", "x\n" + x, BadSchema, "of its own"},
		"a key for two uses":     {"seal", []string{CertPEM(from.root.Cert)}, BadSchema, "one use"},
		"no seal":                {"seal", []any{}, BadSchema, "seal"},
		"url but no certificate": {"tls", []any{}, BadSchema, "tls"},
		"an X25519 recipient":    {"open", []string{"age1qqqqqqqq"}, BadSchema, "ML-KEM-768"},
		"a recipient in capitals": {"open", []string{strings.ToUpper(from.open.Recipient())}, BadSchema,
			"ML-KEM-768"},
		"a witness key as log key": {"ledger", from.card.Witness, BadSchema, "type 4, want 1"},
		"a log key as witness key": {"witness", from.card.Ledger, BadSchema, "type 1, want 4"},
		"a log key misspelt":       {"ledger", []string{"x" + from.card.Ledger[0]}, BadSchema, "the hash"},
		"the first with previous":  {"previous", strings.Repeat("a", 64), BadSchema, "previous"},
		"valid the wrong way":      {"valid_to", "2020-01-01T00:00:00.000Z", BadSchema, "valid_to"},
		"must_":                    {"must_x", 1, BadSchema, "must_x"},
		"SEAL":                     {"SEAL", []string{}, BadSchema, "differs from seal only by case"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadCard(editJSON(t, sound, func(m map[string]any) { m[c.member] = c.value }))
			var r *Refusal
			if !errors.As(err, &r) || r.Check != c.check || !strings.Contains(r.Detail, c.why) {
				t.Errorf("ReadCard = %v, want %s: …%s…", err, c.check, c.why)
			}
		})
	}
}

func TestFingerprint(t *testing.T) {
	for sum, want := range map[Digest]string{
		Digest(strings.Repeat("0", 64)): "00000 00000 00000 00000 00000 00000 00000 00000 00000 00000",
		// The last fifty digits of 2²⁵⁶−1.
		Digest(strings.Repeat("f", 64)): "08687 90785 32699 84665 64056 40394 57584 00791 31296 39935",
	} {
		if got, err := Fingerprint(sum); err != nil || got != want {
			t.Errorf("Fingerprint(%s) = %s, %v; want %s", sum, got, err, want)
		}
	}
	if _, err := Fingerprint("x"); !errors.Is(err, errs.Invalid) {
		t.Errorf("Fingerprint(x) = %v, want errs.Invalid", err)
	}
}

// next returns a card after the node's, by the same or another root.
func next(t *testing.T, n *testNode, change func(*testNode)) *testNode {
	t.Helper()
	m, c := *n, *n.card
	m.card = &c
	c.Serial, c.Previous = 2, n.manifest
	change(&m)
	return &m
}

func openCard(n *testNode, previous *Card) (*Opened, error) {
	return OpenCard(bytes.NewReader(n.sealed), int64(len(n.sealed)), Options{Now: now, Previous: previous})
}

func TestRotation(t *testing.T) {
	from, to := nodes(t)
	newSeal, key, err := NewKey(UseSeal, Holder{State: "XA", Authority: "XA-CA", Exercise: true}, now)
	if err != nil {
		t.Fatal(err)
	}
	seal := Signer{newSeal, key}
	rotated := next(t, from, func(n *testNode) { n.card.Seals = []*x509.Certificate{from.seal.Cert, newSeal} })

	t.Run("a new seal with its proof", func(t *testing.T) {
		if err := rotated.sealCard(seal); err != nil {
			t.Fatal(err)
		}
		o, err := openCard(rotated, from.card)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Sender.ContinuesFrom(from.card, from.manifest); err != nil {
			t.Error(err)
		}
	})
	t.Run("a new seal without", func(t *testing.T) {
		if err := rotated.sealCard(); err != nil {
			t.Fatal(err)
		}
		wantsCard(t, rotated, from.card, UnknownSender, "new and has not signed")
	})
	t.Run("a proof by another's key", func(t *testing.T) {
		wantsCard(t, forgeCard(t, rotated, rotated.root, to.seal), from.card, UnknownSender, "possession/02.p7s is not by seal key 2")
	})
	t.Run("a proof too many", func(t *testing.T) {
		wantsCard(t, forgeCard(t, from, from.root, from.seal), from.card, UnknownSender, "belongs to none")
	})
	t.Run("a signer that isn't in the card", func(t *testing.T) {
		n := next(t, from, func(*testNode) {})
		if err := n.sealCard(to.seal); !errors.Is(err, errs.Invalid) {
			t.Errorf("SealCard = %v, want errs.Invalid", err)
		}
	})
	t.Run("two cards with one serial number", func(t *testing.T) {
		if err := from.card.ContinuesFrom(from.card, from.manifest); !errors.Is(err, errs.Conflict) {
			t.Errorf("ContinuesFrom = %v, want errs.Conflict", err)
		}
	})
	t.Run("another root", func(t *testing.T) {
		n := next(t, from, func(n *testNode) { n.card.Root = to.root.Cert })
		if err := n.card.ContinuesFrom(from.card, from.manifest); !errors.Is(err, errs.Invalid) {
			t.Errorf("ContinuesFrom = %v, want errs.Invalid", err)
		}
	})
	t.Run("signed by a seal only", func(t *testing.T) {
		wantsCard(t, forgeCard(t, from, from.seal, from.seal), nil, UnknownSender, "not signed by its own card key")
	})
	t.Run("ended", func(t *testing.T) {
		o := Options{Now: now.AddDate(2, 0, 1)}
		_, err := OpenCard(bytes.NewReader(from.sealed), int64(len(from.sealed)), o)
		var r *Refusal
		if !errors.As(err, &r) || r.Check != UnprovenTime {
			t.Errorf("OpenCard = %v, want %s", err, UnprovenTime)
		}
	})
}

// forgeCard returns the card signed by any key, with a proof by any key for the second seal.
func forgeCard(t *testing.T, n *testNode, by, proof Signer) *testNode {
	t.Helper()
	card, err := n.card.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	der, err := cms.Sign(card, proof.Cert, proof.Key, cms.Options{SigningTime: now})
	if err != nil {
		t.Fatal(err)
	}
	f := &forgery{signer: by, parts: []Part{
		Bytes(CardPath, "application/json", card), Bytes(possessionPath(2), "application/pkcs7-signature", der),
	}}
	m := cardMessage(n.card)
	m.Kind = KindCard
	if _, f.message, err = Compose(m, f.parts); err != nil {
		t.Fatal(err)
	}
	return &testNode{sealed: f.build(t)}
}

func wantsCard(t *testing.T, n *testNode, previous *Card, check Check, why string) {
	t.Helper()
	_, err := openCard(n, previous)
	var r *Refusal
	if !errors.As(err, &r) || r.Check != check || !strings.Contains(r.Detail, why) {
		t.Errorf("OpenCard = %v, want %s: …%s…", err, check, why)
	}
}

// An old seal counts when something but its own clock shows that the envelope was there before.
func TestOpen_oldSeal(t *testing.T) {
	from, to := nodes(t)
	container, _ := sealMessage(t, message(from, to, "request"), parts(), from.seal)
	file, o := encrypt(t, container, to), optionsOf(from, to)
	revoked := *from.card
	revoked.Revoked = []Revocation{{CertSum(from.seal.Cert), now.Add(time.Second), "exercise"}}
	o.Cards = func(Digest) ([]*Card, error) { return []*Card{&revoked}, nil }
	o.MadeBefore = func(d Digests, before time.Time) (string, bool) {
		return "our ledger", d.Manifest != "" && before.Equal(now.Add(time.Second))
	}
	if _, err := openBytes(file, o); err != nil {
		t.Error(err)
	}
	o.MadeBefore = func(Digests, time.Time) (string, bool) { return "", false }
	wants(t, file, o, UnprovenTime, "was revoked")
}

func TestCard_Recipient(t *testing.T) {
	from, to := nodes(t)
	c := *from.card
	c.Open = []string{from.open.Recipient(), to.open.Recipient()}
	revoke := func(key string) { c.Revoked = append(c.Revoked, Revocation{RecipientSum(key), now, "exercise"}) }
	revoke(c.Open[0])
	if got, err := c.Recipient(now.Add(-time.Second)); err != nil || got != c.Open[0] {
		t.Errorf("before the revocation Recipient = %.20s, %v; want the first", got, err)
	}
	if got, err := c.Recipient(now); err != nil || got != c.Open[1] {
		t.Errorf("after the revocation Recipient = %.20s, %v; want the second", got, err)
	}
	revoke(c.Open[1])
	if _, err := c.Recipient(now); !errors.Is(err, errs.Unavailable) {
		t.Errorf("Recipient with every key revoked = %v, want errs.Unavailable", err)
	}
}
