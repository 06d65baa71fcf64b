package envelope

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// twoStanzas lets age write what it refuses by itself: two recipients without a label.
type twoStanzas []age.Recipient

func (l twoStanzas) Wrap(fileKey []byte) (list []*age.Stanza, err error) {
	for _, r := range l {
		s, err := r.Wrap(fileKey)
		if err != nil {
			return nil, err
		}
		list = append(list, s...)
	}
	return list, nil
}

func TestOpen_refusesEncryption(t *testing.T) {
	from, to := nodes(t)
	container, _ := sealMessage(t, message(from, to, "request"), parts(), from.seal)
	hybrid, err := age.ParseHybridRecipient(to.open.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	x, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	password, err := age.NewScryptRecipient("exercise")
	if err != nil {
		t.Fatal(err)
	}
	password.SetWorkFactor(10)
	with := func(r age.Recipient) []byte {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(container); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	sound := with(hybrid)
	for name, c := range map[string]struct {
		file []byte
		why  string
	}{
		"not encrypted":           {container, "not encrypted"},
		"nothing":                 {nil, "not encrypted"},
		"X25519 alone":            {with(x.Recipient()), `type "X25519"`},
		"a password":              {with(password), `type "scrypt"`},
		"two of our type":         {with(twoStanzas{hybrid, hybrid}), "one stanza is allowed"},
		"X25519 beside ours":      {with(twoStanzas{hybrid, x.Recipient()}), "2 stanzas"},
		"an endless line":         {append([]byte(ageIntro+"-> "), bytes.Repeat([]byte("x"), 1<<20)...), "no end within"},
		"an argument too many":    {bytes.Replace(sound, []byte(stanzaType+" "), []byte(stanzaType+" x "), 1), "not as"},
		"version 2":               {bytes.Replace(sound, []byte("/v1\n"), []byte("/v2\n"), 1), "not encrypted"},
		"bytes after the end":     {append(bytes.Clone(sound), 0), "final chunk"},
		"another's header":        {append(bytes.Clone(with(hybrid)[:1700]), sound[1700:]...), ""},
		"the MAC of another file": {bytes.Replace(sound, mac(sound), mac(with(hybrid)), 1), "bad header MAC"},
	} {
		t.Run(name, func(t *testing.T) {
			wants(t, c.file, optionsOf(from, to), BadEncryption, c.why)
		})
	}
}

func mac(file []byte) []byte {
	_, rest, _ := bytes.Cut(file, []byte("\n--- "))
	return rest[:43]
}

func TestEncrypt(t *testing.T) {
	_, to := nodes(t)
	var b bytes.Buffer
	sum, err := Encrypt(&b, strings.NewReader("exercise"), to.open.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if want := canonical.Sum(b.Bytes()); sum != want {
		t.Errorf("Encrypt = %s, want the SHA-256 of what it wrote, %s", sum, want)
	}
	x, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []string{"", "age1pq1x", x.Recipient().String()} {
		if _, err := Encrypt(&b, strings.NewReader(""), r); !errors.Is(err, errs.Invalid) {
			t.Errorf("Encrypt to %.20q = %v, want errs.Invalid", r, err)
		}
	}
}

func TestIdentity(t *testing.T) {
	_, to := nodes(t)
	again, err := ParseIdentity(to.open.String())
	if err != nil || again.Recipient() != to.open.Recipient() {
		t.Errorf("ParseIdentity(String()) has another recipient, %v", err)
	}
	secret := strings.Replace(to.open.String(), "PQ-1", "PQ-1QQ", 1)
	if _, err := ParseIdentity(secret); !errors.Is(err, errs.Invalid) || strings.Contains(err.Error(), secret[20:40]) {
		t.Errorf("ParseIdentity = %v, want errs.Invalid without the secret", err)
	}
}
