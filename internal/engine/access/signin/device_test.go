package signin

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// device is an authenticator with one key: what a security key or a telephone does, without a browser around it.
type device struct {
	testing.TB
	key    *ecdsa.PrivateKey
	id     []byte
	handle []byte // whose key it is, as told when it was made
	count  uint32
	origin string
	host   string
	flags  byte // user present, user verified
}

const (
	userPresent  = 1 << 0
	userVerified = 1 << 2
	hasKey       = 1 << 6
)

func newDevice(t testing.TB) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	n := make([]byte, 16)
	_, _ = rand.Read(n)
	return &device{TB: t, key: key, id: n, origin: "https://pt.example", host: "pt.example", flags: userPresent | userVerified}
}

// options is the part of the node's options that the device needs.
type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"publicKey"`
}

func (d *device) read(c Ceremony) options {
	d.Helper()
	var o options
	if err := json.Unmarshal(c.Options, &o); err != nil {
		d.Fatal(err)
	}
	return o
}

// authData is the authenticator's own statement: for which host, with which flags, how often used.
func (d *device) authData(flags byte) []byte {
	d.count++
	host := sha256.Sum256([]byte(d.host))
	b := append(host[:], flags)
	return binary.BigEndian.AppendUint32(b, d.count)
}

func (d *device) clientData(kind, challenge string) []byte {
	return d.marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
}

func (d *device) marshal(v any) []byte {
	d.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		d.Fatal(err)
	}
	return b
}

// make answers the options for a new key with attestation "none".
func (d *device) make(c Ceremony) []byte {
	d.Helper()
	o := d.read(c)
	var err error
	if d.handle, err = base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID); err != nil {
		d.Fatal(err)
	}
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		d.Fatal(err)
	}
	// A COSE key (RFC 9053): type EC2, algorithm ES256, curve P-256, x, y.
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		d.Fatal(err)
	}
	data := d.authData(d.flags | hasKey)
	data = append(data, make([]byte, 16)...) // no make of device
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.id)))
	data = append(append(data, d.id...), cose...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		d.Fatal(err)
	}
	return d.answer(map[string]any{
		"clientDataJSON":    b64(d.clientData("webauthn.create", o.PublicKey.Challenge)),
		"attestationObject": b64(object),
	})
}

// sign answers the options for using the key.
func (d *device) sign(c Ceremony) []byte {
	d.Helper()
	client := d.clientData("webauthn.get", d.read(c).PublicKey.Challenge)
	data := d.authData(d.flags)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(bytes.Join([][]byte{data, hash[:]}, nil))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.Fatal(err)
	}
	return d.answer(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(d.handle),
	})
}

func (d *device) answer(response map[string]any) []byte {
	d.Helper()
	return d.marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response})
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
