//go:build !linux

package disk

import (
	"os"
	"runtime"
)

// SyncMany makes everything durable that was written to the files and folders at the paths.
func SyncMany(_ string, paths []string) error {
	for _, p := range paths {
		if err := syncOne(p); err != nil {
			return err
		}
	}
	return nil
}

func syncOne(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return Explain(err)
	}
	if info.IsDir() {
		return SyncDir(path)
	}
	mode := os.O_RDONLY
	if runtime.GOOS == "windows" {
		mode = os.O_RDWR // FlushFileBuffers asks for the right to write
	}
	f, err := os.OpenFile(path, mode, 0)
	if err != nil {
		return Explain(err)
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return Explain(err)
}
