package disk

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteStream is [WriteFile] for bytes that write gives one after the other: the file at path is there whole or not at
// all.
func WriteStream(path string, perm fs.FileMode, write func(io.Writer) error) error {
	dir, base := filepath.Split(path)
	f, err := os.CreateTemp(filepath.Clean(dir+"."), ".tmp-"+base+"-*")
	if err != nil {
		return Explain(err)
	}
	err = write(f)
	if err == nil {
		err = f.Chmod(perm)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, discard(f.Name(), Explain(err)))
	}
	if err := Rename(f.Name(), path); err != nil {
		return discard(f.Name(), err)
	}
	return nil
}
