package keyring

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/disk"
)

// NewMany makes the keys of many items as [Vault.New] makes one, and makes them durable together. An error leaves some
// of them behind, which [Vault.Destroy] removes.
func (v *Vault) NewMany(items []id.ID) ([]*age.HybridIdentity, error) {
	paths, folders, err := v.places(items)
	if err != nil {
		return nil, err
	}
	v.mu.RLock()
	to := v.to
	v.mu.RUnlock()
	keys, faults := make([]*age.HybridIdentity, len(items)), make([]error, len(items))
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	var work sync.WaitGroup
	for i := range items {
		free <- struct{}{}
		work.Go(func() {
			keys[i], faults[i] = writeNew(paths[i], to)
			<-free
		})
	}
	work.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("keys of %d items: %w", len(items), err)
	}
	if err := disk.SyncMany(v.dir, paths); err != nil {
		return nil, err
	}
	return keys, disk.SyncMany(v.dir, folders)
}

// places makes the folders of the items' keys and returns the paths of both.
func (v *Vault) places(items []id.ID) (paths, folders []string, err error) {
	all := map[string]bool{v.dir: true}
	for _, item := range items {
		path, err := v.path(item)
		if err != nil {
			return nil, nil, fmt.Errorf("key of item: %w", err)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, nil, fmt.Errorf("key of item %s: %w", item, disk.Explain(err))
		}
		paths = append(paths, path)
		all[filepath.Dir(path)] = true
	}
	return paths, slices.Collect(maps.Keys(all)), nil
}

// writeNew makes a key in a file that isn't durable yet. One that is there already is [errs.Conflict].
func writeNew(path string, to age.Recipient) (*age.HybridIdentity, error) {
	k, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, err
	}
	b, err := lock([]byte(k.String()+"\n"), to)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("it has one already: %w", errs.Conflict)
	}
	if err != nil {
		return nil, disk.Explain(err)
	}
	_, err = f.Write(b)
	return k, disk.Explain(errors.Join(err, f.Close()))
}
