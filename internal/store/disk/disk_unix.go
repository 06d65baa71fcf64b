//go:build unix

package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"

	"golang.org/x/sys/unix"

	"comity/internal/base/errs"
)

// SyncDir makes the names in the folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return Explain(err)
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return Explain(err)
}

// Free returns how many bytes an ordinary user may still write to the file system of dir.
func Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, Explain(fmt.Errorf("%s: %w", dir, err))
	}
	blocks, size := uint64(s.Bavail), uint64(s.Bsize)
	if size != 0 && blocks > math.MaxInt64/size {
		return math.MaxInt64, nil
	}
	return int64(blocks * size), nil
}

// Private reports as [errs.Forbidden] that others than the owner may read or change the file or folder.
func Private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return Explain(err)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	want := fs.FileMode(0o600)
	if info.IsDir() {
		want = 0o700
	}
	return fmt.Errorf("%s may be read by others than its owner (chmod %o %s): %w", path, want, path, errs.Forbidden)
}

func full(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}

// lock takes the file for this process; held reports that another one has it.
func lock(f *os.File) (held bool, err error) {
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	return errors.Is(err, unix.EWOULDBLOCK), err
}
