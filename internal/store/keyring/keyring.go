// Package keyring keeps a node's secret keys in a folder, each in a file of its own that the master key locks.
//
// A [Ring] is the folder: [Create] it once, [Open] it at start. Every file is an age file, so that with the master key
// plain `age -d -i keys/master keys/ledger.age` shows what it holds and nobody depends on this program. A [Vault]
// keeps the keys of single items of evidence, locked by the node's evidence key.
package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/store/disk"
)

// maxSecret is the largest secret that a file may hold: a chain of certificates with its key is far smaller.
const maxSecret = 256 << 10

// Ring is an open folder of keys. It may be used by many at a time.
type Ring struct {
	dir    string
	master *age.HybridIdentity
}

// Create makes the folder with a new master key. With a secret of "" the master key stands in dir/master and whoever
// reads that file has all keys; otherwise secret is a passphrase of at least 20 characters that locks dir/master.age.
// A folder that holds a ring already is [errs.Conflict].
func Create(dir, secret string) (*Ring, error) { return create(dir, secret, 18) }

// create takes the scrypt work factor (2^work) as well: 18 is about a second.
func create(dir, secret string, work int) (*Ring, error) {
	r, err := newRing(dir)
	if err != nil {
		return nil, fmt.Errorf("create keys in %s: %w", dir, err)
	}
	if secret == "" {
		err = disk.WriteFile(r.path("master"), []byte(r.master.String()+"\n"), 0o600)
	} else {
		err = r.lockMaster(secret, work)
	}
	if err != nil {
		return nil, fmt.Errorf("create keys in %s: %w", dir, err)
	}
	return r, nil
}

func newRing(dir string) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, disk.Explain(err)
	}
	if err := disk.Private(dir); err != nil {
		return nil, err
	}
	r := &Ring{dir: dir}
	for _, name := range []string{"master", "master.age"} {
		if _, err := os.Stat(r.path(name)); !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("there is a master key already (%s): %w", name, errs.Conflict)
		}
	}
	var err error
	r.master, err = age.GenerateHybridIdentity()
	return r, err
}

func (r *Ring) lockMaster(secret string, work int) error {
	if len([]rune(secret)) < 20 {
		return fmt.Errorf("the passphrase is shorter than 20 characters: %w", errs.Invalid)
	}
	to, err := age.NewScryptRecipient(secret)
	if err != nil {
		return err
	}
	to.SetWorkFactor(work)
	b, err := lock([]byte(r.master.String()+"\n"), to)
	if err != nil {
		return err
	}
	return disk.WriteFile(r.path("master.age"), b, 0o600)
}

// Open opens the folder with its own master file when secret is "", else with the passphrase, or with the text of the
// master key itself where that is kept elsewhere (see [Secret]). A folder or file that others may read is
// [errs.Forbidden]; a wrong passphrase too.
func Open(dir, secret string) (*Ring, error) {
	r := &Ring{dir: dir}
	if err := disk.Private(dir); err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	text, err := r.masterText(strings.TrimSpace(secret))
	if err != nil {
		return nil, fmt.Errorf("open keys in %s: %w", dir, err)
	}
	if r.master, err = age.ParseHybridIdentity(strings.TrimSpace(text)); err != nil {
		// The library's error might quote the text, which is secret.
		return nil, fmt.Errorf("open keys in %s: the master key isn't an AGE-SECRET-KEY-PQ-1…: %w", dir, errs.Invalid)
	}
	return r, nil
}

func (r *Ring) masterText(secret string) (string, error) {
	if strings.HasPrefix(secret, "AGE-SECRET-KEY-") {
		return secret, nil
	}
	if secret == "" {
		if err := disk.Private(r.path("master")); err != nil {
			return "", err
		}
		b, err := os.ReadFile(r.path("master"))
		return string(b), disk.Explain(err)
	}
	locked, err := os.ReadFile(r.path("master.age"))
	if err != nil {
		return "", disk.Explain(err)
	}
	with, err := age.NewScryptIdentity(secret)
	if err != nil {
		return "", err
	}
	b, err := unlock(locked, with)
	if err != nil {
		return "", fmt.Errorf("the passphrase doesn't open master.age: %w", errs.Forbidden)
	}
	return string(b), nil
}

// Secret returns what a setting refers to: "file:PATH" the file's content, which nobody but its owner may read,
// "env:NAME" the variable's value, "" nothing. The secret itself never stands in a setting: that is [errs.Invalid].
func Secret(ref string, getenv func(string) string) (string, error) {
	kind, rest, _ := strings.Cut(ref, ":")
	switch {
	case ref == "":
		return "", nil
	case kind == "file":
		if err := disk.Private(rest); err != nil {
			return "", fmt.Errorf("secret %s: %w", ref, err)
		}
		b, err := os.ReadFile(rest)
		if err != nil {
			return "", fmt.Errorf("secret %s: %w", ref, disk.Explain(err))
		}
		return strings.TrimRight(string(b), "\r\n"), nil
	case kind == "env":
		v := getenv(rest)
		if v == "" {
			return "", fmt.Errorf("secret %s: the variable is not set: %w", ref, errs.NotFound)
		}
		return v, nil
	}
	return "", fmt.Errorf("a secret is given as file:PATH or env:NAME, never by itself: %w", errs.Invalid)
}

func (r *Ring) path(name string) string { return filepath.Join(r.dir, name) }

// validName is the form of a key's name: what it is for and which one it is, "seal-2026", "ledger", "open-3".
func validName(name string) error {
	if ok, _ := regexp.MatchString(`^[a-z0-9][a-z0-9-]{0,63}$`, name); !ok || name == "master" {
		return fmt.Errorf("key name %q: want small letters, digits and hyphens: %w", name, errs.Invalid)
	}
	return nil
}

// Put keeps a new secret under the name; when it returns, the secret is durable. A name that is taken is
// [errs.Conflict]: keys are never overwritten, a new one gets a new name.
func (r *Ring) Put(name string, secret []byte) error {
	if err := validName(name); err != nil {
		return err
	}
	if len(secret) > maxSecret {
		return fmt.Errorf("key %s has %d bytes, at most %d are kept: %w", name, len(secret), maxSecret, errs.Invalid)
	}
	path := r.path(name + ".age")
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is a key %s already: %w", name, errs.Conflict)
	}
	b, err := lock(secret, r.master.Recipient())
	if err == nil {
		err = disk.WriteFile(path, b, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep key %s: %w", name, err)
	}
	return nil
}

// Get returns the secret of that name, [errs.NotFound] when there is none.
func (r *Ring) Get(name string) ([]byte, error) {
	if err := validName(name); err != nil {
		return nil, err
	}
	locked, err := os.ReadFile(r.path(name + ".age"))
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, disk.Explain(err))
	}
	b, err := unlock(locked, r.master)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, err)
	}
	return b, nil
}

// Names lists the keys in alphabetical order.
func (r *Ring) Names() ([]string, error) {
	files, err := os.ReadDir(r.dir)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", disk.Explain(err))
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".age"); ok && validName(name) == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Delete removes a key for good. What was locked with it alone can't be opened any more.
func (r *Ring) Delete(name string) error {
	if err := validName(name); err != nil {
		return err
	}
	if err := disk.Remove(r.path(name + ".age")); err != nil {
		return fmt.Errorf("delete key %s: %w", name, err)
	}
	return nil
}

func lock(plain []byte, to age.Recipient) ([]byte, error) {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func unlock(locked []byte, with ...age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(locked), with...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, fmt.Errorf("locked with another key: %w", errs.Forbidden)
	}
	if err != nil {
		return nil, fmt.Errorf("the file is damaged: %w: %w", err, errs.Invalid)
	}
	b, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if err != nil || len(b) > maxSecret {
		return nil, fmt.Errorf("the file is damaged or too large: %w", errs.Invalid)
	}
	return b, nil
}
