package keyring

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
)

func newTestRing(t testing.TB) (*Ring, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	r, err := Create(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return r, dir
}

func TestPutGet(t *testing.T) {
	r, dir := newTestRing(t)
	secret := []byte("PRIVATE+KEY+exercise")
	if err := r.Put("ledger", secret); err != nil {
		t.Fatal(err)
	}
	if err := r.Put("ledger", []byte("other")); !errors.Is(err, errs.Conflict) {
		t.Errorf("Put again = %v, want errs.Conflict", err)
	}
	again, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Get("ledger"); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("Get = %q, %v, want %q", got, err, secret)
	}
	if names, err := again.Names(); err != nil || strings.Join(names, " ") != "ledger" {
		t.Errorf("Names = %v, %v", names, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "ledger.age"))
	if err != nil || bytes.Contains(raw, secret) {
		t.Errorf("the file shows the secret, or %v", err)
	}
	if err := again.Delete("ledger"); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Get("ledger"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get after Delete = %v, want errs.NotFound", err)
	}
}

// With the master key, age alone opens every file.
func TestPlainAgeOpensTheFiles(t *testing.T) {
	r, dir := newTestRing(t)
	if err := r.Put("ledger", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	master, err := os.Open(filepath.Join(dir, "master"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = master.Close() }()
	ids, err := age.ParseIdentities(master)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "ledger.age"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := unlock(b, ids...); err != nil || string(got) != "secret" {
		t.Errorf("age opens %q, %v", got, err)
	}
}

func TestPassphrase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	const pass = "exercise: five kites over Lisbon"
	if _, err := create(filepath.Join(t.TempDir(), "keys"), "short", 10); !errors.Is(err, errs.Invalid) {
		t.Errorf("Create with a short passphrase = %v, want errs.Invalid", err)
	}
	r, err := create(dir, pass, 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Put("seal-1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, "another passphrase altogether"); !errors.Is(err, errs.Forbidden) {
		t.Errorf("Open with a wrong passphrase = %v, want errs.Forbidden", err)
	}
	if _, err := Open(dir, ""); !errors.Is(err, errs.NotFound) {
		t.Errorf("Open without one = %v, want errs.NotFound: there is no master file", err)
	}
	again, err := Open(dir, pass)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Get("seal-1"); err != nil {
		t.Error(err)
	}
	byKey, err := Open(dir, r.master.String()+"\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := byKey.Get("seal-1"); err != nil {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	r, dir := newTestRing(t)
	if _, err := Create(dir, ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("Create again = %v, want errs.Conflict", err)
	}
	for _, name := range []string{"", "master", "../x", "A", "a/b", strings.Repeat("a", 65), "a.age"} {
		if err := r.Put(name, nil); !errors.Is(err, errs.Invalid) {
			t.Errorf("Put(%q) = %v, want errs.Invalid", name, err)
		}
		if _, err := r.Get(name); !errors.Is(err, errs.Invalid) {
			t.Errorf("Get(%q) = %v, want errs.Invalid", name, err)
		}
	}
	if err := r.Put("large", make([]byte, maxSecret+1)); !errors.Is(err, errs.Invalid) {
		t.Errorf("Put of a large secret = %v, want errs.Invalid", err)
	}
	if err := r.Put("seal", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "seal.age"), []byte("age-encryption.org/v1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get("seal"); !errors.Is(err, errs.Invalid) {
		t.Errorf("Get of a damaged file = %v, want errs.Invalid", err)
	}
	other, otherDir := newTestRing(t)
	if err := other.Put("seal2", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(otherDir, "seal2.age"), filepath.Join(dir, "seal2.age")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get("seal2"); !errors.Is(err, errs.Forbidden) {
		t.Errorf("Get of another ring's file = %v, want errs.Forbidden", err)
	}
}

func TestOthersMayNotRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permission bits say nothing on Windows")
	}
	_, dir := newTestRing(t)
	for path, mode := range map[string]os.FileMode{filepath.Join(dir, "master"): 0o640, dir: 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, "")
		if !errors.Is(err, errs.Forbidden) || !strings.Contains(err.Error(), "chmod") {
			t.Errorf("Open with %s at %o = %v, want errs.Forbidden with a hint", path, mode, err)
		}
		if err := os.Chmod(path, mode&0o700); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKinds(t *testing.T) {
	r, _ := newTestRing(t)
	made, err := r.NewECDSA("seal-1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Signer("seal-1")
	if err != nil || !got.(*ecdsa.PrivateKey).Equal(made) {
		t.Errorf("Signer differs from the key made, or %v", err)
	}
	digest := make([]byte, 32)
	sig, err := got.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil || !ecdsa.VerifyASN1(made.Public().(*ecdsa.PublicKey), digest, sig) {
		t.Errorf("signature doesn't verify, %v", err)
	}
	open, err := r.NewAge("open-1")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.Age("open-1"); err != nil || again.String() != open.String() {
		t.Errorf("Age differs from the key made, or %v", err)
	}
	if _, err := r.Signer("open-1"); !errors.Is(err, errs.Invalid) {
		t.Errorf("Signer of an age key = %v, want errs.Invalid", err)
	}
	if _, err := r.Age("seal-1"); !errors.Is(err, errs.Invalid) {
		t.Errorf("Age of a signing key = %v, want errs.Invalid", err)
	}
}

func TestSeriesIsInTheOrderOfNumbers(t *testing.T) {
	r, _ := newTestRing(t)
	for _, name := range []string{"open-2", "open-10", "open-1", "open-x", "opening-3"} {
		if err := r.Put(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := r.Series("open"); err != nil || strings.Join(got, " ") != "open-1 open-2 open-10" {
		t.Errorf("Series = %v, %v", got, err)
	}
	if got, err := r.Next("open"); err != nil || got != "open-11" {
		t.Errorf("Next = %s, %v, want open-11", got, err)
	}
}

func TestVault(t *testing.T) {
	r, dir := newTestRing(t)
	items := filepath.Join(dir, "item")
	v, err := r.OpenVault(items)
	if err != nil {
		t.Fatal(err)
	}
	item := id.New(time.Now())
	k, err := v.New(item)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.New(item); !errors.Is(err, errs.Conflict) {
		t.Errorf("New again = %v, want errs.Conflict", err)
	}
	if err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
	if err := v.Relock(item); err != nil {
		t.Fatal(err)
	}
	if err := r.Delete("evidence-1"); err != nil {
		t.Fatal(err)
	}
	again, err := r.OpenVault(items)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Get(item); err != nil || got.String() != k.String() {
		t.Errorf("Get after rotation and relocking differs from the key made, or %v", err)
	}
	if err := again.Destroy(item); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Get(item); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get after Destroy = %v, want errs.NotFound", err)
	}
	if _, err := again.Get("../../master"); !errors.Is(err, errs.Invalid) {
		t.Errorf("Get of a path = %v, want errs.Invalid", err)
	}
}

func TestSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(name string) string {
		if name == "COMITY_MASTER" {
			return "from a variable"
		}
		return ""
	}
	for ref, want := range map[string]string{"": "", "file:" + file: "from a file", "env:COMITY_MASTER": "from a variable"} {
		if got, err := Secret(ref, env); err != nil || got != want {
			t.Errorf("Secret(%q) = %q, %v, want %q", ref, got, err, want)
		}
	}
	for ref, want := range map[string]error{"env:NONE": errs.NotFound, "file:" + file + ".none": errs.NotFound, "hunter2": errs.Invalid} {
		_, err := Secret(ref, env)
		if !errors.Is(err, want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Secret(%q) = %v, want %v and no secret in it", ref, err, want)
		}
	}
}

func BenchmarkVaultNew(b *testing.B) {
	r, _ := newTestRing(b)
	v, err := r.OpenVault(filepath.Join(b.TempDir(), "item"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := v.New(id.New(time.Now())); err != nil {
			b.Fatal(err)
		}
	}
}

func TestVaultNewMany(t *testing.T) {
	ring, _ := newTestRing(t)
	v, err := ring.OpenVault(filepath.Join(t.TempDir(), "items"))
	if err != nil {
		t.Fatal(err)
	}
	var items []id.ID
	for range 50 {
		items = append(items, id.New(time.Now()))
	}
	keys, err := v.NewMany(items)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range items {
		k, err := v.Get(n)
		if err != nil || k.String() != keys[i].String() {
			t.Errorf("key of %s: %v", n, err)
		}
	}
	listed := 0
	if err := v.Items(func(id.ID, time.Time) error { listed++; return nil }); err != nil || listed != len(items) {
		t.Errorf("%d keys are listed, %v; want %d", listed, err, len(items))
	}
	if _, err := v.NewMany(items[:1]); !errors.Is(err, errs.Conflict) {
		t.Errorf("a second key for an item: %v, want errs.Conflict", err)
	}
}
