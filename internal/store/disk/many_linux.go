package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// SyncMany makes everything durable that was written to the files and folders at the paths, all in the file system
// of dir: in one go, which for thousands of small files is far faster than one after the other.
func SyncMany(dir string, _ []string) error {
	d, err := os.Open(dir)
	if err != nil {
		return Explain(err)
	}
	err = unix.Syncfs(int(d.Fd()))
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return Explain(err)
}
