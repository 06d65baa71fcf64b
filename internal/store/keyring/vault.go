package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/disk"
)

// evidence is the series of keys that lock the items' keys.
const evidence = "evidence"

// Vault keeps one key for each item of evidence, a small age file in a folder of its own that backups of the database
// and of the blobs don't reach: destroying the file destroys the item wherever its bytes have been copied to.
type Vault struct {
	ring *Ring
	dir  string

	mu   sync.RWMutex
	keys []age.Identity       // all evidence keys of the node
	to   *age.HybridRecipient // the newest
}

// OpenVault opens the items' keys in dir, and makes the folder and the first evidence key when there is none.
func (r *Ring) OpenVault(dir string) (*Vault, error) {
	v := &Vault{ring: r, dir: dir}
	if err := v.open(); err != nil {
		return nil, fmt.Errorf("open item keys: %w", err)
	}
	return v, nil
}

func (v *Vault) open() error {
	if err := os.MkdirAll(v.dir, 0o700); err != nil {
		return disk.Explain(err)
	}
	if err := disk.Private(v.dir); err != nil {
		return err
	}
	names, err := v.ring.Series(evidence)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return v.Rotate()
	}
	for _, name := range names {
		k, err := v.ring.Age(name)
		if err != nil {
			return err
		}
		v.keys, v.to = append(v.keys, k), k.Recipient()
	}
	return nil
}

// Rotate makes a new evidence key, which locks what comes from now on; the old ones still open what is there.
func (v *Vault) Rotate() error {
	name, err := v.ring.Next(evidence)
	if err != nil {
		return err
	}
	k, err := v.ring.NewAge(name)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys, v.to = append(v.keys, k), k.Recipient()
	return nil
}

// path spreads the files over folders by the last two characters of the id, which are chance; the first are time.
func (v *Vault) path(item id.ID) (string, error) {
	if _, err := id.Parse(string(item)); err != nil {
		return "", err
	}
	s := string(item)
	return filepath.Join(v.dir, strings.ToLower(s[len(s)-2:]), s+".key.age"), nil
}

// New makes the item's key and keeps it; when it returns, the key is durable. An item that has one is
// [errs.Conflict].
func (v *Vault) New(item id.ID) (*age.HybridIdentity, error) {
	path, err := v.path(item)
	if err != nil {
		return nil, fmt.Errorf("key of item: %w", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("item %s has a key already: %w", item, errs.Conflict)
	}
	k, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, fmt.Errorf("key of item %s: %w", item, err)
	}
	if err := v.write(path, k); err != nil {
		return nil, fmt.Errorf("key of item %s: %w", item, err)
	}
	return k, nil
}

func (v *Vault) write(path string, k *age.HybridIdentity) error {
	v.mu.RLock()
	to := v.to
	v.mu.RUnlock()
	b, err := lock([]byte(k.String()+"\n"), to)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.Mkdir(dir, 0o700); err == nil {
		if err := disk.SyncDir(v.dir); err != nil {
			return err
		}
	} else if !errors.Is(err, os.ErrExist) {
		return disk.Explain(err)
	}
	return disk.WriteFile(path, b, 0o600)
}

// Get returns the item's key; a destroyed one is [errs.NotFound].
func (v *Vault) Get(item id.ID) (*age.HybridIdentity, error) {
	k, err := v.get(item)
	if err != nil {
		return nil, fmt.Errorf("key of item %s: %w", item, err)
	}
	return k, nil
}

func (v *Vault) get(item id.ID) (*age.HybridIdentity, error) {
	path, err := v.path(item)
	if err != nil {
		return nil, err
	}
	locked, err := os.ReadFile(path)
	if err != nil {
		return nil, disk.Explain(err)
	}
	v.mu.RLock()
	keys := v.keys
	v.mu.RUnlock()
	b, err := unlock(locked, keys...)
	if err != nil {
		return nil, err
	}
	k, err := age.ParseHybridIdentity(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fmt.Errorf("the file holds no key: %w", errs.Invalid)
	}
	return k, nil
}

// Items calls f for each item that has a key, with the time at which the key was last written, in no particular order,
// until f returns an error, which Items returns. f may destroy the key that it is called for.
func (v *Vault) Items(f func(item id.ID, at time.Time) error) error {
	err := filepath.WalkDir(v.dir, func(path string, d fs.DirEntry, err error) error {
		name, isKey := strings.CutSuffix(d.Name(), ".key.age")
		item, perr := id.Parse(name)
		if err != nil || d.IsDir() || !isKey || perr != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return f(item, info.ModTime())
	})
	if err != nil {
		return fmt.Errorf("list keys of items: %w", disk.Explain(err))
	}
	return nil
}

// Relock locks the item's key with the newest evidence key, after a rotation.
func (v *Vault) Relock(item id.ID) error {
	k, err := v.Get(item)
	if err != nil {
		return err
	}
	path, err := v.path(item)
	if err == nil {
		err = v.write(path, k)
	}
	if err != nil {
		return fmt.Errorf("key of item %s: %w", item, err)
	}
	return nil
}

// Destroy removes the item's key. From then on nobody can open the item's bytes, here or in any copy of the blobs.
func (v *Vault) Destroy(item id.ID) error {
	path, err := v.path(item)
	if err == nil {
		err = disk.Remove(path)
	}
	if err != nil {
		return fmt.Errorf("destroy key of item %s: %w", item, err)
	}
	return nil
}
